namespace Filmgate.Engine.Following;

/// <summary>
/// A token bucket by the clock that it is told: so many reads a second, and a few at once after a quiet moment. Not safe for concurrent use.
/// </summary>
/// <remarks>
/// Kept as the time at which the bucket will be full again, which a simulation can drive; the framework's limiter runs by the machine's
/// own clock. In no second does it give more than the rate and the burst together.
/// </remarks>
public sealed class ReadBudget
{
    // A tenth of a second's worth, so that a limit that is counted by the second is kept in every second; and two at least, so that a
    // timer that is a little late loses nothing.
    private const double BurstSeconds = 0.1;
    private const int BurstMin = 2;

    private readonly double _perSecond;
    private readonly Func<int> _sharers;
    private DateTimeOffset _fullAt = DateTimeOffset.UnixEpoch;

    /// <summary>Creates a bucket, which is full.</summary>
    /// <param name="perSecond">Reads a second, above 0, of all who share it.</param>
    /// <param name="sharers">How many share it now, this one among them; null for this one alone. Each has an equal part.</param>
    public ReadBudget(double perSecond, Func<int>? sharers = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        _perSecond = perSecond;
        _sharers = sharers ?? (static () => 1);
    }

    /// <summary>The time that one read takes of the budget.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(1 / Part);

    private TimeSpan Burst => Interval * Math.Max(BurstMin, Math.Floor(Part * BurstSeconds));

    private double Part => _perSecond / Math.Max(1, _sharers());

    /// <summary>Takes a read, if there is one.</summary>
    public bool TryTake(DateTimeOffset now)
    {
        if (WaitFor(now) > TimeSpan.Zero)
        {
            return false;
        }

        _fullAt = (_fullAt > now ? _fullAt : now) + Interval;
        return true;
    }

    /// <summary>Whether nothing was taken for so long that what comes in now is lost.</summary>
    public bool IsFull(DateTimeOffset now) => _fullAt <= now;

    /// <summary>The time until there is one.</summary>
    public TimeSpan WaitFor(DateTimeOffset now)
    {
        var wait = _fullAt + Interval - Burst - now;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Gives none before that time.</summary>
    public void PauseUntil(DateTimeOffset until)
    {
        var full = until + Burst - Interval;
        _fullAt = full > _fullAt ? full : _fullAt;
    }
}
