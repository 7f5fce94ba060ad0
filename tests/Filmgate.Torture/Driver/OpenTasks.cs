using Filmgate.Torture.Books;
using Filmgate.Torture.Provider;

namespace Filmgate.Torture.Driver;

/// <summary>
/// Which tasks are certainly in flight, by the driver's and the provider's books alone, and so while no gateway is up as well: those whose job has
/// not ended, or has not begun. One whose job has ended may end at the gateway before anybody sees it, so it is not counted.
/// </summary>
/// <param name="providerBook">The provider's book.</param>
/// <param name="seed">The seed of the run, from which follows how long each job takes.</param>
/// <param name="time">The clock.</param>
internal sealed class OpenTasks(string providerBook, int seed, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, DateTimeOffset> _ends = [];
    private long _position;

    /// <summary>How many will still be in flight at a moment.</summary>
    /// <param name="candidates">The numbers of tasks that are accepted and were not seen to have ended.</param>
    /// <param name="moment">The moment: now, or later.</param>
    public int CountAt(IEnumerable<int> candidates, DateTimeOffset moment)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            ReadOn();
            return candidates.Count(number => (_ends.TryGetValue(number, out var end) ? end : now + JobBehaviour.Of(seed, number).DoneAfter) > moment);
        }
    }

    private void ReadOn()
    {
        foreach (var line in Book.ReadOn(providerBook, ref _position))
        {
            switch (line)
            {
                case JobLine job:
                    _numbers[job.Job] = job.Number;
                    _ends[job.Number] = job.EndsAt;
                    break;
                case JobEndLine end:
                    _ends[_numbers[end.Job]] = DateTimeOffset.MinValue;
                    break;
            }
        }
    }
}
