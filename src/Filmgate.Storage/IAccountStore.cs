using System.Collections.Immutable;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;

namespace Filmgate.Storage;

/// <summary>
/// Keeps accounts, the hashes of their keys, and the audit log. Every change takes its audit entry along, and both are written in
/// one transaction, so nothing is done unrecorded and nothing recorded that was not done.
/// </summary>
public interface IAccountStore
{
    /// <summary>Whether any account exists; false only before the first start has finished.</summary>
    ValueTask<bool> AnyAsync(CancellationToken cancellationToken);

    /// <summary>Makes an account and its first keys durable, all or nothing.</summary>
    ValueTask AddAsync(Account account, ImmutableArray<StoredKey> keys, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>As <see cref="AddAsync"/>, unless there is an account already; of several nodes that start on an empty store only one adds its own.</summary>
    /// <returns>Whether it was added.</returns>
    ValueTask<bool> AddFirstAsync(Account account, ImmutableArray<StoredKey> keys, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Replaces name, limits, budget and routing policy; false when there is no such account.</summary>
    ValueTask<bool> UpdateAsync(Account account, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>The account, or null.</summary>
    ValueTask<Account?> FindAsync(AccountId id, CancellationToken cancellationToken);

    /// <summary>All accounts, oldest first.</summary>
    ValueTask<ImmutableArray<Account>> ListAsync(CancellationToken cancellationToken);

    /// <summary>What an account has spent, holds included, and has in flight; null when there is no such account.</summary>
    ValueTask<AccountTotals?> TotalsAsync(AccountId account, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Adds a key.</summary>
    ValueTask AddKeyAsync(StoredKey key, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Ends keys at a time, which may lie ahead; a key that ends earlier already is left alone. False when there is no such key.</summary>
    ValueTask<bool> ExpireKeyAsync(KeyId key, DateTimeOffset at, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Makes a key worthless; false when there is no such key, or it was revoked before.</summary>
    ValueTask<bool> RevokeKeyAsync(KeyId key, DateTimeOffset at, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Adds a key's successor and ends the key at a time, all or nothing; false when there is no such key, or it was revoked before.</summary>
    ValueTask<bool> RotateKeyAsync(KeyId key, DateTimeOffset endsAt, StoredKey successor, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Notes when keys were last used.</summary>
    ValueTask NoteKeyUseAsync(IReadOnlyCollection<KeyValuePair<KeyId, DateTimeOffset>> uses, CancellationToken cancellationToken);

    /// <summary>The keys with that visible beginning, revoked ones left out.</summary>
    ValueTask<ImmutableArray<StoredKey>> FindKeysAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>All keys of an account, or all admin keys for null, revoked ones included, oldest first.</summary>
    ValueTask<ImmutableArray<StoredKey>> ListKeysAsync(AccountId? account, CancellationToken cancellationToken);

    /// <summary>The key, revoked or not; null when there is none.</summary>
    ValueTask<StoredKey?> FindKeyAsync(KeyId key, CancellationToken cancellationToken);

    /// <summary>The audit log, newest first.</summary>
    /// <param name="before">Only entries with a smaller number; null for the newest.</param>
    /// <param name="limit">Most entries, 1 to 1000.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<ImmutableArray<AuditRecord>> ReadAuditAsync(long? before, int limit, CancellationToken cancellationToken);
}

/// <summary>What an account has spent and has in flight.</summary>
/// <param name="Spent">Holds and settled charges.</param>
/// <param name="Held">Of it, holds of tasks in flight.</param>
/// <param name="TasksInFlight">Tasks that are not terminal.</param>
public sealed record AccountTotals(Spending Spent, Usd Held, int TasksInFlight);

/// <summary>What is kept of a key: never the key.</summary>
public sealed record StoredKey
{
    /// <summary>Its id.</summary>
    public required KeyId Id { get; init; }
    /// <summary>Its account; null for admin keys.</summary>
    public required AccountId? Account { get; init; }
    /// <summary>What it may do.</summary>
    public required KeyKind Kind { get; init; }
    /// <summary>For people.</summary>
    public required string Name { get; init; }
    /// <summary>Its visible beginning, by which it is found.</summary>
    public required string Prefix { get; init; }
    /// <summary>SHA-256 of the whole key.</summary>
    public required ImmutableArray<byte> Hash { get; init; }
    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it was last used, within a minute; null when never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }
    /// <summary>From when on it is worthless; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    /// <summary>When it was revoked; null when it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
    /// <summary>CIDRs, with commas between, from which alone it may be used; null for anywhere.</summary>
    public string? AllowedNetworks { get; init; }
}

/// <summary>One line of the audit log, to be written.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Who: a key's id, or <c>first start</c>.</param>
/// <param name="Action">What, such as <c>key.create</c>.</param>
/// <param name="Subject">The id of what it was done to.</param>
/// <param name="Details">A JSON object with what else matters; never a secret.</param>
public sealed record AuditEntry(DateTimeOffset At, string Actor, string Action, string Subject, string Details = "{}");

/// <summary>One line of the audit log, as read.</summary>
/// <param name="Number">Its number; later lines have larger ones.</param>
/// <param name="Entry">The line.</param>
public sealed record AuditRecord(long Number, AuditEntry Entry);
