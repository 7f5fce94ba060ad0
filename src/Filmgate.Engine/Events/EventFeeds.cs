using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Filmgate.Engine.Lifecycle;
using Filmgate.Model.Identity;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Events;

/// <summary>Where the listener of a stream begins: a closed set.</summary>
public abstract record EventStart
{
    private EventStart()
    {
    }

    /// <summary>Behind this number.</summary>
    public sealed record After(long Number) : EventStart;

    /// <summary>What the listener heard of last is kept no longer, so something may be missing.</summary>
    public sealed record Forgotten : EventStart;

    /// <summary>No stream of the account ever named that.</summary>
    public sealed record Unknown : EventStart;
}

/// <summary>
/// Tells the events of accounts to those who listen on this node. The store is the truth: of each account that is listened to, one reader here
/// looks for new events, at once after a step on this node and every two seconds for steps on others. Whoever keeps up is served from the few
/// that it has at hand, and whoever is slow reads the store at its own pace, so nobody's slowness costs memory.
/// </summary>
public sealed partial class EventFeeds(IEventLog log, TaskSignals signals, TimeProvider time, ILogger<EventFeeds> logger)
{
    /// <summary>How long an event is kept, and how long an account counts as one with an audience after its last listener was there.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(3);

    private const int PageSize = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Renewal = TimeSpan.FromHours(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<AccountId, Feed> _feeds = [];
    private int _listeners;

    /// <summary>Those who listen now.</summary>
    public int Count => Volatile.Read(ref _listeners);

    /// <summary>Finds the place where a listener goes on, and has the account's events kept from now on.</summary>
    /// <param name="account">Whose events.</param>
    /// <param name="lastId">What the listener heard of last: the id of an event, or a number; null for the present.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="StoreUnavailableException">It could not be written.</exception>
    public async ValueTask<EventStart> FindStartAsync(AccountId account, string? lastId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var span = await log.OpenAsync(account, now, now + Kept, cancellationToken).ConfigureAwait(false);
        if (lastId is null)
        {
            return new EventStart.After(span.Last);
        }

        if (long.TryParse(lastId, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number > span.Last ? new EventStart.Unknown() : number < span.Before ? new EventStart.Forgotten() : new EventStart.After(number);
        }

        return await log.FindAsync(account, new DeliveryId(lastId), cancellationToken).ConfigureAwait(false) is { } found ? new EventStart.After(found)
            : IdSource.TimeOf(lastId) is null ? new EventStart.Unknown()
            : new EventStart.Forgotten();
    }

    /// <summary>The account's events after a number, in order, those that are kept and those that are still to come; it never ends by itself.</summary>
    /// <param name="account">Whose events.</param>
    /// <param name="after">The number, from <see cref="FindStartAsync"/>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<LoggedEvent> ListenAsync(AccountId account, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var feed = Join(account, after);
        try
        {
            while (true)
            {
                // Asked for before the look, so that no news falls between the two.
                var news = feed.News;
                var page = feed.Recent(after) ?? await log.ReadAsync(account, after, PageSize, cancellationToken).ConfigureAwait(false);
                foreach (var happened in page)
                {
                    yield return happened;
                    after = happened.Number;
                }

                if (page.IsEmpty)
                {
                    await news.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            Leave(account, feed);
        }
    }

    private Feed Join(AccountId account, long after)
    {
        lock (_lock)
        {
            if (!_feeds.TryGetValue(account, out var feed))
            {
                feed = new Feed(after);
                _feeds.Add(account, feed);
                _ = FollowAsync(account, feed);
            }

            feed.Listeners++;
            _listeners++;
            return feed;
        }
    }

    private void Leave(AccountId account, Feed feed)
    {
        lock (_lock)
        {
            _listeners--;
            if (--feed.Listeners == 0)
            {
                _feeds.Remove(account);
                feed.Dispose();
            }
        }
    }

    private async Task FollowAsync(AccountId account, Feed feed)
    {
        // Whoever joined first is not to wait for the first look.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var watch = signals.Begin(account);
        var renewed = time.GetTimestamp();
        while (!feed.Ended.IsCancellationRequested)
        {
            try
            {
                var page = await log.ReadAsync(account, feed.Last, PageSize, feed.Ended).ConfigureAwait(false);
                feed.Add(page);
                if (page.Length < PageSize)
                {
                    await watch.WaitAsync(Patience, time, feed.Ended).ConfigureAwait(false);
                }

                if (time.GetElapsedTime(renewed) > Renewal)
                {
                    var now = time.GetUtcNow();
                    await log.OpenAsync(account, now, now + Kept, feed.Ended).ConfigureAwait(false);
                    renewed = time.GetTimestamp();
                }
            }
            catch (OperationCanceledException) when (feed.Ended.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever went wrong, the store has the events, and the next look finds them.
            catch (Exception error)
#pragma warning restore CA1031
            {
                LogFault(error);
                await Task.Delay(Patience, time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events could not be read; they are read again soon.")]
    private partial void LogFault(Exception error);

    /// <summary>The newest events of one account, and a word for those who wait for the next.</summary>
    private sealed class Feed : IDisposable
    {
        private const int RecentMax = 256;

        private readonly CancellationTokenSource _end = new();
        private readonly Lock _lock = new();
        private ImmutableArray<LoggedEvent> _recent = [];
        private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _last;

        public Feed(long last) => (_last, Ended) = (last, _end.Token);

        /// <summary>How many listen; kept by the owner's lock.</summary>
        public int Listeners { get; set; }

        /// <summary>Set when nobody listens any more.</summary>
        public CancellationToken Ended { get; }

        public long Last => Volatile.Read(ref _last);

        /// <summary>Ends when there is more than there was when it was asked for.</summary>
        public Task News => Volatile.Read(ref _news).Task;

        /// <summary>All that is known after a number; null when that is to be read from the store.</summary>
        public ImmutableArray<LoggedEvent>? Recent(long after)
        {
            lock (_lock)
            {
                if (after >= _last)
                {
                    return [];
                }

                if (_recent is not [{ Number: var first }, ..] || first > after + 1)
                {
                    return null;
                }

                var begin = _recent.Length;
                while (begin > 0 && _recent[begin - 1].Number > after)
                {
                    begin--;
                }

                return _recent[begin..];
            }
        }

        public void Add(ImmutableArray<LoggedEvent> page)
        {
            if (page.IsEmpty)
            {
                return;
            }

            lock (_lock)
            {
                var all = _recent.AddRange(page);
                _recent = all.Length > RecentMax ? all[^RecentMax..] : all;
                Volatile.Write(ref _last, page[^1].Number);
            }

            Interlocked.Exchange(ref _news, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        public void Dispose()
        {
            _end.Cancel();
            _end.Dispose();
        }
    }
}
