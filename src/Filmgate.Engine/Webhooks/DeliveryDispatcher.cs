using Filmgate.Engine.Cluster;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Webhooks;

/// <summary>
/// Begins what is due, each destination in a lane of its own: a lane has a cap and a circuit, a server that several lanes lead to has a cap, and
/// lanes that failed lately share a part of the house. Among lanes with something due, the one with the fewest attempts under way is next. So
/// however much waits for a dead or slow receiver, a live one is sent to at once. In a cluster each destination is one node's duty. The rows are the queue: a crash loses nothing, and at worst an
/// event whose answer was not recorded is sent again under the same id.
/// </summary>
public sealed partial class DeliveryDispatcher(
    IDeliveryStore store,
    DeliverySender sender,
    CallbackWriter callbacks,
    DeliverySignal signal,
    INodeDuties duties,
    WebhookOptions options,
    TimeProvider time,
    Random chance,
    ILogger<DeliveryDispatcher> log)
{
    // Lanes of destinations that answer well are forgotten when there are more than these.
    private const int LanesKept = 10_000;

    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, DeliveryLane> _lanes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _underWayAtServer = new(StringComparer.Ordinal);
    private int _underWay;
    private long _begun;
    private int _untrusted;

    /// <summary>Attempts begun so far.</summary>
    public long Begun => Interlocked.Read(ref _begun);

    /// <summary>What is under way now.</summary>
    public DeliveryTraffic Traffic
    {
        get
        {
            lock (_gate)
            {
                return new DeliveryTraffic(_underWay, _lanes.Values.Count(lane => lane.Circuit.IsOpen));
            }
        }
    }

    /// <summary>Begins all attempts that are due and have room.</summary>
    /// <param name="cancellationToken">Ends the attempts as well; what was not recorded is sent again by the next life.</param>
    /// <returns>When to look again unless the signal is set before; null for no such time.</returns>
    public async ValueTask<DateTimeOffset?> StartDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        while (await StartRoundAsync(now, cancellationToken).ConfigureAwait(false))
        {
        }

        var nextDue = await store.NextDueAsync(now, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            Forget(now);
            var nextOpening = _lanes.Values.Min(lane => lane.Circuit.NotBefore > now ? lane.Circuit.NotBefore : null);
            return nextDue < nextOpening || nextOpening is null ? nextDue : nextOpening;
        }
    }

    /// <summary>Returns when no attempt is under way.</summary>
    public async Task WhenIdleAsync()
    {
        for (var tasks = UnderWay(); tasks.Length > 0; tasks = UnderWay())
        {
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Ends the attempts that are under way to a destination which has changed, and returns when they have ended: whoever changed it may then be
    /// told that nothing more goes to the old address. What was cut off is sent again to the new one, under the same id.
    /// </summary>
    public async Task ChangedAsync(string destination)
    {
        CancellationTokenSource old;
        Task[] cut;
        lock (_gate)
        {
            if (!_lanes.TryGetValue(destination, out var lane))
            {
                return;
            }

            cut = [.. lane.UnderWay.Values];
            old = lane.BeginAnew();
        }

        await old.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(cut).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        old.Dispose();
        signal.Set();
    }

    // :: One round: every lane with room gets an equal share of what is free. Says whether another round may begin more.
    private async ValueTask<bool> StartRoundAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        // :: Step 1: the lanes that have something due and room for it, those with the fewest attempts under way first.
        var due = await store.FindDueDestinationsAsync(now, cancellationToken).ConfigureAwait(false);
        var lanes = new List<(DeliveryLane Lane, int UnderWay, CancellationTokenSource Life, HashSet<DeliveryId> Known)>();
        int share;
        lock (_gate)
        {
            foreach (var destination in due.Where(destination => duties.Holds(destination.Name)))
            {
                var lane = LaneOf(destination.Name);
                if (HasRoom(lane, now))
                {
                    // Those under way are still due by their rows. One that ends while the rows are read may stand among them as it was
                    // before, so whoever was under way by now is left to the next look.
                    lanes.Add((lane, lane.UnderWay.Count, lane.Life, [.. lane.UnderWay.Keys]));
                }
            }

            share = lanes.Count == 0 ? 0 : Math.Max(1, (options.ConcurrencyMax - _underWay) / lanes.Count);
        }

        // :: Step 2: read and begin, lane by lane.
        var begun = false;
        foreach (var (lane, _, life, known) in lanes.OrderBy(entry => entry.UnderWay))
        {
            int room;
            lock (_gate)
            {
                if (_underWay >= options.ConcurrencyMax)
                {
                    return false;
                }

                room = HasRoom(lane, now) ? Math.Min(share, lane.Room(options.DestinationConcurrencyMax, now)) : 0;
            }

            if (room == 0)
            {
                continue;
            }

            var page = await store.FindDueAsync(lane.Destination, now, room + known.Count, cancellationToken).ConfigureAwait(false);
            foreach (var delivery in page.Deliveries.Where(delivery => !known.Contains(delivery.Id)).Take(room))
            {
                begun |= Begin(lane, life, page.Endpoint, delivery, now, cancellationToken);
            }
        }

        return begun;
    }

    private bool Begin(
        DeliveryLane lane, CancellationTokenSource life, WebhookEndpoint? endpoint, Delivery delivery, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // Read before the destination changed: it is read anew.
            if (lane.Life != life || lane.UnderWay.ContainsKey(delivery.Id))
            {
                return false;
            }

            lane.Server = Destination.ServerOf(delivery.Url);
            if (!HasRoom(lane, now))
            {
                return false;
            }

            var isTrusted = lane.Circuit.IsTrusted;
            _underWay++;
            _begun++;
            _untrusted += isTrusted ? 0 : 1;
            _underWayAtServer[lane.Server] = _underWayAtServer.GetValueOrDefault(lane.Server) + 1;

            // Entered before it begins: one that ended at once would otherwise be entered after its end, and for ever.
            var place = new Place(lane, lane.Server, isTrusted);
            var cut = CancellationTokenSource.CreateLinkedTokenSource(life.Token, cancellationToken);
            var sending = new Task<Task>(() => DeliverAsync(place, endpoint, delivery, cut), CancellationToken.None);
            lane.UnderWay[delivery.Id] = sending.Unwrap();
            sending.Start(TaskScheduler.Default);
            return true;
        }
    }

    private async Task DeliverAsync(Place place, WebhookEndpoint? endpoint, Delivery delivery, CancellationTokenSource cut)
    {
        DeliveryAttempt? attempt = null;
        try
        {
            attempt = await sender.SendAsync(delivery, endpoint, cut.Token).ConfigureAwait(false);
            var wait = attempt.Succeeded || delivery.Cause == DeliveryCause.Resend
                ? null
                : DeliverySchedule.NextWait(options.Waits, delivery.Tries + 1, attempt, chance.NextDouble());
            var ended = attempt.At + attempt.Took;

            // The answer was heard, so it is recorded even when the destination has just changed or the gateway is about to stop.
            var outcome = await store.RecordAsync(
                delivery, attempt, ended + wait, options.Disabling, disabled => callbacks.WriteEvent(WebhookEvents.EndpointDisabled, disabled, ended), CancellationToken.None)
                .ConfigureAwait(false);
            LogAttempt(delivery.Id.Value, delivery.Attempts + 1, attempt.Status, attempt.Error, wait);
            if (outcome.Disabled is { } disabled)
            {
                LogDisabled(disabled.Id.Value, disabled.Account.Value, disabled.DisabledReason);
            }
        }
        catch (OperationCanceledException) when (cut.IsCancellationRequested)
        {
            // Not recorded, so it is sent again under the same id.
        }
#pragma warning disable CA1031 // One delivery's fault must not end the others; its row is still due.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFault(error);
            await Task.Delay(FaultPause, time, cut.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            Leave(place, delivery.Id, attempt);
            cut.Dispose();
            signal.Set();
        }
    }

    private void Leave(Place place, DeliveryId id, DeliveryAttempt? attempt)
    {
        lock (_gate)
        {
            var lane = place.Lane;
            lane.UnderWay.Remove(id);
            _underWay--;
            _untrusted -= place.IsTrusted ? 0 : 1;
            if (--_underWayAtServer[place.Server] == 0)
            {
                _underWayAtServer.Remove(place.Server);
            }

            if (attempt is not null)
            {
                lane.Circuit = lane.Circuit.After(attempt);
            }
        }
    }

    private bool HasRoom(DeliveryLane lane, DateTimeOffset now) =>
        _underWay < options.ConcurrencyMax
        && (lane.Circuit.IsTrusted || _untrusted < options.UntrustedConcurrencyMax)
        && (lane.Server is null || _underWayAtServer.GetValueOrDefault(lane.Server) < options.ServerConcurrencyMax)
        && lane.Room(options.DestinationConcurrencyMax, now) > 0;

    private DeliveryLane LaneOf(string destination) =>
        _lanes.TryGetValue(destination, out var lane) ? lane : _lanes[destination] = new DeliveryLane(destination);

    private void Forget(DateTimeOffset now)
    {
        if (_lanes.Count <= LanesKept)
        {
            return;
        }

        foreach (var lane in _lanes.Values.Where(lane => lane.IsIdle(now)).ToList())
        {
            _lanes.Remove(lane.Destination);
            lane.Life.Dispose();
        }
    }

    private Task[] UnderWay()
    {
        lock (_gate)
        {
            return [.. _lanes.Values.SelectMany(lane => lane.UnderWay.Values)];
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {Delivery}, attempt {Number}: status {Status}, error {Error}, next after {Wait}.")]
    private partial void LogAttempt(string delivery, int number, int? status, string? error, TimeSpan? wait);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook endpoint {Endpoint} of account {Account} is disabled: {Reason}.")]
    private partial void LogDisabled(string endpoint, string account, DisabledReason? reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A delivery could not be worked on; it is tried again shortly.")]
    private partial void LogFault(Exception error);

    private sealed record Place(DeliveryLane Lane, string Server, bool IsTrusted);
}
