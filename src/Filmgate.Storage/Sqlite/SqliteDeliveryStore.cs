using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using Microsoft.Data.Sqlite;
using static Filmgate.Storage.Sqlite.SqliteRows;

namespace Filmgate.Storage.Sqlite;

/// <summary>Webhook deliveries in SQLite.</summary>
public sealed class SqliteDeliveryStore(SqliteDatabase database) : IDeliveryStore
{
    private const string Columns = "d.id, t.account_id, d.task_id, d.url, d.body, d.state, d.attempts, d.due_at, d.event, t.dialect FROM deliveries d JOIN tasks t ON t.id = d.task_id";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Delivery>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Delivery>>(database.Read((now, limit), static (session, asked) =>
        {
            using var row = session.Query(
                $"SELECT {Columns} WHERE d.due_at <= $1 ORDER BY d.due_at LIMIT $2", asked.now.Milliseconds(), asked.limit);
            return All(row);
        }));

    /// <inheritdoc/>
    public ValueTask<DateTimeOffset?> NextDueAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(0, static (session, _) =>
            session.Scalar("SELECT MIN(due_at) FROM deliveries WHERE due_at IS NOT NULL") is long due ? Time(due) : (DateTimeOffset?)null));

    /// <inheritdoc/>
    public async ValueTask<bool> RecordAsync(Delivery seen, DeliveryAttempt attempt, DateTimeOffset? nextAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(attempt);
        var state = attempt.Succeeded ? DeliveryState.Delivered : nextAt is null ? DeliveryState.Failed : DeliveryState.Pending;
        var dueAt = state == DeliveryState.Pending ? nextAt : null;
        return await database.WriteAsync(session =>
        {
            var updated = session.Execute(
                """
                UPDATE deliveries SET state = $1, attempts = attempts + 1, due_at = $2, completed_at = $3
                WHERE id = $4 AND attempts = $5 AND state = 'pending'
                """,
                state.Word(), dueAt?.Milliseconds(), dueAt is null ? (attempt.At + attempt.Took).Milliseconds() : null, seen.Id.Value, seen.Attempts);
            if (updated != 1)
            {
                return false;
            }

            session.Execute(
                "INSERT INTO delivery_attempts (delivery_id, number, at, took_ms, status, error) VALUES ($1, $2, $3, $4, $5, $6)",
                seen.Id.Value, seen.Attempts + 1, attempt.At.Milliseconds(), (long)attempt.Took.TotalMilliseconds, attempt.Status, attempt.Error);
            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Delivery>> FindOfTaskAsync(TaskKey task, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Delivery>>(database.Read(task, static (session, task) =>
        {
            using var row = session.Query(
                $"SELECT {Columns} WHERE d.task_id = $1 AND t.account_id = $2 ORDER BY d.created_at", task.Task.Value, task.Account.Value);
            return All(row);
        }));

    /// <summary>Makes a delivery due, within the transaction of the event that it tells of.</summary>
    internal static void Insert(SqliteSession session, TaskId task, NewDelivery delivery, DateTimeOffset at) => session.Execute(
        """
        INSERT INTO deliveries (id, task_id, url, event, body, state, attempts, created_at, due_at)
        VALUES ($1, $2, $3, $4, $5, 'pending', 0, $6, $6)
        """,
        delivery.Id.Value, task.Value, delivery.Url, delivery.Event.Word(), delivery.Body.ToArray(), at.Milliseconds());

    private static List<Delivery> All(SqliteDataReader row)
    {
        var deliveries = new List<Delivery>();
        while (row.Read())
        {
            deliveries.Add(new Delivery
            {
                Id = new DeliveryId(row.GetString(0)),
                Task = new TaskKey(new AccountId(row.GetString(1)), new TaskId(row.GetString(2))),
                Url = row.GetString(3),
                Body = row.GetFieldValue<byte[]>(4),
                State = StoredWords.Parse<DeliveryState>(row.GetString(5)),
                Attempts = row.GetInt32(6),
                DueAt = OptionalTime(row, 7),
                Event = StoredWords.Parse<TaskEvents>(row.GetString(8)),
                Dialect = row.GetString(9),
            });
        }

        return deliveries;
    }
}
