using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Filmgate.Model.Gateway;
using Filmgate.Storage;

namespace Filmgate.Engine.Admission;

/// <summary>
/// Checks keys. Found keys are remembered for a short while, so that a status read costs no look-up; unknown ones are not,
/// so that nobody can fill the memory by guessing.
/// </summary>
public sealed class KeyRing(IAccountStore accounts, TimeProvider time) : IKeyRing
{
    /// <summary>How long a revoked key may still be taken.</summary>
    public static readonly TimeSpan MemoryMax = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Remembered> _memory = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async ValueTask<Caller?> AuthenticateAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (KeyText.VisiblePart(key) is not { } prefix)
        {
            return null;
        }

        var candidates = _memory.TryGetValue(prefix, out var remembered) && time.GetElapsedTime(remembered.At) < MemoryMax
            ? remembered.Keys
            : await FindAsync(prefix, cancellationToken).ConfigureAwait(false);
        return Match(key, candidates);
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

        ImmutableArray<Known> known = [.. stored.Select(key => new Known([.. key.Hash], new Caller(key.Account ?? default, key.Id, key.Kind)))];
        _memory[prefix] = new Remembered(known, at);
        return known;
    }

    // Every candidate is compared, and each in constant time, so that the time taken says nothing about how near a guess was.
    private static Caller? Match(string key, ImmutableArray<Known> candidates)
    {
        var hash = KeyText.Hash(key);
        Caller? found = null;
        foreach (var candidate in candidates)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, candidate.Hash))
            {
                found = candidate.Caller;
            }
        }

        return found;
    }

    private readonly record struct Known(byte[] Hash, Caller Caller);

    private readonly record struct Remembered(ImmutableArray<Known> Keys, long At);
}
