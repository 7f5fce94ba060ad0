using System.Reflection;
using DbUp;
using DbUp.Engine.Output;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Filmgate.Storage.Tests.Conformance;
using Microsoft.Data.Sqlite;

namespace Filmgate.Storage.Tests.Sqlite;

/// <summary>A database of an earlier version, with rows in it, opened by this one.</summary>
public sealed class SqliteUpgradeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-upgrade-").FullName;

    private string DatabasePath => Path.Combine(_folder, "filmgate.db");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Attempts_and_deliveries_survive_their_tables_being_written_anew()
    {
        MakeDatabaseOf(version: 3);
        Run("""
            INSERT INTO accounts (id, name, spending_limit_micros, created_at) VALUES ('acc_1', 'first', 1000000, 0);
            INSERT INTO api_keys (id, account_id, kind, name, prefix, hash, created_at) VALUES ('key_1', 'acc_1', 'live', 'k', 'fg_live_AAAA', zeroblob(32), 0);
            INSERT INTO tasks (id, account_id, key_id, is_test, dialect, request, callback_url, state, progress, revision, tries, created_at, inputs_at, completed_at, fail_code, fail_message)
            VALUES ('task_1', 'acc_1', 'key_1', 0, 'apixo', '{"mode":"MasterTextToVideo","prompt":"p","durationSeconds":5,"cfgScale":0.5,"provider":"auto"}',
                    'https://example.com/hook', 'failed', 40, 7, 0, 1000, 1001, 2000, 'GENERATION_FAILED', 'No.');
            INSERT INTO attempts (id, task_id, number, provider, state, cost_micros, refusal, reason, prepared_at, sent_at, ended_at)
            VALUES ('att_1', 'task_1', 1, 'kling', 'refused', 0, 'busy', 'Full.', 1100, 1101, 1102);
            INSERT INTO attempts (id, task_id, number, provider, state, upstream_id, cost_micros, reason, fail_code, prepared_at, sent_at, accepted_at, ended_at)
            VALUES ('att_2', 'task_1', 2, 'kling', 'failed', 'up_2', 0, 'Broke.', 'GENERATION_FAILED', 1200, 1201, 1202, 1203);
            INSERT INTO deliveries (id, task_id, url, body, state, attempts, created_at, due_at)
            VALUES ('evt_1', 'task_1', 'https://example.com/hook', x'0102', 'pending', 1, 2000, 9000);
            INSERT INTO delivery_attempts (delivery_id, number, at, took_ms, status, error) VALUES ('evt_1', 1, 2001, 15, 503, NULL);
            """);

        await using var database = SqliteDatabase.Open(DatabasePath);
        var key = new TaskKey(new AccountId("acc_1"), new TaskId("task_1"));
        var task = await new TaskStore(database).LoadAsync(key, Cancel);
        Assert.NotNull(task);
        Assert.Equal(TaskEvents.Completed, task.CallbackEvents);
        Assert.Equal([("att_1", AttemptState.Refused), ("att_2", AttemptState.Failed)], task.Attempts.Select(attempt => (attempt.Id.Value, attempt.State)));
        Assert.Equal(FailureCode.GenerationFailed, task.Attempts[1].FailCode);

        var deliveries = new DeliveryStore(database);
        var delivery = Assert.Single(await deliveries.FindOfTaskAsync(key, Cancel));
        Assert.Equal((1, "completed", DeliveryState.Pending, delivery.Id), (delivery.Attempts, delivery.Event, delivery.State, delivery.EventId));
        Assert.Equal("acc_1|https://example.com", Assert.Single(await deliveries.FindDueDestinationsAsync(DateTimeOffset.FromUnixTimeMilliseconds(9000), Cancel)).Name);
        var attempt = new DeliveryAttempt(Sample.Start, TimeSpan.FromMilliseconds(3), 200, null, null);
        Assert.True((await deliveries.RecordAsync(delivery, attempt, nextAt: null, DisablingRule.Default, _ => throw new NotSupportedException(), Cancel)).IsRecorded);
        Assert.Equal(2L, await database.ReadAsync(0, static (session, _) => session.Scalar("SELECT COUNT(*) FROM delivery_attempts WHERE delivery_id = 'evt_1'"), Cancel));
        Assert.Empty(await new Books(database).CheckAsync(Cancel));
        Assert.Null(await database.ReadAsync(0, static (session, _) => session.Scalar("PRAGMA foreign_key_check"), Cancel));
    }

    [Fact]
    public async Task An_account_from_before_there_were_policies_is_bound_by_none()
    {
        MakeDatabaseOf(version: 5);
        Run("INSERT INTO accounts (id, name, spending_limit_micros, created_at) VALUES ('acc_1', 'first', 1000000, 0)");

        await using var database = SqliteDatabase.Open(DatabasePath);
        var account = await new AccountStore(database).FindAsync(new AccountId("acc_1"), Cancel);
        Assert.Equal(RoutingPolicy.Default, account!.Routing);
    }

    private void MakeDatabaseOf(int version)
    {
        var connectionString = $"Data Source={DatabasePath};Pooling=False";
        using var connection = new SqliteConnection(connectionString);
        var result = DeployChanges.To.SqliteDatabase(new DbUp.Sqlite.Helpers.SharedConnection(connection))
            .WithScriptsEmbeddedInAssembly(typeof(SqliteDatabase).Assembly, name => IsScript(name) && Number(name) <= version)
            .WithTransactionPerScript()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        Assert.True(result.Successful, result.Error?.Message);
        Assert.Equal(version, result.Scripts.Count());
    }

    private static bool IsScript(string name) => name.Contains(".Sqlite.Migrations.", StringComparison.Ordinal);

    // Filmgate.Storage.Sqlite.Migrations.0001_tasks.sql, as the compiler names it.
    private static int Number(string name) => int.Parse(name.Split('.')[^2].TrimStart('_').Split('_')[0]);

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A constant of this test.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
