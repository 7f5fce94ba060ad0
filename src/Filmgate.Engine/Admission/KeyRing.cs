using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Filmgate.Engine.Egress;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Storage;

namespace Filmgate.Engine.Admission;

/// <summary>
/// Checks keys. Found keys are remembered for a short while, so that a status read costs no look-up; unknown ones are not,
/// so that nobody can fill the memory by guessing. A mistyped key is refused by its checksum alone.
/// </summary>
public sealed class KeyRing(IAccountStore accounts, KeyPairs pairs, TimeProvider time) : IKeyRing
{
    /// <summary>How long a revoked key may still be taken.</summary>
    public static readonly TimeSpan MemoryMax = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Remembered> _memory = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<KeyId, (Known Key, long At)> _pairMemory = new();
    private readonly ConcurrentDictionary<KeyId, DateTimeOffset> _uses = new();

    /// <inheritdoc/>
    public async ValueTask<Caller?> AuthenticateAsync(string key, IPAddress? source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (KeyText.VisiblePart(key) is not { } prefix || KeyText.IsMistyped(key))
        {
            return null;
        }

        var candidates = _memory.TryGetValue(prefix, out var remembered) && time.GetElapsedTime(remembered.At) < MemoryMax
            ? remembered.Keys
            : await FindAsync(prefix, cancellationToken).ConfigureAwait(false);
        return Match(key, candidates) is { } match ? Admit(match, source) : null;
    }

    /// <inheritdoc/>
    public async ValueTask<SigningCaller?> FindPairAsync(string accessKey, IPAddress? source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(accessKey);
        if (!KeyText.CouldBeId(accessKey))
        {
            return null;
        }

        var id = new KeyId(accessKey);
        var known = _pairMemory.TryGetValue(id, out var remembered) && time.GetElapsedTime(remembered.At) < MemoryMax
            ? remembered.Key
            : await FindAsync(id, cancellationToken).ConfigureAwait(false);
        return known is not null && Admit(known, source) is { } caller ? new SigningCaller(caller, pairs.SecretOf(id)) : null;
    }

    /// <summary>Forgets a key at once, where the change was made on this node.</summary>
    public void Forget(string prefix)
    {
        _memory.TryRemove(prefix, out _);
        _pairMemory.Clear();
    }

    /// <summary>The latest use of each key since the last call; see <see cref="KeyUseRecorder"/>.</summary>
    internal IReadOnlyCollection<KeyValuePair<KeyId, DateTimeOffset>> TakeUses()
    {
        var taken = new List<KeyValuePair<KeyId, DateTimeOffset>>();
        foreach (var key in _uses.Keys)
        {
            if (_uses.TryRemove(key, out var at))
            {
                taken.Add(new(key, at));
            }
        }

        return taken;
    }

    private async ValueTask<ImmutableArray<Known>> FindAsync(string prefix, CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        var stored = await accounts.FindKeysAsync(prefix, cancellationToken).ConfigureAwait(false);
        if (stored.IsEmpty)
        {
            _memory.TryRemove(prefix, out _);
            return [];
        }

        ImmutableArray<Known> known = [.. stored.Select(Known.Of)];
        _memory[prefix] = new Remembered(known, at);
        return known;
    }

    private async ValueTask<Known?> FindAsync(KeyId id, CancellationToken cancellationToken)
    {
        var at = time.GetTimestamp();
        if (await accounts.FindKeyAsync(id, cancellationToken).ConfigureAwait(false) is not { RevokedAt: null } stored)
        {
            _pairMemory.TryRemove(id, out _);
            return null;
        }

        var known = Known.Of(stored);
        _pairMemory[id] = (known, at);
        return known;
    }

    private Caller? Admit(Known known, IPAddress? source)
    {
        var now = time.GetUtcNow();
        if (known.ExpiresAt <= now || !known.MayBeUsedFrom(source))
        {
            return null;
        }

        _uses[known.Caller.Key] = now;
        return known.Caller;
    }

    // Every candidate is compared, and each in constant time, so that the time taken says nothing about how near a guess was.
    private static Known? Match(string key, ImmutableArray<Known> candidates)
    {
        var hash = KeyText.Hash(key);
        Known? found = null;
        foreach (var candidate in candidates)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, candidate.Hash))
            {
                found = candidate;
            }
        }

        return found;
    }

    private sealed record Known(byte[] Hash, Caller Caller, DateTimeOffset? ExpiresAt, IReadOnlyList<IPNetwork> AllowedNetworks)
    {
        public static Known Of(StoredKey key)
        {
            // What cannot be read allows nothing: an allow-list must never fail open.
            var readable = Egress.AllowedNetworks.TryParse(key.AllowedNetworks, out var networks, out _);
            return new Known(
                [.. key.Hash],
                new Caller(key.Account ?? default, key.Id, key.Kind),
                key.ExpiresAt,
                key.AllowedNetworks is null ? [] : readable && networks.Count > 0 ? networks : [new IPNetwork(IPAddress.None, 32)]);
        }

        public bool MayBeUsedFrom(IPAddress? source) =>
            AllowedNetworks.Count == 0 || (source is not null && PublicAddress.IsIn(PublicAddress.Normalise(source), AllowedNetworks));
    }

    private readonly record struct Remembered(ImmutableArray<Known> Keys, long At);
}
