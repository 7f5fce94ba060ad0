using System.Collections.Concurrent;
using System.Reflection;
using DbUp;
using DbUp.Engine.Output;
using DbUp.Sqlite.Helpers;
using Filmgate.Model.Tasks;
using Microsoft.Data.Sqlite;

namespace Filmgate.Storage.Sqlite;

/// <summary>
/// One SQLite file (write-ahead log, full fsync) with its one writer and its readers. Only one process may have it open:
/// a second one is refused at once instead of being surprised later.
/// </summary>
public sealed class SqliteDatabase : IAsyncDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;
    private readonly CoalescingWriter<SqliteSession>? _writer;
    private readonly SqliteSession? _inline;
    private readonly ConcurrentBag<SqliteSession> _readers = [];

    private SqliteDatabase(string path, FileStream lockFile, bool writesInline)
    {
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
            if (!writesInline)
            {
                Migrate(path);
            }

            return new SqliteDatabase(path, lockFile, writesInline);
        }
        catch
        {
            lockFile.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
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

    // Belongs to the file and not to a store, so that all stores of the file agree.
    internal StatusCache Statuses { get; } = new();

    /// <summary>Runs any write but an admission; it finds the accounts' rows as they are to be.</summary>
    internal Task<TResult> WriteAsync<TResult>(Func<SqliteSession, TResult> write) => RunAsync(session =>
    {
        session.Tills.Settle();
        return write(session);
    });

    internal Task<AdmissionOutcome> AdmitAsync(Admission admission, string request) =>
        RunAsync(session => SqliteAdmission.Admit(session, admission, request));

    private Task<TResult> RunAsync<TResult>(Func<SqliteSession, TResult> write)
    {
        if (_inline is null)
        {
            return _writer!.WriteAsync(write);
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
    internal TResult Read<TArgument, TResult>(TArgument argument, Func<SqliteSession, TArgument, TResult> read)
    {
        if (_inline is not null)
        {
            return read(_inline, argument);
        }

        SqliteSession? session = null;
        try
        {
            if (!_readers.TryTake(out session))
            {
                session = new SqliteSession(_path);
            }

            var result = read(session, argument);
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

    private static void Migrate(string path)
    {
        try
        {
            // The mode is a property of the file and cannot be changed inside a migration's transaction.
            using var session = new SqliteSession(path);
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            var result = DeployChanges.To
                .SqliteDatabase(new SharedConnection(connection))
                .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.EndsWith(".sql", StringComparison.Ordinal))
                .WithTransactionPerScript()
                .LogTo(new NoOpUpgradeLog())
                .Build()
                .PerformUpgrade();
            if (!result.Successful)
            {
                throw new StoreUnavailableException(
                    $"The database '{path}' cannot be brought up to date: {result.ErrorScript?.Name}: {result.Error.Message}", result.Error);
            }
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
