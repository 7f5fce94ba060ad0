namespace Filmgate.Simulation;

public sealed class SimulationTests
{
    // Enough for each of the planted faults many times over, and about a minute.
    private const int Seeds = 2000;
    private const int Tasks = 10;

    [Fact]
    public void No_task_is_lost_paid_twice_or_booked_wrongly_whatever_happens()
    {
        var result = Campaign.Run(firstSeed: 1, Seeds, Tasks, Sabotage.None);
        Assert.True(result.Failures.Count == 0, Words(result));
        Assert.Equal(Seeds, result.Seeds);
    }

    [Theory]
    [InlineData("SendBeforeCommit")]
    [InlineData("ResetIsRefusal")]
    [InlineData("SettleTwice")]
    public void A_rule_that_is_broken_on_purpose_is_noticed(string sabotage)
    {
        var result = Campaign.Run(firstSeed: 1, Seeds, Tasks, Enum.Parse<Sabotage>(sabotage));
        Assert.NotEmpty(result.Failures);
    }

    [Fact]
    public void A_seed_decides_the_whole_order_of_events()
    {
        using var stage = new Stage();
        var first = Campaign.RunSeed(stage, 42, Tasks, Sabotage.None, traces: true);
        var second = Campaign.RunSeed(stage, 42, Tasks, Sabotage.None, traces: true);
        Assert.True(first.Trace.Count > 100, "Hardly anything happened.");
        Assert.Equal(first.Trace, second.Trace);
    }

    private static string Words(CampaignResult result) =>
        string.Join('\n', result.Failures.Select(failure => $"seed {failure.Seed}: {failure.Violation} Replay with: run --seed {failure.Seed} --tasks {Tasks}"));
}
