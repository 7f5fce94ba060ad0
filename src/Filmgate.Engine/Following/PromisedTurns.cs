namespace Filmgate.Engine.Following;

/// <summary>
/// The turns that are promised to those who were sent away. Time is cut into short stretches, each of which has as many places as the budget gives
/// by what is known now; whoever comes gets the first place that is free, be it that nobody had it, that more are read at once than when the others
/// were sent away, or that the task which had it does not need it any more. Knows no clock. Not safe for concurrent use.
/// </summary>
/// <param name="stretch">The length of a stretch: a whole number of the budget's intervals, so that a place is a read.</param>
public sealed class PromisedTurns(TimeSpan stretch)
{
    // A task that was canceled meanwhile does not come back for its turn.
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, DateTimeOffset> _turns = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Stretch> _stretches = [];
    private DateTimeOffset _sweptAt;

    // No stretch before it has a free place, at so many places in each.
    private long _firstFree;
    private int _places;

    /// <summary>The turn that is promised to a task; null without one.</summary>
    public DateTimeOffset? Of(string id) => _turns.TryGetValue(id, out var turn) ? turn : null;

    /// <summary>The first free turn; it stays free.</summary>
    /// <param name="earliest">The earliest that it may be.</param>
    /// <param name="each">The time that one task takes of the budget, not longer than a stretch.</param>
    public DateTimeOffset FirstFree(DateTimeOffset earliest, TimeSpan each)
    {
        var (number, place) = Find(earliest, each);
        var turn = place is { } index ? BeginOf(number) + index * each : BeginOf(number) + stretch / 2;
        return turn > earliest ? turn : earliest;
    }

    /// <summary>Takes the first free turn for somebody who is not sent away, or for nobody.</summary>
    /// <param name="earliest">The earliest that it may be.</param>
    /// <param name="each">The time that one task takes of the budget, not longer than a stretch.</param>
    public void Take(DateTimeOffset earliest, TimeSpan each)
    {
        var (number, place) = Find(earliest, each);
        var taken = _stretches.GetValueOrDefault(number);
        _stretches[number] = place is { } index ? taken with { Laid = index + 1 } : taken with { Freed = taken.Freed - 1 };
    }

    /// <summary>Takes the first free turn for a task and promises it.</summary>
    /// <param name="id">The task.</param>
    /// <param name="earliest">The earliest that it may be.</param>
    /// <param name="each">The time that one task takes of the budget, not longer than a stretch.</param>
    public DateTimeOffset Promise(string id, DateTimeOffset earliest, TimeSpan each)
    {
        var turn = FirstFree(earliest, each);
        Take(earliest, each);
        _turns[id] = turn;
        return turn;
    }

    /// <summary>Promises a task another turn than it had, which takes no place.</summary>
    public void PutOff(string id, DateTimeOffset turn) => _turns[id] = turn;

    /// <summary>A task needs its turn no more; what was still to come of it is free for others.</summary>
    public void GiveBack(string id, DateTimeOffset now)
    {
        if (_turns.Remove(id, out var turn) && turn > now)
        {
            var number = NumberOf(turn);
            var taken = _stretches.GetValueOrDefault(number);
            _stretches[number] = taken with { Freed = taken.Freed + 1 };
            _firstFree = Math.Min(_firstFree, number);
        }
    }

    /// <summary>Forgets what has passed, now and then.</summary>
    public void Sweep(DateTimeOffset now)
    {
        if (now - _sweptAt < Kept)
        {
            return;
        }

        _sweptAt = now;
        foreach (var id in _turns.Where(turn => now - turn.Value > Kept).Select(turn => turn.Key).ToArray())
        {
            _turns.Remove(id);
        }

        foreach (var number in _stretches.Keys.Where(number => number < NumberOf(now)).ToArray())
        {
            _stretches.Remove(number);
        }
    }

    // The stretch and the place in it; null for one that was given back.
    private (long Number, int? Place) Find(DateTimeOffset earliest, TimeSpan each)
    {
        var places = Math.Max(1, (int)(stretch.Ticks / Math.Max(1, each.Ticks)));
        var first = NumberOf(earliest);
        _firstFree = places > _places ? first : Math.Max(first, _firstFree);
        _places = places;
        for (var number = _firstFree; ; number++)
        {
            var taken = _stretches.GetValueOrDefault(number);
            if (taken.Laid < places)
            {
                // Of the first, a part may have passed.
                _firstFree = number;
                var passed = number == first ? (int)Math.Ceiling((earliest - BeginOf(number)) / each) : 0;
                return (number, Math.Min(Math.Max(taken.Laid, passed), places - 1));
            }

            if (taken.Freed > 0)
            {
                _firstFree = number;
                return (number, null);
            }
        }
    }

    private long NumberOf(DateTimeOffset at) => at.UtcTicks / stretch.Ticks;

    private DateTimeOffset BeginOf(long number) => new(number * stretch.Ticks, TimeSpan.Zero);

    // Places that were given one after the other from its beginning, and those of them that are free again.
    private readonly record struct Stretch(int Laid, int Freed);
}
