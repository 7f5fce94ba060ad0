namespace Filmgate.Engine.Admission;

/// <summary>
/// One account's requests of the present minute: a pure counter that hands out permits in leases. Nodes spend their leases from
/// memory; what a node leaves unspent is lost with the minute, so the limit is never exceeded.
/// </summary>
public sealed class RateWindow
{
    /// <summary>The length of a window.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(1);

    private DateTimeOffset _begins;
    private int _granted;

    /// <summary>Takes permits out of the present minute.</summary>
    /// <param name="wanted">How many are wanted, at least 1.</param>
    /// <param name="limit">How many a minute has.</param>
    /// <param name="now">The present.</param>
    public RateLease Lease(int wanted, int limit, DateTimeOffset now)
    {
        var begins = BeginOf(now);
        if (begins > _begins)
        {
            _begins = begins;
            _granted = 0;
        }

        var granted = Math.Clamp(limit - _granted, 0, wanted);
        _granted += granted;
        return new RateLease(granted, limit, _begins + Length);
    }

    /// <summary>When the minute of a moment begins.</summary>
    internal static DateTimeOffset BeginOf(DateTimeOffset now) => new(now.UtcTicks - now.UtcTicks % Length.Ticks, TimeSpan.Zero);
}

/// <summary>Permits for the rest of a minute.</summary>
/// <param name="Permits">How many; 0 when the minute is used up.</param>
/// <param name="Limit">How many a minute has.</param>
/// <param name="Until">When the minute ends.</param>
[GenerateSerializer, Alias("filmgate.rate-lease")]
public readonly record struct RateLease([property: Id(0)] int Permits, [property: Id(1)] int Limit, [property: Id(2)] DateTimeOffset Until);
