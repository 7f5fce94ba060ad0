using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;

namespace Filmgate.Storage;

/// <summary>Keeps accounts and the hashes of their keys.</summary>
public interface IAccountStore
{
    /// <summary>Whether any account exists; false only before the first start has finished.</summary>
    ValueTask<bool> AnyAsync(CancellationToken cancellationToken);

    /// <summary>Makes an account and its first keys durable, all or nothing.</summary>
    ValueTask AddAsync(Account account, ImmutableArray<StoredKey> keys, CancellationToken cancellationToken);

    /// <summary>Adds a key.</summary>
    ValueTask AddKeyAsync(StoredKey key, CancellationToken cancellationToken);

    /// <summary>Makes a key worthless from now on.</summary>
    ValueTask RevokeKeyAsync(KeyId key, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The keys with that visible beginning, revoked ones left out.</summary>
    ValueTask<ImmutableArray<StoredKey>> FindKeysAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>The oldest account.</summary>
    ValueTask<Account?> FindFirstAsync(CancellationToken cancellationToken);

    /// <summary>What an account may still spend: its limit less what its attempts cost; nothing for an unknown account.</summary>
    ValueTask<Usd> BalanceAsync(AccountId account, CancellationToken cancellationToken);
}

/// <summary>A tenant.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">For people.</param>
/// <param name="SpendingLimit">What it may spend in all.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record Account(AccountId Id, string Name, Usd SpendingLimit, DateTimeOffset CreatedAt);

/// <summary>What is kept of a key: never the key.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Account">Its account; null for admin keys.</param>
/// <param name="Kind">What it may do.</param>
/// <param name="Name">For people.</param>
/// <param name="Prefix">Its visible beginning, by which it is found.</param>
/// <param name="Hash">SHA-256 of the whole key.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record StoredKey(
    KeyId Id, AccountId? Account, KeyKind Kind, string Name, string Prefix, ImmutableArray<byte> Hash, DateTimeOffset CreatedAt);
