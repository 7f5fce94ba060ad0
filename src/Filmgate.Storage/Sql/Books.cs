using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using static Filmgate.Storage.Sql.SqlRows;

namespace Filmgate.Storage.Sql;

/// <summary>The books in a database.</summary>
public sealed class Books(SqlDatabase database) : IBooks
{
    private const string IsSettled = "t.completed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM attempts u WHERE u.task_id = t.id AND u.unconfirmed_micros > 0)";

    // Each check names what does not agree; none of them finds anything in a sound store.
    private static readonly ImmutableArray<(string Sentence, string Sql)> Checks =
    [
        ("Account {0} counts {1} tasks in flight; {2} are.", Disagreeing(
            """
            SELECT a.id, a.tasks_in_flight AS said, (SELECT COUNT(*) FROM tasks t WHERE t.account_id = a.id AND t.completed_at IS NULL) AS found FROM accounts a
            """)),
        ("Account {0} holds {1} micro-dollars; its tasks in flight and its unconfirmed charges hold {2}.", Disagreeing(
            $"""
            SELECT a.id, a.held_micros AS said, (
                SELECT COALESCE(SUM(t.hold_micros), 0) FROM tasks t WHERE t.account_id = a.id AND NOT ({IsSettled})) AS found
            FROM accounts a
            """)),
        ("Account {0} has settled {1} micro-dollars; its settled tasks cost {2}.", Disagreeing(
            $"""
            SELECT a.id, a.settled_micros AS said, (
                SELECT COALESCE(SUM(x.cost_micros), 0) FROM tasks t JOIN attempts x ON x.task_id = t.id WHERE t.account_id = a.id AND {IsSettled}) AS found
            FROM accounts a
            """)),
        ("Account {0} has spent {1} micro-dollars; its ledger says {2}.", Disagreeing(
            """
            SELECT a.id, a.held_micros + a.settled_micros AS said, (
                SELECT COALESCE(SUM(l.amount_micros), 0) FROM ledger l WHERE l.account_id = a.id) AS found
            FROM accounts a
            """)),
        ("Account {0} has spent {1} micro-dollars; its days add up to {2}.", Disagreeing(
            """
            SELECT a.id, a.held_micros + a.settled_micros AS said, (
                SELECT COALESCE(SUM(d.micros), 0) FROM daily_spending d WHERE d.account_id = a.id) AS found
            FROM accounts a
            """)),
        ("Task {0} is settled and cost {1} micro-dollars; its ledger entries add up to {2}.", Disagreeing(
            $"""
            SELECT t.id, (SELECT COALESCE(SUM(x.cost_micros), 0) FROM attempts x WHERE x.task_id = t.id) AS said,
                         (SELECT COALESCE(SUM(l.amount_micros), 0) FROM ledger l WHERE l.task_id = t.id) AS found
            FROM tasks t WHERE {IsSettled}
            """)),
        ("Task {0} is not settled and holds {1} micro-dollars; its ledger entries add up to {2}.", Disagreeing(
            $"""
            SELECT t.id, t.hold_micros AS said, (SELECT COALESCE(SUM(l.amount_micros), 0) FROM ledger l WHERE l.task_id = t.id) AS found
            FROM tasks t WHERE NOT ({IsSettled})
            """)),
        ("Task {0} ended and is to tell a callback address of it; it has {1} deliveries for that instead of {2}.", Disagreeing(
            """
            SELECT t.id, (SELECT COUNT(*) FROM deliveries d WHERE d.task_id = t.id AND d.endpoint_id IS NULL AND d.event = 'completed') AS said, 1 AS found
            FROM tasks t
            WHERE t.completed_at >= (SELECT before FROM forgotten_deliveries) AND t.callback_url IS NOT NULL AND (t.callback_events & 4) <> 0
            """)),
        ("Destination {0} is said to be due at {1}; its deliveries are at {2}.", Disagreeing(
            """
            SELECT x.name AS id, x.due_at AS said, (SELECT MIN(d.due_at) FROM deliveries d WHERE d.destination = x.name AND d.due_at IS NOT NULL) AS found
            FROM destinations x
            """)),
        ("Destination {0} is said to be due {1}; its deliveries are at {2}.",
            """
            SELECT d.destination, 'never', MIN(d.due_at) FROM deliveries d
            WHERE d.due_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM destinations x WHERE x.name = d.destination) GROUP BY d.destination
            """),
    ];

    private static string Disagreeing(string rows) => $"SELECT id, said, found FROM ({rows}) AS compared WHERE said IS DISTINCT FROM found";

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<LedgerRecord>> ReadLedgerAsync(AccountId account, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync((account, before, limit), static (session, asked) =>
        {
            var records = ImmutableArray.CreateBuilder<LedgerRecord>();
            using var row = session.Query(
                """
                SELECT id, task_id, kind, amount_micros, at FROM ledger
                WHERE account_id = $1 AND (id < $2 OR $2 IS NULL) ORDER BY id DESC LIMIT $3
                """,
                asked.account.Value, asked.before, asked.limit);
            while (row.Read())
            {
                records.Add(new LedgerRecord(
                    row.GetInt64(0), new TaskId(row.GetString(1)), StoredWords.Parse<LedgerKind>(row.GetString(2)), new Usd(row.GetInt64(3)), Time(row.GetInt64(4))));
            }

            return records.ToImmutable();
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<SpendLine>> SpendAsync(AccountId? account, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        database.ReadAsync((account, from, to), static (session, asked) =>
        {
            var lines = ImmutableArray.CreateBuilder<SpendLine>();
            using var row = session.Query(
                $"""
                SELECT t.created_at / 86400000 AS day, t.account_id, t.key_id, a.provider, t.request ->> 'mode' AS mode,
                       COUNT(DISTINCT t.id), SUM(a.cost_micros)
                FROM tasks t JOIN attempts a ON a.task_id = t.id
                WHERE a.cost_micros > 0 AND {IsSettled} AND (t.account_id = $1 OR $1 IS NULL)
                  AND t.created_at >= $2 AND t.created_at < $3
                GROUP BY day, t.account_id, t.key_id, a.provider, mode ORDER BY day, t.account_id, t.key_id, a.provider, mode
                """,
                asked.account?.Value, Midnight(asked.from), Midnight(asked.to.AddDays(1)));
            while (row.Read())
            {
                lines.Add(new SpendLine(
                    DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays(row.GetInt32(0)), new AccountId(row.GetString(1)), new KeyId(row.GetString(2)), row.GetString(3),
                    Enum.Parse<GenerationMode>(row.GetString(4)), row.GetInt32(5), new Usd(row.GetInt64(6))));
            }

            return lines.ToImmutable();
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<UnconfirmedCharge>> UnconfirmedAsync(string? provider, DateTimeOffset? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync((provider, before, limit), static (session, asked) =>
        {
            var charges = ImmutableArray.CreateBuilder<UnconfirmedCharge>();
            using var row = session.Query(
                """
                SELECT t.account_id, a.task_id, a.id, a.provider, a.upstream_id, a.unconfirmed_micros, a.reason, a.ended_at
                FROM attempts a JOIN tasks t ON t.id = a.task_id
                WHERE a.unconfirmed_micros > 0 AND (a.provider = $1 OR $1 IS NULL) AND (a.ended_at < $2 OR $2 IS NULL)
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
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<string>> CheckAsync(CancellationToken cancellationToken) =>
        database.InspectAsync(database.Dialect, static (session, dialect) => Check(session, dialect), cancellationToken);

    /// <summary>What does not agree, in sentences, at the moment that the session sees.</summary>
    internal static ImmutableArray<string> Check(SqlSession session, SqlDialect dialect)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        if (dialect.FindDamage(session) is { } damage)
        {
            found.Add(damage);
        }

        foreach (var (sentence, sql) in Checks)
        {
            using var row = session.Query(sql);
            while (row.Read())
            {
                found.Add(string.Format(sentence, row.GetValue(0), row.GetValue(1), row.GetValue(2)));
            }
        }

        return found.ToImmutable();
    }

    private static long Midnight(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();
}
