using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;

namespace Filmgate.Dialects.Tests.Upstream;

public sealed class ProviderWordsTests
{
    private static readonly ProviderSettings Settings = new()
    {
        Name = "vendor",
        Dialect = "apixo",
        BaseUrl = new Uri("https://api.example.com"),
        ApiKey = "plainkey",
        SecretKey = "s3cr3t",
        Facts = new ProviderFacts(ProviderTier.Partner, 1, OwnIdQueryable: false, FailureBills: true),
    };

    [Theory]
    [InlineData("The prompt is too long (2501 of 2500 characters).", "The prompt is too long (2501 of 2500 characters).")]
    [InlineData("Task 4f0c2d00112233445566778899aabbcc not found", "Task 4f0c2d00112233445566778899aabbcc not found")]
    [InlineData("key plainkey is bad, and so is S3CR3T", "key *** is bad, and so is ***")]
    [InlineData("Authorization: Bearer abcdef123456", "Authorization: *** ***")]
    [InlineData("bad header: bearer abcdef123456!", "bad header: bearer ***")]
    [InlineData("api_key=abc123&x=1", "api_key=***&x=1")]
    [InlineData("{\"token\":\"abc\"}", "{\"token\":\"***\"}")]
    [InlineData("sk-proj-abcdefgh12345 is revoked", "*** is revoked")]
    [InlineData("r8_AbCdEfGh12345678 is revoked", "*** is revoked")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhayJ9.c2ln expired", "*** expired")]
    [InlineData("line one\r\nline\ttwo\u001b[31m", "line one line two [31m")]
    [InlineData("  ", "Nothing.")]
    [InlineData(null, "Nothing.")]
    public void Words_are_shown_without_keys_and_on_one_line(string? said, string shown) =>
        Assert.Equal(shown, ProviderWords.Shown(said, Settings, "Nothing."));

    [Fact]
    public void Long_words_are_cut_and_no_letter_is_halved()
    {
        var shown = ProviderWords.Shown(string.Concat(Enumerable.Repeat("a 😀 ", 2000)), Settings, "Nothing.");
        Assert.InRange(shown.Length, 2000, ProviderWords.LengthMax);
        Assert.EndsWith("…", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\ufffd', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(shown)));
    }

    [Theory]
    [InlineData("No such secret: 9f8e7d6c5b", "No such secret: ***")]
    [InlineData("GET /status?key=key-id-0042%3A9f8e7d6c5b failed", "GET /status?key=*** failed")]
    [InlineData("Key KEY-ID-0042:9F8E7D6C5B is not known, nor is key-id-0042", "Key *** is not known, nor is ***")]
    public void A_key_of_two_halves_is_hidden_whole_by_halves_and_as_it_stands_in_an_address(string said, string shown) =>
        Assert.Equal(shown, ProviderWords.Shown(said, Settings with { ApiKey = "key-id-0042:9f8e7d6c5b" }, "Nothing."));

    [Fact]
    public void Wherever_the_words_are_cut_no_half_of_a_key_is_left()
    {
        const string Key = "a-quiet-key-of-words-which-look-like-any";
        var settings = Settings with { ApiKey = Key };
        foreach (var length in new[] { ProviderWords.LengthMax, 4 * ProviderWords.LengthMax })
        {
            for (var before = length - Key.Length - 2; before <= length + 1; before++)
            {
                var said = string.Concat(Enumerable.Repeat(Key + " ", before / (Key.Length + 1))).PadRight(before, '.') + Key + " and more";
                Assert.DoesNotContain("a-qu", ProviderWords.Shown(said, settings, "Nothing."), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_megabyte_of_words_takes_no_time_worth_mentioning()
    {
        var shown = ProviderWords.Shown(new string('a', 1_000_000), Settings, "Nothing.");
        Assert.True(shown.Length <= ProviderWords.LengthMax);
    }
}
