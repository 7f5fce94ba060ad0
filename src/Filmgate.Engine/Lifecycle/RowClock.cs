namespace Filmgate.Engine.Lifecycle;

/// <summary>The clock as rows keep it: whole milliseconds.</summary>
internal static class RowClock
{
    /// <summary>
    /// The present, cut to what a row keeps. What is told of a step while it is made, in a callback, must be what is read of it afterwards.
    /// </summary>
    public static DateTimeOffset GetRowNow(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMillisecond));
    }
}
