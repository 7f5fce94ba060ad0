namespace Filmgate.Model.Providers;

/// <summary>How long a provider usually takes for one kind of clip: the middle, and how far single clips are from it.</summary>
/// <param name="Mean">From acceptance to the end.</param>
/// <param name="Deviation">Mean distance of single clips from that.</param>
public sealed record FinishTime(TimeSpan Mean, TimeSpan Deviation)
{
    // The weights with which networks estimate their round trips: the middle moves slowly, the spread follows sooner.
    private const double MeanWeight = 1.0 / 8;
    private const double DeviationWeight = 1.0 / 4;
    private const int Reach = 2;

    // Once in a while a clip takes an hour, or ends while this gateway is down. It may stretch the window, and not tear it.
    private const int OutlierMax = 4;

    /// <summary>A time that is known by its usual bounds.</summary>
    public static FinishTime Between(TimeSpan earliest, TimeSpan latest) => new((earliest + latest) / 2, (latest - earliest) / (2 * Reach));

    /// <summary>A time of which a single clip is known.</summary>
    public static FinishTime Once(TimeSpan took) => new(took, took / 4);

    /// <summary>Before this few clips end.</summary>
    public TimeSpan Earliest => Mean > Reach * Deviation ? Mean - Reach * Deviation : TimeSpan.Zero;

    /// <summary>After this few clips are left.</summary>
    public TimeSpan Latest => Mean + Reach * Deviation;

    /// <summary>The estimate after one more clip.</summary>
    public FinishTime After(TimeSpan took)
    {
        var counted = took > OutlierMax * Latest ? OutlierMax * Latest : took;
        return new FinishTime(Mean + (counted - Mean) * MeanWeight, Deviation + ((counted - Mean).Duration() - Deviation) * DeviationWeight);
    }
}
