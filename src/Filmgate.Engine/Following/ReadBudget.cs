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

    private readonly TimeSpan _interval;
    private readonly TimeSpan _burst;
    private DateTimeOffset _fullAt = DateTimeOffset.UnixEpoch;

    /// <summary>Creates a bucket, which is full.</summary>
    /// <param name="perSecond">Reads a second, above 0.</param>
    public ReadBudget(double perSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(perSecond);
        _interval = TimeSpan.FromSeconds(1 / perSecond);
        _burst = _interval * Math.Max(BurstMin, Math.Floor(perSecond * BurstSeconds));
    }

    /// <summary>The time that one read takes of the budget.</summary>
    public TimeSpan Interval => _interval;

    /// <summary>Takes a read, if there is one.</summary>
    public bool TryTake(DateTimeOffset now)
    {
        if (WaitFor(now) > TimeSpan.Zero)
        {
            return false;
        }

        _fullAt = (_fullAt > now ? _fullAt : now) + _interval;
        return true;
    }

    /// <summary>Whether nothing was taken for so long that what comes in now is lost.</summary>
    public bool IsFull(DateTimeOffset now) => _fullAt <= now;

    /// <summary>The time until there is one.</summary>
    public TimeSpan WaitFor(DateTimeOffset now)
    {
        var wait = _fullAt + _interval - _burst - now;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    /// <summary>Gives none before that time.</summary>
    public void PauseUntil(DateTimeOffset until)
    {
        var full = until + _burst - _interval;
        _fullAt = full > _fullAt ? full : _fullAt;
    }
}
