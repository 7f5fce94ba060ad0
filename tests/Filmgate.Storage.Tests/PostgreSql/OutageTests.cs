using System.Collections.Concurrent;
using Filmgate.Model.Accounts;
using Filmgate.Model.Tasks;
using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Tests.Conformance;
using Filmgate.Testing.PostgreSql;
using PostgresDatabase = Filmgate.Storage.PostgreSql.PostgresDatabase;

namespace Filmgate.Storage.Tests.PostgreSql;

/// <summary>What callers see while the database is away, how soon, and that everything goes on by itself afterwards.</summary>
public sealed class OutageTests
{
    // Five seconds are promised; the rest is for a machine that has other things to do as well.
    private static readonly TimeSpan ErrorMax = TimeSpan.FromSeconds(8);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_crashes_is_told_of_soon_and_is_used_again_once_it_is_back()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var made = await server.CreateDatabaseAsync();
        await using var database = await OpenAsync(made.ConnectionString);
        var tasks = new TaskStore(database);
        var kept = Sample.Task("task_kept");
        await tasks.AcceptAsync(kept, Cancel);

        await server.KillAsync();
        await AssertUnavailableAsync(() => tasks.AcceptAsync(Sample.Task("task_lost"), Cancel));
        await AssertUnavailableAsync(() => tasks.LoadAsync(kept.Key, Cancel).AsTask());
        await AssertUnavailableAsync(() => Task.WhenAll(Enumerable.Range(0, 200).Select(i => tasks.AcceptAsync(Sample.Task($"task_{i}"), Cancel))));

        await server.StartAgainAsync();
        await Eventually.SucceedsAsync(() => tasks.AcceptAsync(Sample.Task("task_after"), Cancel), Cancel);
        Assert.NotNull(await tasks.LoadAsync(kept.Key, Cancel));
        Assert.Null(await tasks.LoadAsync(Sample.Task("task_lost").Key, Cancel));
    }

    [Fact]
    public async Task A_server_that_answers_nothing_is_told_of_soon_for_reads_and_writes_and_for_those_that_wait()
    {
        await using var stores = new PostgresStores();
        await stores.OpenAsync();
        var server = await PostgresServer.SharedAsync();
        using var line = new FaultyLine(server.Port);
        await using var database = await OpenAsync(stores.ConnectionString.Replace($"Port={server.Port}", $"Port={line.Port}", StringComparison.Ordinal));
        var tasks = new TaskStore(database);
        var kept = Sample.Task("task_kept");
        await tasks.AcceptAsync(kept, Cancel);
        Assert.NotNull(await tasks.LoadAsync(kept.Key, Cancel));

        line.Freeze();
        var reads = Task.WhenAll(Enumerable.Range(0, 100).Select(_ => AssertUnavailableAsync(() => tasks.LoadAsync(kept.Key, Cancel).AsTask())));
        var writes = Enumerable.Range(0, 100).Select(async i =>
        {
            await AssertUnavailableAsync(() => tasks.AcceptAsync(Sample.Task($"task_{i}"), Cancel));
        });
        await Task.WhenAll([reads, .. writes]);

        line.Mend();
        await Eventually.SucceedsAsync(() => tasks.AcceptAsync(Sample.Task("task_after"), Cancel), Cancel);
        Assert.NotNull(await tasks.LoadAsync(kept.Key, Cancel));
        Assert.Empty(await stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Backends_that_are_killed_four_times_a_second_cost_no_acknowledged_write()
    {
        await using var stores = new PostgresStores();
        await stores.OpenAsync();
        await using var database = await OpenAsync(stores.ConnectionString);
        var tasks = new TaskStore(database);
        var server = await PostgresServer.SharedAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        end.CancelAfter(TimeSpan.FromSeconds(6));
        var name = stores.ConnectionString.Split("Database=")[1];
        var kills = 0;
        var killer = Task.Run(
            async () =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
                while (await timer.WaitForNextTickAsync(end.Token))
                {
                    await server.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
                    kills++;
                }
            },
            Cancel);
        var acknowledged = new ConcurrentBag<VideoTask>();
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(
            async () =>
            {
                for (var i = 0; !end.IsCancellationRequested; i++)
                {
                    var task = Sample.Task($"task_{caller}_{i}");
                    try
                    {
                        await tasks.AcceptAsync(task, Cancel);
                        acknowledged.Add(task);
                        Assert.NotNull(await tasks.LoadAsync(task.Key, Cancel));
                    }
                    catch (StoreUnavailableException)
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
            },
            Cancel)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => killer);

        TestContext.Current.TestOutputHelper!.WriteLine($"{kills} times killed, {acknowledged.Count} acknowledged, {refused} refused");
        Assert.True(kills > 5, "Nothing was killed, so nothing was shown.");
        Assert.NotEmpty(acknowledged);
        foreach (var task in acknowledged)
        {
            Assert.NotNull(await stores.Tasks.LoadAsync(task.Key, Cancel));
        }

        Assert.Empty(await stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_database_that_was_made_read_only_is_unavailable_and_takes_writes_again_once_it_may()
    {
        await using var stores = new PostgresStores();
        await stores.OpenAsync();
        await using var database = await OpenAsync(stores.ConnectionString);
        var tasks = new TaskStore(database);
        var server = await PostgresServer.SharedAsync();
        var name = stores.ConnectionString.Split("Database=")[1];
        await server.ExecuteAsync($"ALTER DATABASE {name} SET default_transaction_read_only = on");
        await server.ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        await AssertUnavailableAsync(() => tasks.AcceptAsync(Sample.Task("task_1"), Cancel));
        await server.ExecuteAsync($"ALTER DATABASE {name} RESET default_transaction_read_only");
        await Eventually.SucceedsAsync(() => tasks.AcceptAsync(Sample.Task("task_1"), Cancel), Cancel);
    }

    [Fact]
    public async Task When_the_standby_takes_over_nothing_acknowledged_is_lost_and_writes_go_on_there()
    {
        await using var primary = await PostgresServer.StartAsync();
        await using var standby = await primary.StartStandbyAsync();
        var made = await primary.CreateDatabaseAsync();
        await using var database = await OpenAsync(
            $"Host=127.0.0.1:{primary.Port},127.0.0.1:{standby.Port};Username=filmgate;Database={made.Name};Target Session Attributes=read-write");
        var tasks = new TaskStore(database);
        var acknowledged = new ConcurrentBag<VideoTask>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var callers = Task.WhenAll(Enumerable.Range(0, 4).Select(caller => Task.Run(
            async () =>
            {
                for (var i = 0; !end.IsCancellationRequested; i++)
                {
                    var task = Sample.Task($"task_{caller}_{i}");
                    try
                    {
                        await tasks.AcceptAsync(task, Cancel);
                        acknowledged.Add(task);
                    }
                    catch (StoreUnavailableException)
                    {
                        await Task.Delay(50, Cancel);
                    }
                }
            },
            Cancel)));
        await Eventually.SucceedsAsync(() => acknowledged.Count > 50 ? Task.CompletedTask : throw new StoreUnavailableException("Not yet."), Cancel);

        await primary.KillAsync();
        await standby.PromoteAsync();
        var before = acknowledged.Count;
        var took = await Eventually.SucceedsAsync(() => acknowledged.Count > before + 20 ? Task.CompletedTask : throw new StoreUnavailableException("Not yet."), Cancel);
        TestContext.Current.TestOutputHelper!.WriteLine($"Writes went on {took.TotalSeconds:0.0} s after the promotion.");
        await end.CancelAsync();
        await callers;
        foreach (var task in acknowledged)
        {
            Assert.NotNull(await tasks.LoadAsync(task.Key, Cancel));
        }

        Assert.Empty(await new Books(database).CheckAsync(Cancel));
    }

    [Fact]
    public async Task A_standby_is_not_read_from_because_it_may_be_behind()
    {
        await using var primary = await PostgresServer.StartAsync();
        await using var standby = await primary.StartStandbyAsync();
        var error = Assert.Throws<StoreUnavailableException>(() => PostgresDatabase.Open(PostgresStores.AddressOf(standby.ConnectionString("postgres")), TimeProvider.System));
        Assert.Contains("standby", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_freezes_within_a_transaction_holds_up_the_others_for_a_few_seconds_only()
    {
        await using var stores = new PostgresStores();
        await stores.OpenAsync();
        await using var database = await OpenAsync(stores.ConnectionString);
        var account = Sample.Account with { Name = "renamed" };
        using var thaw = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var isFirst = true;
        var frozen = stores.Database.WriteAsync(account.Id, session =>
        {
            if (isFirst)
            {
                isFirst = false;
                entered.SetResult();
                thaw.Wait(Cancel);
            }

            return session.Execute("UPDATE accounts SET queue_weight = 7 WHERE id = $1", account.Id.Value);
        });
        await entered.Task.WaitAsync(Cancel);
        var took = await Eventually.SucceedsAsync(() => new AccountStore(database).UpdateAsync(account, Sample.Audit(account.Id.Value), Cancel).AsTask(), Cancel);
        TestContext.Current.TestOutputHelper!.WriteLine($"The other node's write took {took.TotalSeconds:0.0} s.");
        Assert.InRange(took, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(12));

        // What it was in the middle of is undone, and done once more when it comes to.
        thaw.Set();
        Assert.Equal(1, await frozen);
        var found = await stores.Accounts.FindAsync(account.Id, Cancel);
        Assert.Equal(("renamed", 7), (found!.Name, found.Routing.QueueWeight));
    }

    [Fact]
    public async Task A_server_without_a_free_connection_is_unavailable()
    {
        await using var stores = new PostgresStores();
        await stores.OpenAsync();
        var server = await PostgresServer.SharedAsync();
        var name = stores.ConnectionString.Split("Database=")[1];
        await using var database = await OpenAsync(stores.ConnectionString);
        await server.ExecuteAsync("DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'few') THEN CREATE ROLE few LOGIN; END IF; END $$");
        await server.ExecuteAsync($"ALTER DATABASE {name} CONNECTION LIMIT 0");
        var asFew = PostgresStores.AddressOf(stores.ConnectionString.Replace("Username=filmgate", "Username=few", StringComparison.Ordinal));
        var error = Assert.Throws<StoreUnavailableException>(() => PostgresDatabase.Open(asFew, TimeProvider.System));
        Assert.Contains("53300", error.Message, StringComparison.Ordinal);
    }

    private static async Task<PostgresDatabase> OpenAsync(string connectionString)
    {
        var database = PostgresDatabase.Open(PostgresStores.AddressOf(connectionString), TimeProvider.System);
        var account = Sample.Account with { Limits = new AccountLimits(TasksInFlight: int.MaxValue) };
        await new AccountStore(database).AddAsync(account, [Sample.Key], Sample.Audit(account.Id.Value), Cancel);
        return database;
    }

    private static async Task AssertUnavailableAsync(Func<Task> actAsync)
    {
        var began = TimeProvider.System.GetTimestamp();
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(actAsync);
        var took = TimeProvider.System.GetElapsedTime(began);
        Assert.True(took < ErrorMax, $"It took {took.TotalSeconds:0.0} s to say so: {error.Message}");
    }
}
