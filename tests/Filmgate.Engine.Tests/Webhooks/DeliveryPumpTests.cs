using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Filmgate.Engine.Tests.Support;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Gateway;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Engine.Tests.Webhooks;

public sealed class DeliveryPumpTests : IAsyncLifetime
{
    private static readonly ImmutableArray<TimeSpan> Waits = DeliverySchedule.DefaultWaits;

    private readonly DeliverySignal _signal = new();
    private readonly Receiver _receiver = new();
    private House _house = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _house = await House.OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _house.DisposeAsync();
        _signal.Dispose();
    }

    [Fact]
    public async Task A_receiver_that_refuses_twice_has_the_same_event_the_third_time()
    {
        _receiver.Answer(HttpStatusCode.InternalServerError, HttpStatusCode.BadGateway, HttpStatusCode.NoContent);
        var task = await FinishAsync();
        await using (await StartAsync())
        {
            Assert.True((await AfterAttemptAsync(task, 1)).DueAt > _house.Time.GetUtcNow());
            await NextTimeAsync(task);
            await AfterAttemptAsync(task, 2);
            await NextTimeAsync(task);
            Assert.Equal(DeliveryState.Delivered, (await AfterAttemptAsync(task, 3)).State);
        }

        var requests = _receiver.Requests.ToArray();
        Assert.Equal(3, requests.Length);
        Assert.Single(requests.Select(request => (request.Id, request.Body)).Distinct());
        Assert.Equal("task_1 Failed GENERATION_FAILED -", requests[0].Body);
        Assert.Equal("application/json", requests[0].ContentType);
    }

    [Fact]
    public async Task What_was_not_delivered_before_a_restart_is_delivered_after_it()
    {
        _receiver.Answer(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        var task = await FinishAsync();
        await using (await StartAsync())
        {
            await AfterAttemptAsync(task, 1);
        }

        _house.Time.SetUtcNow((await DeliveryAsync(task)).DueAt!.Value);
        await using (await StartAsync())
        {
            Assert.Equal(DeliveryState.Delivered, (await AfterAttemptAsync(task, 2)).State);
        }

        Assert.Single(_receiver.Requests.Select(request => request.Id).Distinct());
    }

    [Fact]
    public async Task A_receiver_that_says_it_is_gone_is_left_alone()
    {
        _receiver.Answer(HttpStatusCode.Gone);
        var task = await FinishAsync();
        await using (await StartAsync())
        {
            Assert.Equal(DeliveryState.Failed, (await AfterAttemptAsync(task, 1)).State);
            _house.Time.Advance(TimeSpan.FromDays(3));
            _signal.Set();
            await DeliverAnotherAsync();
        }

        Assert.Single(_receiver.Requests, request => request.Body.StartsWith("task_1 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_redirect_is_a_failed_attempt_and_is_not_followed()
    {
        _receiver.Answer(HttpStatusCode.TemporaryRedirect, HttpStatusCode.OK);
        var task = await FinishAsync();
        await using (await StartAsync())
        {
            var delivery = await AfterAttemptAsync(task, 1);
            Assert.Equal((DeliveryState.Pending, true), (delivery.State, delivery.DueAt > _house.Time.GetUtcNow()));
        }

        Assert.Equal(["/hook"], _receiver.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task A_receiver_that_asks_for_time_is_given_it()
    {
        _receiver.RetryAfterSeconds = 1200;
        _receiver.Answer(HttpStatusCode.TooManyRequests);
        var task = await FinishAsync();
        await using (await StartAsync())
        {
            Assert.True((await AfterAttemptAsync(task, 1)).DueAt >= _house.Time.GetUtcNow().AddSeconds(1200));
        }
    }

    [Fact]
    public async Task An_address_that_became_private_is_not_reached()
    {
        var task = await FinishAsync("https://10.1.2.3/hook");
        await using (await StartAsync())
        {
            Assert.Equal(DeliveryState.Pending, (await AfterAttemptAsync(task, 1)).State);
        }

        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task After_the_whole_schedule_a_delivery_has_failed()
    {
        _receiver.Answer([.. Enumerable.Repeat(HttpStatusCode.InternalServerError, Waits.Length + 1)]);
        var task = await FinishAsync();
        await using (await StartAsync())
        {
            for (var made = 1; made <= Waits.Length; made++)
            {
                Assert.Equal(DeliveryState.Pending, (await AfterAttemptAsync(task, made)).State);
                await NextTimeAsync(task);
            }

            Assert.Equal(DeliveryState.Failed, (await AfterAttemptAsync(task, Waits.Length + 1)).State);
        }
    }

    [Fact]
    public async Task A_hundred_events_at_once_are_each_delivered_once()
    {
        const int Count = 100;
        var tasks = new List<VideoTask>();
        for (var i = 0; i < Count; i++)
        {
            tasks.Add(await FinishAsync(name: $"task_{i}"));
        }

        await using (await StartAsync())
        {
            foreach (var task in tasks)
            {
                Assert.Equal(DeliveryState.Delivered, (await AfterAttemptAsync(task, 1)).State);
            }
        }

        Assert.Equal(Count, _receiver.Requests.Count);
        Assert.Distinct(_receiver.Requests.Select(request => request.Id));
    }

    private async Task<VideoTask> FinishAsync(string? url = null, string name = "task_1")
    {
        var task = await _house.AcceptAsync(House.NewTask(name) with { CallbackUrl = url ?? _receiver.Url });
        var failure = new Failure(FailureCode.GenerationFailed, "It did not work.");
        var silent = new TaskTransition.Fail(_house.Time.GetUtcNow(), failure, Callback: null);
        var step = silent with { Callback = _house.Callbacks.Write(TaskEvents.Completed, silent.Apply(task)) };
        return (await _house.Tasks.ApplyAsync(task, step, Cancel)).Task;
    }

    private async Task DeliverAnotherAsync()
    {
        var other = await FinishAsync(name: "task_other");
        _signal.Set();
        await AfterAttemptAsync(other, 1);
    }

    private async Task<RunningPump> StartAsync()
    {
        var start = new EngineStart();
        start.Set();
        var pump = new DeliveryPump(_house.NewDispatcher(_signal), _signal, _house.Instruments, start, _house.Time, NullLogger<DeliveryPump>.Instance);
        await pump.StartAsync(Cancel);
        return new RunningPump(pump);
    }

    private async Task NextTimeAsync(VideoTask task)
    {
        _house.Time.SetUtcNow((await DeliveryAsync(task)).DueAt!.Value);
        _signal.Set();
    }

    private async Task<Delivery> DeliveryAsync(VideoTask task) => Assert.Single(await _house.Deliveries.FindOfTaskAsync(task.Key, Cancel));

    // The row is where the outcome becomes visible, so it is what is waited for.
    private async Task<Delivery> AfterAttemptAsync(VideoTask task, int attempts)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var delivery = await DeliveryAsync(task);
            if (delivery.Attempts >= attempts)
            {
                Assert.Equal(attempts, delivery.Attempts);
                return delivery;
            }

            await Task.Delay(5, patience.Token);
        }
    }

    private sealed class RunningPump(DeliveryPump pump) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await pump.StopAsync(CancellationToken.None);
            pump.Dispose();
        }
    }

    private sealed record Received(string Path, string? Id, string? ContentType, string Body);

    /// <summary>A web server that answers as it is told, and well when it is told nothing.</summary>
    private sealed class Receiver : IAsyncDisposable
    {
        private readonly HttpListener _listener;
        private readonly ConcurrentQueue<HttpStatusCode> _answers = [];
        private readonly Task _loop;

        public Receiver()
        {
            (_listener, Url) = Listen();
            _loop = Task.Run(ServeAsync);
        }

        public string Url { get; }

        public int? RetryAfterSeconds { get; set; }

        public ConcurrentQueue<Received> Requests { get; } = [];

        public void Answer(params HttpStatusCode[] answers) => Array.ForEach(answers, _answers.Enqueue);

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _loop;
        }

        private static (HttpListener Listener, string Url) Listen()
        {
            // HttpListener takes no port 0; between finding a free one and using it somebody may be faster.
            for (var tries = 0; ; tries++)
            {
                using var probe = new TcpListener(IPAddress.Loopback, 0);
                probe.Start();
                var port = ((IPEndPoint)probe.LocalEndpoint).Port;
                probe.Stop();
                var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
                try
                {
                    listener.Start();
                    return (listener, $"http://127.0.0.1:{port}/hook");
                }
                catch (HttpListenerException) when (tries < 20)
                {
                    listener.Close();
                }
            }
        }

        private async Task ServeAsync()
        {
            while (true)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                Requests.Enqueue(new Received(
                    context.Request.Url!.AbsolutePath, context.Request.Headers["webhook-id"], context.Request.ContentType, await reader.ReadToEndAsync()));
                var status = _answers.TryDequeue(out var answer) ? answer : HttpStatusCode.OK;
                context.Response.StatusCode = (int)status;
                if (status == HttpStatusCode.TemporaryRedirect)
                {
                    context.Response.Headers["Location"] = Url.Replace("/hook", "/elsewhere", StringComparison.Ordinal);
                }

                if (RetryAfterSeconds is { } seconds)
                {
                    context.Response.Headers["Retry-After"] = seconds.ToString();
                }

                context.Response.Close();
            }
        }
    }
}
