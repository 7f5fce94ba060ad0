using System.Threading.Channels;
using Filmgate.Engine.Cluster;
using Filmgate.Model.Identity;
using Filmgate.Testing.PostgreSql;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Filmgate.Engine.Tests.Cluster;

/// <summary>Two nodes over one real server.</summary>
public sealed class PostgreSqlNewsTests : IAsyncLifetime
{
    private static readonly TaskKey Task = new(new AccountId("acct_1"), new TaskId("task_1"));

    private PostgresDatabase _database = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_word_reaches_the_other_node_and_not_the_one_that_said_it()
    {
        await using var one = await Node.StartAsync(_database);
        await using var other = await Node.StartAsync(_database);
        one.News.TaskChanged(Task);
        Assert.Equal(new NodeWord(NodeWordKind.Task, "acct_1/task_1"), await other.NextAsync());
        other.News.DestinationChanged("callback:x");
        Assert.Equal(new NodeWord(NodeWordKind.Destination, "callback:x"), await one.NextAsync());
        Assert.Equal(0, other.Waiting);
    }

    [Fact]
    public async Task What_is_said_many_times_in_a_moment_is_heard_few_times()
    {
        await using var one = await Node.StartAsync(_database);
        await using var other = await Node.StartAsync(_database);
        for (var times = 0; times < 1000; times++)
        {
            one.News.DeliveriesDue();
        }

        one.News.DestinationChanged("last");
        var heard = 0;
        while ((await other.NextAsync()).Kind == NodeWordKind.Deliveries)
        {
            heard++;
        }

        Assert.InRange(heard, 1, 50);
    }

    [Fact]
    public async Task After_its_connections_were_cut_a_node_hears_again_and_knows_that_it_missed_something()
    {
        await using var one = await Node.StartAsync(_database);
        await using var other = await Node.StartAsync(_database);
        await (await PostgresServer.SharedAsync()).ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_database.Name}'");
        await other.MissedAsync();
        for (var deadline = 0; other.Waiting == 0 && deadline < 200; deadline++)
        {
            one.News.TaskChanged(Task);
            await System.Threading.Tasks.Task.WhenAny(other.HasHeardAsync(), System.Threading.Tasks.Task.Delay(100, Cancel));
        }

        Assert.Equal(NodeWordKind.Task, (await other.NextAsync()).Kind);
    }

    private sealed class Node : IAsyncDisposable, INodeEars
    {
        private readonly Channel<NodeWord> _heard = Channel.CreateUnbounded<NodeWord>();
        private readonly SemaphoreSlim _missed = new(0);
        private readonly NpgsqlDataSource _source;

        private Node(PostgresDatabase database)
        {
            _source = NpgsqlDataSource.Create(database.ConnectionString);
            News = new PostgreSqlNews(_source, () => this, TimeProvider.System, NullLogger<PostgreSqlNews>.Instance);
        }

        public PostgreSqlNews News { get; }

        public int Waiting => _heard.Reader.Count;

        public static async Task<Node> StartAsync(PostgresDatabase database)
        {
            var node = new Node(database);
            await node.News.StartAsync(Cancel);

            // It listens from here on.
            await node.MissedAsync();
            return node;
        }

        public Task<bool> MissedAsync() => _missed.WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        public Task<bool> HasHeardAsync() => _heard.Reader.WaitToReadAsync(Cancel).AsTask();

        public async Task<NodeWord> NextAsync() => await _heard.Reader.ReadAsync(Cancel).AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancel);

        public void Hear(NodeWord word) => _heard.Writer.TryWrite(word);

        public void Missed() => _missed.Release();

        public async ValueTask DisposeAsync()
        {
            await News.StopAsync(CancellationToken.None);
            News.Dispose();
            await _source.DisposeAsync();
            _missed.Dispose();
        }
    }
}
