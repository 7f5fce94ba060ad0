using System.Threading.Channels;

namespace Filmgate.Storage;

/// <summary>One database transaction at a time, as the coalescing writer drives it.</summary>
public interface IWriteSession : IDisposable
{
    /// <summary>Begins a transaction.</summary>
    void Begin();

    /// <summary>Ends it and returns when the disk has it.</summary>
    void Commit();

    /// <summary>Undoes it; must not throw.</summary>
    void Rollback();

    /// <summary>Words a database error as what callers are to see.</summary>
    Exception Translate(Exception error);
}

/// <summary>
/// Gathers the writes of many callers into one transaction, so that they share one flush of the disk (group commit).
/// While a transaction is being flushed the next ones queue up; there is no artificial wait. Each caller awaits its own
/// outcome: when one write of a batch fails, the batch is undone and its writes are run again, each for itself.
/// </summary>
/// <typeparam name="TSession">The database's session.</typeparam>
public sealed class CoalescingWriter<TSession> : IAsyncDisposable
    where TSession : class, IWriteSession
{
    /// <summary>Most writes in one transaction: bounds how long a reader of the log or a later caller waits.</summary>
    public const int BatchSizeMax = 512;

    private readonly Channel<Write> _queue = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TSession _session;
    private readonly Task _loop;

    /// <summary>Starts the writer on a thread of its own, because database calls block.</summary>
    public CoalescingWriter(TSession session)
    {
        _session = session;
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Runs a write within a transaction and returns its result once that transaction is on the disk.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot write now, or the writer is closed.</exception>
    public Task<TResult> WriteAsync<TResult>(Func<TSession, TResult> write)
    {
        var item = new Write<TResult>(write);
        return _queue.Writer.TryWrite(item)
            ? item.Completion.Task
            : throw new StoreUnavailableException("The store is closed.");
    }

    /// <summary>Finishes the writes that wait, then closes the session.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        _session.Dispose();
    }

    private void Run()
    {
        var batch = new List<Write>(BatchSizeMax);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < BatchSizeMax && _queue.Reader.TryRead(out var write))
            {
                batch.Add(write);
            }

            if (!TryRun(batch, out var error) && batch.Count > 1)
            {
                RunEachForItself(batch);
            }
            else
            {
                Answer(batch, error);
            }

            batch.Clear();
        }
    }

    private void RunEachForItself(List<Write> batch)
    {
        var single = new List<Write>(1);
        foreach (var write in batch)
        {
            single.Add(write);
            TryRun(single, out var error);
            Answer(single, error);
            single.Clear();
        }
    }

    private void Answer(List<Write> batch, Exception? error)
    {
        if (error is not null)
        {
            batch.ForEach(write => write.Fail(_session.Translate(error)));
        }

        new Answers([.. batch]).Queue();
    }

    private bool TryRun(List<Write> batch, out Exception? error)
    {
        try
        {
            _session.Begin();
            foreach (var write in batch)
            {
                write.Run(_session);
            }

            _session.Commit();
        }
#pragma warning disable CA1031 // Whatever goes wrong belongs to the callers of this batch; the writer lives on.
        catch (Exception caught)
#pragma warning restore CA1031
        {
            _session.Rollback();
            error = caught;
            return false;
        }

        error = null;
        return true;
    }

    private abstract class Write
    {
        public abstract void Run(TSession session);

        public abstract void Fail(Exception error);

        /// <summary>Tells the caller how it went, and goes on with whatever awaits that.</summary>
        public abstract void Answer();
    }

    // Only ever completed on the thread pool, so what awaits it may run at once.
    private sealed class Write<TResult>(Func<TSession, TResult> body) : Write
    {
        private TResult? _result;
        private Exception? _error;

        public TaskCompletionSource<TResult> Completion { get; } = new();

        public override void Run(TSession session) => _result = body(session);

        public override void Fail(Exception error) => _error = error;

        public override void Answer()
        {
            if (_error is null)
            {
                Completion.SetResult(_result!);
            }
            else
            {
                Completion.SetException(_error);
            }
        }
    }

    /// <summary>
    /// The answers to one transaction, given on the thread pool. Its threads take them from one list, which spares the writer and the pool
    /// a work item per caller. While answers are left one more thread is asked for, so a caller that dwells on its own holds up no other.
    /// </summary>
    private sealed class Answers(Write[] writes) : IThreadPoolWorkItem
    {
        private int _taken;
        private bool _isAsked = true;

        public void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

        public void Execute()
        {
            Volatile.Write(ref _isAsked, false);
            for (var next = Interlocked.Increment(ref _taken); next <= writes.Length; next = Interlocked.Increment(ref _taken))
            {
                if (next < writes.Length && !Interlocked.Exchange(ref _isAsked, true))
                {
                    Queue();
                }

                writes[next - 1].Answer();
            }
        }
    }
}
