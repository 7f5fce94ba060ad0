using Filmgate.Model.Tasks;
using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Tests.Conformance;
using Filmgate.Testing.PostgreSql;
using PostgresDatabase = Filmgate.Storage.PostgreSql.PostgresDatabase;

namespace Filmgate.Storage.Tests.PostgreSql;

/// <summary>A line that breaks during a commit leaves open whether it took place. What is told of it is what the database says, or that nobody knows.</summary>
public sealed class AmbiguousCommitTests : IAsyncLifetime
{
    private readonly PostgresStores _stores = new();
    private FaultyLine _line = null!;
    private PostgresDatabase _behindLine = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _stores.OpenAsync();
        await _stores.Accounts.AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);
        var server = await PostgresServer.SharedAsync();
        _line = new FaultyLine(server.Port);
        var address = _stores.ConnectionString.Replace($"Port={server.Port}", $"Port={_line.Port}", StringComparison.Ordinal);
        _behindLine = PostgresDatabase.Open(PostgresStores.AddressOf(address), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _behindLine.DisposeAsync();
        _line.Dispose();
        await _stores.DisposeAsync();
    }

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_and_not_done_again()
    {
        var task = Sample.Task("task_1");
        _line.Arm(CommitFault.LoseAnswer);
        await new TaskStore(_behindLine).AcceptAsync(task, Cancel);
        Assert.True(_line.Happened.Task.IsCompleted, "The line did not break, so nothing was shown.");
        Assert.NotNull(await _stores.Tasks.LoadAsync(task.Key, Cancel));
        Assert.Equal(1, (await _stores.Accounts.TotalsAsync(Sample.Account.Id, Sample.Start, Cancel))!.TasksInFlight);
        Assert.Empty(await _stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_commit_that_never_arrived_is_done_once_more_and_only_once()
    {
        var task = Sample.Task("task_1");
        _line.Arm(CommitFault.LoseRequest);
        await new TaskStore(_behindLine).AcceptAsync(task, Cancel);
        Assert.True(_line.Happened.Task.IsCompleted, "The line did not break, so nothing was shown.");
        Assert.NotNull(await _stores.Tasks.LoadAsync(task.Key, Cancel));
        Assert.Equal(1, (await _stores.Accounts.TotalsAsync(Sample.Account.Id, Sample.Start, Cancel))!.TasksInFlight);
    }

    [Fact]
    public async Task A_whole_batch_whose_answer_was_lost_is_answered_each_with_its_own_outcome()
    {
        // While the first write holds the writer, the others gather behind it and share the transaction whose answer is lost.
        var tasks = new TaskStore(_behindLine);
        using var gate = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var holder = _behindLine.WriteAsync(null, session =>
        {
            entered.TrySetResult();
            gate.Wait(Cancel);
            return session.Scalar("SELECT 1");
        });
        await entered.Task.WaitAsync(Cancel);
        var crowd = Enumerable.Range(0, 30).Select(i => tasks.AcceptAsync(Sample.Task($"task_{i}"), Cancel)).ToArray();
        _line.Arm(CommitFault.LoseAnswer, spared: 1);
        gate.Set();
        await holder;
        await Task.WhenAll(crowd);
        Assert.True(_line.Happened.Task.IsCompleted, "The line did not break, so nothing was shown.");
        Assert.Equal(30, (await _stores.Accounts.TotalsAsync(Sample.Account.Id, Sample.Start, Cancel))!.TasksInFlight);
        Assert.Empty(await _stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_step_whose_commit_was_lost_is_won_and_a_second_one_of_the_same_revision_is_not()
    {
        var task = Sample.Task("task_1");
        var tasks = new TaskStore(_behindLine);
        await tasks.AcceptAsync(task, Cancel);
        _line.Arm(CommitFault.LoseAnswer);
        Assert.True((await tasks.ApplyAsync(task, Sample.StoreInputs(), Cancel)).Won);
        Assert.True(_line.Happened.Task.IsCompleted, "The line did not break, so nothing was shown.");
        Assert.False((await _stores.Tasks.ApplyAsync(task, Sample.StoreInputs(), Cancel)).Won);
    }

    [Fact]
    public async Task While_the_server_is_in_the_middle_of_the_commit_nobody_is_told_anything()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var made = await server.CreateDatabaseAsync();
        using var line = new FaultyLine(server.Port);
        var address = PostgresStores.AddressOf(made.ConnectionString.Replace($"Port={server.Port}", $"Port={line.Port}", StringComparison.Ordinal));
        await using var database = PostgresDatabase.Open(address, TimeProvider.System);
        await new AccountStore(database).AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);

        // A commit that waits for a standby which is not there is written and not done, for as long as that lasts.
        await server.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        line.Arm(CommitFault.BreakAtOnce);
        var write = new TaskStore(database).AcceptAsync(Sample.Task("task_1"), Cancel);
        await line.Happened.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await Eventually.SucceedsAsync(
            () => server.ExecuteAsync("SELECT 1 / COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FROM writers%'"), Cancel);
        Assert.False(write.IsCompleted, "The writer was told of an outcome that there was not yet.");

        await server.ExecuteAsync("ALTER SYSTEM RESET synchronous_standby_names");
        await server.ExecuteAsync("SELECT pg_reload_conf()");
        await write;
        Assert.Equal(1, (await new AccountStore(database).TotalsAsync(Sample.Account.Id, Sample.Start, Cancel))!.TasksInFlight);
    }

    [Fact]
    public async Task When_the_database_stays_away_it_is_said_that_nobody_knows()
    {
        _line.StaysBroken = true;
        _line.Arm(CommitFault.LoseAnswer);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => new TaskStore(_behindLine).AcceptAsync(Sample.Task("task_1"), Cancel));
        Assert.True(error.IsOutcomeUnknown, "It was said that nothing was written.");
        Assert.NotNull(await _stores.Tasks.LoadAsync(Sample.Task("task_1").Key, Cancel));

        _line.Mend();
        await Eventually.SucceedsAsync(() => new TaskStore(_behindLine).AcceptAsync(Sample.Task("task_2"), Cancel), Cancel);
    }
}
