using System.Diagnostics.CodeAnalysis;
using Filmgate.Storage.Sql;
using Microsoft.Data.Sqlite;
using static SQLitePCL.raw;

namespace Filmgate.Storage.Sqlite;

/// <summary>One connection with its prepared statements.</summary>
internal sealed class SqliteSession : SqlSession, IWriteSession
{
    // A checkpoint every 4000 pages (16 MB) keeps the log short without making each burst of writes pay for one.
    private const string Pragmas = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA foreign_keys = ON;
        PRAGMA busy_timeout = 10000;
        PRAGMA wal_autocheckpoint = 4000;
        PRAGMA temp_store = MEMORY;
        """;

    private const int BusyCode = 5;
    private const int LockedCode = 6;
    private const int ReadOnlyCode = 8;
    private const int IoErrorCode = 10;
    private const int FullCode = 13;
    private const int CannotOpenCode = 14;

    private readonly SQLitePCL.sqlite3 _database;
    private readonly Dictionary<string, SqliteStatement> _statements = new(new LiteralComparer());

    static SqliteSession() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Opens the file and makes it when it is missing.</summary>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    public SqliteSession(string path)
    {
        // A session has one user at a time, so SQLite need not lock it at each call.
        var code = sqlite3_open_v2(path, out _database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, null);
        try
        {
            SqliteException.ThrowExceptionForRC(code, _database);
            Run(Pragmas);
        }
        catch
        {
            _database.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override int Execute(string sql, params ReadOnlySpan<SqlValue> values)
    {
        var statement = Prepare(sql, values);
        while (statement.Step())
        {
        }

        // Read before the reset, which may end a transaction of its own.
        var changes = sqlite3_changes(_database);
        statement.Reset();
        return changes;
    }

    // The file is at hand, so there is nothing to be gained by putting a statement off.
    public override void Post(string sql, params ReadOnlySpan<SqlValue> values) => Execute(sql, values);

    /// <inheritdoc/>
    public override void Run(string script) => SqliteException.ThrowExceptionForRC(sqlite3_exec(_database, script), _database);

    /// <inheritdoc/>
    public override SqlRow Query(string sql, params ReadOnlySpan<SqlValue> values) => new(Prepare(sql, values));

    /// <inheritdoc/>
    public override object? Scalar(string sql, params ReadOnlySpan<SqlValue> values)
    {
        var statement = Prepare(sql, values);
        try
        {
            return statement.Step() ? statement.Value(0) : null;
        }
        finally
        {
            statement.Reset();
        }
    }

    // There is one writer, so whose accounts a batch is for makes no difference.
    public void Begin(IReadOnlyList<IWrite> writes) => Begin();

    public void Begin() => Execute("BEGIN IMMEDIATE");

    public void Commit()
    {
        Tills.Settle();
        Execute("COMMIT");
    }

    public void Rollback()
    {
        Tills.Forget();
        try
        {
            Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite undoes a transaction by itself on a full disk; then there is nothing left to roll back.
        }
    }

    public Exception Translate(Exception error) => Wording(error);

    /// <summary>A database error as what callers are to see; also for a session that could not even be opened.</summary>
    public static Exception Wording(Exception error) => error is SqliteException
    {
        SqliteErrorCode: BusyCode or LockedCode or ReadOnlyCode or IoErrorCode or FullCode or CannotOpenCode,
    } unavailable
        ? new StoreUnavailableException($"The database cannot be used now (SQLite {unavailable.SqliteErrorCode}).", unavailable)
        : error;

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _database.Dispose();
    }

    private SqliteStatement Prepare(string sql, ReadOnlySpan<SqlValue> values)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            statement = new SqliteStatement(_database, sql);
            _statements.Add(sql, statement);
        }

        statement.Bind(values);
        return statement;
    }

    /// <summary>Every statement is a literal, so the same one is mostly the same object, and hashing all of it would be in vain.</summary>
    private sealed class LiteralComparer : IEqualityComparer<string>
    {
        public bool Equals(string? one, string? other) => string.Equals(one, other, StringComparison.Ordinal);

        public int GetHashCode([DisallowNull] string sql) => HashCode.Combine(sql.Length, sql[^1], sql[sql.Length / 2]);
    }
}
