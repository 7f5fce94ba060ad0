using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using static Filmgate.Storage.Sql.SqlRows;

namespace Filmgate.Storage.Sql;

/// <summary>Events of accounts in a database.</summary>
public sealed class EventLog(SqlDatabase database) : IEventLog
{
    // Streams come and go; the audience's time is put off only when that gains something.
    private static readonly TimeSpan Worthwhile = TimeSpan.FromHours(1);

    private readonly string _forget = $"""
        WITH old AS (
            SELECT e.account_id, e.number FROM events e JOIN event_audiences a ON a.account_id = e.account_id
            WHERE e.created_at < $1 AND e.number < a.last_number ORDER BY e.created_at LIMIT $2 {database.Dialect.LockingFree("e")})
        DELETE FROM events WHERE (account_id, number) IN (SELECT account_id, number FROM old)
        """;

    /// <inheritdoc/>
    public async ValueTask<EventLogSpan> OpenAsync(AccountId account, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var open = await database.ReadAsync((account, until), static (session, asked) =>
            session.Scalar("SELECT until FROM event_audiences WHERE account_id = $1", asked.account.Value) is long present
                && Time(present) > asked.until - Worthwhile
                ? Span(session, asked.account) : (EventLogSpan?)null, cancellationToken).ConfigureAwait(false);
        return open ?? await database.WriteAsync(account, session => Open(session, account, now, until)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<LoggedEvent>> ReadAsync(AccountId account, long after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync((account, after, limit), static (session, asked) =>
        {
            var events = ImmutableArray.CreateBuilder<LoggedEvent>();
            using var row = session.Query(
                "SELECT number, id, type, body FROM events WHERE account_id = $1 AND number > $2 ORDER BY number LIMIT $3",
                asked.account.Value, asked.after, asked.limit);
            while (row.Read())
            {
                events.Add(new LoggedEvent(row.GetInt64(0), new DeliveryId(row.GetString(1)), row.GetString(2), row.GetBytes(3)));
            }

            return events.ToImmutable();
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long?> FindAsync(AccountId account, DeliveryId id, CancellationToken cancellationToken) =>
        database.ReadAsync((account, id), static (session, asked) =>
            session.Scalar("SELECT number FROM events WHERE id = $1 AND account_id = $2", asked.id.Value, asked.account.Value) as long?, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<int> ForgetAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        await database.WriteAsync(null, session => session.Execute(_forget, before.Milliseconds(), limit)).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Keeps an event, within the transaction of what it tells of, when the account has an audience.</summary>
    internal static void Insert(SqlSession session, AccountId account, NewEvent happened, DateTimeOffset at)
    {
        if (session.Scalar("SELECT last_number + 1 FROM event_audiences WHERE account_id = $1 AND until > $2", account.Value, at.Milliseconds()) is not long number)
        {
            return;
        }

        session.Post("UPDATE event_audiences SET last_number = $1 WHERE account_id = $2", number, account.Value);
        session.Post(
            "INSERT INTO events (account_id, number, id, type, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
            account.Value, number, happened.Id.Value, happened.Type.Name(), happened.Body.ToArray(), at.Milliseconds());
    }

    private static EventLogSpan Open(SqlSession session, AccountId account, DateTimeOffset now, DateTimeOffset until)
    {
        // What happened while nobody listened was not kept, so what was heard before is no place to go on from.
        if (session.Execute(
            "UPDATE event_audiences SET last_number = last_number + 1 WHERE account_id = $1 AND until <= $2", account.Value, now.Milliseconds()) == 1)
        {
            session.Post("DELETE FROM events WHERE account_id = $1", account.Value);
        }

        session.Post(
            """
            INSERT INTO event_audiences (account_id, until, last_number) VALUES ($1, $2, 0)
            ON CONFLICT (account_id) DO UPDATE SET until = CASE WHEN excluded.until > event_audiences.until THEN excluded.until ELSE event_audiences.until END
            """,
            account.Value, until.Milliseconds());
        return Span(session, account);
    }

    // One statement, so that both numbers are of one moment.
    private static EventLogSpan Span(SqlSession session, AccountId account)
    {
        using var row = session.Query(
            """
            SELECT COALESCE((SELECT MIN(number) - 1 FROM events WHERE account_id = $1), last_number), last_number
            FROM event_audiences WHERE account_id = $1
            """,
            account.Value);
        return row.Read() ? new EventLogSpan(row.GetInt64(0), row.GetInt64(1)) : default;
    }
}
