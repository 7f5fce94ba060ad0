using System.Collections.Immutable;
using System.Net;
using Filmgate.Engine.Cluster;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Tests.Egress;
using Filmgate.Engine.Tests.Support;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Engine.Tests.Webhooks;

public sealed class DeliveryDispatcherPageTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_delivery_that_ends_while_the_due_rows_are_read_is_not_sent_a_second_time()
    {
        using var signal = new DeliverySignal();
        var secondLook = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var receiver = new RawServer(async exchange =>
        {
            // The pump looks again while this attempt is under way, and the attempt ends only once it does.
            signal.Set();
            await secondLook.Task;
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        });
        var store = new SlowlyReadStore(signal, secondLook, Row("evt_1", receiver.Port), Row("evt_2", receiver.Port));
        using var http = new GuardedHttp(new EgressOptions { AllowNetworks = [IPNetwork.Parse("127.0.0.0/8")] }, new ScriptedResolver(), TimeProvider.System);
        var start = new EngineStart();
        start.Set();
        var callbacks = new CallbackWriter([new PlainFormat()], new PlainEvents(), null!, null!);
        using var instruments = new DeliveryInstruments();
        var sender = new DeliverySender(http, callbacks, new PlainEvents(), null!, instruments, TimeProvider.System, NullLogger<DeliverySender>.Instance);
        var dispatcher = new DeliveryDispatcher(
            store, sender, callbacks, signal, new SoleNode(), new WebhookOptions(), TimeProvider.System, new Random(1), NullLogger<DeliveryDispatcher>.Instance);
        using var pump = new DeliveryPump(dispatcher, signal, instruments, start, TimeProvider.System, NullLogger<DeliveryPump>.Instance);

        await pump.StartAsync(TestContext.Current.CancellationToken);
        await store.LastRecorded.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await pump.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["evt_1", "evt_2"], receiver.Heads.Select(IdOf).Order(StringComparer.Ordinal));
    }

    private static string IdOf(string head) => head.Split("\r\n")
        .Single(line => line.StartsWith("webhook-id:", StringComparison.OrdinalIgnoreCase))["webhook-id:".Length..].Trim();

    private static Delivery Row(string id, int port) => new()
    {
        Id = new DeliveryId(id),
        EventId = new DeliveryId(id),
        Account = new AccountId("acc_1"),
        Task = new TaskId("task_1"),
        Dialect = PlainFormat.Name,
        Event = "completed",
        Url = $"http://127.0.0.1:{port}/hook",
        Body = "{}"u8.ToArray(),
        State = DeliveryState.Pending,
        Attempts = 0,
        DueAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>Its second answer shows the first row as it was before an attempt that has ended meanwhile; its third shows the other row.</summary>
    private sealed class SlowlyReadStore(DeliverySignal signal, TaskCompletionSource secondLook, Delivery first, Delivery second) : IDeliveryStore
    {
        private readonly TaskCompletionSource _lastRecorded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _looks;

        public Task LastRecorded => _lastRecorded.Task;

        public ValueTask<ImmutableArray<DueDestination>> FindDueDestinationsAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
            ValueTask.FromResult<ImmutableArray<DueDestination>>(_lastRecorded.Task.IsCompleted ? [] : [new DueDestination("there", DateTimeOffset.UnixEpoch)]);

        public async ValueTask<DuePage> FindDueAsync(string destination, DateTimeOffset now, int limit, CancellationToken cancellationToken)
        {
            switch (++_looks)
            {
                case 1:
                    return new DuePage(null, [first]);
                case 2:
                    secondLook.SetResult();
                    await signal.WaitAsync(Patience, cancellationToken);
                    signal.Set();
                    return new DuePage(null, [first]);
                case 3:
                    return new DuePage(null, [second]);
                default:
                    return new DuePage(null, []);
            }
        }

        public ValueTask<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken cancellationToken) => ValueTask.FromResult<DateTimeOffset?>(null);

        public ValueTask<RecordOutcome> RecordAsync(
            Delivery seen, DeliveryAttempt attempt, DateTimeOffset? nextAt, DisablingRule rule, Func<WebhookEndpoint, NewEvent> announce, CancellationToken cancellationToken)
        {
            Assert.True(attempt.Succeeded);
            if (seen.Id == second.Id)
            {
                _lastRecorded.SetResult();
            }

            return ValueTask.FromResult(new RecordOutcome(true));
        }

        public ValueTask<IReadOnlyList<Delivery>> FindOfTaskAsync(TaskKey task, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ImmutableArray<Delivery>> ListAsync(AccountId account, DeliveryFilter filter, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<Delivery?> FindAsync(AccountId account, DeliveryId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ImmutableArray<RecordedAttempt>> AttemptsAsync(DeliveryId id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ResendOutcome> ResendAsync(AccountId account, DeliveryId id, DateTimeOffset now, CancellationToken cancellationToken, AuditEntry? audit = null) =>
            throw new NotSupportedException();

        public ValueTask<int> ReplayAsync(
            AccountId account, DeliveryFilter filter, DateTimeOffset now, CancellationToken cancellationToken, Func<int, AuditEntry>? audit = null) =>
            throw new NotSupportedException();

        public ValueTask<int> ForgetAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
