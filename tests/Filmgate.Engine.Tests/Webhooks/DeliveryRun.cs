using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Tests.Egress;
using Filmgate.Engine.Tests.Support;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;

namespace Filmgate.Engine.Tests.Webhooks;

/// <summary>
/// Deliveries under a clock that a test moves: real rows and real sockets, and each step of time only when nothing is under way any more, so
/// days pass in a second and the times of all attempts are exact.
/// </summary>
internal sealed class DeliveryRun : IAsyncDisposable
{
    private readonly DeliverySignal _signal = new();
    private readonly GuardedHttp? _http;
    private int _pings;
    private long _begun;

    private DeliveryRun(House house, WebhookOptions? options, GuardedHttp? http)
    {
        House = house;
        _http = http;
        Dispatcher = house.NewDispatcher(_signal, options, http);
    }

    public House House { get; }

    public DeliveryDispatcher Dispatcher { get; private set; }

    public DateTimeOffset Now => House.Time.GetUtcNow();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<DeliveryRun> OpenAsync(WebhookOptions? options = null, EgressOptions? egress = null, IHostResolver? resolver = null) => new(
        await House.OpenAsync(), options,
        egress is null && resolver is null ? null : new GuardedHttp(egress ?? House.Egress, resolver ?? new SystemHostResolver(), TimeProvider.System));

    /// <summary>Makes an endpoint.</summary>
    public async Task<EndpointId> AddAsync(string url, WebhookEvents events = WebhookEventNames.Default)
    {
        var added = await House.Endpoints.AddAsync(
            new WebhookEndpoint { Id = House.Ids.NewEndpoint(), Account = House.Account.Id, Number = 1, Url = url, Events = events, CreatedAt = Now }, Cancel);
        Assert.NotNull(added);
        return added.Id;
    }

    /// <summary>Makes events due at an endpoint.</summary>
    public async Task<ImmutableArray<DeliveryId>> SendAsync(EndpointId endpoint, int count = 1)
    {
        var sent = await Task.WhenAll(Enumerable.Range(0, count).Select(_ =>
        {
            var number = Interlocked.Increment(ref _pings);
            var happened = new NewEvent(new DeliveryId($"evt_{number:d5}"), WebhookEvents.Ping, () => Encoding.UTF8.GetBytes($"event {number}"));
            return House.Endpoints.SendAsync(House.Account.Id, endpoint, happened, Now, Cancel).AsTask();
        }));
        return [.. sent.Select(id => id!.Value)];
    }

    /// <summary>Does what is due until a moment.</summary>
    public async Task RunUntilAsync(DateTimeOffset end)
    {
        while (true)
        {
            var next = await SettleAsync();
            if (Now >= end)
            {
                return;
            }

            House.Time.SetUtcNow(next < end ? next.Value : end);
        }
    }

    /// <summary>Does what is due for a time.</summary>
    public Task RunAsync(TimeSpan time) => RunUntilAsync(Now + time);

    /// <summary>Does all that is due now, and says when something is due next.</summary>
    public async Task<DateTimeOffset?> SettleAsync()
    {
        while (true)
        {
            var next = await Dispatcher.StartDueAsync(Cancel);
            var begun = Dispatcher.Begun;
            await Dispatcher.WhenIdleAsync();
            if (begun == _begun)
            {
                return next;
            }

            // What has ended may have made room for more.
            _begun = begun;
        }
    }

    /// <summary>A new dispatcher, as after a crash.</summary>
    public void Restart() => (Dispatcher, _begun) = (House.NewDispatcher(_signal, null, _http), 0);

    public async Task<Delivery> FindAsync(DeliveryId id)
    {
        var found = await House.Deliveries.FindAsync(House.Account.Id, id, Cancel);
        Assert.NotNull(found);
        return found;
    }

    public async Task<WebhookEndpoint> FindAsync(EndpointId id)
    {
        var found = await House.Endpoints.FindAsync(House.Account.Id, id, Cancel);
        Assert.NotNull(found);
        return found;
    }

    public async Task<ImmutableArray<DeliveryAttempt>> AttemptsAsync(DeliveryId id) =>
        [.. (await House.Deliveries.AttemptsAsync(id, Cancel)).Select(recorded => recorded.Attempt)];

    public ValueTask<ImmutableArray<Delivery>> ListAsync(params ImmutableArray<DeliveryState> states) =>
        House.Deliveries.ListAsync(House.Account.Id, new DeliveryFilter { States = states, Limit = 20_000 }, Cancel);

    public async ValueTask DisposeAsync()
    {
        await Dispatcher.WhenIdleAsync();
        _http?.Dispose();
        _signal.Dispose();
        await House.DisposeAsync();
    }
}

/// <summary>A receiver that acts out a script by the run's clock and remembers what reached it.</summary>
internal sealed class ScriptedReceiver : IAsyncDisposable
{
    // The server closes after each answer; a client that is not told would try the closed connection.
    public const string Ok = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

    private readonly RawServer _server;
    private readonly ConcurrentQueue<(DateTimeOffset At, string Id, bool IsTaken, string Head)> _seen = [];
    private int _atOnce;
    private int _mostAtOnce;

    /// <summary>Starts one.</summary>
    /// <param name="run">Whose clock it reads.</param>
    /// <param name="answer">What it answers to the n-th request of an event, n from 1; null resets the connection.</param>
    /// <param name="dwell">How it spends the time before its answer.</param>
    public ScriptedReceiver(DeliveryRun run, Func<int, string?> answer, Func<RawExchange, Task>? dwell = null) => _server = new RawServer(async exchange =>
    {
        var atOnce = Interlocked.Increment(ref _atOnce);
        InterlockedMax(ref _mostAtOnce, atOnce);
        try
        {
            var id = HeaderOf(exchange.Head, "webhook-id");
            var text = answer(_seen.Count(seen => seen.Id == id) + 1);
            _seen.Enqueue((run.Now, id, text?.StartsWith("HTTP/1.1 2", StringComparison.Ordinal) == true, exchange.Head));
            if (dwell is not null)
            {
                await dwell(exchange);
            }

            if (text is null)
            {
                exchange.Reset();
            }
            else
            {
                await exchange.SendAsync(text);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    });

    public string Url => $"http://127.0.0.1:{_server.Port}/hook";

    public int Port => _server.Port;

    public int MostAtOnce => Volatile.Read(ref _mostAtOnce);

    public IReadOnlyList<(DateTimeOffset At, string Id, bool IsTaken, string Head)> Seen => [.. _seen];

    public static string Status(int code, string more = "") => $"HTTP/1.1 {code} Whatever\r\n{more}Connection: close\r\nContent-Length: 0\r\n\r\n";

    public static string HeaderOf(string head, string name) => head.Split("\r\n")
        .Single(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))[(name.Length + 1)..].Trim();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static void InterlockedMax(ref int place, int value)
    {
        for (var seen = Volatile.Read(ref place); seen < value; seen = Volatile.Read(ref place))
        {
            Interlocked.CompareExchange(ref place, value, seen);
        }
    }
}
