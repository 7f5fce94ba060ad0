using System.Globalization;
using Filmgate.Torture.Books;
using Filmgate.Torture.Driver;
using Filmgate.Torture.Faults;
using Filmgate.Torture.Verdict;
using static Filmgate.Torture.Cluster.Play;

namespace Filmgate.Torture.Cluster;

/// <summary>The network between three nodes, or between one of them and the database, goes dead: what is sent is not heard, and nobody is told.</summary>
[Collection("Strikes")]
public sealed class PartitionTests(ITestOutputHelper output)
{
    private static readonly StageOptions Lines = new() { Folder = "", Seed = Seed, Nodes = Nodes, HoldsJobs = true, HasLines = true };
    private static readonly TimeSpan CutFor = TimeSpan.FromSeconds(12);

    [Fact(Explicit = true)]
    public async Task A_node_that_is_cut_off_from_the_database_says_so_and_goes_on_when_it_is_back() => await OnStageAsync(Lines, async stage =>
    {
        var asked = await CreateAsync(stage, 30);
        stage.Fleet.TakeOut(0);
        stage.LinesToDatabase[0].GoDead();
        var began = Time.GetUtcNow();
        await UntilAsync("the node says that it is not ready", async () => (await HealthAsync(stage, "ready"))[0] == 503);
        Assert.Equal(200, (await HealthAsync(stage, "live"))[0]);
        await using (var load = new ClientLoad(stage, Seed + 1, creators: 2, readers: 2, Time, await stage.Fleet[0].AddressAsync()))
        {
            await Task.Delay(CutFor, Time, TestContext.Current.CancellationToken);
            await load.StopAsync();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{load.Answers.Count} answers of the node that was cut off, slowest {load.Answers.Max(answer => answer.Took).TotalSeconds:0.0} s"));
            Assert.NotEmpty(load.Answers);
            Assert.All(load.Answers, answer => Assert.True(answer is { Status: 503, SaysWhen: true }, answer.ToString()));
        }

        stage.LinesToDatabase[0].Mend();
        var mended = Time.GetUtcNow();
        await UntilAsync("the node is ready again", async () => (await HealthAsync(stage, "ready"))[0] == 200);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"cut for {(mended - began).TotalSeconds:0.0} s, ready {(Time.GetUtcNow() - mended).TotalSeconds:0.0} s later"));
        Assert.Empty(stage.Fleet.Exits);
        await AllSucceedOnceAsync(stage, asked);
    });

    [Fact(Explicit = true)]
    public async Task A_node_that_is_cut_off_from_the_others_is_given_up_and_ends_and_its_tasks_go_on() => await OnStageAsync(Lines, async stage =>
    {
        var asked = await CreateAsync(stage, 30);
        var (gateway, life) = (stage.Fleet[0], stage.Fleet.LifeOf(0));
        stage.Fleet.TakeOut(0);
        var at = Time.GetUtcNow();
        stage.LinesToNodes[0].GoDead();
        for (var other = 1; other < Nodes; other++)
        {
            stage.LinesToNodes[other].GoDead(gateway.Id);
        }

        Assert.True(await gateway.ExitsAsync(Patience), "The node goes on although nobody hears of it.");
        var ended = Time.GetUtcNow();
        await UntilAsync("others have taken over", () => Task.FromResult(Handovers.Of([new FaultLine(1, "cut off", true, ended, life)], StepsOf(stage)).Single().Left.Count == 0));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"given up and ended {(ended - at).TotalSeconds:0.0} s after the cut"));
        Assert.Equal(1, gateway.ExitCode);
        Assert.All(Enumerable.Range(1, Nodes - 1), other => Assert.False(stage.Fleet[other].HasExited, "The larger side has ended as well."));
        await AllSucceedOnceAsync(stage, asked);
    });

    private static async Task AllSucceedOnceAsync(Stage stage, IReadOnlyDictionary<int, string> asked)
    {
        await stage.Provider.OrderAsync(new Order(LetsGo: true));
        await EndAsync(stage, asked.Values);
        Assert.All(await stage.Api.TasksAsync(), task => Assert.Equal("success", task.State));
        Assert.Equal(asked.Keys.Order(), stage.Jobs().Select(job => job.Number).Order());
    }
}
