using System.Threading.Channels;
using Filmgate.Model.Identity;

namespace Filmgate.Storage;

/// <summary>A write that waits for its transaction, as a session sees it.</summary>
public interface IWrite
{
    /// <summary>The account whose rows it writes; null when it is for none.</summary>
    AccountId? Account { get; }
}

/// <summary>What follows after a transaction was undone.</summary>
public enum NextTry
{
    /// <summary>One of its writes may be to blame, so each runs again in a transaction of its own.</summary>
    EachAlone = 1,
    /// <summary>None of them is to blame, and the same transaction may be possible now: all run again.</summary>
    Together = 2,
    /// <summary>Nothing can be written now, or nobody knows whether it was: none may run again.</summary>
    None = 3,
}

/// <summary>One database transaction at a time, as the coalescing writer drives it.</summary>
public interface IWriteSession : IDisposable
{
    /// <summary>Begins a transaction for these writes.</summary>
    void Begin(IReadOnlyList<IWrite> writes);

    /// <summary>Ends it and returns when the disk has it. What it throws means that the disk has nothing of it, or else <see cref="After"/> says that none may run again.</summary>
    void Commit();

    /// <summary>Undoes it; must not throw.</summary>
    void Rollback();

    /// <summary>Words a database error as what callers are to see.</summary>
    Exception Translate(Exception error);

    /// <summary>What follows after that error.</summary>
    NextTry After(Exception error) => NextTry.EachAlone;
}

/// <summary>How long callers may wait for a database that does not answer.</summary>
/// <param name="WritesMax">Most writes that wait; one more is refused at once.</param>
/// <param name="WaitMax">How long a write may wait for its turn; then it is refused without having run.</param>
/// <param name="AnswerMax">How long a caller waits at most; then it is told that nobody knows what becomes of its write, which is on its way.</param>
/// <param name="Time">The clock.</param>
public sealed record WriteQueueLimits(int WritesMax, TimeSpan WaitMax, TimeSpan AnswerMax, TimeProvider Time);

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

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    /// <summary>Most tries to run a batch again as it was.</summary>
    private const int TogetherMax = 3;

    private readonly Channel<Write> _queue;
    private readonly TSession _session;
    private readonly WriteQueueLimits? _limits;
    private readonly Lock _turn = new();
    private readonly ITimer? _timer;
    private Write[] _running = [];
    private readonly Task _loop;

    /// <summary>Starts the writer on a thread of its own, because database calls block.</summary>
    /// <param name="session">Its connection.</param>
    /// <param name="limits">How long writes may queue up; null for a database that answers in any case.</param>
    public CoalescingWriter(TSession session, WriteQueueLimits? limits = null)
    {
        _session = session;
        _limits = limits;
        _queue = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = limits is null });

        // The writer itself cannot refuse what waited too long while it waits for the database.
        _timer = limits?.Time.CreateTimer(_ => TellWhoWaitedLong(), null, BetweenLooks, BetweenLooks);
        _loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Runs a write for no account within a transaction and returns its result once that transaction is on the disk.</summary>
    /// <exception cref="StoreUnavailableException">The database cannot write now, or the writer is closed.</exception>
    public Task<TResult> WriteAsync<TResult>(Func<TSession, TResult> write) => WriteAsync(null, write);

    /// <summary>Runs a write within a transaction and returns its result once that transaction is on the disk.</summary>
    /// <param name="account">The account whose rows it writes; null when it is for none.</param>
    /// <param name="write">The write. It may run again after its transaction was undone.</param>
    /// <exception cref="StoreUnavailableException">The database cannot write now, too much waits already, or the writer is closed.</exception>
    public Task<TResult> WriteAsync<TResult>(AccountId? account, Func<TSession, TResult> write)
    {
        var item = new Write<TResult>(account, write);
        if (_limits is not null)
        {
            if (_queue.Reader.Count >= _limits.WritesMax)
            {
                throw new StoreUnavailableException("The database is too slow for what is asked of it: too many writes wait.");
            }

            item.QueuedAt = _limits.Time.GetTimestamp();
        }

        return _queue.Writer.TryWrite(item)
            ? item.Completion.Task
            : throw new StoreUnavailableException("The store is closed.");
    }

    /// <summary>Finishes the writes that wait, then closes the session.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        _session.Dispose();
    }

    private void Run()
    {
        var batch = new List<Write>(BatchSizeMax);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            lock (_turn)
            {
                while (batch.Count < BatchSizeMax && _queue.Reader.TryRead(out var write))
                {
                    batch.Add(write);
                }

                _running = _limits is null ? [] : [.. batch];
            }

            // What waited may have been refused in the meantime.
            if (batch.Count > 0)
            {
                Settle(batch);
                batch.Clear();
            }
        }
    }

    private void Settle(List<Write> batch)
    {
        var next = NextTry.Together;
        Exception? error = null;
        for (var run = 0; next == NextTry.Together && run <= TogetherMax; run++)
        {
            if (TryRun(batch, out error))
            {
                Answer(batch, null);
                return;
            }

            next = _session.After(error!);
        }

        if (batch.Count == 1 || next == NextTry.None)
        {
            Answer(batch, error);
            return;
        }

        var single = new List<Write>(1);
        foreach (var write in batch)
        {
            single.Add(write);
            Settle(single);
            single.Clear();
        }
    }

    // On the thread pool, as the clock's timers are.
    private void TellWhoWaitedLong()
    {
        var refused = new List<Write>();
        Write[] running;
        lock (_turn)
        {
            while (_queue.Reader.TryPeek(out var write) && HasWaited(write, _limits!.WaitMax) && _queue.Reader.TryRead(out write))
            {
                refused.Add(write);
            }

            running = _running;
        }

        foreach (var write in refused)
        {
            write.Abandon(new StoreUnavailableException("The database does not answer."));
        }

        foreach (var write in running)
        {
            if (HasWaited(write, _limits!.AnswerMax))
            {
                write.Abandon(new StoreUnavailableException("The database does not answer; nobody knows whether it took the write.") { IsOutcomeUnknown = true });
            }
        }
    }

    private bool HasWaited(Write write, TimeSpan time) => _limits!.Time.GetElapsedTime(write.QueuedAt) >= time;

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
            _session.Begin(batch);
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

    private abstract class Write(AccountId? account) : IWrite
    {
        public AccountId? Account => account;

        /// <summary>When it was queued, by the limits' clock.</summary>
        public long QueuedAt { get; set; }

        public abstract void Run(TSession session);

        public abstract void Fail(Exception error);

        /// <summary>Tells the caller how it went, unless it was told something already, and goes on with whatever awaits that.</summary>
        public abstract void Answer();

        /// <summary>Tells the caller that it need not wait any longer, unless it was told how it went.</summary>
        public abstract void Abandon(Exception error);
    }

    // Only ever completed on the thread pool, so what awaits it may run at once.
    private sealed class Write<TResult>(AccountId? account, Func<TSession, TResult> body) : Write(account)
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
                Completion.TrySetResult(_result!);
            }
            else
            {
                Completion.TrySetException(_error);
            }
        }

        public override void Abandon(Exception error) => Completion.TrySetException(error);
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
