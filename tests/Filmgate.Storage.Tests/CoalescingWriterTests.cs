using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Storage.Tests;

public sealed class CoalescingWriterTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_write_returns_its_result_once_it_is_committed()
    {
        var session = new ScriptedSession();
        await using var writer = new CoalescingWriter<ScriptedSession>(session);
        Assert.Equal(42, await writer.WriteAsync(_ => 42));
        Assert.Equal(["begin", "commit"], session.Log);
    }

    [Fact]
    public async Task A_write_is_not_done_before_the_disk_has_it()
    {
        var session = new ScriptedSession();
        await using var writer = new CoalescingWriter<ScriptedSession>(session);
        session.HoldCommit();
        var write = writer.WriteAsync(_ => 1);
        await session.CommitReached.WaitAsync(Cancel);
        Assert.False(write.IsCompleted, "A write was reported before its transaction was committed.");
        session.LetCommit();
        Assert.Equal(1, await write);
    }

    [Fact]
    public async Task Writes_that_come_while_a_commit_is_under_way_share_the_next_one()
    {
        var session = new ScriptedSession();
        await using var writer = new CoalescingWriter<ScriptedSession>(session);
        session.HoldCommit();
        var first = writer.WriteAsync(_ => "first");
        await session.CommitReached.WaitAsync(Cancel);
        var crowd = Enumerable.Range(0, 100).Select(i => writer.WriteAsync(_ => i)).ToArray();
        session.LetCommit();
        Assert.Equal("first", await first);
        Assert.Equal(Enumerable.Range(0, 100), await Task.WhenAll(crowd));
        Assert.Equal(["begin", "commit", "begin", "commit"], session.Log);
    }

    [Fact]
    public async Task A_transaction_holds_no_more_writes_than_its_bound()
    {
        var session = new ScriptedSession();
        await using var writer = new CoalescingWriter<ScriptedSession>(session);
        session.HoldCommit();
        var first = writer.WriteAsync(_ => 0);
        await session.CommitReached.WaitAsync(Cancel);
        var crowd = Enumerable.Range(0, CoalescingWriter<ScriptedSession>.BatchSizeMax + 1).Select(i => writer.WriteAsync(_ => i)).ToArray();
        session.LetCommit();
        await first;
        await Task.WhenAll(crowd);
        Assert.Equal(3, session.Log.Count(entry => entry == "commit"));
    }

    [Fact]
    public async Task A_write_that_fails_in_a_crowd_fails_alone()
    {
        var session = new ScriptedSession();
        await using var writer = new CoalescingWriter<ScriptedSession>(session);
        session.HoldCommit();
        var first = writer.WriteAsync(_ => 0);
        await session.CommitReached.WaitAsync(Cancel);
        var good = writer.WriteAsync(on => on.Write("good"));
        var bad = writer.WriteAsync<string>(on =>
        {
            on.Write("bad");
            throw new InvalidOperationException("This one is wrong.");
        });
        var alsoGood = writer.WriteAsync(on => on.Write("also good"));
        session.LetCommit();
        await first;

        Assert.Equal("good", await good);
        Assert.Equal("also good", await alsoGood);
        Assert.Equal("This one is wrong.", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad)).Message);
        Assert.Equal(["good", "also good"], session.Committed);
    }

    [Fact]
    public async Task A_commit_that_fails_keeps_nothing_and_the_writer_lives_on()
    {
        var session = new ScriptedSession { CommitsThatFail = 1 };
        await using var writer = new CoalescingWriter<ScriptedSession>(session);
        var error = await Assert.ThrowsAsync<StoreUnavailableException>(() => writer.WriteAsync(on => on.Write("lost")));
        Assert.IsType<IOException>(error.InnerException);
        Assert.Equal("kept", await writer.WriteAsync(on => on.Write("kept")));
        Assert.Equal(["kept"], session.Committed);
        Assert.Equal(["begin", "commit", "rollback", "begin", "commit"], session.Log);
    }

    [Fact]
    public async Task A_transaction_that_cannot_begin_fails_its_writes_only()
    {
        var session = new ScriptedSession { BeginsThatFail = 1 };
        await using var writer = new CoalescingWriter<ScriptedSession>(session);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => writer.WriteAsync(on => on.Write("lost")));
        Assert.Equal("kept", await writer.WriteAsync(on => on.Write("kept")));
        Assert.Equal(["kept"], session.Committed);
    }

    [Fact]
    public async Task Callers_that_dwell_on_their_answers_hold_up_neither_their_neighbours_nor_the_writer()
    {
        var session = new ScriptedSession();
        await using var writer = new CoalescingWriter<ScriptedSession>(session);
        session.HoldCommit();
        var first = writer.WriteAsync(_ => 0);
        await session.CommitReached.WaitAsync(Cancel);
        using var gate = new ManualResetEventSlim();
        var dwelling = Enumerable.Range(0, Environment.ProcessorCount + 1).Select(i => DwellAsync(writer.WriteAsync(_ => i), gate)).ToArray();
        var others = Enumerable.Range(0, 20).Select(i => writer.WriteAsync(_ => i)).ToArray();
        session.LetCommit();
        await first;
        await Task.WhenAll(others);
        Assert.Equal(1, await writer.WriteAsync(_ => 1));
        Assert.All(dwelling, caller => Assert.False(caller.IsCompleted, "A caller did not dwell, so nothing was shown."));
        gate.Set();
        await Task.WhenAll(dwelling);

        static async Task DwellAsync(Task answer, ManualResetEventSlim gate)
        {
            await answer;
            gate.Wait(Cancel);
        }
    }

    [Fact]
    public async Task Closing_finishes_the_writes_that_wait_and_then_the_session()
    {
        var session = new ScriptedSession();
        var writer = new CoalescingWriter<ScriptedSession>(session);
        session.HoldCommit();
        var first = writer.WriteAsync(_ => 0);
        await session.CommitReached.WaitAsync(Cancel);
        var waiting = Enumerable.Range(0, 20).Select(i => writer.WriteAsync(on => on.Write($"{i}"))).ToArray();
        var closing = writer.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted, "The writer was closed while writes waited.");
        session.LetCommit();
        await closing;

        Assert.Equal(20, (await Task.WhenAll(waiting)).Length);
        Assert.Equal(0, await first);
        Assert.Equal("dispose", session.Log.Last());
        Assert.Equal(20, session.Committed.Count);
    }

    [Fact]
    public async Task A_write_after_closing_is_refused()
    {
        var writer = new CoalescingWriter<ScriptedSession>(new ScriptedSession());
        await writer.DisposeAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => writer.WriteAsync(_ => 1));
    }

    [Fact]
    public async Task A_write_that_waits_too_long_for_its_turn_is_refused_without_having_run()
    {
        var time = new FakeTimeProvider();
        var session = new ScriptedSession();
        await using var writer = new CoalescingWriter<ScriptedSession>(session, Limits(time));
        session.HoldCommit();
        var first = writer.WriteAsync(on => on.Write("first"));
        await session.CommitReached.WaitAsync(Cancel);
        var waiting = writer.WriteAsync(on => on.Write("waiting"));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False((await Assert.ThrowsAsync<StoreUnavailableException>(() => waiting)).IsOutcomeUnknown, "It did not run, and that is known.");
        session.LetCommit();
        Assert.Equal("first", await first);
        Assert.Equal("last", await writer.WriteAsync(on => on.Write("last")));
        Assert.Equal(["first", "last"], session.Committed);
    }

    [Fact]
    public async Task Whoever_waits_too_long_for_a_commit_is_told_that_nobody_knows()
    {
        var time = new FakeTimeProvider();
        var session = new ScriptedSession();
        await using var writer = new CoalescingWriter<ScriptedSession>(session, Limits(time));
        session.HoldCommit();
        var write = writer.WriteAsync(on => on.Write("slow"));
        await session.CommitReached.WaitAsync(Cancel);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(write.IsCompleted, "It was answered before its time.");
        time.Advance(TimeSpan.FromSeconds(0.3));
        Assert.True((await Assert.ThrowsAsync<StoreUnavailableException>(() => write)).IsOutcomeUnknown, "It was said that nothing was written.");
        session.LetCommit();
        Assert.Equal("next", await writer.WriteAsync(on => on.Write("next")));
        Assert.Equal(["slow", "next"], session.Committed);
    }

    [Fact]
    public async Task More_writes_than_may_wait_are_refused_at_once()
    {
        var session = new ScriptedSession();
        await using var writer = new CoalescingWriter<ScriptedSession>(session, Limits(new FakeTimeProvider()));
        session.HoldCommit();
        var first = writer.WriteAsync(_ => 0);
        await session.CommitReached.WaitAsync(Cancel);
        var waiting = Enumerable.Range(0, 10).Select(i => writer.WriteAsync(_ => i)).ToArray();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => writer.WriteAsync(_ => 10));
        session.LetCommit();
        await first;
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task A_batch_that_nobody_is_to_blame_for_runs_again_as_it_was()
    {
        var session = new ScriptedSession { CommitsThatFail = 2, Next = NextTry.Together };
        await using var writer = new CoalescingWriter<ScriptedSession>(session);
        Assert.Equal("kept", await writer.WriteAsync(on => on.Write("kept")));
        Assert.Equal(["kept"], session.Committed);
        Assert.Equal(3, session.Log.Count(entry => entry == "begin"));
    }

    [Fact]
    public async Task A_batch_that_must_not_run_again_is_answered_as_a_whole()
    {
        var session = new ScriptedSession { Next = NextTry.None };
        await using var writer = new CoalescingWriter<ScriptedSession>(session);
        session.HoldCommit();
        var first = writer.WriteAsync(on => on.Write("first"));
        await session.CommitReached.WaitAsync(Cancel);
        var crowd = Enumerable.Range(0, 5).Select(i => writer.WriteAsync(on => on.Write($"{i}"))).ToArray();
        session.CommitsThatFail = 2;
        session.LetCommit();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => first);
        foreach (var write in crowd)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => write);
        }

        Assert.Empty(session.Committed);
        Assert.Equal(2, session.Log.Count(entry => entry == "begin"));
    }

    private static WriteQueueLimits Limits(TimeProvider time) => new(WritesMax: 10, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(5), time);

    /// <summary>Keeps what is committed, and commits when it is let to.</summary>
    private sealed class ScriptedSession : IWriteSession
    {
        private readonly List<string> _pending = [];
        private readonly SemaphoreSlim _commitReached = new(0);
        private readonly ManualResetEventSlim _commitMayGoOn = new(initialState: true);
        private volatile bool _held;

        public int CommitsThatFail { get; set; }

        public int BeginsThatFail { get; set; }

        public NextTry Next { get; set; } = NextTry.EachAlone;

        public ConcurrentQueue<string> Log { get; } = [];

        public ConcurrentQueue<string> Committed { get; } = [];

        public SemaphoreSlim CommitReached => _commitReached;

        public void HoldCommit()
        {
            _held = true;
            _commitMayGoOn.Reset();
        }

        public void LetCommit() => _commitMayGoOn.Set();

        public string Write(string text)
        {
            _pending.Add(text);
            return text;
        }

        public void Begin(IReadOnlyList<IWrite> writes)
        {
            Log.Enqueue("begin");
            if (BeginsThatFail-- > 0)
            {
                throw new IOException("Nothing can begin.");
            }
        }

        public void Commit()
        {
            Log.Enqueue("commit");
            if (_held)
            {
                _held = false;
                _commitReached.Release();
                _commitMayGoOn.Wait();
            }

            if (CommitsThatFail-- > 0)
            {
                throw new IOException("The disk is full.");
            }

            _pending.ForEach(Committed.Enqueue);
            _pending.Clear();
        }

        public void Rollback()
        {
            Log.Enqueue("rollback");
            _pending.Clear();
        }

        public NextTry After(Exception error) => Next;

        public Exception Translate(Exception error) => error is IOException ? new StoreUnavailableException("Not now.", error) : error;

        public void Dispose()
        {
            Log.Enqueue("dispose");
            _commitReached.Dispose();
            _commitMayGoOn.Dispose();
        }
    }
}
