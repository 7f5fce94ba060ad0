using System.Collections.Immutable;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using static Filmgate.Storage.Sql.SqlRows;

namespace Filmgate.Storage.Sql;

/// <summary>Accounts, keys and the audit log in a database.</summary>
public sealed class AccountStore(SqlDatabase database) : IAccountStore
{
    private const char NameSeparator = ',';

    private const string AccountColumns = """
        id, name, requests_per_minute, tasks_in_flight_max, spending_limit_micros, day_limit_micros, month_limit_micros, created_at,
        allowed_providers, price_ceiling_micros, fails_over_on_policy, queue_weight FROM accounts
        """;

    private const string KeyColumns =
        "id, account_id, kind, name, prefix, hash, created_at, last_used_at, expires_at, revoked_at, allowed_networks FROM api_keys";

    /// <inheritdoc/>
    public ValueTask<bool> AnyAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(0, static (session, _) => session.Scalar("SELECT EXISTS (SELECT 1 FROM accounts)") is 1L, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask AddAsync(Account account, ImmutableArray<StoredKey> keys, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(audit);
        await WriteAsync(account.Id, audit, session => Insert(session, account, keys), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> AddFirstAsync(Account account, ImmutableArray<StoredKey> keys, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(audit);

        // For no account: that is the lock which every node takes that would be the first.
        return WriteAsync(
            null, audit, session => session.Scalar("SELECT EXISTS (SELECT 1 FROM accounts)") is 0L && Insert(session, account, keys), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> UpdateAsync(Account account, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(audit);
        return WriteAsync(account.Id, audit, session => session.Execute(
            """
            UPDATE accounts SET name = $1, requests_per_minute = $2, tasks_in_flight_max = $3, spending_limit_micros = $4,
                                day_limit_micros = $5, month_limit_micros = $6,
                                allowed_providers = $7, price_ceiling_micros = $8, fails_over_on_policy = $9, queue_weight = $10
            WHERE id = $11
            """,
            account.Name, account.Limits.RequestsPerMinute, account.Limits.TasksInFlight, account.Budget.Total.Micros,
            account.Budget.PerDay?.Micros, account.Budget.PerMonth?.Micros,
            Names(account.Routing), account.Routing.PriceCeiling?.Micros, account.Routing.FailsOverOnPolicy ? 1 : 0, account.Routing.QueueWeight,
            account.Id.Value) == 1, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<Account?> FindAsync(AccountId id, CancellationToken cancellationToken) =>
        database.ReadAsync(id, static (session, id) =>
        {
            using var row = session.Query($"SELECT {AccountColumns} WHERE id = $1", id.Value);
            return row.Read() ? ReadAccount(row) : null;
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<Account>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(0, static (session, _) =>
        {
            using var row = session.Query($"SELECT {AccountColumns} ORDER BY created_at, id");
            return All(row, ReadAccount);
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<AccountTotals?> TotalsAsync(AccountId account, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync((account, Day: SqlAdmission.Day(now)), static (session, asked) =>
        {
            using var row = session.Query(
                """
                SELECT held_micros + settled_micros, held_micros, tasks_in_flight,
                       (SELECT COALESCE(SUM(micros), 0) FROM daily_spending WHERE account_id = id AND day = $2),
                       (SELECT COALESCE(SUM(micros), 0) FROM daily_spending WHERE account_id = id AND day BETWEEN $3 || '-01' AND $3 || '-31')
                FROM accounts WHERE id = $1
                """,
                asked.account.Value, asked.Day, asked.Day[..7]);
            return row.Read()
                ? new AccountTotals(
                    new Spending(new Usd(row.GetInt64(0)), new Usd(row.GetInt64(3)), new Usd(row.GetInt64(4))), new Usd(row.GetInt64(1)), row.GetInt32(2))
                : null;
        }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask AddKeyAsync(StoredKey key, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(audit);
        await WriteAsync(key.Account, audit, session => InsertKey(session, key), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> ExpireKeyAsync(KeyId key, DateTimeOffset at, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(audit);
        return WriteAsync(null, audit, session => Expire(session, key, at), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RotateKeyAsync(
        KeyId key, DateTimeOffset endsAt, StoredKey successor, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(successor);
        ArgumentNullException.ThrowIfNull(audit);
        return WriteAsync(null, audit, session => Expire(session, key, endsAt) && InsertKey(session, successor), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RevokeKeyAsync(KeyId key, DateTimeOffset at, AuditEntry audit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(audit);
        return WriteAsync(null, audit, session => session.Execute(
            "UPDATE api_keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL", at.Milliseconds(), key.Value) == 1, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask NoteKeyUseAsync(IReadOnlyCollection<KeyValuePair<KeyId, DateTimeOffset>> uses, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uses);
        await database.WriteAsync(null, session =>
        {
            foreach (var (key, at) in uses)
            {
                session.Post("UPDATE api_keys SET last_used_at = CASE WHEN last_used_at > $1 THEN last_used_at ELSE $1 END WHERE id = $2", at.Milliseconds(), key.Value);
            }

            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<StoredKey>> FindKeysAsync(string prefix, CancellationToken cancellationToken) =>
        database.ReadAsync(prefix, static (session, prefix) =>
        {
            using var row = session.Query($"SELECT {KeyColumns} WHERE prefix = $1 AND revoked_at IS NULL", prefix);
            return All(row, ReadKey);
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<StoredKey>> ListKeysAsync(AccountId? account, CancellationToken cancellationToken) =>
        database.ReadAsync(account, static (session, account) =>
        {
            using var row = session.Query($"SELECT {KeyColumns} WHERE account_id IS NOT DISTINCT FROM $1 ORDER BY created_at, id", account?.Value);
            return All(row, ReadKey);
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoredKey?> FindKeyAsync(KeyId key, CancellationToken cancellationToken) =>
        database.ReadAsync(key, static (session, key) =>
        {
            using var row = session.Query($"SELECT {KeyColumns} WHERE id = $1", key.Value);
            return row.Read() ? ReadKey(row) : null;
        }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ImmutableArray<AuditRecord>> ReadAuditAsync(long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync((before, limit), static (session, asked) =>
        {
            using var row = session.Query(
                "SELECT id, at, actor, action, subject, details FROM audit_log WHERE id < $1 OR $1 IS NULL ORDER BY id DESC LIMIT $2", asked.before, asked.limit);
            return All(row, static row => new AuditRecord(
                row.GetInt64(0), new AuditEntry(Time(row.GetInt64(1)), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5))));
        }, cancellationToken);

    // What was not done is not recorded either.
    private async ValueTask<bool> WriteAsync(AccountId? account, AuditEntry audit, Func<SqlSession, bool> change, CancellationToken cancellationToken) =>
        await database.WriteAsync(account, session =>
        {
            if (!change(session))
            {
                return false;
            }

            InsertAudit(session, audit);
            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);

    internal static void InsertAudit(SqlSession session, AuditEntry audit) => session.Post(
        "INSERT INTO audit_log (at, actor, action, subject, details) VALUES ($1, $2, $3, $4, $5)",
        audit.At.Milliseconds(), audit.Actor, audit.Action, audit.Subject, audit.Details);

    private static bool Expire(SqlSession session, KeyId key, DateTimeOffset at) => session.Execute(
        "UPDATE api_keys SET expires_at = CASE WHEN expires_at < $1 THEN expires_at ELSE $1 END WHERE id = $2 AND revoked_at IS NULL", at.Milliseconds(), key.Value) == 1;

    private static bool Insert(SqlSession session, Account account, ImmutableArray<StoredKey> keys)
    {
        session.Post(
            """
            INSERT INTO accounts (id, name, requests_per_minute, tasks_in_flight_max, spending_limit_micros, day_limit_micros, month_limit_micros, created_at,
                                  allowed_providers, price_ceiling_micros, fails_over_on_policy, queue_weight)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            account.Id.Value, account.Name, account.Limits.RequestsPerMinute, account.Limits.TasksInFlight, account.Budget.Total.Micros,
            account.Budget.PerDay?.Micros, account.Budget.PerMonth?.Micros, account.CreatedAt.Milliseconds(),
            Names(account.Routing), account.Routing.PriceCeiling?.Micros, account.Routing.FailsOverOnPolicy ? 1 : 0, account.Routing.QueueWeight);
        foreach (var key in keys)
        {
            InsertKey(session, key);
        }

        return true;
    }

    private static bool InsertKey(SqlSession session, StoredKey key)
    {
        session.Post(
            """
            INSERT INTO api_keys (id, account_id, kind, name, prefix, hash, created_at, expires_at, allowed_networks)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            key.Id.Value, key.Account?.Value, key.Kind.Word(), key.Name, key.Prefix, key.Hash.ToArray(), key.CreatedAt.Milliseconds(),
            key.ExpiresAt?.Milliseconds(), key.AllowedNetworks);
        return true;
    }

    private static ImmutableArray<T> All<T>(SqlRow row, Func<SqlRow, T> read)
    {
        var all = ImmutableArray.CreateBuilder<T>();
        while (row.Read())
        {
            all.Add(read(row));
        }

        return all.ToImmutable();
    }

    private static Account ReadAccount(SqlRow row) => new(
        new AccountId(row.GetString(0)),
        row.GetString(1),
        new AccountLimits(row.GetInt32(2), row.GetInt32(3)),
        new Budget(new Usd(row.GetInt64(4)), OptionalUsd(row, 5), OptionalUsd(row, 6)),
        Time(row.GetInt64(7)))
    {
        Routing = new RoutingPolicy
        {
            AllowedProviders = [.. Text(row, 8)?.Split(NameSeparator) ?? []],
            PriceCeiling = OptionalUsd(row, 9),
            FailsOverOnPolicy = row.GetInt64(10) != 0,
            QueueWeight = row.GetInt32(11),
        },
    };

    private static string? Names(RoutingPolicy policy) => policy.AllowedProviders.IsEmpty ? null : string.Join(NameSeparator, policy.AllowedProviders);

    private static StoredKey ReadKey(SqlRow row) => new()
    {
        Id = new KeyId(row.GetString(0)),
        Account = Text(row, 1) is { } account ? new AccountId(account) : null,
        Kind = StoredWords.Parse<KeyKind>(row.GetString(2)),
        Name = row.GetString(3),
        Prefix = row.GetString(4),
        Hash = [.. row.GetBytes(5)],
        CreatedAt = Time(row.GetInt64(6)),
        LastUsedAt = OptionalTime(row, 7),
        ExpiresAt = OptionalTime(row, 8),
        RevokedAt = OptionalTime(row, 9),
        AllowedNetworks = Text(row, 10),
    };
}
