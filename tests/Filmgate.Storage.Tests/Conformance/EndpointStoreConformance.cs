using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What every <see cref="IEndpointStore"/> does, and what an <see cref="IDeliveryStore"/> does for endpoints.</summary>
public abstract class EndpointStoreConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    private static readonly DateTimeOffset Done = Sample.Start.AddSeconds(9);
    private static readonly DisablingRule Rule = new(TimeSpan.FromDays(5), TimeSpan.FromHours(12));

    private int _rendered;

    [Fact]
    public async Task An_endpoint_is_its_accounts_alone_and_survives_a_restart()
    {
        var added = await AddAsync("ep_1", description: "the shop");
        await Stores.ReopenAsync();
        var found = await FindAsync("ep_1");
        Assert.Equal(added with { Secrets = [] }, found with { Secrets = [] });
        Assert.Equal([new EndpointSecret(1, Sample.Start, null)], found.Secrets);
        Assert.Equal((1, "the shop", null), (found.Number, found.Description, found.DisabledAt));
        Assert.Null(await Stores.Endpoints.FindAsync(Sample.OtherAccount.Id, found.Id, Cancel));
        Assert.Empty(await Stores.Endpoints.ListAsync(Sample.OtherAccount.Id, Cancel));
        Assert.Null(await Stores.Endpoints.UpdateAsync(Sample.OtherAccount.Id, found.Id, new EndpointChange(null, null, null, false), Done, Cancel));
        Assert.Null(await Stores.Endpoints.RotateAsync(Sample.OtherAccount.Id, found.Id, TimeSpan.Zero, Done, Cancel));
        Assert.Null(await Stores.Endpoints.SendAsync(Sample.OtherAccount.Id, found.Id, Event("evt_p", WebhookEvents.Ping), Done, Cancel));
        Assert.False(await Stores.Endpoints.DeleteAsync(Sample.OtherAccount.Id, found.Id, Done, Cancel));
    }

    [Fact]
    public async Task Of_sixty_that_are_added_at_once_an_account_has_fifty_with_numbers_of_their_own()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Stores.Endpoints.AddAsync(New($"ep_{i:d2}"), Cancel).AsTask()));
        Assert.Equal(Enumerable.Range(1, 50), added.Where(one => one is not null).Select(one => one!.Number).Order());
        Assert.NotNull(await Stores.Endpoints.AddAsync(New("ep_other") with { Account = Sample.OtherAccount.Id }, Cancel));
    }

    [Fact]
    public async Task The_number_of_a_deleted_endpoint_is_not_used_again()
    {
        await AddAsync("ep_1");
        Assert.True(await Stores.Endpoints.DeleteAsync(Sample.Account.Id, new EndpointId("ep_1"), Done, Cancel));
        Assert.Equal(2, (await AddAsync("ep_2")).Number);
        Assert.Equal(["ep_2"], (await Stores.Endpoints.ListAsync(Sample.Account.Id, Cancel)).Select(endpoint => endpoint.Id.Value));
    }

    [Fact]
    public async Task An_event_goes_to_each_endpoint_that_wants_it_with_the_same_id_and_bytes_in_the_transaction_of_the_step()
    {
        await AddAsync("ep_1");
        await AddAsync("ep_2", WebhookEvents.Completed);
        await AddAsync("ep_3", WebhookEvents.Failed | WebhookEvents.Accepted);
        await Stores.Endpoints.AddAsync(New("ep_4") with { Account = Sample.OtherAccount.Id }, Cancel);

        var task = await FailAsync("task_1", "evt_1");
        await Stores.ReopenAsync();

        var deliveries = await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel);
        Assert.Equal([("evt_1_1", "ep_1"), ("evt_1_3", "ep_3")], deliveries.Select(delivery => (delivery.Id.Value, delivery.Endpoint!.Value.Value)));
        Assert.All(deliveries, delivery =>
        {
            Assert.Equal(("evt_1", "video.failed", DeliveryState.Pending, Done), (delivery.EventId.Value, delivery.Event, delivery.State, delivery.DueAt!.Value));
            Assert.Equal("evt_1 Failed"u8.ToArray(), delivery.Body.ToArray());
            Assert.Null(delivery.Dialect);
        });
        Assert.Equal(1, _rendered);
        Assert.Empty(await Stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task An_event_that_nobody_wants_is_not_even_worded()
    {
        await AddAsync("ep_1", WebhookEvents.Completed);
        await FailAsync("task_1", "evt_1");
        Assert.Equal(0, _rendered);
    }

    [Fact]
    public async Task A_step_that_loses_its_race_tells_nobody()
    {
        await AddAsync("ep_1");
        var task = await AcceptAsync(Sample.Task("task_1") with { CallbackUrl = null });
        Assert.True((await Stores.Tasks.ApplyAsync(task, Sample.Fail() with { Event = Event("evt_1", WebhookEvents.Failed) }, Cancel)).Won);
        Assert.False((await Stores.Tasks.ApplyAsync(task, Sample.Fail() with { Event = Event("evt_2", WebhookEvents.Failed) }, Cancel)).Won);
        Assert.Equal(["evt_1_1"], (await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel)).Select(delivery => delivery.Id.Value));
    }

    [Fact]
    public async Task An_accepted_task_is_told_in_the_transaction_that_accepts_it()
    {
        await AddAsync("ep_1", WebhookEvents.Accepted);
        var task = Sample.Task("task_1") with { CallbackUrl = null };
        await Stores.Tasks.AdmitAsync(new Admission(task, Claim: null) { Event = Event("evt_1", WebhookEvents.Accepted) }, Cancel);
        await Stores.ReopenAsync();
        Assert.Equal("video.accepted", Assert.Single(await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel)).Event);
    }

    [Fact]
    public async Task What_waits_goes_where_the_endpoint_is_now()
    {
        await AddAsync("ep_1");
        await FailAsync("task_1", "evt_1");
        var moved = await Stores.Endpoints.UpdateAsync(Sample.Account.Id, new EndpointId("ep_1"), new EndpointChange("https://new.example/hook", null, null, null), Done, Cancel);
        Assert.Equal("https://new.example/hook", moved!.Url);
        var page = await DueAsync("ep_1");
        Assert.Equal("https://new.example/hook", page.Endpoint!.Url);
        Assert.Equal("https://new.example/hook", Assert.Single(page.Deliveries).Url);
    }

    [Fact]
    public async Task A_change_leaves_what_it_does_not_name_and_an_empty_description_is_none()
    {
        await AddAsync("ep_1", description: "the shop");
        var events = await Stores.Endpoints.UpdateAsync(Sample.Account.Id, new EndpointId("ep_1"), new EndpointChange(null, null, WebhookEvents.Accepted, null), Done, Cancel);
        Assert.Equal((WebhookEvents.Accepted, "the shop", New("ep_1").Url), (events!.Events, events.Description, events.Url));
        Assert.Null((await Stores.Endpoints.UpdateAsync(Sample.Account.Id, new EndpointId("ep_1"), new EndpointChange(null, "", null, null), Done, Cancel))!.Description);
    }

    [Fact]
    public async Task What_comes_while_an_endpoint_is_disabled_is_missed_and_can_be_replayed_once_it_is_enabled()
    {
        var id = (await AddAsync("ep_1")).Id;
        await FailAsync("task_1", "evt_1");
        var off = await Stores.Endpoints.UpdateAsync(Sample.Account.Id, id, new EndpointChange(null, null, null, false), Done, Cancel);
        Assert.Equal((Done, DisabledReason.ByOwner), (off!.DisabledAt, off.DisabledReason));
        await FailAsync("task_2", "evt_2");
        Assert.Equal([DeliveryState.Missed, DeliveryState.Missed], (await ListAsync()).Select(delivery => delivery.State));
        Assert.Empty(await DestinationsAsync());
        Assert.Equal(0, await Stores.Deliveries.ReplayAsync(Sample.Account.Id, All, Done, Cancel));
        Assert.Equal(ResendOutcome.Disabled, await ResendAsync("evt_1_1"));
        Assert.Null(await Stores.Endpoints.SendAsync(Sample.Account.Id, id, Event("evt_p", WebhookEvents.Ping), Done, Cancel));

        Assert.Null((await Stores.Endpoints.UpdateAsync(Sample.Account.Id, id, new EndpointChange(null, null, null, true), Done, Cancel))!.DisabledAt);
        Assert.Equal(2, await Stores.Deliveries.ReplayAsync(Sample.Account.Id, All, Done.AddDays(1), Cancel));
        Assert.All(await ListAsync(), delivery => Assert.Equal(
            (DeliveryState.Pending, DeliveryCause.Replay, 0, Done.AddDays(1), null), (delivery.State, delivery.Cause, delivery.Tries, delivery.DueAt!.Value, delivery.CompletedAt)));
        Assert.Equal(["evt_1_1", "evt_2_1"], (await DueAsync("ep_1", Done.AddDays(1))).Deliveries.Select(delivery => delivery.Id.Value).Order());
    }

    [Fact]
    public async Task What_waits_for_a_deleted_endpoint_is_canceled_and_stays_in_the_log()
    {
        var id = (await AddAsync("ep_1")).Id;
        await FailAsync("task_1", "evt_1");
        Assert.True(await Stores.Endpoints.DeleteAsync(Sample.Account.Id, id, Done, Cancel));
        Assert.False(await Stores.Endpoints.DeleteAsync(Sample.Account.Id, id, Done, Cancel));
        Assert.Null(await Stores.Endpoints.FindAsync(Sample.Account.Id, id, Cancel));
        Assert.Equal(DeliveryState.Canceled, Assert.Single(await ListAsync()).State);
        Assert.Empty(await DestinationsAsync());
        Assert.Equal(ResendOutcome.Deleted, await ResendAsync("evt_1_1"));
        await FailAsync("task_2", "evt_2");
        Assert.Single(await ListAsync());
    }

    [Fact]
    public async Task A_rotation_keeps_the_old_secret_for_its_grace_and_no_more_than_five_sign_at_a_time()
    {
        var id = (await AddAsync("ep_1")).Id;
        var rotated = await RotateAsync(id, TimeSpan.FromHours(1), Done);
        Assert.Equal([2, 1], rotated.SecretsAt(Done));
        Assert.Equal([2], rotated.SecretsAt(Done.AddHours(1)));
        var again = await RotateAsync(id, TimeSpan.FromHours(24), Done.AddMinutes(30));
        Assert.Equal([3, 2], again.SecretsAt(Done.AddHours(1)));
        await RotateAsync(id, TimeSpan.FromHours(24), Done.AddMinutes(30));
        Assert.Equal([5, 4, 3, 2, 1], (await RotateAsync(id, TimeSpan.FromHours(24), Done.AddMinutes(30))).SecretsAt(Done.AddMinutes(30)));
        Assert.Equal(5, (await RotateAsync(id, TimeSpan.FromHours(24), Done.AddMinutes(30))).Secrets[0].Number);
        Assert.Equal([6, 5, 4, 3, 2], (await RotateAsync(id, TimeSpan.FromHours(24), Done.AddHours(1))).SecretsAt(Done.AddHours(1)));
        Assert.Equal([7], (await RotateAsync(id, TimeSpan.Zero, Done.AddDays(2))).SecretsAt(Done.AddDays(2)));
    }

    [Fact]
    public async Task A_test_goes_to_its_endpoint_alone_whatever_that_wants_to_hear_of()
    {
        await AddAsync("ep_1");
        await AddAsync("ep_2");
        var sent = await Stores.Endpoints.SendAsync(Sample.Account.Id, new EndpointId("ep_2"), Event("evt_p", WebhookEvents.Ping), Done, Cancel);
        Assert.Equal(new DeliveryId("evt_p_2"), sent);
        var delivery = Assert.Single(await ListAsync());
        Assert.Equal(("evt_p_2", "evt_p", "test.ping", null), (delivery.Id.Value, delivery.EventId.Value, delivery.Event, delivery.Task));
    }

    [Fact]
    public async Task An_endpoint_that_says_gone_is_disabled_in_the_transaction_of_the_attempt_and_others_are_told()
    {
        await AddAsync("ep_1");
        await AddAsync("ep_2", WebhookEvents.EndpointDisabled);
        await FailAsync("task_1", "evt_1");
        await FailAsync("task_2", "evt_2");

        var seen = (await DueAsync("ep_1")).Deliveries[0];
        var outcome = await Stores.Deliveries.RecordAsync(seen, Attempt(Done, 410), nextAt: null, Rule, Announce, Cancel);
        await Stores.ReopenAsync();

        Assert.Equal((true, "ep_1"), (outcome.IsRecorded, outcome.Disabled!.Id.Value));
        Assert.Equal(DisabledReason.Gone, (await FindAsync("ep_1")).DisabledReason);
        Assert.Equal(
            [("evt_d_2", DeliveryState.Pending), ("evt_2_1", DeliveryState.Missed), ("evt_1_1", DeliveryState.Failed)],
            (await ListAsync()).Select(delivery => (delivery.Id.Value, delivery.State)).OrderByDescending(one => one.Value, StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_endpoint_is_disabled_after_days_without_success_and_never_by_a_burst()
    {
        await AddAsync("ep_1");
        for (var i = 0; i < 30; i++)
        {
            await FailAsync($"task_{i}", $"evt_{i}");
        }

        foreach (var delivery in (await DueAsync("ep_1")).Deliveries)
        {
            Assert.Null((await RecordAsync(delivery, Done, 500, Done.AddDays(4))).Disabled);
        }

        Assert.Equal((Done, Done, null), ((await FindAsync("ep_1")).Health.FailingSince, (await FindAsync("ep_1")).Health.LastFailureAt, (await FindAsync("ep_1")).DisabledAt));
        var due = (await DueAsync("ep_1", Done.AddDays(4))).Deliveries;
        Assert.Null((await RecordAsync(due[0], Done.AddDays(5).AddMilliseconds(-1), 500, Done.AddDays(6))).Disabled);
        Assert.Equal(DisabledReason.Failing, (await RecordAsync(due[1], Done.AddDays(5), 500, Done.AddDays(6))).Disabled!.DisabledReason);
        Assert.All((await ListAsync()), delivery => Assert.Equal(DeliveryState.Missed, delivery.State));
    }

    [Fact]
    public async Task A_success_begins_the_days_anew()
    {
        await AddAsync("ep_1");
        await FailAsync("task_1", "evt_1");
        await FailAsync("task_2", "evt_2");
        var due = (await DueAsync("ep_1")).Deliveries;
        await RecordAsync(due[0], Done, 500, Done.AddDays(1));
        await RecordAsync(due[1], Done.AddDays(1), 200, null);
        Assert.Null((await FindAsync("ep_1")).Health.FailingSince);
        Assert.Null((await RecordAsync((await DueAsync("ep_1", Done.AddDays(1))).Deliveries[0], Done.AddDays(6), 500, Done.AddDays(7))).Disabled);
    }

    [Fact]
    public async Task Attempts_that_end_in_another_order_than_they_began_are_recorded_all_the_same()
    {
        await AddAsync("ep_1");
        await FailAsync("task_1", "evt_1");
        await FailAsync("task_2", "evt_2");
        await FailAsync("task_3", "evt_3");
        var due = (await DueAsync("ep_1")).Deliveries;
        await RecordAsync(due[0], Done.AddSeconds(5), 500, Done.AddDays(1));
        await RecordAsync(due[1], Done, 500, Done.AddDays(1));
        Assert.Equal(new EndpointHealth(Done, Done.AddSeconds(5), null), (await FindAsync("ep_1")).Health);
        await RecordAsync(due[2], Done.AddSeconds(9), 200, null);
        await RecordAsync((await ListAsync()).First(delivery => delivery.State == DeliveryState.Pending), Done.AddSeconds(7), 500, Done.AddDays(1));
        Assert.Equal(new EndpointHealth(null, Done.AddSeconds(7), Done.AddSeconds(9)), (await FindAsync("ep_1")).Health);
    }

    [Fact]
    public async Task The_log_tells_every_attempt_with_what_was_answered_and_why_it_was_made()
    {
        await AddAsync("ep_1");
        await FailAsync("task_1", "evt_1");
        var first = (await DueAsync("ep_1")).Deliveries[0];
        await RecordAsync(first, Done, 500, null);
        Assert.Equal(ResendOutcome.Due, await ResendAsync("evt_1_1"));
        var second = (await DueAsync("ep_1", Done.AddHours(1))).Deliveries[0];
        Assert.Equal((DeliveryCause.Resend, 1, 0), (second.Cause, second.Attempts, second.Tries));
        await Stores.Deliveries.RecordAsync(second, new DeliveryAttempt(Done.AddHours(1), TimeSpan.FromSeconds(2), null, "No connection.", null), null, Rule, Announce, Cancel);
        await Stores.ReopenAsync();

        Assert.Equal(
            [
                new RecordedAttempt(1, DeliveryCause.Event, Attempt(Done, 500)),
                new RecordedAttempt(2, DeliveryCause.Resend, new DeliveryAttempt(Done.AddHours(1), TimeSpan.FromSeconds(2), null, "No connection.", null)),
            ],
            await Stores.Deliveries.AttemptsAsync(new DeliveryId("evt_1_1"), Cancel));
        var delivery = await Stores.Deliveries.FindAsync(Sample.Account.Id, new DeliveryId("evt_1_1"), Cancel);
        Assert.Equal((DeliveryState.Failed, 2), (delivery!.State, delivery.Attempts));
        Assert.Null(await Stores.Deliveries.FindAsync(Sample.OtherAccount.Id, new DeliveryId("evt_1_1"), Cancel));
    }

    [Fact]
    public async Task Sending_again_works_for_delivered_and_failed_ones_and_hurries_those_that_wait()
    {
        await AddAsync("ep_1");
        await FailAsync("task_1", "evt_1");
        await FailAsync("task_2", "evt_2");
        var due = (await DueAsync("ep_1")).Deliveries;
        await RecordAsync(due[0], Done, 200, null);
        await RecordAsync(due[1], Done, 500, Done.AddDays(1));
        Assert.Equal(ResendOutcome.Due, await ResendAsync(due[0].Id.Value));
        Assert.Equal(ResendOutcome.Due, await ResendAsync(due[1].Id.Value));
        Assert.Equal(ResendOutcome.Unknown, await ResendAsync("evt_9_1"));
        Assert.Equal(ResendOutcome.Unknown, await Stores.Deliveries.ResendAsync(Sample.OtherAccount.Id, due[0].Id, Done, Cancel));
        Assert.Equal(
            [(due[0].Id, DeliveryCause.Resend, 0), (due[1].Id, DeliveryCause.Event, 1)],
            (await DueAsync("ep_1", Done.AddHours(1))).Deliveries.Select(delivery => (delivery.Id, delivery.Cause, delivery.Tries)).OrderBy(one => one.Id.Value));
    }

    [Fact]
    public async Task A_replay_takes_failed_and_missed_ones_of_a_time_and_of_an_endpoint_and_leaves_the_rest()
    {
        await AddAsync("ep_1");
        await AddAsync("ep_2");
        for (var i = 0; i < 6; i++)
        {
            await FailAsync($"task_{i}", $"evt_{i}", Done.AddMinutes(i));
        }

        foreach (var delivery in (await DueAsync("ep_1", Done.AddHours(1))).Deliveries.Concat((await DueAsync("ep_2", Done.AddHours(1))).Deliveries))
        {
            await RecordAsync(delivery, Done.AddHours(1), delivery.EventId.Value == "evt_3" ? 200 : 500, null);
        }

        var window = All with { Endpoint = new EndpointId("ep_2"), From = Done.AddMinutes(2), Before = Done.AddMinutes(5) };
        Assert.Equal(0, await Stores.Deliveries.ReplayAsync(Sample.OtherAccount.Id, window, Done.AddHours(2), Cancel));
        Assert.Equal(0, await Stores.Deliveries.ReplayAsync(Sample.Account.Id, window with { States = [DeliveryState.Missed] }, Done.AddHours(2), Cancel));
        Assert.Equal(2, await Stores.Deliveries.ReplayAsync(Sample.Account.Id, window, Done.AddHours(2), Cancel));
        Assert.Equal(["evt_2_2", "evt_4_2"], (await DueAsync("ep_2", Done.AddHours(2))).Deliveries.Select(delivery => delivery.Id.Value).Order());
        Assert.Equal(3, await Stores.Deliveries.ReplayAsync(Sample.Account.Id, All with { Limit = 3 }, Done.AddHours(2), Cancel));
        Assert.Empty(await Stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task The_list_is_filtered_and_goes_on_behind_its_last_one()
    {
        await AddAsync("ep_1");
        await AddAsync("ep_2");
        for (var i = 0; i < 5; i++)
        {
            await FailAsync($"task_{i}", $"evt_{i}", Done.AddMinutes(i));
        }

        Assert.Equal(10, (await ListAsync()).Length);
        Assert.Equal(["evt_4_2", "evt_3_2"], await IdsAsync(All with { Endpoint = new EndpointId("ep_2"), Limit = 2 }));
        Assert.Equal(["evt_2_2", "evt_1_2"], await IdsAsync(All with { Endpoint = new EndpointId("ep_2"), After = new DeliveryId("evt_3_2"), Limit = 2 }));
        Assert.Equal(["evt_1_2", "evt_1_1"], await IdsAsync(All with { Task = new TaskId("task_1") }));
        Assert.Equal(["evt_2_2", "evt_2_1"], await IdsAsync(All with { From = Done.AddMinutes(2), Before = Done.AddMinutes(3) }));
        Assert.Empty(await IdsAsync(All with { States = [DeliveryState.Failed, DeliveryState.Missed] }));
        Assert.Empty(await Stores.Deliveries.ListAsync(Sample.OtherAccount.Id, All, Cancel));
    }

    private static DeliveryFilter All => new() { Limit = 1000 };

    private static WebhookEndpoint New(string id, WebhookEvents events = WebhookEvents.Completed | WebhookEvents.Failed, string? description = null) => new()
    {
        Id = new EndpointId(id),
        Account = Sample.Account.Id,
        Number = 1,
        Url = $"https://{id.Replace('_', '-')}.example/hook",
        Description = description,
        Events = events,
        CreatedAt = Sample.Start,
    };

    private static DeliveryAttempt Attempt(DateTimeOffset at, int status) => new(at, TimeSpan.FromMilliseconds(120), status, null, null, "thank you");

    private NewEvent Event(string id, WebhookEvents type) => new(new DeliveryId(id), type, () =>
    {
        _rendered++;
        return System.Text.Encoding.UTF8.GetBytes($"{id} {type}");
    });

    private NewEvent Announce(WebhookEndpoint disabled) => Event("evt_d", WebhookEvents.EndpointDisabled);

    private async Task<WebhookEndpoint> AddAsync(string id, WebhookEvents events = WebhookEvents.Completed | WebhookEvents.Failed, string? description = null)
    {
        var added = await Stores.Endpoints.AddAsync(New(id, events, description), Cancel);
        Assert.NotNull(added);
        return added;
    }

    private async Task<WebhookEndpoint> FindAsync(string id)
    {
        var found = await Stores.Endpoints.FindAsync(Sample.Account.Id, new EndpointId(id), Cancel);
        Assert.NotNull(found);
        return found;
    }

    private async Task<WebhookEndpoint> RotateAsync(EndpointId id, TimeSpan grace, DateTimeOffset now)
    {
        var rotated = await Stores.Endpoints.RotateAsync(Sample.Account.Id, id, grace, now, Cancel);
        Assert.NotNull(rotated);
        return rotated;
    }

    private async Task<VideoTask> FailAsync(string task, string id, DateTimeOffset? at = null) => await ApplyAsync(
        await AcceptAsync(Sample.Task(task) with { CallbackUrl = null }), Sample.Fail(at: at) with { Event = Event(id, WebhookEvents.Failed) });

    private ValueTask<DuePage> DueAsync(string endpoint, DateTimeOffset? now = null) => Stores.Deliveries.FindDueAsync(endpoint, now ?? Done, 100, Cancel);

    private async Task<IEnumerable<string>> DestinationsAsync() =>
        (await Stores.Deliveries.FindDueDestinationsAsync(Sample.Start.AddYears(1), Cancel)).Select(destination => destination.Name);

    private async Task<Delivery[]> ListAsync() => [.. await Stores.Deliveries.ListAsync(Sample.Account.Id, All, Cancel)];

    private async Task<IEnumerable<string>> IdsAsync(DeliveryFilter filter) =>
        (await Stores.Deliveries.ListAsync(Sample.Account.Id, filter, Cancel)).Select(delivery => delivery.Id.Value);

    private ValueTask<ResendOutcome> ResendAsync(string id) => Stores.Deliveries.ResendAsync(Sample.Account.Id, new DeliveryId(id), Done.AddHours(1), Cancel);

    private ValueTask<RecordOutcome> RecordAsync(Delivery seen, DateTimeOffset at, int status, DateTimeOffset? nextAt) =>
        Stores.Deliveries.RecordAsync(seen, Attempt(at, status), nextAt, Rule, Announce, Cancel);
}
