using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Tasks;
using static Filmgate.Storage.Sqlite.SqliteRows;

namespace Filmgate.Storage.Sqlite;

/// <summary>
/// The door and the till: what is decided and booked when a task is accepted, and what is booked when it ends. Both run inside the
/// one writer's transaction, so caps and budgets are exact however many ask at once.
/// </summary>
internal static class SqliteAdmission
{
    public static AdmissionOutcome Admit(SqliteSession session, Admission admission, string request)
    {
        var task = admission.Task;

        // :: Step 1: a key that stands for something already decides alone.
        if (admission.Claim is { } claim && FindClaim(session, task, claim.Key) is { } earlier)
        {
            return earlier.Fingerprint == claim.Fingerprint ? new AdmissionOutcome.Replayed(earlier.Task) : new AdmissionOutcome.KeyReused();
        }

        // :: Step 2: an id of the caller's own names one task.
        if (task.ExternalId is not null && IsNamed(session, task))
        {
            return new AdmissionOutcome.DuplicateExternalId();
        }

        // :: Step 3: cap and budget.
        if (Enter(session, task) is { } refusal)
        {
            return refusal;
        }

        // :: Step 4: everything that makes it a task.
        Insert(session, task, request);
        if (admission.Callback is { } callback)
        {
            SqliteDeliveryStore.Insert(session, task.Key.Task, callback, task.CreatedAt);
        }

        Book(session, task, "hold", task.Hold, task.CreatedAt);
        if (admission.Claim is { } made)
        {
            session.Execute(
                """
                INSERT INTO idempotency_keys (account_id, key, fingerprint, task_id, expires_at) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (account_id, key) DO UPDATE
                SET fingerprint = excluded.fingerprint, task_id = excluded.task_id, expires_at = excluded.expires_at
                """,
                task.Key.Account.Value, made.Key, made.Fingerprint, task.Key.Task.Value, made.ExpiresAt.Milliseconds());
        }

        return new AdmissionOutcome.Accepted();
    }

    /// <summary>Settles what was charged, or releases the hold where nothing was.</summary>
    public static void Close(SqliteSession session, VideoTask task, DateTimeOffset at)
    {
        session.Execute(
            """
            UPDATE accounts SET tasks_in_flight = tasks_in_flight - 1, held_micros = held_micros - $1, settled_micros = settled_micros + $2 WHERE id = $3
            """,
            task.Hold.Micros, task.Cost.Micros, task.Key.Account.Value);
        if (task.Cost > Usd.Zero)
        {
            Book(session, task, "settle", task.Cost - task.Hold, at);
        }
        else
        {
            Book(session, task, "release", Usd.Zero - task.Hold, at);
        }
    }

    /// <summary>The day whose budget a task counts against, as it is stored.</summary>
    public static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd");

    private static bool IsNamed(SqliteSession session, VideoTask task) => session.Scalar(
        "SELECT EXISTS (SELECT 1 FROM tasks WHERE account_id = $1 AND dialect = $2 AND external_id = $3)",
        task.Key.Account.Value, task.Dialect, task.ExternalId) is 1L;

    private static (string Fingerprint, TaskId Task)? FindClaim(SqliteSession session, VideoTask task, string key)
    {
        using var row = session.Query(
            "SELECT fingerprint, task_id FROM idempotency_keys WHERE account_id = $1 AND key = $2 AND expires_at > $3",
            task.Key.Account.Value, key, task.CreatedAt.Milliseconds());
        return row.Read() ? (row.GetString(0), new TaskId(row.GetString(1))) : null;
    }

    // A free task asks for no money, so one update both asks for the place and takes it; that is every task of a test key.
    private static AdmissionOutcome? Enter(SqliteSession session, VideoTask task)
    {
        if (task.Hold == Usd.Zero && TryTakePlace(session, task))
        {
            return null;
        }

        var (inFlight, inFlightMax, left) = ReadLimits(session, task);
        if (inFlight >= inFlightMax)
        {
            return new AdmissionOutcome.TooManyInFlight(inFlightMax);
        }

        if (task.Hold > left)
        {
            return new AdmissionOutcome.OverBudget(left);
        }

        return TryTakePlace(session, task) ? null : throw new InvalidOperationException("A place was taken within the writer's own transaction.");
    }

    private static bool TryTakePlace(SqliteSession session, VideoTask task) => session.Execute(
        """
        UPDATE accounts SET tasks_in_flight = tasks_in_flight + 1, held_micros = held_micros + $1
        WHERE id = $2 AND tasks_in_flight < tasks_in_flight_max
        """,
        task.Hold.Micros, task.Key.Account.Value) == 1;

    private static (int InFlight, int InFlightMax, Usd Left) ReadLimits(SqliteSession session, VideoTask task)
    {
        var day = Day(task.CreatedAt);
        using var row = session.Query(
            """
            SELECT tasks_in_flight, tasks_in_flight_max, spending_limit_micros, day_limit_micros, month_limit_micros, held_micros + settled_micros,
                   CASE WHEN day_limit_micros IS NULL THEN 0 ELSE
                       (SELECT COALESCE(SUM(micros), 0) FROM daily_spending WHERE account_id = id AND day = $2) END,
                   CASE WHEN month_limit_micros IS NULL THEN 0 ELSE
                       (SELECT COALESCE(SUM(micros), 0) FROM daily_spending WHERE account_id = id AND day BETWEEN $3 || '-01' AND $3 || '-31') END
            FROM accounts WHERE id = $1
            """,
            task.Key.Account.Value, day, day[..7]);
        if (!row.Read())
        {
            throw new InvalidOperationException($"Account {task.Key.Account} does not exist.");
        }

        var budget = new Budget(new Usd(row.GetInt64(2)), OptionalUsd(row, 3), OptionalUsd(row, 4));
        var spent = new Spending(new Usd(row.GetInt64(5)), new Usd(row.GetInt64(6)), new Usd(row.GetInt64(7)));
        return (row.GetInt32(0), row.GetInt32(1), budget.Left(spent));
    }

    private static void Insert(SqliteSession session, VideoTask task, string request)
    {
        session.Execute(
            """
            INSERT INTO tasks (id, account_id, key_id, is_test, dialect, request, callback_url, source, state, progress, revision, tries, created_at,
                               due_at, hold_micros, metadata, external_id, notes, callback_events)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            """,
            task.Key.Task.Value, task.Key.Account.Value, task.KeyId.Value, task.IsTest ? 1 : 0, task.Dialect, request, task.CallbackUrl,
            task.Source, task.State.Word(), task.Progress, task.Revision, task.Tries, task.CreatedAt.Milliseconds(), task.DueAt?.Milliseconds(),
            task.Hold.Micros, StoredMetadata.Json(task.Metadata), task.ExternalId, task.Notes, (int)task.CallbackEvents);
        foreach (var (position, sha256) in StoredImages(task.Request))
        {
            session.Execute("INSERT INTO inputs (task_id, position, sha256) VALUES ($1, $2, $3)", task.Key.Task.Value, position, sha256);
        }
    }

    private static void Book(SqliteSession session, VideoTask task, string kind, Usd amount, DateTimeOffset at)
    {
        // A task that is free leaves no trace in the books.
        if (task.Hold == Usd.Zero && task.Cost == Usd.Zero)
        {
            return;
        }

        session.Execute(
            "INSERT INTO ledger (account_id, task_id, kind, amount_micros, at) VALUES ($1, $2, $3, $4, $5)",
            task.Key.Account.Value, task.Key.Task.Value, kind, amount.Micros, at.Milliseconds());
        var day = Day(task.CreatedAt);
        session.Execute("INSERT INTO daily_spending (account_id, day, micros) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING", task.Key.Account.Value, day);
        session.Execute("UPDATE daily_spending SET micros = micros + $1 WHERE account_id = $2 AND day = $3", amount.Micros, task.Key.Account.Value, day);
    }
}
