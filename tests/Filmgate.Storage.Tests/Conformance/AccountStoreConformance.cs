using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What every <see cref="IAccountStore"/> does.</summary>
public abstract class AccountStoreConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    private IAccountStore Accounts => Stores.Accounts;

    [Fact]
    public async Task An_account_and_its_keys_are_there_after_a_restart()
    {
        await Stores.ReopenAsync();
        Assert.True(await Accounts.AnyAsync(Cancel));
        Assert.Equal(Sample.Account, await Accounts.FindFirstAsync(Cancel));
        AssertKeys([Sample.Key], await Accounts.FindKeysAsync(Sample.Key.Prefix, Cancel));
    }

    [Fact]
    public async Task An_account_whose_keys_cannot_be_kept_is_not_kept_either()
    {
        var account = new Account(new AccountId("acc_3"), "third", Usd.FromDollars(7), Sample.Start);
        var good = Sample.NewKey("key_3", account.Id, "fg_live_CCCC", 3);
        var sameHash = Sample.NewKey("key_4", account.Id, "fg_live_DDDD", 1);
        await Assert.ThrowsAnyAsync<Exception>(async () => await Accounts.AddAsync(account, [good, sameHash], Cancel));
        Assert.Empty(await Accounts.FindKeysAsync(good.Prefix, Cancel));
        Assert.Equal(Usd.Zero, await Accounts.BalanceAsync(account.Id, Cancel));
        Assert.NotEqual(Usd.Zero, await Accounts.BalanceAsync(Sample.Account.Id, Cancel));
    }

    [Fact]
    public async Task Keys_are_found_by_their_whole_visible_beginning_only()
    {
        var twin = Sample.NewKey("key_3", Sample.OtherAccount.Id, Sample.Key.Prefix, 3, KeyKind.Test);
        var admin = Sample.NewKey("key_4", null, "fg_admin_XXX", 4, KeyKind.Admin);
        await Accounts.AddKeyAsync(twin, Cancel);
        await Accounts.AddKeyAsync(admin, Cancel);
        await Stores.ReopenAsync();
        AssertKeys([Sample.Key, twin], await Accounts.FindKeysAsync(Sample.Key.Prefix, Cancel));
        AssertKeys([admin], await Accounts.FindKeysAsync(admin.Prefix, Cancel));
        Assert.Empty(await Accounts.FindKeysAsync("fg_live_AAA", Cancel));
        Assert.Empty(await Accounts.FindKeysAsync("fg_live_aaaa", Cancel));
        Assert.Empty(await Accounts.FindKeysAsync("%", Cancel));
    }

    [Fact]
    public async Task A_revoked_key_is_found_no_more_and_its_neighbour_still_is()
    {
        var twin = Sample.NewKey("key_3", Sample.Account.Id, Sample.Key.Prefix, 3);
        await Accounts.AddKeyAsync(twin, Cancel);
        await Accounts.RevokeKeyAsync(Sample.Key.Id, Sample.Start.AddDays(1), Cancel);
        await Accounts.RevokeKeyAsync(Sample.Key.Id, Sample.Start.AddDays(2), Cancel);
        await Stores.ReopenAsync();
        AssertKeys([twin], await Accounts.FindKeysAsync(Sample.Key.Prefix, Cancel));
    }

    [Fact]
    public async Task A_balance_is_the_limit_less_what_the_accounts_own_attempts_cost()
    {
        await ApplyAsync(await AcceptAsync(Sample.Task("task_1")), Sample.ToCompleted("att_1"));
        await ApplyAsync(
            await AcceptAsync(Sample.Task("task_2")),
            [
                Sample.StoreInputs(), Sample.Prepare("att_2"), Sample.Send("att_2"), Sample.Accept("att_2"), Sample.FailAttempt("att_2", null),
                Sample.Prepare("att_3"), Sample.Send("att_3"), Sample.Accept("att_3"), Sample.Complete("att_3", micros: 20_001),
            ]);
        await Stores.ReopenAsync();
        Assert.Equal(new Usd(100_000_000 - 980_000 - 20_001), await Accounts.BalanceAsync(Sample.Account.Id, Cancel));
        Assert.Equal(Usd.FromDollars(5), await Accounts.BalanceAsync(Sample.OtherAccount.Id, Cancel));
    }

    [Fact]
    public async Task An_unknown_account_has_nothing_to_spend() =>
        Assert.Equal(Usd.Zero, await Accounts.BalanceAsync(new AccountId("acc_unknown"), Cancel));

    private static void AssertKeys(StoredKey[] expected, IEnumerable<StoredKey> found)
    {
        var keys = found.OrderBy(key => key.Id.Value, StringComparer.Ordinal).ToArray();
        Assert.Equal(expected.Select(key => key with { Hash = [] }), keys.Select(key => key with { Hash = [] }));
        Assert.Equal(expected.Select(key => Convert.ToHexString(key.Hash.AsSpan())), keys.Select(key => Convert.ToHexString(key.Hash.AsSpan())));
    }
}

/// <summary>What every <see cref="IAccountStore"/> says before the first account is made.</summary>
public abstract class EmptyAccountStoreConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    public override ValueTask InitializeAsync() => Stores.OpenAsync();

    [Fact]
    public async Task An_empty_store_has_no_account_until_one_is_made()
    {
        Assert.False(await Stores.Accounts.AnyAsync(Cancel));
        Assert.Null(await Stores.Accounts.FindFirstAsync(Cancel));
        await Stores.Accounts.AddAsync(Sample.OtherAccount, [], Cancel);
        await Stores.Accounts.AddAsync(Sample.Account, [], Cancel);
        Assert.True(await Stores.Accounts.AnyAsync(Cancel));
        Assert.Equal(Sample.Account, await Stores.Accounts.FindFirstAsync(Cancel));
    }
}
