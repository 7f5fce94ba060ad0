using Filmgate.Engine.Admission;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Storage;

namespace Filmgate.Server;

/// <summary>Makes the first account and its keys in an empty store, so that a fresh install can be used at once.</summary>
internal sealed class FirstStart(IAccountStore accounts, GatewayOptions options, IdSource ids, TimeProvider time)
{
    // Neither a fresh install nor an account that was made without a thought for money may run up a bill.
    internal static readonly Budget Budget = new(Usd.FromDollars(100));

    private const string Actor = "first start";

    private StoredKey? _ephemeral;

    /// <summary>Returns the keys that were generated; keys that the operator chose are known to the operator.</summary>
    public async ValueTask<IReadOnlyList<IssuedKey>> RunAsync(CancellationToken cancellationToken)
    {
        var issued = new List<IssuedKey>();
        if (!await accounts.AnyAsync(cancellationToken).ConfigureAwait(false))
        {
            var account = new Account(ids.NewAccount(), "default", options.FirstAccountLimits, Budget, time.GetUtcNow());
            var isAdded = await accounts.AddFirstAsync(
                account,
                [
                    Key(KeyKind.Admin, null, options.AdminKey, issued),
                    Key(KeyKind.Live, account.Id, Chosen(KeyKind.Live), issued),
                    Key(KeyKind.Test, account.Id, Chosen(KeyKind.Test), issued),
                ],
                new AuditEntry(time.GetUtcNow(), Actor, "account.create", account.Id.Value),
                cancellationToken).ConfigureAwait(false);

            // Another node was faster; its keys are the ones that open the store.
            if (!isAdded)
            {
                issued.Clear();
            }
        }

        if (options.EphemeralTestKey is { } secret)
        {
            var account = (await accounts.ListAsync(cancellationToken).ConfigureAwait(false))[0];
            _ephemeral = Stored(KeyKind.Test, account.Id, secret, "ephemeral key");
            await accounts.AddKeyAsync(_ephemeral, Audit("key.create", _ephemeral.Id), cancellationToken).ConfigureAwait(false);
        }

        return issued;
    }

    /// <summary>Makes the key of this process worthless.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (_ephemeral is not null)
        {
            await accounts.RevokeKeyAsync(_ephemeral.Id, time.GetUtcNow(), Audit("key.revoke", _ephemeral.Id), cancellationToken).ConfigureAwait(false);
        }
    }

    private string? Chosen(KeyKind kind) => options.ApiKey is { } key && KeyText.KindOf(key) == kind ? key : null;

    private StoredKey Key(KeyKind kind, AccountId? account, string? chosen, List<IssuedKey> issued)
    {
        var name = kind switch { KeyKind.Admin => "admin key", KeyKind.Live => "live key", _ => "test key" };
        var secret = chosen;
        if (secret is null)
        {
            secret = KeyText.New(kind);
            issued.Add(new IssuedKey(name, secret));
        }

        return Stored(kind, account, secret, name);
    }

    private StoredKey Stored(KeyKind kind, AccountId? account, string secret, string name) => new()
    {
        Id = ids.NewKey(),
        Account = account,
        Kind = kind,
        Name = name,
        Prefix = KeyText.VisiblePart(secret)!,
        Hash = [.. KeyText.Hash(secret)],
        CreatedAt = time.GetUtcNow(),
    };

    private AuditEntry Audit(string action, KeyId key) => new(time.GetUtcNow(), Actor, action, key.Value);
}
