using System.Collections.Concurrent;
using Filmgate.Storage.Sql;

namespace Filmgate.Storage.PostgreSql;

/// <summary>
/// Threads that read, each on a connection of its own: a caller awaits, and no thread of the pool blocks on the database. They are started when
/// they are first needed.
/// </summary>
internal sealed class PostgresReaders(PostgresLine line, int most, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Most reads that wait; one more is refused at once.</summary>
    public const int WaitingMax = 20_000;

    /// <summary>How long a read may wait for its turn.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(3);

    private readonly BlockingCollection<Read> _queue = new(WaitingMax);
    private readonly List<Task> _threads = [];
    private readonly Lock _gate = new();
    private int _idle;
    private int _started;

    /// <summary>Reads on one of the threads.</summary>
    /// <param name="argument">What the read needs.</param>
    /// <param name="read">The read; it may run a second time, when the line breaks.</param>
    /// <param name="isOneMoment">Whether all its statements see the same moment.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="StoreUnavailableException">The database is out of reach, or too much waits already.</exception>
    public Task<TResult> ReadAsync<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, bool isOneMoment, CancellationToken cancellationToken)
    {
        var item = new Read<TArgument, TResult>(argument, read, isOneMoment, time.GetTimestamp(), cancellationToken);
        try
        {
            if (!_queue.TryAdd(item, 0, CancellationToken.None))
            {
                return Task.FromException<TResult>(new StoreUnavailableException("The database is too slow for what is asked of it: too many reads wait."));
            }
        }
        catch (InvalidOperationException)
        {
            return Task.FromException<TResult>(new StoreUnavailableException("The store is closed."));
        }

        StartAnother();
        return item.Result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.CompleteAdding();
        Task[] threads;
        lock (_gate)
        {
            threads = [.. _threads];
        }

        await Task.WhenAll(threads).ConfigureAwait(false);
        _queue.Dispose();
    }

    private void StartAnother()
    {
        if (Volatile.Read(ref _idle) > 0 || Volatile.Read(ref _started) >= most)
        {
            return;
        }

        lock (_gate)
        {
            if (_threads.Count < most && !_queue.IsAddingCompleted)
            {
                _threads.Add(Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
                Volatile.Write(ref _started, _threads.Count);
            }
        }
    }

    private void Run()
    {
        using var session = new PostgresSession(line);
        while (true)
        {
            Interlocked.Increment(ref _idle);
            var isOpen = _queue.TryTake(out var read, Timeout.Infinite);
            Interlocked.Decrement(ref _idle);
            if (!isOpen)
            {
                return;
            }

            if (time.GetElapsedTime(read!.QueuedAt) > WaitMax)
            {
                read.Refuse(new StoreUnavailableException("The database does not answer."));
            }
            else
            {
                read.Run(session);
            }
        }
    }

    private abstract class Read(long queuedAt)
    {
        /// <summary>When it was queued, by the clock's stamp.</summary>
        public long QueuedAt => queuedAt;

        public abstract void Run(PostgresSession session);

        public abstract void Refuse(Exception error);
    }

    private sealed class Read<TArgument, TResult>(
        TArgument argument, Func<SqlSession, TArgument, TResult> read, bool isOneMoment, long queuedAt, CancellationToken cancellationToken) : Read(queuedAt)
    {
        private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<TResult> Result => _completion.Task;

        public override void Run(PostgresSession session)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                _completion.TrySetCanceled(cancellationToken);
                return;
            }

            for (var isAgain = false; ; isAgain = true)
            {
                try
                {
                    session.Connect();
                    _completion.TrySetResult(isOneMoment ? session.ReadMoment(argument, read) : read(session, argument));
                    return;
                }
#pragma warning disable CA1031 // Whatever goes wrong belongs to the caller; the thread lives on.
                catch (Exception error)
#pragma warning restore CA1031
                {
                    // A session that failed may hold a half-read query or a transaction.
                    session.Drop();
                    if (isAgain || !PostgresErrors.IsLineLost(error))
                    {
                        Refuse(PostgresErrors.Wording(error));
                        return;
                    }
                }
            }
        }

        public override void Refuse(Exception error) => _completion.TrySetException(error);
    }
}
