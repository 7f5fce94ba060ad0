using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What every <see cref="IDeliveryStore"/> does.</summary>
public abstract class DeliveryStoreConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    private static readonly DateTimeOffset Done = Sample.Start.AddSeconds(9);
    private static readonly DateTimeOffset Ended = Done.AddMilliseconds(120);
    private static readonly DeliveryAttempt Success = new(Done, TimeSpan.FromMilliseconds(120), 204, null, null);
    private static readonly DeliveryAttempt Failure = new(Done, TimeSpan.FromMilliseconds(120), 503, null, TimeSpan.FromSeconds(30));
    private static readonly DeliveryAttempt NoAnswer = new(Done, TimeSpan.FromMilliseconds(120), null, "The connection failed.", null);

    [Fact]
    public async Task A_delivery_comes_with_the_final_step_byte_for_byte_and_survives_a_restart()
    {
        var task = await FinishAsync("1");
        await Stores.ReopenAsync();
        var delivery = Assert.Single(await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel));
        var expected = Sample.Callback("evt_1");
        Assert.Equal(expected.Body.ToArray(), delivery.Body.ToArray());
        Assert.Equal(
            new Delivery
            {
                Id = expected.Id,
                EventId = expected.Id,
                Account = task.Key.Account,
                Task = task.Key.Task,
                Dialect = task.Dialect,
                Event = "completed",
                Url = expected.Url,
                Body = delivery.Body,
                State = DeliveryState.Pending,
                Attempts = 0,
                CreatedAt = Done,
                DueAt = Done,
            },
            delivery);
        Assert.Equal(Done, await NextDueAsync());
    }

    [Fact]
    public async Task A_task_without_a_callback_leaves_no_delivery()
    {
        var task = await ApplyAsync(await AcceptAsync(Sample.Task("task_1")), Sample.Fail());
        Assert.Empty(await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel));
        Assert.Null(await NextDueAsync());
    }

    [Fact]
    public async Task Each_event_of_a_task_makes_its_own_delivery_in_its_own_transaction()
    {
        var task = Sample.Task("task_1") with { CallbackEvents = TaskEvents.All };
        await Stores.Tasks.AdmitAsync(new Admission(task, Claim: null, Of("evt_1", TaskEvents.Accepted)), Cancel);
        var sent = await ApplyAsync(
            task, Sample.StoreInputs(), Sample.Prepare("att_1"), ((TaskTransition.SendAttempt)Sample.Send("att_1")) with { Callback = Of("evt_2", TaskEvents.Started) });
        await ApplyAsync(sent, Sample.Accept("att_1"), Sample.FailAttempt("att_1", FailureCode.NsfwDetected), Sample.Fail(Of("evt_3", TaskEvents.Completed)));
        await Stores.ReopenAsync();

        var deliveries = await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel);
        Assert.Equal(
            [("evt_1", "accepted"), ("evt_2", "started"), ("evt_3", "completed")],
            deliveries.Select(delivery => (delivery.Id.Value, delivery.Event)));
        Assert.All(deliveries, delivery => Assert.Equal(task.Dialect, delivery.Dialect));
        Assert.Empty(await Stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task The_books_miss_the_delivery_of_an_end_that_a_caller_wants_to_hear_of_and_no_other()
    {
        var heard = Sample.Task("task_1") with { CallbackEvents = TaskEvents.All };
        await ApplyAsync(await AcceptAsync(heard), Sample.Fail());
        await ApplyAsync(await AcceptAsync(Sample.Task("task_2") with { CallbackEvents = TaskEvents.Started }), Sample.Fail());
        Assert.Contains("task_1", Assert.Single(await Stores.Books.CheckAsync(Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_ended_long_ago_is_forgotten_with_its_attempts_and_what_waits_never_is_and_the_books_agree()
    {
        var old = await FinishAsync("1");
        var waiting = await FinishAsync("2");
        var young = await FinishAsync("3");
        foreach (var (task, attempt, next) in new[]
        {
            (old, Failure, (DateTimeOffset?)null), (waiting, Failure, Done.AddDays(400)), (young, Success with { At = Done.AddDays(2) }, null),
        })
        {
            var delivery = Assert.Single(await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel));
            Assert.True((await Stores.Deliveries.RecordAsync(delivery, attempt, next, DisablingRule.Default, _ => throw new NotSupportedException(), Cancel)).IsRecorded);
        }

        Assert.Equal(0, await Stores.Deliveries.ForgetAsync(Ended, 10, Cancel));
        Assert.Equal(1, await Stores.Deliveries.ForgetAsync(Ended.AddDays(1), 10, Cancel));
        Assert.Equal(0, await Stores.Deliveries.ForgetAsync(Ended.AddDays(1), 10, Cancel));
        await Stores.ReopenAsync();
        Assert.Empty(await Stores.Deliveries.FindOfTaskAsync(old.Key, Cancel));
        Assert.Empty(await Stores.Deliveries.AttemptsAsync(new DeliveryId("evt_1"), Cancel));
        Assert.Equal(ResendOutcome.Unknown, await Stores.Deliveries.ResendAsync(old.Key.Account, new DeliveryId("evt_1"), Done.AddDays(2), Cancel));
        Assert.Equal(DeliveryState.Pending, Assert.Single(await Stores.Deliveries.FindOfTaskAsync(waiting.Key, Cancel)).State);
        Assert.Single(await Stores.Deliveries.AttemptsAsync(new DeliveryId("evt_2"), Cancel));
        Assert.Equal(DeliveryState.Delivered, Assert.Single(await Stores.Deliveries.FindOfTaskAsync(young.Key, Cancel)).State);
        Assert.Empty(await Stores.Books.CheckAsync(Cancel));

        // A task that ended later has to have its delivery as before.
        var lost = await AcceptAsync(Sample.Task("task_4") with { CallbackEvents = TaskEvents.All });
        await ApplyAsync(lost, Sample.Fail(at: Ended.AddDays(1)));
        Assert.Contains("task_4", Assert.Single(await Stores.Books.CheckAsync(Cancel)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliveries_are_forgotten_a_few_at_a_time_those_that_ended_first_before_others()
    {
        for (var number = 1; number <= 5; number++)
        {
            var task = await FinishAsync($"{number}");
            var delivery = Assert.Single(await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel));
            await Stores.Deliveries.RecordAsync(
                delivery, Success with { At = Done.AddMinutes(9 - number) }, null, DisablingRule.Default, _ => throw new NotSupportedException(), Cancel);
        }

        Assert.Equal(2, await Stores.Deliveries.ForgetAsync(Done.AddDays(1), 2, Cancel));
        Assert.Equal(["evt_3", "evt_2", "evt_1"], (await AllAsync()).Select(delivery => delivery.Id.Value));
        Assert.Equal(2, await Stores.Deliveries.ForgetAsync(Done.AddDays(1), 2, Cancel));
        Assert.Equal(1, await Stores.Deliveries.ForgetAsync(Done.AddDays(1), 2, Cancel));
        Assert.Empty(await AllAsync());
        Assert.Empty(await Stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task What_somebody_else_has_sent_again_stands_in_the_audit_log_and_what_was_not_done_does_not()
    {
        var task = await FinishAsync("1");
        var delivery = Assert.Single(await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel));
        await Stores.Deliveries.RecordAsync(delivery, Failure, null, DisablingRule.Default, _ => throw new NotSupportedException(), Cancel);
        var resend = new AuditEntry(Done, "key_9", "delivery.resend", delivery.Id.Value);
        AuditEntry Replay(int count) => new(Done, "key_9", "delivery.replay", task.Key.Account.Value, $$"""{"deliveries":{{count}}}""");
        var filter = new DeliveryFilter { Limit = 10 };

        Assert.Equal(1, await Stores.Deliveries.ReplayAsync(task.Key.Account, filter, Ended, Cancel, Replay));
        Assert.Equal(0, await Stores.Deliveries.ReplayAsync(task.Key.Account, filter, Ended, Cancel, Replay));
        Assert.Equal(ResendOutcome.Due, await Stores.Deliveries.ResendAsync(task.Key.Account, delivery.Id, Ended, Cancel, resend));
        Assert.Equal(ResendOutcome.Unknown, await Stores.Deliveries.ResendAsync(Sample.OtherAccount.Id, delivery.Id, Ended, Cancel, resend));
        Assert.Equal(ResendOutcome.Due, await Stores.Deliveries.ResendAsync(task.Key.Account, delivery.Id, Ended, Cancel));
        Assert.Equal(
            [resend, Replay(1)],
            (await Stores.Accounts.ReadAuditAsync(null, 10, Cancel)).Select(record => record.Entry).Where(entry => entry.Actor == "key_9"));
    }

    [Fact]
    public async Task Another_account_sees_no_delivery()
    {
        var task = await FinishAsync("1");
        Assert.Empty(await Stores.Deliveries.FindOfTaskAsync(task.Key with { Account = Sample.OtherAccount.Id }, Cancel));
    }

    [Fact]
    public async Task Due_deliveries_come_longest_overdue_first_and_no_more_than_asked_for()
    {
        foreach (var (name, seconds) in new[] { ("1", 30), ("2", 10), ("3", 20) })
        {
            await FinishAsync(name, Sample.Start.AddSeconds(seconds));
        }

        Assert.Equal(["evt_2", "evt_3"], await DueAsync(Sample.Start.AddSeconds(20), 10));
        Assert.Equal(["evt_2", "evt_3", "evt_1"], await DueAsync(Sample.Start.AddSeconds(30), 10));
        Assert.Equal(["evt_2"], await DueAsync(Sample.Start.AddSeconds(60), 1));
        Assert.Empty(await DueAsync(Sample.Start.AddSeconds(10).AddMilliseconds(-1), 10));
        Assert.Equal(Sample.Start.AddSeconds(10), await NextDueAsync());
    }

    [Fact]
    public async Task A_delivered_event_is_final()
    {
        var delivery = await DeliveryAsync("1");
        Assert.True(await RecordAsync(delivery, Success, Done.AddMinutes(5)));
        await Stores.ReopenAsync();
        await AssertIsAsync(delivery with { State = DeliveryState.Delivered, Attempts = 1, Tries = 1, DueAt = null, CompletedAt = Ended });
        Assert.Null(await NextDueAsync());
        Assert.Empty(await DueAsync(Sample.Start.AddYears(1), 10));
    }

    [Fact]
    public async Task A_failed_attempt_is_due_again_when_it_was_told_to()
    {
        var delivery = await DeliveryAsync("1");
        Assert.True(await RecordAsync(delivery, NoAnswer, Done.AddMinutes(5)));
        await Stores.ReopenAsync();
        await AssertIsAsync(delivery with { Attempts = 1, Tries = 1, DueAt = Done.AddMinutes(5) });
        Assert.Equal(Done.AddMinutes(5), await NextDueAsync());
    }

    [Fact]
    public async Task A_delivery_with_no_attempt_to_come_has_failed()
    {
        var delivery = await DeliveryAsync("1");
        Assert.True(await RecordAsync(delivery, Failure, null));
        await Stores.ReopenAsync();
        await AssertIsAsync(delivery with { State = DeliveryState.Failed, Attempts = 1, Tries = 1, DueAt = null, CompletedAt = Ended });
    }

    [Fact]
    public async Task Of_fifty_who_record_an_attempt_at_once_one_wins()
    {
        var delivery = await DeliveryAsync("1");
        var won = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
            await RecordAsync(delivery, i % 2 == 0 ? Failure : Success, Done.AddMinutes(5)))));
        var winner = Array.IndexOf(won, true);
        Assert.Single(won, each => each);
        await AssertIsAsync(winner % 2 == 0
            ? delivery with { Attempts = 1, Tries = 1, DueAt = Done.AddMinutes(5) }
            : delivery with { State = DeliveryState.Delivered, Attempts = 1, Tries = 1, DueAt = null, CompletedAt = Ended });
    }

    [Fact]
    public async Task An_attempt_at_a_delivery_that_has_moved_on_is_not_recorded()
    {
        var delivery = await DeliveryAsync("1");
        Assert.True(await RecordAsync(delivery, Success, null));
        Assert.False(await RecordAsync(delivery, Failure, Done.AddMinutes(5)));
        Assert.False(await RecordAsync(delivery with { Attempts = 1 }, Failure, Done.AddMinutes(5)));
        await AssertIsAsync(delivery with { State = DeliveryState.Delivered, Attempts = 1, Tries = 1, DueAt = null, CompletedAt = Ended });
    }

    [Fact]
    public async Task Attempts_are_counted_to_the_end_of_the_schedule()
    {
        var delivery = await DeliveryAsync("1");
        for (var made = 1; made <= 8; made++)
        {
            DateTimeOffset? next = made < 8 ? Done.AddMinutes(made) : null;
            Assert.True(await RecordAsync(delivery, Failure, next));
            delivery = delivery with { Attempts = made, Tries = made, DueAt = next, CompletedAt = next is null ? Ended : null, State = next is null ? DeliveryState.Failed : DeliveryState.Pending };
            await AssertIsAsync(delivery);
        }
    }

    private static NewDelivery Of(string id, TaskEvents happened) => Sample.Callback(id) with { Event = happened };

    private async Task<VideoTask> FinishAsync(string name, DateTimeOffset? at = null) => await ApplyAsync(
        await AcceptAsync(Sample.Task("task_" + name)), Sample.Fail(Sample.Callback("evt_" + name), at));

    private async Task<IEnumerable<Delivery>> AllAsync() => await Stores.Deliveries.ListAsync(Sample.Account.Id, new DeliveryFilter { Limit = 100 }, Cancel);

    private async Task<Delivery> DeliveryAsync(string name) =>
        Assert.Single(await Stores.Deliveries.FindOfTaskAsync((await FinishAsync(name)).Key, Cancel));

    private async Task AssertIsAsync(Delivery expected)
    {
        var found = Assert.Single(await Stores.Deliveries.FindOfTaskAsync(expected.TaskKey, Cancel));
        Assert.Equal(expected.Body.ToArray(), found.Body.ToArray());
        Assert.Equal(expected, found with { Body = expected.Body });
    }

    private async Task<IEnumerable<string>> DueAsync(DateTimeOffset now, int limit) =>
        (await Stores.Deliveries.FindDueAsync(Destination.Of(Sample.Account.Id, Sample.Callback("evt_1").Url), now, limit, Cancel))
        .Deliveries.Select(delivery => delivery.Id.Value);

    private ValueTask<DateTimeOffset?> NextDueAsync() => Stores.Deliveries.NextDueAsync(DateTimeOffset.UnixEpoch, Cancel);

    private async Task<bool> RecordAsync(Delivery seen, DeliveryAttempt attempt, DateTimeOffset? nextAt) => (await Stores.Deliveries.RecordAsync(
        seen, attempt, nextAt, DisablingRule.Default, _ => throw new NotSupportedException("A callback disables nothing."), Cancel)).IsRecorded;
}
