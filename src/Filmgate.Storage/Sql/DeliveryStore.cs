using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using static Filmgate.Storage.Sql.SqlRows;

namespace Filmgate.Storage.Sql;

/// <summary>Webhook deliveries in a database.</summary>
public sealed class DeliveryStore(SqlDatabase database) : IDeliveryStore
{
    private readonly string _forgetAttempts = $"""
        WITH {Oldest(database)} DELETE FROM delivery_attempts WHERE delivery_id IN (SELECT id FROM oldest)
        """;

    // What another write held a moment ago, when the attempts were deleted, keeps its row as well.
    private readonly string _forget = $"""
        WITH {Oldest(database)} DELETE FROM deliveries
        WHERE id IN (SELECT id FROM oldest) AND NOT EXISTS (SELECT 1 FROM delivery_attempts a WHERE a.delivery_id = deliveries.id)
        """;

    private const string Columns = """
        d.id, d.event_id, d.account_id, d.task_id, t.dialect, d.endpoint_id, d.event, COALESCE(d.url, e.url), d.body, d.state, d.attempts, d.tries, d.cause,
        d.created_at, d.due_at, d.completed_at
        FROM deliveries d LEFT JOIN tasks t ON t.id = d.task_id LEFT JOIN webhook_endpoints e ON e.id = d.endpoint_id
        """;

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<DueDestination>> FindDueDestinationsAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync(now, static (session, now) =>
        {
            var due = ImmutableArray.CreateBuilder<DueDestination>();
            using var row = session.Query("SELECT name, due_at FROM destinations WHERE due_at <= $1 ORDER BY due_at", now.Milliseconds());
            while (row.Read())
            {
                due.Add(new DueDestination(row.GetString(0), Time(row.GetInt64(1))));
            }

            return due.ToImmutable();
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DuePage> FindDueAsync(string destination, DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        database.ReadMomentAsync((destination, now, limit), static (session, asked) =>
        {
            // One moment for both: an endpoint that moves takes what waits along.
            ImmutableArray<Delivery> deliveries;
            using (var row = session.Query(
                $"SELECT {Columns} WHERE d.destination = $1 AND d.due_at <= $2 ORDER BY d.due_at LIMIT $3",
                asked.destination, asked.now.Milliseconds(), asked.limit))
            {
                deliveries = All(row);
            }

            var endpoint = deliveries is [{ Endpoint: { } id }, ..] ? EndpointStore.Find(session, deliveries[0].Account, id) : null;
            return new DuePage(endpoint, deliveries);
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken cancellationToken) =>
        database.ReadAsync(after, static (session, after) =>
            session.Scalar("SELECT MIN(due_at) FROM destinations WHERE due_at > $1", after.Milliseconds()) is long due ? Time(due) : (DateTimeOffset?)null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<RecordOutcome> RecordAsync(
        Delivery seen, DeliveryAttempt attempt, DateTimeOffset? nextAt, DisablingRule rule, Func<WebhookEndpoint, NewEvent> announce, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(announce);
        return await database.WriteAsync(seen.Account, session => Record(session, seen, attempt, nextAt, rule, announce)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Delivery>> FindOfTaskAsync(TaskKey task, CancellationToken cancellationToken) =>
        database.ReadAsync(task, static (session, task) =>
        {
            using var row = session.Query(
                $"SELECT {Columns} WHERE d.task_id = $1 AND d.account_id = $2 ORDER BY d.created_at, d.id", task.Task.Value, task.Account.Value);
            return (IReadOnlyList<Delivery>)All(row);
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Delivery>> ListAsync(AccountId account, DeliveryFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return database.ReadAsync((account, filter), static (session, asked) =>
        {
            var (account, filter) = asked;
            using var row = session.Query(
                $"""
                SELECT {Columns} WHERE d.account_id = $1
                  AND (d.endpoint_id = $2 OR $2 IS NULL)
                  AND (d.task_id = $3 OR $3 IS NULL)
                  AND ($4 LIKE '%,' || d.state || ',%' OR $4 IS NULL)
                  AND (d.created_at >= $5 OR $5 IS NULL)
                  AND (d.created_at < $6 OR $6 IS NULL)
                  AND (d.id < $7 OR $7 IS NULL)
                ORDER BY d.id DESC LIMIT $8
                """,
                account.Value, filter.Endpoint?.Value, filter.Task?.Value, Words(filter.States), filter.From?.Milliseconds(), filter.Before?.Milliseconds(),
                filter.After?.Value, filter.Limit);
            return All(row);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Delivery?> FindAsync(AccountId account, DeliveryId id, CancellationToken cancellationToken) =>
        database.ReadAsync((account, id), static (session, asked) =>
        {
            using var row = session.Query($"SELECT {Columns} WHERE d.id = $1 AND d.account_id = $2", asked.id.Value, asked.account.Value);
            return All(row) is [var found] ? found : null;
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<RecordedAttempt>> AttemptsAsync(DeliveryId id, CancellationToken cancellationToken) =>
        database.ReadAsync(id, static (session, id) =>
        {
            var attempts = ImmutableArray.CreateBuilder<RecordedAttempt>();
            using var row = session.Query(
                "SELECT number, cause, at, took_ms, status, error, answer FROM delivery_attempts WHERE delivery_id = $1 ORDER BY number", id.Value);
            while (row.Read())
            {
                attempts.Add(new RecordedAttempt(row.GetInt32(0), StoredWords.Parse<DeliveryCause>(row.GetString(1)), new DeliveryAttempt(
                    Time(row.GetInt64(2)), TimeSpan.FromMilliseconds(row.GetInt64(3)), row.IsDBNull(4) ? null : row.GetInt32(4), Text(row, 5), RetryAfter: null, Text(row, 6))));
            }

            return attempts.ToImmutable();
        }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<ResendOutcome> ResendAsync(
        AccountId account, DeliveryId id, DateTimeOffset now, CancellationToken cancellationToken, AuditEntry? audit = null) =>
        await database.WriteAsync(account, session => Resend(session, account, id, now, audit)).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<int> ReplayAsync(
        AccountId account, DeliveryFilter filter, DateTimeOffset now, CancellationToken cancellationToken, Func<int, AuditEntry>? audit = null)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return await database.WriteAsync(account, session => Replay(session, account, filter, now, audit)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<int> ForgetAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        await database.WriteAsync(null, session => Forget(session, before, limit)).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Makes a callback due, within the transaction of what it tells of.</summary>
    internal static void Insert(SqlSession session, TaskKey task, NewDelivery delivery, DateTimeOffset at) => session.Post(
        """
        INSERT INTO deliveries (id, event_id, account_id, task_id, url, destination, event, body, state, attempts, tries, cause, created_at, due_at)
        VALUES ($1, $1, $2, $3, $4, $5, $6, $7, 'pending', 0, 0, 'event', $8, $8)
        """,
        delivery.Id.Value, task.Account.Value, task.Task.Value, delivery.Url, Destination.Of(task.Account, delivery.Url), delivery.Event.Word(),
        delivery.Body.ToArray(), at.Milliseconds());

    /// <summary>
    /// Makes an event due at every endpoint of the account that wants to hear of it, within the transaction of what it tells of, and keeps it
    /// for those who listen. A disabled endpoint has it as missed.
    /// </summary>
    internal static void Insert(SqlSession session, AccountId account, TaskId? task, NewEvent happened, DateTimeOffset at)
    {
        EventLog.Insert(session, account, happened, at);
        var type = (long)happened.Type;
        if (session.Scalar(
            "SELECT 1 FROM webhook_endpoints WHERE account_id = $1 AND deleted_at IS NULL AND (events & $2) <> 0 LIMIT 1", account.Value, type) is not null)
        {
            Insert(session, account, task, happened, at, type, endpoint: null);
        }
    }

    /// <summary>Makes an event due at the endpoints that are named by what they want to hear of, or at the one that is named by its id.</summary>
    internal static void Insert(SqlSession session, AccountId account, TaskId? task, NewEvent happened, DateTimeOffset at, long events, EndpointId? endpoint) =>
        session.Post(
            """
            INSERT INTO deliveries (id, event_id, account_id, task_id, endpoint_id, destination, event, body, state, attempts, tries, cause, created_at, due_at, completed_at)
            SELECT $1 || '_' || number, $1, account_id, $2, id, id, $3, $4, CASE WHEN disabled_at IS NULL THEN 'pending' ELSE 'missed' END, 0, 0, 'event', $5,
                   CASE WHEN disabled_at IS NULL THEN CAST($5 AS BIGINT) END, CASE WHEN disabled_at IS NOT NULL THEN CAST($5 AS BIGINT) END
            FROM webhook_endpoints WHERE account_id = $6 AND deleted_at IS NULL AND ((events & $7) <> 0 OR id = $8)
            """,
            happened.Id.Value, task?.Value, happened.Type.Name(), happened.Body.ToArray(), at.Milliseconds(), account.Value, events, endpoint?.Value);

    private static RecordOutcome Record(
        SqlSession session, Delivery seen, DeliveryAttempt attempt, DateTimeOffset? nextAt, DisablingRule rule, Func<WebhookEndpoint, NewEvent> announce)
    {
        // :: Step 1: where the delivery stands.
        var ended = attempt.At + attempt.Took;
        var state = attempt.Succeeded ? DeliveryState.Delivered : nextAt is null ? DeliveryState.Failed : DeliveryState.Pending;
        var dueAt = state == DeliveryState.Pending ? nextAt : null;
        var updated = session.Execute(
            """
            UPDATE deliveries SET state = $1, attempts = attempts + 1, tries = tries + 1, due_at = $2, completed_at = $3
            WHERE id = $4 AND attempts = $5 AND state = 'pending'
            """,
            state.Word(), dueAt?.Milliseconds(), dueAt is null ? ended.Milliseconds() : (long?)null, seen.Id.Value, seen.Attempts);
        if (updated != 1)
        {
            return new RecordOutcome(false);
        }

        // :: Step 2: what was answered.
        session.Post(
            "INSERT INTO delivery_attempts (delivery_id, number, at, took_ms, status, error, cause, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            seen.Id.Value, seen.Attempts + 1, attempt.At.Milliseconds(), (long)attempt.Took.TotalMilliseconds, attempt.Status, attempt.Error,
            seen.Cause.Word(), attempt.Answer);

        // :: Step 3: how the endpoint fares.
        if (seen.Endpoint is not { } id || EndpointStore.Find(session, seen.Account, id) is not { } endpoint)
        {
            return new RecordOutcome(true);
        }

        var health = endpoint.Health.After(attempt);
        EndpointStore.Write(session, id, health);
        if (endpoint.DisabledAt is not null || health.Verdict(attempt, rule) is not { } reason)
        {
            return new RecordOutcome(true);
        }

        // :: Step 4: it is disabled, and whoever wants to know is told.
        EndpointStore.Disable(session, id, reason, ended);
        var disabled = endpoint with { Health = health, DisabledAt = ended, DisabledReason = reason };
        Insert(session, seen.Account, task: null, announce(disabled), ended);
        return new RecordOutcome(true, disabled);
    }

    private static int Replay(SqlSession session, AccountId account, DeliveryFilter filter, DateTimeOffset now, Func<int, AuditEntry>? audit)
    {
        var made = session.Execute(
            """
            UPDATE deliveries SET state = 'pending', tries = 0, cause = 'replay', due_at = $8, completed_at = NULL
            WHERE id IN (
                SELECT d.id FROM deliveries d LEFT JOIN webhook_endpoints e ON e.id = d.endpoint_id
                WHERE d.account_id = $1 AND d.state IN ('failed', 'missed') AND e.disabled_at IS NULL AND e.deleted_at IS NULL
                  AND (d.endpoint_id = $2 OR $2 IS NULL)
                  AND (d.task_id = $3 OR $3 IS NULL)
                  AND ($4 LIKE '%,' || d.state || ',%' OR $4 IS NULL)
                  AND (d.created_at >= $5 OR $5 IS NULL)
                  AND (d.created_at < $6 OR $6 IS NULL)
                ORDER BY d.id LIMIT $7)
            """,
            account.Value, filter.Endpoint?.Value, filter.Task?.Value, Words(filter.States), filter.From?.Milliseconds(), filter.Before?.Milliseconds(),
            filter.Limit, now.Milliseconds());
        if (made > 0 && audit is not null)
        {
            AccountStore.InsertAudit(session, audit(made));
        }

        return made;
    }

    private static string Oldest(SqlDatabase database) =>
        $"oldest AS (SELECT d.id FROM deliveries d WHERE d.completed_at < $1 ORDER BY d.completed_at, d.id LIMIT $2 {database.Dialect.LockingFree("d")})";

    private int Forget(SqlSession session, DateTimeOffset before, int limit)
    {
        session.Execute(_forgetAttempts, before.Milliseconds(), limit);
        var forgotten = session.Execute(_forget, before.Milliseconds(), limit);
        if (forgotten > 0)
        {
            // Of a task that ended later all are kept: none of its deliveries ended before itself.
            session.Execute("UPDATE forgotten_deliveries SET before = $1 WHERE before < $1", before.Milliseconds());
        }

        return forgotten;
    }

    private static ResendOutcome Resend(SqlSession session, AccountId account, DeliveryId id, DateTimeOffset now, AuditEntry? audit)
    {
        using (var row = session.Query(
            """
            SELECT e.disabled_at, e.deleted_at FROM deliveries d LEFT JOIN webhook_endpoints e ON e.id = d.endpoint_id WHERE d.id = $1 AND d.account_id = $2
            """,
            id.Value, account.Value))
        {
            if (!row.Read())
            {
                return ResendOutcome.Unknown;
            }

            if (!row.IsDBNull(1))
            {
                return ResendOutcome.Deleted;
            }

            if (!row.IsDBNull(0))
            {
                return ResendOutcome.Disabled;
            }
        }

        // What waits for its next attempt keeps the rest of its schedule.
        session.Post(
            """
            UPDATE deliveries SET cause = CASE WHEN state = 'pending' THEN cause ELSE 'resend' END, tries = CASE WHEN state = 'pending' THEN tries ELSE 0 END,
                                  state = 'pending', due_at = CASE WHEN due_at < $2 THEN due_at ELSE $2 END, completed_at = NULL
            WHERE id = $1
            """,
            id.Value, now.Milliseconds());
        if (audit is not null)
        {
            AccountStore.InsertAudit(session, audit);
        }

        return ResendOutcome.Due;
    }

    // One text with commas around each word, because one statement is to serve any number of states; the words hold no wildcards.
    private static string? Words(ImmutableArray<DeliveryState> states) => states.IsEmpty ? null : $",{string.Join(',', states.Select(state => state.Word()))},";

    private static ImmutableArray<Delivery> All(SqlRow row)
    {
        var deliveries = ImmutableArray.CreateBuilder<Delivery>();
        while (row.Read())
        {
            deliveries.Add(new Delivery
            {
                Id = new DeliveryId(row.GetString(0)),
                EventId = new DeliveryId(row.GetString(1)),
                Account = new AccountId(row.GetString(2)),
                Task = Text(row, 3) is { } task ? new TaskId(task) : null,
                Dialect = row.IsDBNull(5) ? Text(row, 4) : null,
                Endpoint = Text(row, 5) is { } endpoint ? new EndpointId(endpoint) : null,
                Event = row.GetString(6),
                Url = row.GetString(7),
                Body = row.GetBytes(8),
                State = StoredWords.Parse<DeliveryState>(row.GetString(9)),
                Attempts = row.GetInt32(10),
                Tries = row.GetInt32(11),
                Cause = StoredWords.Parse<DeliveryCause>(row.GetString(12)),
                CreatedAt = Time(row.GetInt64(13)),
                DueAt = OptionalTime(row, 14),
                CompletedAt = OptionalTime(row, 15),
            });
        }

        return deliveries.ToImmutable();
    }
}
