using System.Collections.Immutable;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;

namespace Filmgate.Storage.PostgreSql;

/// <summary>How far a copy is.</summary>
/// <param name="Table">The table.</param>
/// <param name="Rows">Its rows that are copied so far.</param>
/// <param name="IsDone">Whether these are all of them.</param>
public readonly record struct CopyProgress(string Table, long Rows, bool IsDone);

/// <summary>The copy was not made; the message says why. Nothing was changed, at either end.</summary>
public sealed class StoreCopyException : Exception
{
    /// <inheritdoc/>
    public StoreCopyException()
    {
    }

    /// <inheritdoc/>
    public StoreCopyException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public StoreCopyException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>
/// Copies a store from SQLite into an empty PostgreSQL database: every row with every id and number, in one transaction that is committed only when
/// counts, sums and books agree. Files lie beside the database and are not copied.
/// </summary>
public static class StoreCopy
{
    private const int RowsBetweenSteps = 20_000;

    // A row comes after the rows that it names. `destinations` is missing: the target makes it from the deliveries, and it is compared.
    private static readonly ImmutableArray<string> Tables =
    [
        "accounts", "api_keys", "tasks", "clips", "inputs", "attempts", "ledger", "daily_spending", "idempotency_keys", "audit_log", "uploads",
        "webhook_endpoints", "webhook_secrets", "deliveries", "delivery_attempts", "event_audiences", "events",
    ];

    // Sums of money and of whatever else would not show in a count.
    private static readonly ImmutableArray<string> Sums =
    [
        "SELECT COALESCE(SUM(amount_micros), 0) FROM ledger",
        "SELECT COALESCE(SUM(held_micros), 0) FROM accounts",
        "SELECT COALESCE(SUM(settled_micros), 0) FROM accounts",
        "SELECT COALESCE(SUM(micros), 0) FROM daily_spending",
        "SELECT COALESCE(SUM(cost_micros + unconfirmed_micros), 0) FROM attempts",
        "SELECT COALESCE(SUM(revision), 0) FROM tasks",
        "SELECT COALESCE(SUM(length), 0) FROM clips",
        "SELECT COALESCE(SUM(length(body)), 0) FROM deliveries",
        "SELECT COALESCE(SUM(due_at), 0) FROM destinations",
        "SELECT COUNT(*) FROM destinations",
    ];

    /// <summary>The tables that a copy takes along or makes anew.</summary>
    internal static IEnumerable<string> AllTables => Tables.Append("destinations");

    /// <summary>Copies a store.</summary>
    /// <param name="sqlitePath">The database file of a stopped gateway; it is brought up to date first.</param>
    /// <param name="target">An empty database; it gets the schema first.</param>
    /// <param name="signingKey">The key by which links are signed, which lies in a file beside a SQLite store and in the database of nodes; null for none.</param>
    /// <param name="time">The clock.</param>
    /// <param name="progress">Told after each table, and within long ones.</param>
    /// <param name="cancellationToken">Gives up; then nothing is copied.</param>
    /// <returns>How many rows were copied.</returns>
    /// <exception cref="DatabaseInUseException">A gateway has the source open.</exception>
    /// <exception cref="StoreUnavailableException">One of the two cannot be used.</exception>
    /// <exception cref="StoreCopyException">The source is not sound, the target is not empty, or the copy does not agree with the source.</exception>
    public static async Task<long> RunAsync(
        string sqlitePath, PostgresAddress target, byte[]? signingKey, TimeProvider time, Action<CopyProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(progress);
        await using var source = SqliteDatabase.Open(sqlitePath);
        PostgresMigrations.Run(target, time);
        await using var line = new PostgresLine(target, time, LineUse.Inspection);
        using var to = new PostgresSession(line);
        to.Connect();
        try
        {
            return await source.InspectAsync(0, (from, _) => Copy(from, source.Dialect, to, signingKey, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (PostgresErrors.IsUnavailable(error))
        {
            throw new StoreUnavailableException($"The copy was not made, and nothing is left of it: {error.Message}", error);
        }
        finally
        {
            to.Drop();
        }
    }

    private static long Copy(SqlSession from, SqlDialect dialect, PostgresSession to, byte[]? signingKey, Action<CopyProgress> progress, CancellationToken cancellationToken)
    {
        // :: Step 1: only a sound store is copied, because only of a sound one can be told whether the copy is right.
        if (Books.Check(from, dialect) is [var finding, ..] findings)
        {
            throw new StoreCopyException($"The store to be copied is not sound, so nothing was copied. `filmgate doctor` tells of {findings.Length} findings, such as: {finding}");
        }

        // :: Step 2: an empty target that stays empty: whoever would write waits.
        to.Run("BEGIN");
        to.Run($"LOCK TABLE {string.Join(", ", AllTables)} IN EXCLUSIVE MODE");
        foreach (var table in AllTables)
        {
            if (to.Scalar($"SELECT EXISTS (SELECT 1 FROM {table})") is 1L)
            {
                throw new StoreCopyException($"The database to copy to is not empty: there are {table}. Name an empty one; nothing was copied.");
            }
        }

        // :: Step 3: the rows. A task and its clip name each other, so that is looked at in the end.
        to.Run("SET CONSTRAINTS ALL DEFERRED");
        var rows = 0L;
        foreach (var table in Tables)
        {
            rows += CopyTable(from, to, table, progress, cancellationToken);
        }

        // :: Step 4: numbers go on behind the last that was ever given, be its row still there or not.
        foreach (var table in new[] { "ledger", "audit_log" })
        {
            if (from.Scalar("SELECT seq FROM sqlite_sequence WHERE name = $1", table) is long last)
            {
                to.Scalar("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", table, last);
            }
        }

        // :: Step 5: what is a single value.
        to.Execute("UPDATE forgotten_deliveries SET before = $1", from.Scalar("SELECT before FROM forgotten_deliveries") as long?);
        to.Execute("INSERT INTO secrets (name, value) SELECT 'signing-key', CAST($1 AS BYTEA) WHERE CAST($1 AS BYTEA) IS NOT NULL", signingKey);

        // :: Step 6: counts, sums and books.
        to.Run("SET CONSTRAINTS ALL IMMEDIATE");
        foreach (var sql in AllTables.Select(table => $"SELECT COUNT(*) FROM {table}").Concat(Sums))
        {
            var (there, here) = (from.Scalar(sql), to.Scalar(sql));
            if (!Equals(there, here))
            {
                throw new StoreCopyException($"The copy does not agree with the store and was given up: {sql} is {there} there and {here} here.");
            }
        }

        if (Books.Check(to, new PostgresDialect()) is [var wrong, ..])
        {
            throw new StoreCopyException($"The books of the copy do not agree, and it was given up: {wrong}");
        }

        to.Run("COMMIT");
        to.Run("ANALYZE");
        return rows;
    }

    private static long CopyTable(SqlSession from, PostgresSession to, string table, Action<CopyProgress> progress, CancellationToken cancellationToken)
    {
        var columns = Columns(to, table);
        var names = string.Join(", ", columns.Select(column => column.Name));
        var copied = 0L;
        using (var import = to.Import(table, columns))
        {
            using var row = from.Query($"SELECT {names} FROM {table}");
            while (row.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                import.StartRow();
                for (var i = 0; i < columns.Length; i++)
                {
                    import.Write(row, i);
                }

                if (++copied % RowsBetweenSteps == 0)
                {
                    progress(new CopyProgress(table, copied, IsDone: false));
                }
            }

            import.Complete();
        }

        progress(new CopyProgress(table, copied, IsDone: true));
        return copied;
    }

    // In the order of the target. A column that the source does not have fails the query, and one that only the source has fails the sums or is
    // found by the test that compares the two schemas.
    private static ImmutableArray<PostgresColumn> Columns(PostgresSession to, string table)
    {
        var columns = ImmutableArray.CreateBuilder<PostgresColumn>();
        using var row = to.Query(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position", table);
        while (row.Read())
        {
            columns.Add(new PostgresColumn(row.GetString(0), row.GetString(1)));
        }

        return columns.ToImmutable();
    }
}
