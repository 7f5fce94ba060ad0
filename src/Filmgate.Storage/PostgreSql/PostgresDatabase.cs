using Filmgate.Model.Identity;
using Filmgate.Storage.Sql;

namespace Filmgate.Storage.PostgreSql;

/// <summary>
/// A PostgreSQL database as one node of a cluster uses it: one writer, which gathers writes into transactions, and a few readers. Any number of
/// nodes may have it open; see <see cref="AccountLocks"/> for how their writes go together.
/// </summary>
public sealed class PostgresDatabase : SqlDatabase
{
    /// <summary>Readers of a node unless it is told otherwise.</summary>
    public const int ReadersByDefault = 8;

    private const int WritesWaitingMax = 20_000;
    private static readonly TimeSpan TurnMax = TimeSpan.FromSeconds(4);

    /// <summary>How long a caller waits for an answer before it is told that there is none.</summary>
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(5);

    private readonly PostgresAddress _address;
    private readonly TimeProvider _time;
    private readonly PostgresLine _line;
    private readonly PostgresReaders _readers;
    private readonly CoalescingWriter<PostgresWriteSession> _writer;

    private PostgresDatabase(PostgresAddress address, TimeProvider time, int readers)
    {
        _address = address;
        _time = time;
        _line = new PostgresLine(address, time);
        _readers = new PostgresReaders(_line, readers, time);
        _writer = new CoalescingWriter<PostgresWriteSession>(
            new PostgresWriteSession(_line, time), new WriteQueueLimits(WritesWaitingMax, TurnMax, AnswerMax, time));
    }

    /// <summary>Brings the schema up to date, unless another node is at it or was, and opens the database.</summary>
    /// <param name="address">Where it is.</param>
    /// <param name="time">The clock.</param>
    /// <param name="readers">Most reads at a time, 1 to 64. Each takes a connection, and the writer takes one.</param>
    /// <exception cref="StoreUnavailableException">It is out of reach, cannot be migrated, or belongs to a newer version that this one cannot work with.</exception>
    public static PostgresDatabase Open(PostgresAddress address, TimeProvider time, int readers = ReadersByDefault)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentOutOfRangeException.ThrowIfLessThan(readers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(readers, 64);
        PostgresMigrations.Run(address, time);
        return new PostgresDatabase(address, time, readers);
    }

    internal override SqlDialect Dialect { get; } = new PostgresDialect();

    /// <summary>Its connections, for tests that ask the database itself.</summary>
    internal PostgresLine Line => _line;

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        await _readers.DisposeAsync().ConfigureAwait(false);
        await _line.DisposeAsync().ConfigureAwait(false);
    }

    internal override ValueTask<TResult> ReadAsync<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, CancellationToken cancellationToken) =>
        AnswerAsync(_readers.ReadAsync(argument, read, isOneMoment: false, cancellationToken), cancellationToken);

    internal override ValueTask<TResult> ReadMomentAsync<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, CancellationToken cancellationToken) =>
        AnswerAsync(_readers.ReadAsync(argument, read, isOneMoment: true, cancellationToken), cancellationToken);

    internal override async ValueTask<TResult> InspectAsync<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, CancellationToken cancellationToken)
    {
        await using var line = new PostgresLine(_address, _time, LineUse.Inspection);
        await using var reader = new PostgresReaders(line, most: 1, _time);
        return await reader.ReadAsync(argument, read, isOneMoment: true, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private protected override Task<TResult> RunAsync<TResult>(AccountId? account, Func<SqlSession, TResult> write) => _writer.WriteAsync(account, write);

    private async ValueTask<TResult> AnswerAsync<TResult>(Task<TResult> read, CancellationToken cancellationToken)
    {
        try
        {
            return await read.WaitAsync(AnswerMax, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error) when (!read.IsCompleted)
        {
            throw new StoreUnavailableException("The database does not answer.", error);
        }
    }
}
