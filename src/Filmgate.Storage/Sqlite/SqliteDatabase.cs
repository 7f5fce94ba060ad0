using System.Collections.Concurrent;
using System.Reflection;
using DbUp;
using DbUp.Engine.Output;
using DbUp.Sqlite.Helpers;
using Filmgate.Model.Identity;
using Filmgate.Storage.Sql;
using Microsoft.Data.Sqlite;

namespace Filmgate.Storage.Sqlite;

/// <summary>
/// One SQLite file (write-ahead log, full fsync) with its one writer and its readers. Only one process may have it open:
/// a second one is refused at once instead of being surprised later.
/// </summary>
public sealed class SqliteDatabase : SqlDatabase
{
    private const string Folder = ".Sqlite.Migrations.";

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly CoalescingWriter<SqliteSession>? _writer;
    private readonly SqliteSession? _inline;
    private readonly ConcurrentBag<SqliteSession> _readers = [];

    private SqliteDatabase(string path, FileStream lockFile, bool writesInline, IReadOnlyList<string> migrations)
    {
        Migrations = migrations;
        _path = path;
        _lock = lockFile;
        if (writesInline)
        {
            _inline = new SqliteSession(path);
        }
        else
        {
            _writer = new CoalescingWriter<SqliteSession>(new SqliteSession(path));
        }
    }

    /// <summary>Opens the file, makes it when it is missing, and brings its schema up to date.</summary>
    /// <param name="path">The database file; its folder must exist.</param>
    /// <exception cref="DatabaseInUseException">Another process has it open.</exception>
    /// <exception cref="StoreUnavailableException">It is damaged or cannot be migrated.</exception>
    public static SqliteDatabase Open(string path) => Open(path, writesInline: false);

    /// <summary>
    /// Opens a file whose schema is up to date. Each write is a transaction of its own on its caller's thread, and there is one caller at a time:
    /// for a simulation, whose order of events is to be nobody's but its own.
    /// </summary>
    /// <param name="path">The database file.</param>
    /// <exception cref="DatabaseInUseException">Another process has it open.</exception>
    public static SqliteDatabase OpenInline(string path) => Open(path, writesInline: true);

    private static SqliteDatabase Open(string path, bool writesInline)
    {
        ArgumentNullException.ThrowIfNull(path);
        var lockFile = Lock(path);
        try
        {
            return new SqliteDatabase(path, lockFile, writesInline, writesInline ? [] : Migrate(path));
        }
        catch
        {
            lockFile.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (_writer is not null)
        {
            await _writer.DisposeAsync().ConfigureAwait(false);
        }

        _inline?.Dispose();
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        await _lock.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The migrations that opening it ran, in order; none when it was up to date.</summary>
    public IReadOnlyList<string> Migrations { get; }

    // Belongs to the file and not to a store, so that all stores of the file agree.
    internal override StatusCache? Statuses { get; } = new();

    internal override SqlDialect Dialect { get; } = new SqliteDialect();

    internal override ValueTask<TResult> ReadAsync<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(argument, read, isOneMoment: false));

    internal override ValueTask<TResult> ReadMomentAsync<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(argument, read, isOneMoment: true));

    // Readers have sessions of their own, so a long one keeps none waiting.
    internal override ValueTask<TResult> InspectAsync<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, CancellationToken cancellationToken) =>
        ReadMomentAsync(argument, read, cancellationToken);

    private protected override Task<TResult> RunAsync<TResult>(AccountId? account, Func<SqlSession, TResult> write)
    {
        if (_inline is null)
        {
            return _writer!.WriteAsync(account, write);
        }

        try
        {
            _inline.Begin();
            var result = write(_inline);
            _inline.Commit();
            return Task.FromResult(result);
        }
#pragma warning disable CA1031 // As the writer does it: whatever goes wrong is the caller's.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _inline.Rollback();
            return Task.FromException<TResult>(_inline.Translate(error));
        }
    }

    // Reads take microseconds out of the page cache, so they run on the caller's thread; the bag grows to the number of
    // reads that really overlapped.
    private TResult Read<TArgument, TResult>(TArgument argument, Func<SqlSession, TArgument, TResult> read, bool isOneMoment)
    {
        if (_inline is not null)
        {
            return Run(_inline, argument, read, isOneMoment);
        }

        SqliteSession? session = null;
        try
        {
            if (!_readers.TryTake(out session))
            {
                session = new SqliteSession(_path);
            }

            var result = Run(session, argument, read, isOneMoment);
            _readers.Add(session);
            return result;
        }
        catch (SqliteException error)
        {
            // A session that failed may hold a half-read statement, so it is not used again.
            session?.Dispose();
            throw SqliteSession.Wording(error);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    private static TResult Run<TArgument, TResult>(SqliteSession session, TArgument argument, Func<SqlSession, TArgument, TResult> read, bool isOneMoment)
    {
        if (!isOneMoment)
        {
            return read(session, argument);
        }

        session.Execute("BEGIN");
        try
        {
            return read(session, argument);
        }
        finally
        {
            session.Execute("COMMIT");
        }
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new DatabaseInUseException(
                $"The data in '{Path.GetDirectoryName(path)}' is in use by another Filmgate process. Stop that one, or choose another folder with FILMGATE_DATA.",
                error);
        }
    }

    private static IReadOnlyList<string> Migrate(string path)
    {
        try
        {
            // The mode is a property of the file and cannot be changed inside a migration's transaction.
            using var session = new SqliteSession(path);
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            var result = DeployChanges.To
                .SqliteDatabase(new SharedConnection(connection))
                .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.Contains(Folder, StringComparison.Ordinal))
                .WithTransactionPerScript()
                .LogTo(new NoOpUpgradeLog())
                .Build()
                .PerformUpgrade();
            if (!result.Successful)
            {
                throw new StoreUnavailableException(
                    $"The database '{path}' cannot be brought up to date: {result.ErrorScript?.Name}: {result.Error.Message}", result.Error);
            }

            return [.. result.Scripts.Select(script => script.Name[(script.Name.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..])];
        }
        catch (SqliteException error)
        {
            throw new StoreUnavailableException(
                $"The database '{path}' cannot be opened: {error.Message} It was left as it is; restore it from a backup or move it away.", error);
        }
    }
}

/// <summary>Another process has the database open.</summary>
public sealed class DatabaseInUseException : Exception
{
    /// <inheritdoc/>
    public DatabaseInUseException()
    {
    }

    /// <inheritdoc/>
    public DatabaseInUseException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public DatabaseInUseException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
