using System.Collections.Concurrent;
using Filmgate.Model.Rehearsal;

namespace Filmgate.Engine.Rehearsal;

/// <summary>
/// Counts how far scripts have been played. One that is over begins anew after the time at which nothing of it happened, so that the same
/// test can be run again. Counts live in this process only.
/// </summary>
/// <typeparam name="TKey">What a script belongs to.</typeparam>
internal sealed class Plays<TKey>
    where TKey : notnull
{
    // What is remembered is at most so many scripts that were begun and not ended; then all of them begin anew.
    private const int RememberedMax = 1000;

    private readonly ConcurrentDictionary<TKey, int> _times = new();

    /// <summary>How many scripts are being played.</summary>
    public int Count => _times.Count;

    /// <summary>What happens this time; null for nothing.</summary>
    public TAct? Next<TAct>(TKey key, Script<TAct> script)
        where TAct : struct
    {
        if (script.IsEmpty)
        {
            return null;
        }

        if (_times.Count >= RememberedMax)
        {
            _times.Clear();
        }

        var act = script.At(_times.AddOrUpdate(key, 1, static (_, times) => times + 1) - 1);
        if (act is null)
        {
            _times.TryRemove(key, out _);
        }

        return act;
    }
}
