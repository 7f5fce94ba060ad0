using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using static Filmgate.Storage.Sql.SqlRows;

namespace Filmgate.Storage.Sql;

/// <summary>Uploads in a database.</summary>
public sealed class UploadStore(SqlDatabase database) : IUploadStore
{
    private const string Columns = "id, account_id, sha256, media_type, width, height, length, created_at, expires_at FROM uploads";

    /// <inheritdoc/>
    public async ValueTask<bool> AddAsync(Upload upload, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return await database.WriteAsync(upload.Account, session => session.Execute(
            """
            INSERT INTO uploads (id, account_id, sha256, media_type, width, height, length, created_at, expires_at)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
            WHERE (SELECT COUNT(*) FROM uploads WHERE account_id = $2 AND expires_at > $8) < $10
            ON CONFLICT (id) DO NOTHING
            """,
            upload.Id.Value, upload.Account.Value, upload.Sha256, upload.MediaType, upload.Width, upload.Height, upload.Length,
            upload.CreatedAt.Milliseconds(), upload.ExpiresAt.Milliseconds(), most) == 1).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(AccountId account, UploadId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.WriteAsync(account, session => session.Execute(
            "UPDATE uploads SET expires_at = CASE WHEN $3 > created_at THEN $3 ELSE created_at + 1 END WHERE id = $1 AND account_id = $2 AND expires_at > $3",
            id.Value, account.Value, now.Milliseconds()) == 1).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<int> CountAsync(AccountId account, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync((account, now), static (session, asked) => (int)(long)session.Scalar(
            "SELECT COUNT(*) FROM uploads WHERE account_id = $1 AND expires_at > $2", asked.account.Value, asked.now.Milliseconds())!, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Upload?> FindAsync(AccountId account, UploadId id, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync((account, id, now), static (session, asked) =>
        {
            using var row = session.Query(
                $"SELECT {Columns} WHERE id = $1 AND account_id = $2 AND expires_at > $3", asked.id.Value, asked.account.Value, asked.now.Milliseconds());
            return row.Read() ? Upload(row) : null;
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Upload>> ListAsync(AccountId account, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync((account, now), static (session, asked) =>
        {
            var uploads = ImmutableArray.CreateBuilder<Upload>();
            using var row = session.Query(
                $"SELECT {Columns} WHERE account_id = $1 AND expires_at > $2 ORDER BY id DESC", asked.account.Value, asked.now.Milliseconds());
            while (row.Read())
            {
                uploads.Add(Upload(row));
            }

            return uploads.ToImmutable();
        }, cancellationToken);

    private static Upload Upload(SqlRow row) => new()
    {
        Id = new UploadId(row.GetString(0)),
        Account = new AccountId(row.GetString(1)),
        Sha256 = row.GetString(2),
        MediaType = row.GetString(3),
        Width = row.GetInt32(4),
        Height = row.GetInt32(5),
        Length = row.GetInt64(6),
        CreatedAt = Time(row.GetInt64(7)),
        ExpiresAt = Time(row.GetInt64(8)),
    };
}
