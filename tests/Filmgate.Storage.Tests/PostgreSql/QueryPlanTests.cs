using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Tests.Conformance;
using Npgsql;

namespace Filmgate.Storage.Tests.PostgreSql;

/// <summary>
/// What is asked often finds its rows by an index. The statements are those that the stores themselves prepared, the plans are the server's own for
/// any values, over a store of some thousand rows in each table.
/// </summary>
public sealed class QueryPlanTests : IAsyncLifetime
{
    // One of twenty tasks is open, as in a store that has been at work for a while.
    private const string Rows = """
        INSERT INTO accounts (id, name, spending_limit_micros, created_at) SELECT 'acc_' || i, 'n', 1, 0 FROM generate_series(0, 1999) i;
        INSERT INTO api_keys (id, account_id, kind, name, prefix, hash, created_at)
            SELECT 'key_' || i, 'acc_' || i, 'live', 'n', 'fg_live_' || i, decode(lpad(to_hex(i), 64, '0'), 'hex'), 0 FROM generate_series(0, 1999) i;
        SET CONSTRAINTS ALL DEFERRED;
        INSERT INTO tasks (id, account_id, key_id, is_test, dialect, request, state, progress, revision, tries, created_at, inputs_at, due_at, completed_at, clip_id, external_id, waiting_for, waiting_since)
            SELECT 'task_' || i, 'acc_' || i % 1000, 'key_' || i % 2000, 0, 'apixo', '{"mode":"ProImageToVideo","prompt":"p","durationSeconds":5,"cfgScale":0.5,"provider":"auto"}',
                   CASE WHEN i % 20 = 0 THEN 'pending' ELSE 'success' END, 0, 0, 0, i, 1, CASE WHEN i % 20 = 0 THEN i END, CASE WHEN i % 20 > 0 THEN i END,
                   CASE WHEN i % 20 > 0 THEN 'clip_' || i END, 'mine_' || i, CASE WHEN i % 40 = 0 THEN 'kling-' || i / 40 % 20 END, CASE WHEN i % 40 = 0 THEN i END
            FROM generate_series(0, 9999) i;
        INSERT INTO clips (id, task_id, sha256, length, width, height, duration_ms, frames, expires_at)
            SELECT 'clip_' || i, 'task_' || i, lpad(to_hex(i), 64, '0'), 1, 1, 1, 1, 1, i FROM generate_series(0, 9999) i WHERE i % 20 > 0;
        INSERT INTO inputs (task_id, position, sha256, media_type, width, height, length, deleted_at)
            SELECT 'task_' || i, 0, lpad(to_hex(i), 64, '0'), 'image/png', 1, 1, 1, CASE WHEN i % 20 > 0 THEN i END FROM generate_series(0, 9999) i;
        INSERT INTO attempts (id, task_id, number, provider, state, upstream_id, clip_location, cost_micros, prepared_at, sent_at, accepted_at, ended_at)
            SELECT 'att_' || i, 'task_' || i, 1, 'kling-' || i % 20, 'completed', 'up_' || i, 'url:x', 1, i, i, i, i FROM generate_series(0, 9999) i WHERE i % 20 > 0;
        INSERT INTO attempts (id, task_id, number, provider, state, cost_micros, prepared_at, sent_at)
            SELECT 'att_' || i, 'task_' || i, 1, 'kling-' || i / 20 % 20, 'sent', 0, i, i FROM generate_series(0, 9999) i WHERE i % 20 = 0;
        INSERT INTO attempts (id, task_id, number, provider, state, refusal, cost_micros, unconfirmed_micros, prepared_at, sent_at, ended_at)
            SELECT 'attx_' || i, 'task_' || i, 2, 'kling-' || i % 20, 'refused', 'busy', 0, CASE WHEN i % 100 = 1 THEN 5 ELSE 0 END, i, i, i FROM generate_series(0, 9999) i;
        INSERT INTO ledger (account_id, task_id, kind, amount_micros, at) SELECT 'acc_' || i % 1000, 'task_' || i, 'hold', 1, i FROM generate_series(0, 9999) i;
        INSERT INTO daily_spending (account_id, day, micros) SELECT 'acc_' || i % 100, to_char(date '2020-01-01' + i / 100, 'YYYY-MM-DD'), 1 FROM generate_series(0, 9999) i;
        INSERT INTO idempotency_keys (account_id, key, fingerprint, task_id, expires_at)
            SELECT 'acc_' || i % 1000, 'key_' || i, repeat('a', 64), 'task_' || i, i FROM generate_series(0, 9999) i;
        INSERT INTO uploads (id, account_id, sha256, media_type, width, height, length, created_at, expires_at)
            SELECT 'upl_' || i, 'acc_' || i % 100, lpad(to_hex(i), 64, '0'), 'image/png', 1, 1, 1, 0, i + 1 FROM generate_series(0, 9999) i;
        INSERT INTO deliveries (id, event_id, account_id, task_id, url, destination, event, body, state, attempts, tries, cause, created_at, due_at, completed_at)
            SELECT 'evt_' || i, 'evt_' || i, 'acc_' || i % 1000, 'task_' || i, 'https://x.example', 'acc_' || i % 1000 || '|https://' || i / 1000 || '.example', 'completed', '',
                   CASE WHEN i % 5 = 0 THEN 'pending' ELSE 'delivered' END, 0, 0, 'event', i, CASE WHEN i % 5 = 0 THEN i END, CASE WHEN i % 5 > 0 THEN i END
            FROM generate_series(0, 9999) i;
        INSERT INTO event_audiences (account_id, until, last_number) SELECT 'acc_' || i, 1, 10000 FROM generate_series(0, 1999) i;
        INSERT INTO events (account_id, number, id, type, body, created_at) SELECT 'acc_' || i % 1000, i + 1, 'evt_' || i, 'video.completed', '', i FROM generate_series(0, 9999) i;
        SET CONSTRAINTS ALL IMMEDIATE;
        INSERT INTO delivery_attempts (delivery_id, number, at, took_ms, cause) SELECT 'evt_' || i, 1, i, 1, 'event' FROM generate_series(0, 9999) i;
        INSERT INTO webhook_endpoints (id, account_id, number, url, events, created_at) SELECT 'ep_' || i, 'acc_' || i, 1, 'https://c.example', 16, 0 FROM generate_series(1, 1999) i;
        INSERT INTO webhook_secrets (endpoint_id, number, created_at) SELECT 'ep_' || i, 1, 0 FROM generate_series(1, 1999) i;
        INSERT INTO audit_log (at, actor, action, subject, details) SELECT i, 'a', 'b', 'c', '{}' FROM generate_series(0, 9999) i;
        SET CONSTRAINTS ALL IMMEDIATE;
        """;

    private readonly PostgresStores _stores = new();
    private PostgresDatabase _database = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _stores.OpenAsync();
        await using (var connection = new NpgsqlConnection(_stores.ConnectionString + ";Pooling=false;Command Timeout=0"))
        {
            await connection.OpenAsync(Cancel);
            await using var fill = new NpgsqlCommand($"BEGIN; {Rows} COMMIT; ANALYZE", connection);
            await fill.ExecuteNonQueryAsync(Cancel);
        }

        // One reader, so that all that was prepared for reading is found in one place.
        _database = PostgresDatabase.Open(PostgresStores.AddressOf(_stores.ConnectionString), TimeProvider.System, readers: 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _stores.DisposeAsync();
    }

    [Fact]
    public async Task No_statement_of_a_busy_gateway_reads_a_whole_table()
    {
        await WorkAsync();
        var read = await _database.ReadAsync(0, static (session, _) => Plans(session), Cancel);
        var written = await _database.WriteAsync(null, Plans);
        Assert.InRange(read.Count, 30, 200);
        Assert.InRange(written.Count, 30, 200);
        var slow = read.Concat(written).Where(plan => plan.Text.Contains("Seq Scan", StringComparison.Ordinal)).ToArray();
        Assert.True(slow.Length == 0, string.Join("\n\n", slow.Select(plan => $"{plan.Sql}\n{plan.Text}")));
    }

    // These read the first row and no more, or a table with a row for each node.
    private static bool MayReadAll(string sql) => sql.StartsWith("SELECT EXISTS (SELECT 1 FROM accounts)", StringComparison.Ordinal) || sql.Contains("FROM writers", StringComparison.Ordinal);

    // For a range and a limit of any value the server assumes a third of the rows and a tenth of those. It plans such a statement anew for the values
    // of each use, because that is cheaper; so it does here.
    private static bool IsPlannedForItsValues(string sql) =>
        sql.StartsWith("WITH old", StringComparison.Ordinal) || sql.StartsWith("SELECT name, due_at FROM destinations", StringComparison.Ordinal);

    private static List<(string Sql, string Text)> Plans(SqlSession session)
    {
        var prepared = new List<(string Name, string Sql, long Parameters)>();
        using (var row = session.Query("SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements"))
        {
            while (row.Read())
            {
                prepared.Add((row.GetString(0), row.GetString(1), row.GetInt64(2)));
            }
        }

        var plans = new List<(string, string)>();
        foreach (var (name, sql, parameters) in prepared)
        {
            // The rest are BEGIN and COMMIT, and questions about the server itself.
            if (sql.TrimStart().Split(' ', '\n')[0] is not ("SELECT" or "INSERT" or "UPDATE" or "DELETE" or "WITH")
                || sql.Contains("pg_", StringComparison.Ordinal) || MayReadAll(sql))
            {
                continue;
            }

            var isPlannedForValues = IsPlannedForItsValues(sql);
            session.Run($"SET plan_cache_mode = {(isPlannedForValues ? "force_custom_plan" : "force_generic_plan")}");

            // A sweep takes a few rows of all that are older than most; its limit is the last.
            var values = Enumerable.Range(1, (int)parameters).Select(place => !isPlannedForValues ? "NULL" : place == parameters ? "5" : "9000");
            var lines = new List<string>();
            using var row = session.Query($"EXPLAIN EXECUTE {name}{(parameters == 0 ? "" : $"({string.Join(", ", values)})")}");
            while (row.Read())
            {
                lines.Add(row.GetString(0));
            }

            plans.Add((sql, string.Join('\n', lines)));
        }

        return plans;
    }

    // Everything that a gateway asks of its store on the way of a task, and what its sweeps do, once each.
    private async Task WorkAsync()
    {
        var account = new AccountId("acc_0");
        var now = Sample.Start;
        var known = new TaskKey(new AccountId("acc_1"), new TaskId("task_1"));
        var tasks = new TaskStore(_database);
        await tasks.FindStatusAsync(known, Cancel);
        Assert.NotNull(await tasks.LoadAsync(known, Cancel));
        await tasks.ListAsync(account, new TaskFilter { Limit = 10 }, Cancel);
        await tasks.ListAsync(account, new TaskFilter { Limit = 10, OldestFirst = true }, Cancel);
        await tasks.FindByExternalIdAsync(account, "apixo", "mine_0", Cancel);
        await tasks.FindDueAsync(now, 10, Cancel);
        await tasks.FindOpenAtAsync("kling-7", Cancel);
        await tasks.FindWaitingAsync("kling-7", Cancel);
        await tasks.FindByAttemptAsync(new AttemptId("att_1"), Cancel);
        await tasks.ForgetKeysAsync(DateTimeOffset.FromUnixTimeMilliseconds(5), 10, Cancel);

        var accounts = new AccountStore(_database);
        await accounts.AnyAsync(Cancel);
        await accounts.FindAsync(account, Cancel);
        await accounts.TotalsAsync(account, now, Cancel);
        await accounts.FindKeysAsync("fg_live_7", Cancel);
        await accounts.FindKeyAsync(new KeyId("key_7"), Cancel);
        await accounts.ReadAuditAsync(5000, 10, Cancel);
        await accounts.UpdateAsync(Sample.Account with { Id = account, Budget = new Budget(Usd.FromDollars(100), Usd.FromDollars(50), Usd.FromDollars(70)) }, Sample.Audit("acc_0"), Cancel);
        await accounts.NoteKeyUseAsync([KeyValuePair.Create(new KeyId("key_7"), now)], Cancel);
        await accounts.ExpireKeyAsync(new KeyId("key_8"), now, Sample.Audit("key_8"), Cancel);
        await accounts.RevokeKeyAsync(new KeyId("key_8"), now, Sample.Audit("key_8"), Cancel);

        var events = new EventLog(_database);
        await events.OpenAsync(account, now, now.AddDays(1), Cancel);
        await events.ReadAsync(known.Account, 1, 10, Cancel);
        await events.FindAsync(known.Account, new DeliveryId("evt_1"), Cancel);
        await events.ForgetAsync(DateTimeOffset.FromUnixTimeMilliseconds(5), 10, Cancel);

        var endpoints = new EndpointStore(_database);
        var endpoint = (await endpoints.AddAsync(
            new WebhookEndpoint { Id = new EndpointId("ep_new"), Account = account, Number = 0, Url = "https://example.com", Events = WebhookEvents.Accepted, CreatedAt = now }, Cancel))!;
        await endpoints.ListAsync(account, Cancel);
        await endpoints.FindAsync(account, endpoint.Id, Cancel);
        await endpoints.RotateAsync(account, endpoint.Id, TimeSpan.FromHours(1), now, Cancel);

        var task = Sample.Task("task_new", null, GenerationRequest.StoredImagePrefix + Sample.Sha('a')) with
        {
            Key = new TaskKey(account, new TaskId("task_new")),
            KeyId = new KeyId("key_0"),
            Hold = Usd.FromDollars(1),
            ExternalId = "new",
        };
        var claim = new IdempotencyClaim("new", Sample.Sha('f'), now.AddDays(1));
        Assert.IsType<AdmissionOutcome.Accepted>(await tasks.AdmitAsync(
            new Admission(task, claim, Sample.Callback("evt_new")) { Event = new NewEvent(new DeliveryId("evn_new"), WebhookEvents.Accepted, () => new byte[] { 1 }) }, Cancel));
        foreach (var step in Sample.ToCompleted("att_new", Sample.Input(0, 'a')).Append(Sample.Succeed(Sample.Clip("clip_new", '1', '2'), Sample.Callback("evt_end") with { Url = "https://example.com/other" })))
        {
            task = (await tasks.ApplyAsync(task, step, Cancel)).Task;
        }

        Assert.True(task.State.IsTerminal());
        var deliveries = new DeliveryStore(_database);
        await deliveries.FindDueDestinationsAsync(now, Cancel);
        await deliveries.FindDueAsync(endpoint.Id.Value, now.AddDays(1), 10, Cancel);
        await deliveries.NextDueAsync(now, Cancel);
        await deliveries.ListAsync(account, new DeliveryFilter { Limit = 10 }, Cancel);
        await deliveries.AttemptsAsync(new DeliveryId("evt_1"), Cancel);
        foreach (var delivery in await deliveries.FindOfTaskAsync(task.Key, Cancel))
        {
            await deliveries.FindAsync(account, delivery.Id, Cancel);
            await deliveries.RecordAsync(
                delivery, new DeliveryAttempt(now, TimeSpan.FromMilliseconds(1), 500, null, null), nextAt: null, DisablingRule.Default, _ => throw new NotSupportedException(), Cancel);
            await deliveries.ResendAsync(account, delivery.Id, now, Cancel);
        }

        await deliveries.ReplayAsync(account, new DeliveryFilter { Limit = 10 }, now, Cancel);
        var clips = new ClipStore(_database);
        await clips.FindAsync(new ClipId("clip_1"), Cancel);
        await clips.IsNeededAsync(Sample.Sha('1'), Cancel);
        await clips.ExpireAsync(DateTimeOffset.FromUnixTimeMilliseconds(5), DateTimeOffset.FromUnixTimeMilliseconds(5), 10, Cancel);
        await tasks.DeleteAsync(task.Key, now, Cancel);
        await endpoints.DeleteAsync(account, endpoint.Id, now, Cancel);

        var uploads = new UploadStore(_database);
        await uploads.CountAsync(account, now, Cancel);
        await uploads.ListAsync(account, now, Cancel);
        await uploads.FindAsync(account, new UploadId("upl_0"), now, Cancel);
        await uploads.DeleteAsync(account, new UploadId("upl_0"), now, Cancel);

        var books = new Books(_database);
        await books.ReadLedgerAsync(account, null, 10, Cancel);
        await books.UnconfirmedAsync(null, null, 10, Cancel);
    }
}
