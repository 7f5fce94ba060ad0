using Filmgate.Model.Identity;
using static Filmgate.Storage.Sqlite.SqliteRows;

namespace Filmgate.Storage.Sqlite;

/// <summary>Uploads in SQLite.</summary>
public sealed class SqliteUploadStore(SqliteDatabase database) : IUploadStore
{
    /// <inheritdoc/>
    public async ValueTask<bool> AddAsync(Upload upload, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return await database.WriteAsync(session => session.Execute(
            """
            INSERT INTO uploads (id, account_id, sha256, media_type, width, height, length, created_at, expires_at)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
            WHERE (SELECT COUNT(*) FROM uploads WHERE account_id = $2 AND expires_at > $8) < $10
            """,
            upload.Id.Value, upload.Account.Value, upload.Sha256, upload.MediaType, upload.Width, upload.Height, upload.Length,
            upload.CreatedAt.Milliseconds(), upload.ExpiresAt.Milliseconds(), most) == 1).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<int> CountAsync(AccountId account, DateTimeOffset now, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read((account, now), static (session, asked) => (int)(long)session.Scalar(
            "SELECT COUNT(*) FROM uploads WHERE account_id = $1 AND expires_at > $2", asked.account.Value, asked.now.Milliseconds())!));

    /// <inheritdoc/>
    public ValueTask<Upload?> FindAsync(AccountId account, UploadId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read((account, id, now), static (session, asked) =>
        {
            using var row = session.Query(
                """
                SELECT sha256, media_type, width, height, length, created_at, expires_at FROM uploads
                WHERE id = $1 AND account_id = $2 AND expires_at > $3
                """,
                asked.id.Value, asked.account.Value, asked.now.Milliseconds());
            return row.Read()
                ? new Upload
                {
                    Id = asked.id,
                    Account = asked.account,
                    Sha256 = row.GetString(0),
                    MediaType = row.GetString(1),
                    Width = row.GetInt32(2),
                    Height = row.GetInt32(3),
                    Length = row.GetInt64(4),
                    CreatedAt = Time(row.GetInt64(5)),
                    ExpiresAt = Time(row.GetInt64(6)),
                }
                : null;
        }));
}
