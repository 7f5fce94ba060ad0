using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using static Filmgate.Storage.Sqlite.SqliteRows;

namespace Filmgate.Storage.Sqlite;

/// <summary>The books in SQLite.</summary>
public sealed class SqliteBooks(SqliteDatabase database) : IBooks
{
    private const string IsSettled = "t.completed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attempts u WHERE u.task_id = t.id AND u.unconfirmed_micros > 0)";

    // Each check names what does not agree; none of them finds anything in a sound store.
    private static readonly ImmutableArray<(string Sentence, string Sql)> Checks =
    [
        ("Account {0} counts {1} tasks in flight; {2} are.",
            """
            SELECT a.id, a.tasks_in_flight, (SELECT COUNT(*) FROM tasks t WHERE t.account_id = a.id AND t.completed_at IS NULL) AS really
            FROM accounts a WHERE a.tasks_in_flight <> really
            """),
        ("Account {0} holds {1} micro-dollars; its tasks in flight and its unconfirmed charges hold {2}.",
            $"""
            SELECT a.id, a.held_micros, (SELECT COALESCE(SUM(t.hold_micros), 0) FROM tasks t WHERE t.account_id = a.id AND NOT ({IsSettled})) AS really
            FROM accounts a WHERE a.held_micros <> really
            """),
        ("Account {0} has settled {1} micro-dollars; its settled tasks cost {2}.",
            $"""
            SELECT a.id, a.settled_micros, (
                SELECT COALESCE(SUM(x.cost_micros), 0) FROM tasks t JOIN attempts x ON x.task_id = t.id
                WHERE t.account_id = a.id AND {IsSettled}) AS really
            FROM accounts a WHERE a.settled_micros <> really
            """),
        ("Account {0} has spent {1} micro-dollars; its ledger says {2}.",
            """
            SELECT a.id, a.held_micros + a.settled_micros, (SELECT COALESCE(SUM(l.amount_micros), 0) FROM ledger l WHERE l.account_id = a.id) AS really
            FROM accounts a WHERE a.held_micros + a.settled_micros <> really
            """),
        ("Account {0} has spent {1} micro-dollars; its days add up to {2}.",
            """
            SELECT a.id, a.held_micros + a.settled_micros, (SELECT COALESCE(SUM(d.micros), 0) FROM daily_spending d WHERE d.account_id = a.id) AS really
            FROM accounts a WHERE a.held_micros + a.settled_micros <> really
            """),
        ("Task {0} is settled and cost {1} micro-dollars; its ledger entries add up to {2}.",
            $"""
            SELECT t.id, (SELECT COALESCE(SUM(x.cost_micros), 0) FROM attempts x WHERE x.task_id = t.id) AS cost,
                         (SELECT COALESCE(SUM(l.amount_micros), 0) FROM ledger l WHERE l.task_id = t.id) AS booked
            FROM tasks t WHERE {IsSettled} AND cost <> booked
            """),
        ("Task {0} is not settled and holds {1} micro-dollars; its ledger entries add up to {2}.",
            $"""
            SELECT t.id, t.hold_micros, (SELECT COALESCE(SUM(l.amount_micros), 0) FROM ledger l WHERE l.task_id = t.id) AS booked
            FROM tasks t WHERE NOT ({IsSettled}) AND t.hold_micros <> booked
            """),
        ("Task {0} ended and is to tell a callback address of it; it has {1} deliveries for that instead of {2}.",
            """
            SELECT t.id, (SELECT COUNT(*) FROM deliveries d WHERE d.task_id = t.id AND d.endpoint_id IS NULL AND d.event = 'completed') AS made, 1
            FROM tasks t WHERE t.completed_at IS NOT NULL AND t.callback_url IS NOT NULL AND t.callback_events & 4 AND made <> 1
            """),
        ("Destination {0} is said to be due at {1}; its deliveries are at {2}.",
            """
            SELECT name, due_at, (SELECT MIN(d.due_at) FROM deliveries d WHERE d.destination = name AND d.due_at IS NOT NULL) AS really
            FROM destinations WHERE due_at IS NOT really
            UNION ALL
            SELECT destination, 'no time', MIN(due_at) FROM deliveries
            WHERE due_at IS NOT NULL AND destination NOT IN (SELECT name FROM destinations) GROUP BY destination
            """),
    ];

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<LedgerRecord>> ReadLedgerAsync(AccountId account, long? before, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read((account, before, limit), static (session, asked) =>
        {
            var records = ImmutableArray.CreateBuilder<LedgerRecord>();
            using var row = session.Query(
                """
                SELECT id, task_id, kind, amount_micros, at FROM ledger
                WHERE account_id = $1 AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3
                """,
                asked.account.Value, asked.before, asked.limit);
            while (row.Read())
            {
                records.Add(new LedgerRecord(
                    row.GetInt64(0), new TaskId(row.GetString(1)), StoredWords.Parse<LedgerKind>(row.GetString(2)), new Usd(row.GetInt64(3)), Time(row.GetInt64(4))));
            }

            return records.ToImmutable();
        }));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<SpendLine>> SpendAsync(AccountId? account, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read((account, from, to), static (session, asked) =>
        {
            var lines = ImmutableArray.CreateBuilder<SpendLine>();
            using var row = session.Query(
                $"""
                SELECT date(t.created_at / 1000, 'unixepoch') AS day, t.account_id, t.key_id, a.provider, json_extract(t.request, '$.mode') AS mode,
                       COUNT(DISTINCT t.id), SUM(a.cost_micros)
                FROM tasks t JOIN attempts a ON a.task_id = t.id
                WHERE a.cost_micros > 0 AND {IsSettled} AND ($1 IS NULL OR t.account_id = $1)
                  AND t.created_at >= $2 AND t.created_at < $3
                GROUP BY day, t.account_id, t.key_id, a.provider, mode ORDER BY day, t.account_id, t.key_id, a.provider, mode
                """,
                asked.account?.Value, Midnight(asked.from), Midnight(asked.to.AddDays(1)));
            while (row.Read())
            {
                lines.Add(new SpendLine(
                    DateOnly.ParseExact(row.GetString(0), "yyyy-MM-dd"), new AccountId(row.GetString(1)), new KeyId(row.GetString(2)), row.GetString(3),
                    Enum.Parse<GenerationMode>(row.GetString(4)), row.GetInt32(5), new Usd(row.GetInt64(6))));
            }

            return lines.ToImmutable();
        }));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<UnconfirmedCharge>> UnconfirmedAsync(string? provider, DateTimeOffset? before, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read((provider, before, limit), static (session, asked) =>
        {
            var charges = ImmutableArray.CreateBuilder<UnconfirmedCharge>();
            using var row = session.Query(
                """
                SELECT t.account_id, a.task_id, a.id, a.provider, a.upstream_id, a.unconfirmed_micros, a.reason, a.ended_at
                FROM attempts a JOIN tasks t ON t.id = a.task_id
                WHERE a.unconfirmed_micros > 0 AND ($1 IS NULL OR a.provider = $1) AND ($2 IS NULL OR a.ended_at < $2)
                ORDER BY a.ended_at, a.id LIMIT $3
                """,
                asked.provider, asked.before?.Milliseconds(), asked.limit);
            while (row.Read())
            {
                charges.Add(new UnconfirmedCharge(
                    new TaskKey(new AccountId(row.GetString(0)), new TaskId(row.GetString(1))), new AttemptId(row.GetString(2)), row.GetString(3), Text(row, 4),
                    new Usd(row.GetInt64(5)), Text(row, 6), Time(row.GetInt64(7))));
            }

            return charges.ToImmutable();
        }));

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> CheckAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(0, static (session, _) =>
        {
            var found = ImmutableArray.CreateBuilder<string>();
            if (session.Scalar("PRAGMA integrity_check") is string verdict && verdict != "ok")
            {
                found.Add($"The database file is damaged: {verdict}.");
            }

            // One moment for all checks: while tasks run, two moments would not agree.
            session.Execute("BEGIN");
            try
            {
                foreach (var (sentence, sql) in Checks)
                {
                    using var row = session.Query(sql);
                    while (row.Read())
                    {
                        found.Add(string.Format(sentence, row.GetValue(0), row.GetValue(1), row.GetValue(2)));
                    }
                }
            }
            finally
            {
                session.Execute("COMMIT");
            }

            return found.ToImmutable();
        }));

    private static long Midnight(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();
}
