using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using static Filmgate.Storage.Sqlite.SqliteRows;

namespace Filmgate.Storage.Sqlite;

/// <summary>Accounts and keys in SQLite.</summary>
public sealed class SqliteAccountStore(SqliteDatabase database) : IAccountStore
{
    /// <inheritdoc/>
    public ValueTask<bool> AnyAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(0, static (session, _) => session.Scalar("SELECT EXISTS (SELECT 1 FROM accounts)") is 1L));

    /// <inheritdoc/>
    public async ValueTask AddAsync(Account account, ImmutableArray<StoredKey> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        await database.WriteAsync(session =>
        {
            session.Execute(
                "INSERT INTO accounts (id, name, spending_limit_micros, created_at) VALUES ($1, $2, $3, $4)",
                account.Id.Value, account.Name, account.SpendingLimit.Micros, account.CreatedAt.Milliseconds());
            foreach (var key in keys)
            {
                InsertKey(session, key);
            }

            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask AddKeyAsync(StoredKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        await database.WriteAsync(session => InsertKey(session, key)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask RevokeKeyAsync(KeyId key, DateTimeOffset at, CancellationToken cancellationToken) =>
        await database.WriteAsync(session => session.Execute(
                "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", at.Milliseconds(), key.Value))
            .WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<StoredKey>> FindKeysAsync(string prefix, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(prefix, static (session, prefix) =>
        {
            var keys = ImmutableArray.CreateBuilder<StoredKey>();
            using var row = session.Query(
                "SELECT id, account_id, kind, name, prefix, hash, created_at FROM api_keys WHERE prefix = $1 AND revoked_at IS NULL", prefix);
            while (row.Read())
            {
                keys.Add(new StoredKey(
                    new KeyId(row.GetString(0)),
                    Text(row, 1) is { } account ? new AccountId(account) : null,
                    StoredWords.Parse<KeyKind>(row.GetString(2)),
                    row.GetString(3),
                    row.GetString(4),
                    [.. row.GetFieldValue<byte[]>(5)],
                    Time(row.GetInt64(6))));
            }

            return keys.ToImmutable();
        }));

    /// <inheritdoc/>
    public ValueTask<Account?> FindFirstAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(0, static (session, _) =>
        {
            using var row = session.Query("SELECT id, name, spending_limit_micros, created_at FROM accounts ORDER BY created_at, id LIMIT 1");
            return row.Read()
                ? new Account(new AccountId(row.GetString(0)), row.GetString(1), new Usd(row.GetInt64(2)), Time(row.GetInt64(3)))
                : null;
        }));

    /// <inheritdoc/>
    public ValueTask<Usd> BalanceAsync(AccountId account, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(account, static (session, account) => session.Scalar(
            """
            SELECT a.spending_limit_micros - COALESCE((
                SELECT SUM(t.cost_micros) FROM tasks k JOIN attempts t ON t.task_id = k.id WHERE k.account_id = a.id AND t.cost_micros > 0), 0)
            FROM accounts a WHERE a.id = $1
            """,
            account.Value) is long micros ? new Usd(micros) : Usd.Zero));

    private static bool InsertKey(SqliteSession session, StoredKey key)
    {
        session.Execute(
            "INSERT INTO api_keys (id, account_id, kind, name, prefix, hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            key.Id.Value, key.Account?.Value, key.Kind.Word(), key.Name, key.Prefix, key.Hash.ToArray(), key.CreatedAt.Milliseconds());
        return true;
    }
}
