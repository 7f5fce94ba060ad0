using Filmgate.Engine.Admission;
using Filmgate.Model.Gateway;

namespace Filmgate.Engine.Tests.Admission;

public sealed class KeyTextTests
{
    [Theory]
    [InlineData(KeyKind.Live, "fg_live_")]
    [InlineData(KeyKind.Test, "fg_test_")]
    [InlineData(KeyKind.Admin, "fg_admin_")]
    public void A_key_names_its_kind_and_has_thirty_random_characters_and_six_of_checksum(KeyKind kind, string prefix)
    {
        var key = KeyText.New(kind);
        Assert.Matches($"^{prefix}[0-9A-Za-z]{{36}}$", key);
        Assert.Equal(kind, KeyText.KindOf(key));
        Assert.True(key.Length >= KeyText.ChosenLengthMin);
    }

    [Fact]
    public void No_two_keys_are_alike() => Assert.Distinct(Enumerable.Range(0, 1000).Select(_ => KeyText.New(KeyKind.Live)));

    [Fact]
    public void The_visible_part_is_the_beginning_and_gives_little_of_the_secret_away()
    {
        var key = KeyText.New(KeyKind.Live);
        Assert.Equal(key[..12], KeyText.VisiblePart(key));
        Assert.Equal(4, KeyText.VisibleLength - KeyText.Prefix(KeyKind.Live).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("fg_live_")]
    [InlineData("fg_live_1234")]
    public void A_text_that_is_all_visible_is_no_key(string text) => Assert.Null(KeyText.VisiblePart(text));

    [Theory]
    [InlineData("")]
    [InlineData("fg_")]
    [InlineData("FG_LIVE_aaaa")]
    [InlineData(" fg_live_aaaa")]
    [InlineData("sk-aaaa")]
    public void Other_beginnings_name_no_kind(string text) => Assert.Null(KeyText.KindOf(text));

    [Fact]
    public void A_hash_has_256_bits_and_differs_with_one_letter()
    {
        Assert.Equal(32, KeyText.Hash("fg_live_a").Length);
        Assert.NotEqual(KeyText.Hash("fg_live_a"), KeyText.Hash("fg_live_b"));
    }
}
