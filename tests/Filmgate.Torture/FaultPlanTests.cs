using Filmgate.Torture.Faults;

namespace Filmgate.Torture;

public sealed class FaultPlanTests
{
    [Fact]
    public void A_seed_gives_the_same_faults_again() => Assert.Equal(FaultPlan.Of(7, 200), FaultPlan.Of(7, 200));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Two_hundred_cycles_hold_every_point_by_its_weight(int seed)
    {
        var counts = FaultPlan.Of(seed, 200).CountBy(fault => fault.Point).ToDictionary();
        var sum = KillPoints.All.Sum(point => point.Weight());
        Assert.All(KillPoints.All, point => Assert.InRange(counts[point], 200 * point.Weight() / sum - 1, 200 * point.Weight() / sum + 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ten_cycles_hold_both_sides_of_the_money_window(int seed)
    {
        var points = FaultPlan.Of(seed, 10).Select(fault => fault.Point).ToArray();
        Assert.Contains(KillPoint.SubmissionTaken, points);
        Assert.Contains(KillPoint.SubmissionAnswered, points);
    }
}
