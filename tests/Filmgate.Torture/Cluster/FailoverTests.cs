using System.Globalization;
using Filmgate.Torture.Driver;
using static Filmgate.Torture.Cluster.Play;

namespace Filmgate.Torture.Cluster;

/// <summary>The database's server dies, and a second one that has every commit takes its place. Both stand in the nodes' connection string.</summary>
[Collection("Strikes")]
public sealed class FailoverTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Down = TimeSpan.FromSeconds(3);

    [Fact(Explicit = true)]
    public async Task Nodes_go_on_at_the_standby_with_everything_that_was_acknowledged() =>
        await OnStageAsync(new StageOptions { Folder = "", Seed = Seed, Nodes = Nodes, HasStandby = true }, async stage =>
        {
            await using var load = new ClientLoad(stage, Seed, creators: 4, readers: 4, Time);
            await UntilAsync("tasks are created", () => Task.FromResult(load.Acknowledged.Count > 20));
            await stage.Server.KillAsync();
            await Task.Delay(Down, Time, TestContext.Current.CancellationToken);
            await stage.Standby!.PromoteAsync();
            var promoted = Time.GetUtcNow();
            await UntilAsync("a task is created again", () => Task.FromResult(
                load.Answers.Any(answer => answer.At > promoted && answer.Status is 200 or 201 && answer.Request.StartsWith("POST", StringComparison.Ordinal))));
            var first = load.Answers.First(answer => answer.At > promoted && answer.Status is >= 200 and < 300);
            await UntilAsync("every node is ready", async () => (await HealthAsync(stage, "ready")).All(status => status == 200));
            await load.StopAsync();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{load.Answers.Count} answers, {load.Answers.Count(answer => answer.Status == 503)} of them 503; slowest {load.Answers.Max(answer => answer.Took).TotalSeconds:0.0} s; first good one {(first.At - promoted).TotalSeconds:0.0} s after the promotion; {load.Acknowledged.Count} tasks"));
            Assert.DoesNotContain(load.Answers, answer => !answer.IsHonest);
            Assert.Empty(stage.Fleet.Exits);
            await EndAsync(stage, load.Acknowledged.Values);
            var jobs = stage.Jobs();
            Assert.Equal(jobs.Select(job => job.Number).Distinct().Count(), jobs.Count);
        });
}
