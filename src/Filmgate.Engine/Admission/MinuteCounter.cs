using Filmgate.Model.Gateway;

namespace Filmgate.Engine.Admission;

/// <summary>
/// Counts events of this minute for each of many, on this node and in memory. The memory is bounded: whoever comes when it is full is
/// counted together with all others who do, until the next minute begins.
/// </summary>
/// <param name="limit">How many a minute has, for each.</param>
/// <param name="countedMax">How many are counted apart.</param>
/// <param name="time">The clock.</param>
internal sealed class MinuteCounter<TCounted>(int limit, int countedMax, TimeProvider time)
    where TCounted : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TCounted, int> _counts = [];
    private DateTimeOffset _begins;
    private int _rest;

    /// <summary>Counts one more, and says whether it is within the limit.</summary>
    /// <param name="counted">Whose it is.</param>
    /// <param name="isFirstBeyond">Whether it is the first of this minute that is not.</param>
    public RateVerdict Take(TCounted counted, out bool isFirstBeyond)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var begins = RateWindow.BeginOf(now);
            if (begins != _begins)
            {
                _begins = begins;
                _rest = 0;
                _counts.Clear();
            }

            var isApart = _counts.TryGetValue(counted, out var before) || _counts.Count < countedMax;

            // One beyond the limit says all; counting on would one day overflow.
            var earlier = isApart ? before : _rest;
            isFirstBeyond = earlier == limit;
            var count = Math.Min(earlier, limit) + 1;
            if (isApart)
            {
                _counts[counted] = count;
            }
            else
            {
                _rest = count;
            }

            return new RateVerdict(count <= limit, limit, begins + RateWindow.Length - now);
        }
    }
}
