using System.Net;
using Filmgate.Engine.Cluster;
using Filmgate.Testing.PostgreSql;
using Npgsql;
using Orleans;
using Orleans.Runtime;

namespace Filmgate.Engine.Tests.Cluster;

/// <summary>The promises that Orleans asks of a membership table, against a real server.</summary>
public sealed class PostgreSqlMembershipTests : IAsyncLifetime
{
    private static readonly DateTime Start = new(2026, 11, 27, 12, 0, 0, DateTimeKind.Utc);

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _source = null!;
    private PostgreSqlMembership _table = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.ConnectionString);
        using var reader = new StreamReader(typeof(Storage.ITaskStore).Assembly.GetManifestResourceStream("Filmgate.Storage.PostgreSql.Migrations.0003_cluster.sql")!);
        await using var command = _source.CreateCommand(await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        _table = new PostgreSqlMembership(_source);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_new_table_is_empty_and_at_version_0()
    {
        var read = await _table.ReadAll();
        Assert.Empty(read.Members);
        Assert.Equal(0, read.Version.Version);
    }

    [Fact]
    public async Task A_member_is_read_as_it_was_written_suspicions_included()
    {
        var entry = Entry(1);
        entry.AddSuspector(Silo(2), Start.AddSeconds(1));
        entry.AddSuspector(Silo(3), Start.AddSeconds(2));
        Assert.True(await _table.InsertRow(entry, await NextAsync()));
        var read = await _table.ReadRow(entry.SiloAddress);
        var (member, _) = Assert.Single(read.Members);
        Assert.Equal(1, read.Version.Version);
        Assert.Equal(entry.ToFullString(), member.ToFullString());
        Assert.Equal(entry.SuspectTimes, member.SuspectTimes);
        Assert.Equal(entry.StartTime, member.StartTime);
        Assert.Equal(entry.IAmAliveTime, member.IAmAliveTime);
    }

    [Fact]
    public async Task A_member_that_is_not_there_is_not_read_and_the_version_is()
    {
        Assert.True(await _table.InsertRow(Entry(1), await NextAsync()));
        var read = await _table.ReadRow(Silo(2));
        Assert.Empty(read.Members);
        Assert.Equal(1, read.Version.Version);
    }

    [Fact]
    public async Task A_member_is_inserted_once_and_a_second_try_changes_nothing()
    {
        Assert.True(await _table.InsertRow(Entry(1), await NextAsync()));
        Assert.False(await _table.InsertRow(Entry(1), await NextAsync()));
        Assert.Equal(1, (await _table.ReadAll()).Version.Version);
    }

    [Fact]
    public async Task Nothing_is_written_upon_an_old_version_of_the_table()
    {
        var old = await NextAsync();
        Assert.True(await _table.InsertRow(Entry(1), old));
        Assert.False(await _table.InsertRow(Entry(2), old));
        var (entry, tag) = Assert.Single((await _table.ReadAll()).Members);
        entry.Status = SiloStatus.Dead;
        Assert.False(await _table.UpdateRow(entry, tag, old));
        Assert.Equal(SiloStatus.Active, Assert.Single((await _table.ReadAll()).Members).Item1.Status);
    }

    [Fact]
    public async Task Nothing_is_written_upon_an_old_version_of_the_row()
    {
        Assert.True(await _table.InsertRow(Entry(1), await NextAsync()));
        var (entry, tag) = Assert.Single((await _table.ReadAll()).Members);
        entry.Status = SiloStatus.ShuttingDown;
        Assert.True(await _table.UpdateRow(entry, tag, await NextAsync()));
        entry.Status = SiloStatus.Dead;
        Assert.False(await _table.UpdateRow(entry, tag, await NextAsync()));
        var read = await _table.ReadAll();
        Assert.Equal(SiloStatus.ShuttingDown, Assert.Single(read.Members).Item1.Status);
        Assert.Equal(2, read.Version.Version);
    }

    [Fact]
    public async Task Of_twenty_changes_at_once_one_is_made()
    {
        Assert.True(await _table.InsertRow(Entry(1), await NextAsync()));
        var tag = Assert.Single((await _table.ReadAll()).Members).Item2;
        var next = await NextAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => _table.UpdateRow(Entry(1), tag, next))));
        Assert.Single(outcomes, won => won);
    }

    [Fact]
    public async Task A_sign_of_life_is_no_new_version()
    {
        Assert.True(await _table.InsertRow(Entry(1), await NextAsync()));
        var before = await _table.ReadAll();
        var entry = Entry(1);
        entry.IAmAliveTime = Start.AddMinutes(5);
        await _table.UpdateIAmAlive(entry);
        var after = await _table.ReadAll();
        Assert.Equal(Start.AddMinutes(5), Assert.Single(after.Members).Item1.IAmAliveTime);
        Assert.Equal(before.Version, after.Version);
        Assert.Equal(Assert.Single(before.Members).Item2, Assert.Single(after.Members).Item2);
    }

    [Fact]
    public async Task The_dead_are_forgotten_after_a_while_and_nobody_else()
    {
        var (dead, silent, fresh) = (Entry(1), Entry(2), Entry(3));
        dead.Status = SiloStatus.Dead;
        fresh.Status = SiloStatus.Dead;
        fresh.IAmAliveTime = Start.AddHours(2);
        foreach (var entry in new[] { dead, silent, fresh })
        {
            Assert.True(await _table.InsertRow(entry, await NextAsync()));
        }

        await _table.CleanupDefunctSiloEntries(new DateTimeOffset(Start.AddHours(1)));
        Assert.Equal([silent.SiloAddress, fresh.SiloAddress], (await _table.ReadAll()).Members.Select(member => member.Item1.SiloAddress).Order());
    }

    private async Task<TableVersion> NextAsync() => (await _table.ReadAll()).Version.Next();

    private static SiloAddress Silo(int number) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, 11110 + number), 1000 + number);

    private static MembershipEntry Entry(int number) => new()
    {
        SiloAddress = Silo(number),
        Status = SiloStatus.Active,
        HostName = "machine",
        SiloName = $"node-{number}",
        StartTime = Start,
        IAmAliveTime = Start.AddSeconds(number),
    };
}
