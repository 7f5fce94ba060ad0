using Filmgate.Model.Identity;
using static Filmgate.Storage.Sql.SqlRows;

namespace Filmgate.Storage.Sql;

/// <summary>Clips, pictures and uploads in a database, as far as their files are concerned.</summary>
public sealed class ClipStore(SqlDatabase database) : IClipStore
{
    private readonly string _expireClips = $"""
        WITH old AS (
            SELECT id FROM clips WHERE deleted_at IS NULL AND expires_at <= $1 ORDER BY expires_at LIMIT $2 {database.Dialect.LockingFree("clips")})
        UPDATE clips SET deleted_at = $1 WHERE id IN (SELECT id FROM old)
        RETURNING sha256, poster_sha256
        """;

    private readonly string _expireInputs = $"""
        WITH old AS (
            SELECT i.task_id, i.position FROM inputs i JOIN tasks t ON t.id = i.task_id
            WHERE i.deleted_at IS NULL AND t.completed_at <= $2 LIMIT $3 {database.Dialect.LockingFree("i")})
        UPDATE inputs SET deleted_at = $1 WHERE (task_id, position) IN (SELECT task_id, position FROM old)
        RETURNING sha256, NULL
        """;

    private readonly string _expireUploads = $"""
        WITH old AS (SELECT id FROM uploads WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 {database.Dialect.LockingFree("uploads")})
        DELETE FROM uploads WHERE id IN (SELECT id FROM old)
        RETURNING sha256, NULL
        """;

    // A picture is needed as long as its task may still be sent; a clip, poster or upload until its time is over.
    private const string IsNeeded = """
        SELECT EXISTS (SELECT 1 FROM clips WHERE sha256 = $1 AND deleted_at IS NULL)
            OR EXISTS (SELECT 1 FROM clips WHERE poster_sha256 = $1 AND deleted_at IS NULL)
            OR EXISTS (SELECT 1 FROM inputs WHERE sha256 = $1 AND deleted_at IS NULL)
            OR EXISTS (SELECT 1 FROM uploads WHERE sha256 = $1)
        """;

    /// <inheritdoc/>
    public ValueTask<ClipRecord?> FindAsync(ClipId id, CancellationToken cancellationToken) =>
        database.ReadAsync(id, static (session, id) =>
        {
            using var row = session.Query($"SELECT {ClipColumns}, c.deleted_at FROM clips c WHERE c.id = $1", id.Value);
            return row.Read() ? new ClipRecord(Clip(row), !row.IsDBNull(9)) : null;
        }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<string>> ExpireAsync(
        DateTimeOffset now, DateTimeOffset inputsBefore, int limit, CancellationToken cancellationToken) =>
        await database.WriteAsync(null, session =>
        {
            var givenUp = new HashSet<string>(StringComparer.Ordinal);
            Collect(session, givenUp, _expireClips, now.Milliseconds(), limit);
            Collect(session, givenUp, _expireInputs, now.Milliseconds(), inputsBefore.Milliseconds(), limit);
            Collect(session, givenUp, _expireUploads, now.Milliseconds(), limit);
            return (IReadOnlyList<string>)[.. givenUp.Where(sha256 => session.Scalar(IsNeeded, sha256) is 0L)];
        }).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<bool> IsNeededAsync(string sha256, CancellationToken cancellationToken) =>
        database.ReadAsync(sha256, static (session, sha256) => session.Scalar(IsNeeded, sha256) is 1L, cancellationToken);

    private static void Collect(SqlSession session, HashSet<string> files, string sql, params ReadOnlySpan<SqlValue> values)
    {
        using var row = session.Query(sql, values);
        while (row.Read())
        {
            files.Add(row.GetString(0));
            if (Text(row, 1) is { } poster)
            {
                files.Add(poster);
            }
        }
    }
}
