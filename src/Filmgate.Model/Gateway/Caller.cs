using System.Net;
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
    /// <summary>
    /// The caller behind a key, or null for one that is mistyped, unknown, expired, revoked, or used from an address that its
    /// allow-list does not have. The answer does not say which.
    /// </summary>
    /// <param name="key">The key's text.</param>
    /// <param name="source">The address of the connection; null when there is none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<Caller?> AuthenticateAsync(string key, IPAddress? source, CancellationToken cancellationToken);

    /// <summary>
    /// The caller behind the public half of a key pair, with the secret half, for surfaces whose clients sign instead of sending a key. Every
    /// key has a pair: its id is the public half. Null as for <see cref="AuthenticateAsync"/>; the signature is for the surface to check.
    /// </summary>
    /// <param name="accessKey">The public half.</param>
    /// <param name="source">The address of the connection; null when there is none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<SigningCaller?> FindPairAsync(string accessKey, IPAddress? source, CancellationToken cancellationToken);
}

/// <summary>A caller who proves by a signature who it is.</summary>
/// <param name="Caller">Who, once the signature is checked.</param>
/// <param name="SecretKey">The secret half of the pair: text, whose UTF-8 bytes are the key of HMAC-SHA256.</param>
public sealed record SigningCaller(Caller Caller, string SecretKey)
{
    /// <summary>Names the caller, never the secret.</summary>
    public override string ToString() => Caller.ToString();
}

/// <summary>Counts requests.</summary>
public interface IRateGate
{
    /// <summary>
    /// Takes one request out of the caller's minute: the account's, or the key's own for an admin key. Usually answers from memory.
    /// </summary>
    ValueTask<RateVerdict> TakeAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>
    /// Notes a key that opened nothing. Once an address is beyond its limit, it is told to wait instead of being told that its key is
    /// wrong; a key that is right is taken from everywhere, whatever was noted.
    /// </summary>
    /// <param name="source">The address of the connection; null when there is none.</param>
    RateVerdict NoteWrongKey(IPAddress? source);
}

/// <summary>Whether a request may go on.</summary>
/// <param name="IsAllowed">Whether it may.</param>
/// <param name="Limit">How many a minute has.</param>
/// <param name="Reset">How long until the next minute begins.</param>
public readonly record struct RateVerdict(bool IsAllowed, int Limit, TimeSpan Reset);
