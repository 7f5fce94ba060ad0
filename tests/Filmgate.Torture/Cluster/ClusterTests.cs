using System.Globalization;
using Filmgate.Torture.Books;
using Filmgate.Torture.Driver;
using Filmgate.Torture.Faults;
using Filmgate.Torture.Verdict;
using static Filmgate.Torture.Cluster.Play;

namespace Filmgate.Torture.Cluster;

/// <summary>
/// Three nodes over one PostgreSQL, each a process, before a provider that keeps a book. One of them dies, stands still or is told to stop, or the database
/// goes away: the clients' answers, the provider's book and the ends of all tasks say whether that was survived. Times are printed, not judged.
/// </summary>
[Collection("Strikes")]
public sealed class ClusterTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(8), Load = TimeSpan.FromSeconds(3), Drain = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Three_hundred_tasks_outlive_the_node_that_had_them_and_each_is_made_once()
    {
        const int Tasks = 300;
        await OnStageAsync(new StageOptions { Folder = "", Seed = Seed, Nodes = Nodes, HoldsJobs = true }, async stage =>
        {
            var asked = await CreateAsync(stage, Tasks);
            await UntilAsync("all are at the provider", async () =>
                (await stage.Api.TasksAsync("processing")).Count(task => task.Attempts is [.., { State: "accepted" }]) == Tasks);
            var life = stage.Fleet.LifeOf(0);
            await stage.Fleet.KillAsync(0);
            var due = await DueAsync(stage);
            var strike = new FaultLine(1, nameof(KillPoint.AnyMoment), true, Time.GetUtcNow(), life);
            Handover Handed() => Handovers.Of([strike], StepsOf(stage)).Single();
            await UntilAsync("every orphan has moved", () => Task.FromResult(Handed().Left.Count == 0));
            var waits = Handed().Waits;

            // The jobs go on for as long as the provider is told to, so most of these tasks have a read planned for later than the strike.
            var late = StepsOf(stage).Where(step => step.At > strike.At).GroupBy(step => step.Task).Select(steps => (steps.Key, Moved: steps.Min(step => step.At)))
                .Where(first => Handed().Tasks.Contains(first.Key)).Select(first => first.Moved - (due[first.Key] > strike.At ? due[first.Key] : strike.At)).ToArray();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{waits.Count} orphans, moved again {waits.Max().TotalSeconds:0.0} s after the strike at most, {waits.Average(wait => wait.TotalSeconds):0.0} s on average; after they were due, {late.Max().TotalSeconds:0.0} s at most, {late.Average(wait => wait.TotalSeconds):0.0} s on average"));
            Assert.NotEmpty(waits);

            await stage.Provider.OrderAsync(new Order(LetsGo: true));
            await EndAsync(stage, asked.Values);
            Assert.All(await stage.Api.TasksAsync(), task => Assert.Equal("success", task.State));
            Assert.Equal(asked.Keys.Order(), stage.Jobs().Select(job => job.Number).Order());
        });
    }

    [Fact(Explicit = true)]
    public async Task A_node_that_stood_still_in_the_middle_of_a_submission_doubles_nothing_and_ends()
    {
        await OnStageAsync(new StageOptions { Folder = "", Seed = Seed, Nodes = Nodes, HoldsJobs = true }, async stage =>
        {
            await stage.Provider.OrderAsync(new Order(new Arming(KillPoint.SubmissionTaken, stage.Fleet.ProcessesFrom(0), Skip: 3, Percent: 100, SlackMilliseconds: 0, Trigger.SigStop)));
            var creating = CreateAsync(stage, 40);
            var frozen = -1;
            await UntilAsync("a node stands still", () => Task.FromResult((frozen = Enumerable.Range(0, Nodes).FirstOrDefault(node => stage.Fleet[node].IsStopped, -1)) >= 0));
            var (gateway, life, at) = (stage.Fleet[frozen], stage.Fleet.LifeOf(frozen), Time.GetUtcNow());
            stage.Fleet.TakeOut(frozen);

            // It had submissions whose answers it has not read. It goes on when the others have taken its tasks over.
            var strike = new FaultLine(1, nameof(KillPoint.Freeze), true, at, life);
            await UntilAsync("others have taken over", () => Task.FromResult(Handovers.Of([strike], StepsOf(stage)).Single() is { Left.Count: 0, Waits.Count: > 0 }));
            gateway.Continue();
            Assert.True(await gateway.ExitsAsync(Patience), "The node goes on although the others have given it up.");
            var log = await File.ReadAllLinesAsync(stage.PathOf(life + ".log"), TestContext.Current.CancellationToken);
            var lost = log.Count(line => line.Contains("was not applied, revision", StringComparison.Ordinal));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"stood still for {(Time.GetUtcNow() - at).TotalSeconds:0.0} s until its end; {lost} updates of it were lost; its last words: {log[^1]}"));
            Assert.Equal(1, gateway.ExitCode);
            Assert.Contains("have given this one up", log[^1], StringComparison.Ordinal);

            await stage.Provider.OrderAsync(new Order(LetsGo: true));
            var asked = await creating;
            await EndAsync(stage, asked.Values);
            Assert.Equal(asked.Keys.Order(), stage.Jobs().Select(job => job.Number).Order());
            Assert.All(await stage.Api.TasksAsync(), task => Assert.Equal("success", task.State));
        });
    }

    [Fact(Explicit = true)]
    public async Task A_database_that_is_away_for_a_while_is_said_to_be_and_nothing_acknowledged_is_lost()
    {
        await OnStageAsync(new StageOptions { Folder = "", Seed = Seed, Nodes = Nodes }, async stage =>
        {
            await using var load = new ClientLoad(stage, Seed, creators: 4, readers: 4, Time);
            await UntilAsync("tasks are created", () => Task.FromResult(load.Acknowledged.Count > 10));
            await stage.Server.KillAsync();
            var away = Time.GetUtcNow();
            await UntilAsync("every node says that it is not ready", async () => (await HealthAsync(stage, "ready")).All(status => status == 503));
            Assert.All(await HealthAsync(stage, "live"), status => Assert.Equal(200, status));
            var rest = Outage - (Time.GetUtcNow() - away);
            await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, Time, TestContext.Current.CancellationToken);
            var back = Time.GetUtcNow();
            await stage.Server.StartAgainAsync();
            await UntilAsync("a task is created again", () => Task.FromResult(load.Answers.Any(answer => answer.At > back && answer is { Status: 200 or 201 } && answer.Request.StartsWith("POST", StringComparison.Ordinal))));
            var first = load.Answers.First(answer => answer.At > back && answer.Status is >= 200 and < 300);
            await UntilAsync("every node is ready", async () => (await HealthAsync(stage, "ready")).All(status => status == 200));
            await load.StopAsync();

            var refused = load.Answers.Where(answer => answer.Status == 503).ToArray();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{load.Answers.Count} answers, {refused.Length} of them 503; slowest {load.Answers.Max(answer => answer.Took).TotalSeconds:0.0} s; first good one {(first.At - back).TotalSeconds:0.0} s after the return began; {load.Acknowledged.Count} tasks"));
            Assert.NotEmpty(refused);
            Assert.DoesNotContain(load.Answers, answer => !answer.IsHonest);
            Assert.Empty(stage.Fleet.Exits);
            await EndAsync(stage, load.Acknowledged.Values);
            var jobs = stage.Jobs();
            Assert.Equal(jobs.Select(job => job.Number).Distinct().Count(), jobs.Count);
        });
    }

    [Fact(Explicit = true)]
    public async Task A_node_that_is_told_to_stop_hands_over_without_any_client_noticing()
    {
        var drains = new Dictionary<string, string> { ["Filmgate__DrainSeconds"] = Drain.TotalSeconds.ToString(CultureInfo.InvariantCulture) };
        await OnStageAsync(new StageOptions { Folder = "", Seed = Seed, Nodes = Nodes, Settings = drains }, async stage =>
        {
            await using var load = new ClientLoad(stage, Seed, creators: 4, readers: 4, Time);
            await UntilAsync("tasks are created", () => Task.FromResult(load.Acknowledged.Count > 20));
            var (node, life) = (stage.Fleet[1], stage.Fleet.LifeOf(1));
            node.Terminate();
            await UntilAsync("it says that it is not ready", async () => (await HealthAsync(stage, "ready"))[1] != 200);
            stage.Fleet.TakeOut(1);
            Assert.True(await node.ExitsAsync(Patience), "The node does not end.");
            var ended = Time.GetUtcNow();
            await Task.Delay(Load, Time, TestContext.Current.CancellationToken);
            await load.StopAsync();

            // On a machine that can hardly breathe the database may be too slow for some, whoever drains; that is said by the store, and by nobody else.
            var failed = load.Answers.Where(answer => answer.Status is < 200 or > 299 && !IsSlowStore(answer)).ToArray();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{load.Answers.Count} answers, {failed.Length} not good, {load.Answers.Count(IsSlowStore)} for which the store was too slow; slowest {load.Answers.Max(answer => answer.Took).TotalSeconds:0.0} s; {load.Acknowledged.Count} tasks"));
            Assert.Equal(0, node.ExitCode);
            Assert.Empty(failed);
            await EndAsync(stage, load.Acknowledged.Values);
            var handed = Handovers.Of([new FaultLine(1, nameof(KillPoint.Replace), true, ended, life)], StepsOf(stage)).Single();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{handed.Waits.Count} tasks were handed over, the last moved {(handed.Waits.Count == 0 ? 0 : handed.Waits.Max().TotalSeconds):0.0} s after its end"));
            Assert.Empty(handed.Left);
            var jobs = stage.Jobs();
            Assert.Equal(jobs.Select(job => job.Number).Distinct().Count(), jobs.Count);
        });
    }

    private static bool IsSlowStore(Answer answer) => answer.IsHonest && answer.Status == 503 && answer.Words.Contains("The store cannot take tasks now", StringComparison.Ordinal);
}
