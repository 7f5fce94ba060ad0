using System.Collections.Concurrent;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Since when a provider has been saying that it does not have an attempt. Measured by the clock that nobody can set: a wall clock that is put
/// forward between a submission and the look for it would make a request that is still on its way look long lost. What is remembered here is
/// lost with the process, which costs the wait once more and nothing else.
/// </summary>
public sealed class AbsenceWatch(TimeProvider time)
{
    private const int RememberedMax = 100_000;

    private readonly ConcurrentDictionary<AttemptId, long> _since = new();

    /// <summary>How long ago it was said first; zero for the first time.</summary>
    public TimeSpan Note(AttemptId attempt)
    {
        if (_since.Count >= RememberedMax)
        {
            _since.Clear();
        }

        return time.GetElapsedTime(_since.GetOrAdd(attempt, time.GetTimestamp()));
    }

    /// <summary>The attempt has been found, or given up.</summary>
    public void Forget(AttemptId attempt) => _since.TryRemove(attempt, out _);
}
