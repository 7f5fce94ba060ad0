using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Sql;

/// <summary>Reads rows into records.</summary>
internal static class SqlRows
{
    public const string TaskColumns = """
        t.id, t.account_id, t.key_id, t.is_test, t.dialect, t.request, t.callback_url, t.source, t.state, t.progress,
        t.revision, t.tries, t.created_at, t.inputs_at, t.due_at, t.completed_at, t.fail_code, t.fail_message,
        t.hold_micros, t.metadata, t.cancel_requested_at, t.external_id, t.notes, t.callback_events, t.priority, t.waiting_for, t.waiting_since
        """;

    public const string AttemptColumns = """
        id, number, provider, state, upstream_id, clip_location, cost_micros, refusal, reason, prepared_at, sent_at, accepted_at, ended_at, fail_code,
        cancel_sent_at, route_reason, candidate_id, unconfirmed_micros, unfetched_since, resolved_at
        """;

    public const string ClipColumns = """
        c.id, c.sha256, c.length, c.width, c.height, c.duration_ms, c.frames, c.poster_sha256, c.expires_at
        """;

    /// <summary>A task without its pictures, attempts and clip, and whether intake is done.</summary>
    public static (VideoTask Task, bool IntakeDone) Task(SqlRow row) => (
        new VideoTask
        {
            Key = new TaskKey(new AccountId(row.GetString(1)), new TaskId(row.GetString(0))),
            KeyId = new KeyId(row.GetString(2)),
            IsTest = row.GetInt64(3) != 0,
            Dialect = row.GetString(4),
            Request = StoredRequest.Parse(row.GetString(5)),
            CallbackUrl = Text(row, 6),
            Source = Text(row, 7),
            State = StoredWords.Parse<TaskState>(row.GetString(8)),
            Progress = row.GetInt32(9),
            Revision = row.GetInt64(10),
            Tries = row.GetInt32(11),
            CreatedAt = Time(row.GetInt64(12)),
            DueAt = OptionalTime(row, 14),
            CompletedAt = OptionalTime(row, 15),
            Failure = Failure(row, 16),
            Hold = new Usd(row.GetInt64(18)),
            Metadata = StoredMetadata.Parse(Text(row, 19)),
            CancelRequestedAt = OptionalTime(row, 20),
            ExternalId = Text(row, 21),
            Notes = Text(row, 22),
            CallbackEvents = (TaskEvents)row.GetInt32(23),
            Priority = row.GetInt32(24),
            WaitingFor = Text(row, 25),
            WaitingSince = OptionalTime(row, 26),
        },
        !row.IsDBNull(13));

    public static Attempt Attempt(SqlRow row) => new()
    {
        Id = new AttemptId(row.GetString(0)),
        Number = row.GetInt32(1),
        Provider = row.GetString(2),
        State = StoredWords.Parse<AttemptState>(row.GetString(3)),
        UpstreamId = Text(row, 4),
        ClipLocation = Text(row, 5) is { } location ? ClipLocation.Parse(location) : null,
        Cost = new Usd(row.GetInt64(6)),
        Refusal = Text(row, 7) is { } refusal ? StoredWords.Parse<RefusalClass>(refusal) : null,
        Reason = Text(row, 8),
        PreparedAt = Time(row.GetInt64(9)),
        SentAt = OptionalTime(row, 10),
        AcceptedAt = OptionalTime(row, 11),
        EndedAt = OptionalTime(row, 12),
        FailCode = Text(row, 13) is { } code ? Code(code) : null,
        CancelSentAt = OptionalTime(row, 14),
        RouteReason = Text(row, 15),
        CandidateId = Text(row, 16),
        Unconfirmed = new Usd(row.GetInt64(17)),
        UnfetchedSince = OptionalTime(row, 18),
        ResolvedAt = OptionalTime(row, 19),
    };

    public static Clip Clip(SqlRow row) => new()
    {
        Id = new ClipId(row.GetString(0)),
        Sha256 = row.GetString(1),
        Length = row.GetInt64(2),
        Width = row.GetInt32(3),
        Height = row.GetInt32(4),
        Duration = TimeSpan.FromMilliseconds(row.GetInt64(5)),
        Frames = row.GetInt64(6),
        PosterSha256 = Text(row, 7),
        ExpiresAt = Time(row.GetInt64(8)),
    };

    public static Failure? Failure(SqlRow row, int column)
    {
        if (row.IsDBNull(column))
        {
            return null;
        }

        return new Failure(Code(row.GetString(column)), row.GetString(column + 1));
    }

    private static FailureCode Code(string name) => FailureCodes.TryParse(name, out var code)
        ? code
        : throw new FormatException($"The store holds a failure code that this version does not know: '{name}'.");

    public static Usd? OptionalUsd(SqlRow row, int column) => row.IsDBNull(column) ? null : new Usd(row.GetInt64(column));

    public static string? Text(SqlRow row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? OptionalTime(SqlRow row, int column) => row.IsDBNull(column) ? null : Time(row.GetInt64(column));

    public static long Milliseconds(this DateTimeOffset time) => time.ToUnixTimeMilliseconds();

    /// <summary>The pictures that came with a request: their hashes by position.</summary>
    public static IEnumerable<(int Position, string Sha256)> StoredImages(GenerationRequest request) => request.Images
        .Select((source, position) => (position, source))
        .Where(image => image.source.StartsWith(GenerationRequest.StoredImagePrefix, StringComparison.Ordinal))
        .Select(image => (image.position, image.source[GenerationRequest.StoredImagePrefix.Length..]));
}
