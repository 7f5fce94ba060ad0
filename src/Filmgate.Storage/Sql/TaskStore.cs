using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using static Filmgate.Storage.Sql.SqlRows;

namespace Filmgate.Storage.Sql;

/// <summary>Tasks in a database.</summary>
public sealed class TaskStore(SqlDatabase database) : ITaskStore
{
    private readonly string _newestFirst = FindSql(database.Dialect) + " DESC LIMIT $10 OFFSET $12";
    private readonly string _oldestFirst = FindSql(database.Dialect) + " ASC LIMIT $10 OFFSET $12";
    private readonly string _forgetKeys = $"""
        WITH old AS (
            SELECT account_id, key FROM idempotency_keys WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 {database.Dialect.LockingFree("idempotency_keys")})
        DELETE FROM idempotency_keys WHERE (account_id, key) IN (SELECT account_id, key FROM old)
        """;

    /// <inheritdoc/>
    public ValueTask<AdmissionOutcome> AdmitAsync(Admission admission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(admission);

        // Serialised here, on the caller's thread, because the writer's time is everybody's.
        var request = StoredRequest.Json(admission.Task.Request);
        return new(database.AdmitAsync(admission, request).WaitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<int> ForgetKeysAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        await database.WriteAsync(null, session => session.Execute(_forgetKeys, now.Milliseconds(), limit)).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<TaskStatusRecord?> FindStatusAsync(TaskKey key, CancellationToken cancellationToken)
    {
        if (database.Statuses is not { } statuses)
        {
            return database.ReadAsync(key, ReadStatus, cancellationToken);
        }

        return statuses.Find(key, out var moment) is { } known
            ? ValueTask.FromResult<TaskStatusRecord?>(known)
            : ReadAndKeepAsync(statuses, database, key, moment, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<VideoTask?> LoadAsync(TaskKey key, CancellationToken cancellationToken) =>
        database.ReadMomentAsync(key, static (session, key) => Load(session, key), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<StepOutcome> ApplyAsync(VideoTask seen, TaskTransition step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ArgumentNullException.ThrowIfNull(step);
        var next = step.Apply(seen);
        var won = await WriteStepAsync(seen, next, step).WaitAsync(cancellationToken).ConfigureAwait(false);
        return new StepOutcome(won, won ? next : seen);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VideoTask>> ListAsync(AccountId account, TaskFilter filter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return database.ReadMomentAsync((sql: filter.OldestFirst ? _oldestFirst : _newestFirst, account, filter), static (session, asked) =>
            (IReadOnlyList<VideoTask>)Find(session, asked.sql, asked.account, asked.filter).ConvertAll(key => Load(session, key)!), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<VideoTask?> FindByExternalIdAsync(AccountId account, string dialect, string externalId, CancellationToken cancellationToken) =>
        database.ReadMomentAsync((account, dialect, externalId), static (session, asked) => Keys(
            session,
            "SELECT account_id, id FROM tasks WHERE account_id = $1 AND dialect = $2 AND external_id = $3",
            asked.account.Value, asked.dialect, asked.externalId) is [var key] ? Load(session, key) : null, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool?> DeleteAsync(TaskKey key, DateTimeOffset at, CancellationToken cancellationToken)
    {
        database.Statuses?.BeginWrite(key);
        try
        {
            return await database.WriteAsync(key.Account, session => Delete(session, key, at)).ConfigureAwait(false);
        }
        finally
        {
            database.Statuses?.EndWrite(key);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TaskKey>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync((now, limit), static (session, asked) => (IReadOnlyList<TaskKey>)Keys(
            session, "SELECT account_id, id FROM tasks WHERE due_at <= $1 ORDER BY due_at LIMIT $2", asked.now.Milliseconds(), asked.limit), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TaskKey>> FindOpenAtAsync(string provider, CancellationToken cancellationToken) =>
        database.ReadAsync(provider, static (session, provider) => (IReadOnlyList<TaskKey>)Keys(
            session,
            """
            SELECT t.account_id, t.id FROM attempts a JOIN tasks t ON t.id = a.task_id
            WHERE a.provider = $1 AND a.state IN ('prepared', 'sent', 'accepted', 'unknown')
            """,
            provider), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<WaitingTask>> FindWaitingAsync(string provider, CancellationToken cancellationToken) =>
        database.ReadAsync(provider, static (session, provider) =>
        {
            var waiting = ImmutableArray.CreateBuilder<WaitingTask>();
            using var row = session.Query(
                "SELECT account_id, id, priority, created_at FROM tasks WHERE waiting_for = $1 ORDER BY created_at, id", provider);
            while (row.Read())
            {
                waiting.Add(new WaitingTask(new TaskKey(new AccountId(row.GetString(0)), new TaskId(row.GetString(1))), row.GetInt32(2), Time(row.GetInt64(3))));
            }

            return waiting.ToImmutable();
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<VideoTask?> FindByAttemptAsync(AttemptId attempt, CancellationToken cancellationToken) =>
        database.ReadMomentAsync(attempt, static (session, attempt) => Keys(
            session, "SELECT t.account_id, t.id FROM attempts a JOIN tasks t ON t.id = a.task_id WHERE a.id = $1", attempt.Value) is [var key]
            ? Load(session, key, isDeletedFound: true)
            : null, cancellationToken);

    private static List<TaskKey> Keys(SqlSession session, string sql, params ReadOnlySpan<SqlValue> values)
    {
        var keys = new List<TaskKey>();
        using var row = session.Query(sql, values);
        while (row.Read())
        {
            keys.Add(new TaskKey(new AccountId(row.GetString(0)), new TaskId(row.GetString(1))));
        }

        return keys;
    }

    // One statement for every filter: what is not asked for is null and always true. The account and the id bound the scan.
    private static string FindSql(SqlDialect dialect) => $"""
        SELECT account_id, id FROM tasks t
        WHERE account_id = $1
          AND deleted_at IS NULL
          AND (id < $2 OR $2 IS NULL)
          AND (id > $11 OR $11 IS NULL)
          AND (state = $3 OR $3 IS NULL)
          AND ($4 LIKE '%,' || (request ->> 'mode') || ',%' OR $4 IS NULL)
          AND (created_at >= $5 OR $5 IS NULL)
          AND (created_at < $6 OR $6 IS NULL)
          AND (lower(request ->> 'prompt') LIKE lower($7) ESCAPE '\' OR $7 IS NULL)
          AND (source = $8 OR $8 IS NULL)
          AND NOT EXISTS (
              SELECT 1 FROM {dialect.Entries("$9")} wanted
              WHERE NOT EXISTS (SELECT 1 FROM {dialect.Entries("t.metadata")} has WHERE has.key = wanted.key AND has.value = wanted.value))
        ORDER BY id
        """;

    private static List<TaskKey> Find(SqlSession session, string sql, AccountId account, TaskFilter filter) => Keys(
        session,
        sql,
        account.Value, filter.Before?.Value, filter.State?.Word(), Names(filter.Modes), filter.CreatedFrom?.Milliseconds(),
        filter.CreatedBefore?.Milliseconds(), Containing(filter.Prompt), filter.Source, StoredMetadata.Json(filter.Metadata) ?? "{}", filter.Limit,
        filter.After?.Value, filter.Skip);

    // One text with commas around each name, because one statement is to serve any number of modes; the names hold no wildcards.
    private static string? Names(ImmutableArray<GenerationMode> modes) => modes.IsEmpty ? null : $",{string.Join(',', modes)},";

    private static string? Containing(string? text) => text is null
        ? null
        : $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";

    private static async ValueTask<TaskStatusRecord?> ReadAndKeepAsync(StatusCache statuses, SqlDatabase database, TaskKey key, long moment, CancellationToken cancellationToken)
    {
        var record = await database.ReadAsync(key, ReadStatus, cancellationToken).ConfigureAwait(false);
        if (record is not null)
        {
            statuses.Keep(key, record, moment);
        }

        return record;
    }

    private static TaskStatusRecord? ReadStatus(SqlSession session, TaskKey key)
    {
        using var row = session.Query(
            """
            SELECT t.state, t.created_at, t.completed_at, t.fail_code, t.fail_message, t.clip_id, c.expires_at
            FROM tasks t LEFT JOIN clips c ON c.id = t.clip_id
            WHERE t.id = $1 AND t.account_id = $2 AND t.deleted_at IS NULL
            """,
            key.Task.Value, key.Account.Value);
        return row.Read()
            ? new TaskStatusRecord
            {
                State = StoredWords.Parse<TaskState>(row.GetString(0)),
                CreatedAt = Time(row.GetInt64(1)),
                CompletedAt = OptionalTime(row, 2),
                Failure = Failure(row, 3),
                Clip = Text(row, 5) is { } clip ? new ClipId(clip) : null,
                ClipExpiresAt = OptionalTime(row, 6),
            }
            : null;
    }

    // Runs to its end even when the caller gives up waiting: the write may still win, and the cache must hear of it.
    private async Task<bool> WriteStepAsync(VideoTask seen, VideoTask next, TaskTransition step)
    {
        database.Statuses?.BeginWrite(seen.Key);
        try
        {
            return await database.WriteAsync(seen.Key.Account, session => Update(session, seen, next, step)).ConfigureAwait(false);
        }
        finally
        {
            database.Statuses?.EndWrite(seen.Key);
        }
    }

    private static VideoTask? Load(SqlSession session, TaskKey key, bool isDeletedFound = false)
    {
        VideoTask task;
        bool intakeDone;
        using (var row = session.Query(
            $"SELECT {TaskColumns} FROM tasks t WHERE t.id = $1 AND t.account_id = $2 AND (t.deleted_at IS NULL OR $3 = 1)",
            key.Task.Value, key.Account.Value, isDeletedFound ? 1 : 0))
        {
            if (!row.Read())
            {
                return null;
            }

            (task, intakeDone) = SqlRows.Task(row);
        }

        return task with
        {
            Inputs = intakeDone ? LoadInputs(session, key.Task) : null,
            Attempts = LoadAttempts(session, key.Task),
            Clip = task.State == TaskState.Success ? LoadClip(session, key.Task) : null,
        };
    }

    private static ImmutableArray<InputImage> LoadInputs(SqlSession session, TaskId id)
    {
        var inputs = ImmutableArray.CreateBuilder<InputImage>();
        using var row = session.Query(
            "SELECT position, sha256, media_type, width, height, length FROM inputs WHERE task_id = $1 AND media_type IS NOT NULL ORDER BY position", id.Value);
        while (row.Read())
        {
            inputs.Add(new InputImage(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetInt32(3), row.GetInt32(4), row.GetInt64(5)));
        }

        return inputs.ToImmutable();
    }

    private static ImmutableArray<Attempt> LoadAttempts(SqlSession session, TaskId id)
    {
        var attempts = ImmutableArray.CreateBuilder<Attempt>();
        using var row = session.Query($"SELECT {AttemptColumns} FROM attempts WHERE task_id = $1 ORDER BY number", id.Value);
        while (row.Read())
        {
            attempts.Add(Attempt(row));
        }

        return attempts.ToImmutable();
    }

    private static Clip? LoadClip(SqlSession session, TaskId id)
    {
        using var row = session.Query($"SELECT {ClipColumns} FROM clips c WHERE c.task_id = $1", id.Value);
        return row.Read() ? Clip(row) : null;
    }

    // The books keep the row. The clip is given up at once; its file goes with the next sweep.
    private static bool? Delete(SqlSession session, TaskKey key, DateTimeOffset at)
    {
        if (session.Execute(
            "UPDATE tasks SET deleted_at = $1 WHERE id = $2 AND account_id = $3 AND deleted_at IS NULL AND completed_at IS NOT NULL",
            at.Milliseconds(), key.Task.Value, key.Account.Value) == 1)
        {
            session.Post("UPDATE clips SET deleted_at = $1 WHERE task_id = $2 AND deleted_at IS NULL", at.Milliseconds(), key.Task.Value);
            return true;
        }

        return session.Scalar(
            "SELECT EXISTS (SELECT 1 FROM tasks WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL)", key.Task.Value, key.Account.Value) is 1L ? false : null;
    }

    internal static bool Update(SqlSession session, VideoTask seen, VideoTask next, TaskTransition step)
    {
        var id = seen.Key.Task.Value;
        var revision = session.Scalar("SELECT revision FROM tasks WHERE id = $1 AND account_id = $2", id, seen.Key.Account.Value);
        if (revision is not long current || current != seen.Revision)
        {
            return false;
        }

        if (next.Clip is { } clip && seen.Clip is null)
        {
            InsertClip(session, id, clip);
        }

        var updated = session.Execute(
            """
            UPDATE tasks SET state = $1, progress = $2, revision = $3, tries = $4, due_at = $5, completed_at = $6,
                             fail_code = $7, fail_message = $8, clip_id = $9, inputs_at = COALESCE(inputs_at, $10), cancel_requested_at = $11,
                             waiting_for = $12, waiting_since = $13, hold_micros = $14
            WHERE id = $15 AND account_id = $16 AND revision = $17
            """,
            next.State.Word(), next.Progress, next.Revision, next.Tries, next.DueAt?.Milliseconds(), next.CompletedAt?.Milliseconds(),
            next.Failure?.Code.Name(), next.Failure?.Message, next.Clip?.Id.Value, next.Inputs is null ? (long?)null : step.At.Milliseconds(),
            next.CancelRequestedAt?.Milliseconds(), next.WaitingFor, next.WaitingSince?.Milliseconds(), next.Hold.Micros,
            id, seen.Key.Account.Value, seen.Revision);
        if (updated != 1)
        {
            throw new InvalidOperationException($"Task {id} changed within the writer's own transaction.");
        }

        if (seen.Inputs is null && next.Inputs is { } inputs)
        {
            InsertInputs(session, id, inputs);
        }

        WriteAttempts(session, id, seen.Attempts, next.Attempts);
        if (step.FurtherHold is { } further)
        {
            SqlAdmission.Hold(session, next, further, step.At);
        }

        if (next.State.IsTerminal() && !seen.State.IsTerminal())
        {
            SqlAdmission.Leave(session, next);
        }

        if (next.IsSettled && !seen.IsSettled)
        {
            SqlAdmission.Settle(session, next, step.At);
        }

        if (step.Delivery is { } delivery)
        {
            DeliveryStore.Insert(session, seen.Key, delivery, step.At);
        }

        if (step.Event is { } happened)
        {
            DeliveryStore.Insert(session, seen.Key.Account, seen.Key.Task, happened, step.At);
        }

        return true;
    }

    private static void InsertClip(SqlSession session, string task, Clip clip) => session.Post(
        """
        INSERT INTO clips (id, task_id, sha256, length, width, height, duration_ms, frames, poster_sha256, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        clip.Id.Value, task, clip.Sha256, clip.Length, clip.Width, clip.Height, (long)clip.Duration.TotalMilliseconds, clip.Frames,
        clip.PosterSha256, clip.ExpiresAt.Milliseconds());

    private static void InsertInputs(SqlSession session, string task, ImmutableArray<InputImage> inputs)
    {
        foreach (var input in inputs)
        {
            session.Post(
                """
                INSERT INTO inputs (task_id, position, sha256, media_type, width, height, length) VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (task_id, position) DO UPDATE
                SET sha256 = excluded.sha256, media_type = excluded.media_type, width = excluded.width, height = excluded.height, length = excluded.length
                """,
                task, input.Position, input.Sha256, input.MediaType, input.Width, input.Height, input.Length);
        }
    }

    // A step adds one attempt or changes one; nearly always it is the last.
    private static void WriteAttempts(SqlSession session, string task, ImmutableArray<Attempt> seen, ImmutableArray<Attempt> next)
    {
        for (var place = 0; place < next.Length; place++)
        {
            if (place >= seen.Length || seen[place] != next[place])
            {
                WriteAttempt(session, task, place < seen.Length ? seen[place] : null, next[place]);
            }
        }
    }

    private static void WriteAttempt(SqlSession session, string task, Attempt? seen, Attempt attempt)
    {
        if (attempt.UpstreamId is { } upstream && seen?.UpstreamId is null && session.Scalar(
            "SELECT EXISTS (SELECT 1 FROM attempts WHERE provider = $1 AND upstream_id = $2 AND id <> $3)", attempt.Provider, upstream, attempt.Id.Value) is 1L)
        {
            throw new UpstreamIdTakenException($"Provider {attempt.Provider} named an id that another attempt has already.");
        }

        session.Post(
            """
            INSERT INTO attempts (id, task_id, number, provider, state, upstream_id, clip_location, cost_micros, refusal, reason,
                                  prepared_at, sent_at, accepted_at, ended_at, fail_code, cancel_sent_at, route_reason, candidate_id,
                                  unconfirmed_micros, unfetched_since, resolved_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
            ON CONFLICT (id) DO UPDATE
            SET state = excluded.state, upstream_id = excluded.upstream_id, clip_location = excluded.clip_location,
                cost_micros = excluded.cost_micros, refusal = excluded.refusal, reason = excluded.reason,
                sent_at = excluded.sent_at, accepted_at = excluded.accepted_at, ended_at = excluded.ended_at,
                fail_code = excluded.fail_code, cancel_sent_at = excluded.cancel_sent_at, candidate_id = excluded.candidate_id,
                unconfirmed_micros = excluded.unconfirmed_micros, unfetched_since = excluded.unfetched_since, resolved_at = excluded.resolved_at
            """,
            attempt.Id.Value, task, attempt.Number, attempt.Provider, attempt.State.Word(), attempt.UpstreamId, attempt.ClipLocation?.ToString(),
            attempt.Cost.Micros, attempt.Refusal?.Word(), attempt.Reason, attempt.PreparedAt.Milliseconds(), attempt.SentAt?.Milliseconds(),
            attempt.AcceptedAt?.Milliseconds(), attempt.EndedAt?.Milliseconds(), attempt.FailCode?.Name(),
            attempt.CancelSentAt?.Milliseconds(), attempt.RouteReason, attempt.CandidateId, attempt.Unconfirmed.Micros,
            attempt.UnfetchedSince?.Milliseconds(), attempt.ResolvedAt?.Milliseconds());
    }
}
