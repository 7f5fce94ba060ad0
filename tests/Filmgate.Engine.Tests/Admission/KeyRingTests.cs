using Filmgate.Engine.Admission;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Storage;

namespace Filmgate.Engine.Tests.Admission;

public sealed class KeyRingTests : IAsyncLifetime
{
    private House _house = null!;
    private KeyRing _ring = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _house = await House.OpenAsync();
        _ring = new KeyRing(_house.Accounts, _house.Time);
    }

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_known_key_says_who_calls()
    {
        var (live, test, admin) = (await AddAsync("key_l", KeyKind.Live), await AddAsync("key_t", KeyKind.Test), await AddAsync("key_a", KeyKind.Admin));
        Assert.Equal(new Caller(House.Account.Id, new KeyId("key_l"), KeyKind.Live), await _ring.AuthenticateAsync(live, Cancel));
        Assert.Equal(new Caller(House.Account.Id, new KeyId("key_t"), KeyKind.Test), await _ring.AuthenticateAsync(test, Cancel));
        Assert.Equal(new Caller(default, new KeyId("key_a"), KeyKind.Admin), await _ring.AuthenticateAsync(admin, Cancel));
    }

    [Theory]
    [InlineData("")]
    [InlineData("fg_live_")]
    [InlineData("fg_live_000000000000000000000000000000000000")]
    [InlineData("\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800\ud800")]
    public async Task An_unknown_key_is_nobody(string key) => Assert.Null(await _ring.AuthenticateAsync(key, Cancel));

    [Fact]
    public async Task A_wrong_secret_behind_a_right_beginning_is_nobody()
    {
        var key = await AddAsync("key_l", KeyKind.Live);
        Assert.Null(await _ring.AuthenticateAsync(key[..^1] + (key[^1] == 'a' ? 'b' : 'a'), Cancel));
        Assert.Null(await _ring.AuthenticateAsync(key + "a", Cancel));
        Assert.Null(await _ring.AuthenticateAsync(key[..13], Cancel));
        Assert.NotNull(await _ring.AuthenticateAsync(key, Cancel));
    }

    [Fact]
    public async Task Two_keys_with_one_beginning_are_told_apart()
    {
        var first = await AddAsync("key_1st", KeyKind.Live, "fg_live_samebeginning_first");
        var second = await AddAsync("key_2nd", KeyKind.Live, "fg_live_samebeginning_second");
        Assert.Equal("key_1st", (await _ring.AuthenticateAsync(first, Cancel))!.Key.Value);
        Assert.Equal("key_2nd", (await _ring.AuthenticateAsync(second, Cancel))!.Key.Value);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_once_its_memory_is_over()
    {
        var key = await AddAsync("key_l", KeyKind.Live);
        Assert.NotNull(await _ring.AuthenticateAsync(key, Cancel));
        await _house.Accounts.RevokeKeyAsync(new KeyId("key_l"), _house.Time.GetUtcNow(), Cancel);
        _house.Time.Advance(KeyRing.MemoryMax);
        Assert.Null(await _ring.AuthenticateAsync(key, Cancel));
    }

    [Fact]
    public async Task A_new_key_is_known_at_once_although_it_was_unknown_a_moment_ago()
    {
        const string Key = "fg_live_chosen-by-an-operator";
        Assert.Null(await _ring.AuthenticateAsync(Key, Cancel));
        await AddAsync("key_l", KeyKind.Live, Key);
        Assert.NotNull(await _ring.AuthenticateAsync(Key, Cancel));
    }

    private async Task<string> AddAsync(string id, KeyKind kind, string? text = null)
    {
        var key = text ?? KeyText.New(kind);
        await _house.Accounts.AddKeyAsync(
            new StoredKey(
                new KeyId(id), kind == KeyKind.Admin ? null : House.Account.Id, kind, id, KeyText.VisiblePart(key)!, [.. KeyText.Hash(key)], House.Start),
            Cancel);
        return key;
    }
}
