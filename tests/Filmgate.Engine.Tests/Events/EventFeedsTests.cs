using System.Collections.Immutable;
using Filmgate.Engine.Events;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Engine.Tests.Events;

/// <summary>Listeners over a real store: who keeps up, who is slow, who comes back, and who leaves.</summary>
public sealed class EventFeedsTests : IAsyncLifetime
{
    private readonly SmallHouse _house = new();
    private CountedLog _log = null!;
    private EventFeeds _feeds = null!;
    private Caller _caller = null!;
    private int _made;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _log = new CountedLog(_house.Events);
        _feeds = new EventFeeds(_log, _house.Signals, _house.Time, NullLogger<EventFeeds>.Instance);
        _caller = await _house.AddAccountAsync();
    }

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task A_listener_hears_at_once_what_happens_after_the_start_and_nothing_from_before()
    {
        await HappenAsync();
        var heard = Listen(await StartAsync());
        await HappenAsync();
        _house.Signals.Changed(new TaskKey(_caller.Account, new TaskId("task_any")));
        Assert.Equal("evt_2", (await NextAsync(heard)).Id.Value);
        await heard.DisposeAsync();
    }

    [Fact]
    public async Task What_another_node_did_is_heard_after_two_seconds()
    {
        var heard = Listen(await StartAsync());
        var next = heard.MoveNextAsync().AsTask();
        await _log.LooksAsync(1);
        await HappenAsync();
        Assert.False(next.IsCompleted);
        while (!next.IsCompleted)
        {
            // A little more than two seconds, and again in case the look was about to begin its wait.
            _house.Time.Advance(TimeSpan.FromSeconds(2.1));
            await Task.WhenAny(next, Task.Delay(20, Cancel));
        }

        Assert.Equal("evt_1", heard.Current.Id.Value);
        await heard.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_is_slow_reads_the_store_page_by_page_and_misses_nothing()
    {
        const int Events = 700;
        var start = await StartAsync();
        var slow = Listen(start);
        await HappenAsync();
        Tell();
        Assert.Equal(1, (await NextAsync(slow)).Number);
        var quick = Listen(start);
        for (var i = 1; i < Events; i++)
        {
            await HappenAsync();
        }

        Tell();
        for (var number = 1; number <= Events; number++)
        {
            Assert.Equal(number, (await NextAsync(quick)).Number);
        }

        for (var number = 2; number <= Events; number++)
        {
            Assert.Equal(number, (await NextAsync(slow)).Number);
        }

        Assert.InRange(_log.LargestPage, 1, 100);
        await slow.DisposeAsync();
        await quick.DisposeAsync();
    }

    [Fact]
    public async Task A_thousand_listeners_who_keep_up_are_served_by_one_reader()
    {
        var start = await StartAsync();
        var all = Enumerable.Range(0, 1000).Select(_ => Listen(start)).ToList();
        var first = all.Select(one => one.MoveNextAsync().AsTask()).ToList();
        await HappenAsync();
        Tell();
        await Task.WhenAll(first);
        var reads = _log.Reads;
        var second = all.Select(one => one.MoveNextAsync().AsTask()).ToList();
        await HappenAsync();
        Tell();
        await Task.WhenAll(second);
        Assert.All(all, one => Assert.Equal("evt_2", one.Current.Id.Value));
        Assert.InRange(_log.Reads - reads, 1, 20);
        Assert.Equal(1000, _feeds.Count);
        foreach (var one in all)
        {
            await one.DisposeAsync();
        }

        Assert.Equal(0, _feeds.Count);
    }

    [Fact]
    public async Task Nothing_is_kept_of_listeners_who_have_left()
    {
        var start = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            using var leave = new CancellationTokenSource();
            var heard = _feeds.ListenAsync(_caller.Account, start, leave.Token).GetAsyncEnumerator(leave.Token);
            var next = heard.MoveNextAsync().AsTask();
            await leave.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
            await heard.DisposeAsync();
        }));
        Assert.Equal(0, _feeds.Count);
        while (_house.Signals.Count > 0)
        {
            await Task.Delay(5, Cancel);
        }
    }

    [Fact]
    public async Task A_listener_goes_on_behind_an_event_or_a_number_that_is_kept()
    {
        Assert.Equal(new EventStart.After(0), await _feeds.FindStartAsync(_caller.Account, null, Cancel));
        await HappenAsync();
        await HappenAsync();
        Assert.Equal(new EventStart.After(2), await _feeds.FindStartAsync(_caller.Account, null, Cancel));
        Assert.Equal(new EventStart.After(1), await _feeds.FindStartAsync(_caller.Account, "evt_1", Cancel));
        Assert.Equal(new EventStart.After(0), await _feeds.FindStartAsync(_caller.Account, "0", Cancel));
        Assert.IsType<EventStart.Unknown>(await _feeds.FindStartAsync(_caller.Account, "3", Cancel));
        Assert.IsType<EventStart.Unknown>(await _feeds.FindStartAsync(_caller.Account, "nonsense", Cancel));

        // Another account's event is told from one that is forgotten by nobody.
        var other = await _house.AddAccountAsync();
        Assert.IsType<EventStart.Unknown>(await _feeds.FindStartAsync(other.Account, "2", Cancel));
        Assert.IsType<EventStart.Forgotten>(await _feeds.FindStartAsync(_caller.Account, new IdSource(_house.Time, Array.Clear).NewDelivery().Value, Cancel));
        await _house.Events.ForgetAsync(DateTimeOffset.MaxValue, 100, Cancel);
        Assert.IsType<EventStart.Forgotten>(await _feeds.FindStartAsync(_caller.Account, "0", Cancel));
        Assert.Equal(new EventStart.After(2), await _feeds.FindStartAsync(_caller.Account, "evt_2", Cancel));
    }

    [Fact]
    public async Task A_listener_who_stays_keeps_the_log_for_longer_than_three_days()
    {
        var heard = Listen(await StartAsync());
        var next = heard.MoveNextAsync().AsTask();
        for (var hours = 0; hours < 24 * 5; hours++)
        {
            // The reader may be about to wait when time goes on; then it goes on a little more.
            _house.Time.Advance(TimeSpan.FromHours(1));
            for (var looks = _log.Reads; _log.Reads == looks;)
            {
                _house.Time.Advance(TimeSpan.FromSeconds(2.1));
                await Task.Delay(1, Cancel);
            }
        }

        await HappenAsync();
        Tell();
        await next;
        Assert.Equal("evt_1", heard.Current.Id.Value);
        await heard.DisposeAsync();
    }

    private async Task<long> StartAsync() => Assert.IsType<EventStart.After>(await _feeds.FindStartAsync(_caller.Account, null, Cancel)).Number;

    private IAsyncEnumerator<LoggedEvent> Listen(long after) => _feeds.ListenAsync(_caller.Account, after, Cancel).GetAsyncEnumerator(Cancel);

    private static async Task<LoggedEvent> NextAsync(IAsyncEnumerator<LoggedEvent> heard)
    {
        Assert.True(await heard.MoveNextAsync());
        return heard.Current;
    }

    private void Tell() => _house.Signals.Changed(new TaskKey(_caller.Account, new TaskId("task_any")));

    // Written as another node writes it: nobody here is told.
    private async Task HappenAsync()
    {
        var task = await _house.AdmitAsync("A harbour", _caller);
        var happened = new NewEvent(new DeliveryId($"evt_{++_made}"), WebhookEvents.Failed, static () => "{}"u8.ToArray());
        var failed = await _house.Tasks.ApplyAsync(
            task, new TaskTransition.Fail(_house.Time.GetUtcNow(), new Failure(FailureCode.GenerationFailed, "It broke."), null) { Event = happened }, Cancel);
        Assert.True(failed.Won);
    }

    /// <summary>The log, with a count of looks.</summary>
    private sealed class CountedLog(IEventLog inner) : IEventLog
    {
        private int _reads;
        private int _largest;

        public int Reads => Volatile.Read(ref _reads);

        public int LargestPage => Volatile.Read(ref _largest);

        public async Task LooksAsync(int count)
        {
            while (Reads < count)
            {
                await Task.Delay(1, Cancel);
            }
        }

        public ValueTask<EventLogSpan> OpenAsync(AccountId account, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) =>
            inner.OpenAsync(account, now, until, cancellationToken);

        public async ValueTask<ImmutableArray<LoggedEvent>> ReadAsync(AccountId account, long after, int limit, CancellationToken cancellationToken)
        {
            var page = await inner.ReadAsync(account, after, limit, cancellationToken);
            Interlocked.Increment(ref _reads);
            if (page.Length > LargestPage)
            {
                Volatile.Write(ref _largest, page.Length);
            }

            return page;
        }

        public ValueTask<long?> FindAsync(AccountId account, DeliveryId id, CancellationToken cancellationToken) => inner.FindAsync(account, id, cancellationToken);

        public ValueTask<int> ForgetAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) => inner.ForgetAsync(before, limit, cancellationToken);
    }
}
