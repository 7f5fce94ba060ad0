using Filmgate.Model.Identity;

namespace Filmgate.Model.Gateway;

/// <summary>What a key may do.</summary>
public enum KeyKind
{
    /// <summary><c>fg_live_…</c>: may use providers that cost money.</summary>
    Live = 1,
    /// <summary><c>fg_test_…</c>: only the local renderer, never money.</summary>
    Test = 2,
    /// <summary><c>fg_admin_…</c>: administers, owns no tasks.</summary>
    Admin = 3,
}

/// <summary>Who asks, once the key is checked. Handlers take it as a parameter, so that forgetting the check does not compile.</summary>
/// <param name="Account">The account.</param>
/// <param name="Key">The key.</param>
/// <param name="Kind">What the key may do.</param>
public sealed record Caller(AccountId Account, KeyId Key, KeyKind Kind);

/// <summary>Checks keys.</summary>
public interface IKeyRing
{
    /// <summary>The caller behind a key, or null for a key that is unknown or revoked. Takes the same time for both.</summary>
    ValueTask<Caller?> AuthenticateAsync(string key, CancellationToken cancellationToken);
}
