using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What every <see cref="IEventLog"/> does.</summary>
public abstract class EventLogConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    private static readonly DateTimeOffset Done = Sample.Start.AddSeconds(9);
    private static readonly DateTimeOffset Until = Sample.Start.AddDays(3);

    private int _rendered;

    [Fact]
    public async Task Of_an_account_without_an_audience_nothing_is_kept_or_rendered()
    {
        await OpenAsync(Sample.OtherAccount.Id);
        await FailAsync(1);
        Assert.Equal(0, _rendered);
        Assert.Equal(new EventLogSpan(0, 0), await OpenAsync());
        Assert.Empty(await ReadAsync());
        await Stores.ReopenAsync();
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task Events_are_kept_in_order_with_the_step_and_are_their_accounts_alone()
    {
        await OpenAsync();
        var admitted = Sample.Task("task_0");
        await Stores.Tasks.AdmitAsync(new Admission(admitted, null) { Event = Event("evt_0", WebhookEvents.Accepted) }, Cancel);
        for (var i = 1; i <= 4; i++)
        {
            await FailAsync(i);
        }

        await Stores.ReopenAsync();
        var all = await ReadAsync();
        Assert.Equal([(1, "evt_0"), (2, "evt_1"), (3, "evt_2"), (4, "evt_3"), (5, "evt_4")], all.Select(one => ((int)one.Number, one.Id.Value)));
        Assert.Equal(("video.accepted", "video.failed"), (all[0].Type, all[1].Type));
        Assert.Equal("body of evt_1"u8.ToArray(), all[1].Body.ToArray());
        Assert.Equal([3L, 4L], (await Stores.Events.ReadAsync(Sample.Account.Id, 2, 2, Cancel)).Select(one => one.Number));
        Assert.Equal(3, await Stores.Events.FindAsync(Sample.Account.Id, new DeliveryId("evt_2"), Cancel));
        Assert.Equal(new EventLogSpan(0, 5), await OpenAsync());
        Assert.Null(await Stores.Events.FindAsync(Sample.OtherAccount.Id, new DeliveryId("evt_2"), Cancel));
        await OpenAsync(Sample.OtherAccount.Id);
        Assert.Empty(await Stores.Events.ReadAsync(Sample.OtherAccount.Id, 0, 10, Cancel));
    }

    [Fact]
    public async Task A_step_that_is_not_applied_leaves_no_event()
    {
        await OpenAsync();
        var seen = await AcceptAsync(Sample.Task("task_1"));
        await ApplyAsync(seen, Sample.StoreInputs());
        Assert.False((await Stores.Tasks.ApplyAsync(seen, Sample.Fail() with { Event = Event("evt_1") }, Cancel)).Won);
        Assert.Empty(await ReadAsync());
        Assert.Equal(new EventLogSpan(0, 0), await OpenAsync());
    }

    [Fact]
    public async Task An_endpoint_gets_the_same_event_with_the_same_bytes()
    {
        await Stores.Endpoints.AddAsync(
            new WebhookEndpoint
            {
                Id = new EndpointId("ep_1"), Account = Sample.Account.Id, Number = 1, Url = "https://receiver.example/hook", Events = WebhookEvents.Failed, CreatedAt = Sample.Start,
            },
            Cancel);
        await OpenAsync();
        await FailAsync(1);
        var delivery = Assert.Single(await Stores.Deliveries.ListAsync(Sample.Account.Id, new DeliveryFilter { Limit = 9 }, Cancel));
        var told = Assert.Single(await ReadAsync());
        Assert.Equal((delivery.EventId, delivery.Event), (told.Id, told.Type));
        Assert.Equal(delivery.Body.ToArray(), told.Body.ToArray());
        Assert.Equal(1, _rendered);
    }

    [Fact]
    public async Task After_a_time_without_an_audience_the_log_begins_behind_a_number_that_nobody_knows()
    {
        await OpenAsync();
        await FailAsync(1);
        await FailAsync(2, at: Until.AddSeconds(-1));
        await FailAsync(3, at: Until);
        Assert.Equal(["evt_1", "evt_2"], (await ReadAsync()).Select(one => one.Id.Value));

        Assert.Equal(new EventLogSpan(3, 3), await Stores.Events.OpenAsync(Sample.Account.Id, Until.AddDays(1), Until.AddDays(4), Cancel));
        Assert.Empty(await ReadAsync());
        await FailAsync(4, at: Until.AddDays(2));
        Assert.Equal([4L], (await ReadAsync()).Select(one => one.Number));
        Assert.Null(await Stores.Events.FindAsync(Sample.Account.Id, new DeliveryId("evt_2"), Cancel));
    }

    [Fact]
    public async Task An_audience_that_stays_has_its_time_put_off_and_never_brought_forward()
    {
        await OpenAsync();
        await Stores.Events.OpenAsync(Sample.Account.Id, Sample.Start.AddDays(2), Sample.Start.AddDays(5), Cancel);
        await Stores.Events.OpenAsync(Sample.Account.Id, Sample.Start.AddDays(2), Sample.Start.AddDays(3), Cancel);
        await FailAsync(1, at: Sample.Start.AddDays(4));
        Assert.Single(await ReadAsync());
    }

    [Fact]
    public async Task Old_events_are_forgotten_oldest_first_and_the_newest_of_each_account_stays()
    {
        await OpenAsync();
        for (var i = 1; i <= 5; i++)
        {
            await FailAsync(i, at: Done.AddMinutes(i));
        }

        Assert.Equal(2, await Stores.Events.ForgetAsync(Done.AddMinutes(4), 2, Cancel));
        Assert.Equal(1, await Stores.Events.ForgetAsync(Done.AddMinutes(4), 2, Cancel));
        Assert.Equal(0, await Stores.Events.ForgetAsync(Done.AddMinutes(4), 2, Cancel));
        Assert.Equal(new EventLogSpan(3, 5), await OpenAsync());
        Assert.Equal(1, await Stores.Events.ForgetAsync(DateTimeOffset.MaxValue, 100, Cancel));
        Assert.Equal(["evt_5"], (await ReadAsync()).Select(one => one.Id.Value));
        Assert.Equal(new EventLogSpan(4, 5), await OpenAsync());
    }

    private async ValueTask<EventLogSpan> OpenAsync(AccountId? account = null) =>
        await Stores.Events.OpenAsync(account ?? Sample.Account.Id, Sample.Start, Until, Cancel);

    private async Task<IReadOnlyList<LoggedEvent>> ReadAsync() => await Stores.Events.ReadAsync(Sample.Account.Id, 0, 100, Cancel);

    private async Task FailAsync(int number, DateTimeOffset? at = null) => await ApplyAsync(
        await AcceptAsync(Sample.Task($"task_{number}")), Sample.Fail(at: at ?? Done) with { Event = Event($"evt_{number}") });

    private NewEvent Event(string id, WebhookEvents type = WebhookEvents.Failed) => new(new DeliveryId(id), type, () =>
    {
        _rendered++;
        return System.Text.Encoding.UTF8.GetBytes($"body of {id}");
    });
}
