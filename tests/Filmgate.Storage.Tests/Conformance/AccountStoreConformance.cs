using Filmgate.Model.Accounts;
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
        Assert.Equal([Sample.Account, Sample.OtherAccount], await Accounts.ListAsync(Cancel));
        AssertKeys([Sample.Key], await Accounts.FindKeysAsync(Sample.Key.Prefix, Cancel));
    }

    [Fact]
    public async Task An_account_whose_keys_cannot_be_kept_is_not_kept_either()
    {
        var account = Sample.Account with { Id = new AccountId("acc_3") };
        var good = Sample.NewKey("key_3", account.Id, "fg_live_CCCC", 3);
        var sameHash = Sample.NewKey("key_4", account.Id, "fg_live_DDDD", 1);
        await Assert.ThrowsAnyAsync<Exception>(async () => await Accounts.AddAsync(account, [good, sameHash], Sample.Audit("acc_3"), Cancel));
        Assert.Empty(await Accounts.FindKeysAsync(good.Prefix, Cancel));
        Assert.Null(await Accounts.FindAsync(account.Id, Cancel));
        Assert.DoesNotContain(await Accounts.ReadAuditAsync(null, 100, Cancel), record => record.Entry.Subject == "acc_3");
    }

    [Fact]
    public async Task Keys_are_found_by_their_whole_visible_beginning_only()
    {
        var twin = Sample.NewKey("key_3", Sample.OtherAccount.Id, Sample.Key.Prefix, 3, KeyKind.Test);
        var admin = Sample.NewKey("key_4", null, "fg_admin_XXX", 4, KeyKind.Admin);
        await Accounts.AddKeyAsync(twin, Sample.Audit("key_3"), Cancel);
        await Accounts.AddKeyAsync(admin, Sample.Audit("key_4"), Cancel);
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
        await Accounts.AddKeyAsync(twin, Sample.Audit("key_3"), Cancel);
        Assert.True(await Accounts.RevokeKeyAsync(Sample.Key.Id, Sample.Start.AddDays(1), Sample.Audit("key_1", "key.revoke"), Cancel));
        Assert.False(await Accounts.RevokeKeyAsync(Sample.Key.Id, Sample.Start.AddDays(2), Sample.Audit("key_1", "key.revoke"), Cancel));
        await Stores.ReopenAsync();
        Assert.Single(await Accounts.ReadAuditAsync(null, 100, Cancel), record => record.Entry.Action == "key.revoke");
        Assert.Equal(Sample.Start.AddDays(1), (await Accounts.FindKeyAsync(Sample.Key.Id, Cancel))!.RevokedAt);
        AssertKeys([twin], await Accounts.FindKeysAsync(Sample.Key.Prefix, Cancel));
    }

    [Fact]
    public async Task A_key_ends_at_the_earliest_time_that_it_was_told()
    {
        Assert.True(await Accounts.ExpireKeyAsync(Sample.Key.Id, Sample.Start.AddHours(2), Sample.Audit("key_1"), Cancel));
        Assert.True(await Accounts.ExpireKeyAsync(Sample.Key.Id, Sample.Start.AddHours(3), Sample.Audit("key_1"), Cancel));
        Assert.Equal(Sample.Start.AddHours(2), (await Accounts.FindKeyAsync(Sample.Key.Id, Cancel))!.ExpiresAt);
        Assert.False(await Accounts.ExpireKeyAsync(new KeyId("key_unknown"), Sample.Start, Sample.Audit("key_unknown"), Cancel));
    }

    [Fact]
    public async Task The_last_use_of_a_key_never_goes_back()
    {
        await Accounts.NoteKeyUseAsync([new(Sample.Key.Id, Sample.Start.AddMinutes(5))], Cancel);
        await Accounts.NoteKeyUseAsync([new(Sample.Key.Id, Sample.Start.AddMinutes(4)), new(Sample.OtherKey.Id, Sample.Start)], Cancel);
        Assert.Equal(Sample.Start.AddMinutes(5), (await Accounts.FindKeyAsync(Sample.Key.Id, Cancel))!.LastUsedAt);
        Assert.Equal(Sample.Start, (await Accounts.FindKeyAsync(Sample.OtherKey.Id, Cancel))!.LastUsedAt);
    }

    [Fact]
    public async Task An_account_keeps_what_it_was_changed_to()
    {
        var changed = Sample.Account with
        {
            Name = "renamed",
            Limits = new AccountLimits(60, 3),
            Budget = new Budget(Usd.FromDollars(7), Usd.FromDollars(1), Usd.FromDollars(2)),
        };
        Assert.True(await Accounts.UpdateAsync(changed, Sample.Audit("acc_1", "account.update"), Cancel));
        Assert.False(await Accounts.UpdateAsync(changed with { Id = new AccountId("acc_unknown") }, Sample.Audit("acc_unknown"), Cancel));
        await Stores.ReopenAsync();
        Assert.Equal(changed, await Accounts.FindAsync(changed.Id, Cancel));
        Assert.Equal("account.update", (await Accounts.ReadAuditAsync(null, 1, Cancel))[0].Entry.Action);
    }

    public static TheoryData<string, RoutingPolicy> Policies => new()
    {
        { "nothing of its own", RoutingPolicy.Default },
        { "one provider", new RoutingPolicy { AllowedProviders = ["kling"] } },
        { "several providers", new RoutingPolicy { AllowedProviders = ["kling-b", "fal", "0"] } },
        { "only what is free", new RoutingPolicy { PriceCeiling = Usd.Zero } },
        { "a ceiling", new RoutingPolicy { PriceCeiling = new Usd(1) } },
        { "another try", new RoutingPolicy { FailsOverOnPolicy = true } },
        { "the greatest weight", new RoutingPolicy { QueueWeight = RoutingPolicy.QueueWeightMax } },
    };

    [Theory]
    [MemberData(nameof(Policies), DisableDiscoveryEnumeration = true)]
    public async Task A_routing_policy_is_kept_from_the_start_and_when_it_is_changed(string what, RoutingPolicy policy)
    {
        var added = Sample.Account with { Id = new AccountId("acc_3"), Name = what, Routing = policy };
        var changed = Sample.OtherAccount with { Routing = policy };
        await Accounts.AddAsync(added, [], Sample.Audit("acc_3"), Cancel);
        Assert.True(await Accounts.UpdateAsync(changed, Sample.Audit("acc_2", "account.update"), Cancel));
        await Stores.ReopenAsync();
        Assert.Equal(added, await Accounts.FindAsync(added.Id, Cancel));
        Assert.Equal(changed, await Accounts.FindAsync(changed.Id, Cancel));
        Assert.Equal([Sample.Account, added, changed], await Accounts.ListAsync(Cancel));
        Assert.True(await Accounts.UpdateAsync(changed with { Routing = RoutingPolicy.Default }, Sample.Audit("acc_2", "account.update"), Cancel));
        Assert.Equal(Sample.OtherAccount, await Accounts.FindAsync(changed.Id, Cancel));
    }

    [Fact]
    public async Task The_audit_log_is_read_backwards_page_by_page()
    {
        for (var i = 0; i < 5; i++)
        {
            await Accounts.UpdateAsync(Sample.Account, Sample.Audit("acc_1", $"change.{i}"), Cancel);
        }

        var newest = await Accounts.ReadAuditAsync(null, 2, Cancel);
        var older = await Accounts.ReadAuditAsync(newest[^1].Number, 2, Cancel);
        Assert.Equal(["change.4", "change.3", "change.2", "change.1"], newest.Concat(older).Select(record => record.Entry.Action));
        Assert.Equal(Sample.Audit("acc_1", "change.4"), newest[0].Entry);
    }

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
        Assert.Empty(await Stores.Accounts.ListAsync(Cancel));
        await Stores.Accounts.AddAsync(Sample.OtherAccount, [], Sample.Audit("acc_2"), Cancel);
        await Stores.Accounts.AddAsync(Sample.Account, [], Sample.Audit("acc_1"), Cancel);
        Assert.True(await Stores.Accounts.AnyAsync(Cancel));
        Assert.Equal([Sample.Account, Sample.OtherAccount], await Stores.Accounts.ListAsync(Cancel));
    }

    [Fact]
    public async Task Of_many_that_would_be_the_first_account_one_is_added_and_the_others_leave_no_trace()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Stores.Accounts.AddFirstAsync(
            Sample.Account with { Id = new AccountId($"acc_{i}") },
            [Sample.NewKey($"key_{i}", new AccountId($"acc_{i}"), "fg_live_AAAA", (byte)i)],
            Sample.Audit($"acc_{i}"),
            Cancel).AsTask()));
        Assert.Single(added, isAdded => isAdded);
        Assert.Single(await Stores.Accounts.ListAsync(Cancel));
        Assert.Single(await Stores.Accounts.FindKeysAsync("fg_live_AAAA", Cancel));
        Assert.Single(await Stores.Accounts.ReadAuditAsync(null, 10, Cancel));
    }
}
