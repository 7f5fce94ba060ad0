using Filmgate.Model.Accounts;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Tasks;
using static Filmgate.Storage.Sql.SqlRows;

namespace Filmgate.Storage.Sql;

/// <summary>
/// The door and the till: what is decided and booked when a task is accepted, and what is booked when it ends. Both run inside the
/// one writer's transaction, so caps and budgets are exact however many ask at once.
/// </summary>
internal static class SqlAdmission
{
    public static AdmissionOutcome Admit(SqlSession session, Admission admission, string request)
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
        if (session.Tills.Take(task) is { } refusal)
        {
            return refusal;
        }

        // :: Step 4: everything that makes it a task.
        Insert(session, task, request);
        if (admission.Callback is { } callback)
        {
            DeliveryStore.Insert(session, task.Key, callback, task.CreatedAt);
        }

        if (admission.Event is { } happened)
        {
            DeliveryStore.Insert(session, task.Key.Account, task.Key.Task, happened, task.CreatedAt);
        }

        if (task.Hold > Usd.Zero)
        {
            Book(session, task, "hold", task.Hold, task.CreatedAt);
        }

        if (admission.Claim is { } made)
        {
            session.Post(
                """
                INSERT INTO idempotency_keys (account_id, key, fingerprint, task_id, expires_at) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT (account_id, key) DO UPDATE
                SET fingerprint = excluded.fingerprint, task_id = excluded.task_id, expires_at = excluded.expires_at
                """,
                task.Key.Account.Value, made.Key, made.Fingerprint, task.Key.Task.Value, made.ExpiresAt.Milliseconds());
        }

        return new AdmissionOutcome.Accepted();
    }

    /// <summary>Holds more for a task that is submitted again although an earlier submission may have been charged.</summary>
    public static void Hold(SqlSession session, VideoTask task, FurtherHold further, DateTimeOffset at)
    {
        session.Post("UPDATE accounts SET held_micros = held_micros + $1 WHERE id = $2", further.Amount.Micros, task.Key.Account.Value);
        Book(session, task, "hold", further.Amount, at, further.Attempt);
        Spend(session, task, further.Amount);
    }

    /// <summary>The task ends, and another may take its place.</summary>
    public static void Leave(SqlSession session, VideoTask task) =>
        session.Post("UPDATE accounts SET tasks_in_flight = tasks_in_flight - 1 WHERE id = $1", task.Key.Account.Value);

    /// <summary>It is certain what the task cost: settles what was charged, or releases the hold where nothing was.</summary>
    public static void Settle(SqlSession session, VideoTask task, DateTimeOffset at)
    {
        // A task that is free leaves no trace in the books.
        if (task.Hold == Usd.Zero && task.Cost == Usd.Zero)
        {
            return;
        }

        session.Post(
            "UPDATE accounts SET held_micros = held_micros - $1, settled_micros = settled_micros + $2 WHERE id = $3",
            task.Hold.Micros, task.Cost.Micros, task.Key.Account.Value);
        var (kind, amount) = task.Cost > Usd.Zero ? ("settle", task.Cost - task.Hold) : ("release", Usd.Zero - task.Hold);
        Book(session, task, kind, amount, at);
        Spend(session, task, amount);
    }

    /// <summary>The day whose budget a task counts against, as it is stored.</summary>
    public static string Day(DateTimeOffset at) => Day(DateOnly.FromDateTime(at.UtcDateTime));

    /// <summary>A day as it is stored.</summary>
    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd");

    private static bool IsNamed(SqlSession session, VideoTask task) => session.Scalar(
        "SELECT EXISTS (SELECT 1 FROM tasks WHERE account_id = $1 AND dialect = $2 AND external_id = $3)",
        task.Key.Account.Value, task.Dialect, task.ExternalId) is 1L;

    private static (string Fingerprint, TaskId Task)? FindClaim(SqlSession session, VideoTask task, string key)
    {
        using var row = session.Query(
            "SELECT fingerprint, task_id FROM idempotency_keys WHERE account_id = $1 AND key = $2 AND expires_at > $3",
            task.Key.Account.Value, key, task.CreatedAt.Milliseconds());
        return row.Read() ? (row.GetString(0), new TaskId(row.GetString(1))) : null;
    }

    private static void Insert(SqlSession session, VideoTask task, string request)
    {
        session.Post(
            """
            INSERT INTO tasks (id, account_id, key_id, is_test, dialect, request, callback_url, source, state, progress, revision, tries, created_at,
                               due_at, hold_micros, metadata, external_id, notes, callback_events, priority)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
            """,
            task.Key.Task.Value, task.Key.Account.Value, task.KeyId.Value, task.IsTest ? 1 : 0, task.Dialect, request, task.CallbackUrl,
            task.Source, task.State.Word(), task.Progress, task.Revision, task.Tries, task.CreatedAt.Milliseconds(), task.DueAt?.Milliseconds(),
            task.Hold.Micros, StoredMetadata.Json(task.Metadata), task.ExternalId, task.Notes, (int)task.CallbackEvents, task.Priority);
        foreach (var (position, sha256) in StoredImages(task.Request))
        {
            session.Post("INSERT INTO inputs (task_id, position, sha256) VALUES ($1, $2, $3)", task.Key.Task.Value, position, sha256);
        }
    }

    private static void Book(SqlSession session, VideoTask task, string kind, Usd amount, DateTimeOffset at, AttemptId? attempt = null) => session.Post(
        "INSERT INTO ledger (account_id, task_id, kind, amount_micros, at, attempt_id) VALUES ($1, $2, $3, $4, $5, $6)",
        task.Key.Account.Value, task.Key.Task.Value, kind, amount.Micros, at.Milliseconds(), attempt?.Value);

    // The day on which the task was accepted bears all that follows.
    private static void Spend(SqlSession session, VideoTask task, Usd amount)
    {
        var day = Day(task.CreatedAt);
        session.Post("INSERT INTO daily_spending (account_id, day, micros) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING", task.Key.Account.Value, day);
        session.Post("UPDATE daily_spending SET micros = micros + $1 WHERE account_id = $2 AND day = $3", amount.Micros, task.Key.Account.Value, day);
    }
}
