namespace Filmgate.Torture.Faults;

/// <summary>One cycle's fault.</summary>
/// <param name="Point">Where it falls.</param>
/// <param name="Skip">How often the point passes before.</param>
/// <param name="Percent">How much of a body has passed by then.</param>
/// <param name="SlackMilliseconds">How long after the point the kill falls.</param>
/// <param name="Wait">For points of the clock: how long after the gateway is up (for a start: after exec; for a drain: after SIGTERM).</param>
/// <param name="Down">How long the gateway stays away.</param>
/// <param name="StrikesAgain">Whether the next start is killed as well.</param>
/// <param name="Node">Which of several nodes is struck, where the point does not decide that, before it is brought into the range of nodes.</param>
/// <param name="Place">For a freeze: in the middle of what.</param>
internal sealed record PlannedFault(
    KillPoint Point, int Skip, int Percent, int SlackMilliseconds, TimeSpan Wait, TimeSpan Down, bool StrikesAgain, int Node, KillPoint Place);

/// <summary>All faults of a run, from one seed alone.</summary>
internal static class FaultPlan
{
    private static readonly int[] ClipShares = [1, 50, 99, 100];

    /// <summary>
    /// The faults of as many cycles. Every point has its share by weight; a short run has the weightiest first, so that it holds those
    /// about money whatever the seed.
    /// </summary>
    /// <param name="seed">The seed.</param>
    /// <param name="cycles">How many.</param>
    /// <param name="at">The points among which they are; null for all.</param>
    public static IReadOnlyList<PlannedFault> Of(int seed, int cycles, IReadOnlyList<KillPoint>? at = null)
    {
        var chance = new Random(seed);
        var points = new List<KillPoint>();
        var all = at ?? KillPoints.All;
        var owed = all.ToDictionary(point => point, point => 0.0);
        var sum = (double)all.Sum(point => point.Weight());
        while (points.Count < cycles)
        {
            foreach (var point in all)
            {
                owed[point] += point.Weight() / sum;
            }

            var next = owed.MaxBy(pair => (pair.Value, chance.Next())).Key;
            owed[next]--;
            points.Add(next);
        }

        var order = points.ToArray();
        chance.Shuffle(order);
        return [.. order.Select(point => Of(point, chance))];
    }

    private static PlannedFault Of(KillPoint point, Random chance) => new(
        point,
        Skip: point is KillPoint.CancelTaken or KillPoint.ReceiverConnect ? 0 : chance.Next(0, 3),
        Percent: point == KillPoint.ClipHalfFetched ? ClipShares[chance.Next(ClipShares.Length)] : chance.Next(1, 100),
        SlackMilliseconds: chance.Next(0, point.SlackMax() + 1),
        Wait: TimeSpan.FromMilliseconds(point switch
        {
            KillPoint.Start => chance.Next(0, 2000),
            KillPoint.Drain => chance.Next(0, 5000),
            KillPoint.Pause => chance.Next(3000, 10_000),
            _ => chance.Next(0, 1500),
        }),
        Down: TimeSpan.FromMilliseconds(chance.Next(100, 2000)),
        StrikesAgain: chance.Next(10) == 0,
        Node: chance.Next(),
        Place: KillPoints.FreezePlaces[chance.Next(KillPoints.FreezePlaces.Count)]);
}
