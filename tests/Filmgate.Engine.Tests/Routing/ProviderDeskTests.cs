using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Tests.Routing;

public sealed class ProviderDeskTests
{
    private static readonly DateTimeOffset Now = House.Start;

    private readonly Dictionary<TaskKey, SlotTicket> _tickets = [];

    [Fact]
    public void There_are_as_many_slots_as_the_provider_has_and_not_one_more()
    {
        var desk = NewDesk(3);
        Assert.Equal([true, true, true, false, false], Enumerable.Range(1, 5).Select(i => Ask(desk, Ticket(i))));
        var standing = desk.Standing(Now);
        Assert.Equal((3, 2), (standing.Held, standing.Waiting));
    }

    [Fact]
    public void A_holder_that_asks_again_is_told_yes_and_takes_no_second_slot()
    {
        var desk = NewDesk(2);
        Assert.True(Ask(desk, Ticket(1)));
        Assert.True(Ask(desk, Ticket(1)));
        Assert.True(Ask(desk, Ticket(2)));
        Assert.Equal(2, desk.Standing(Now).Held);
    }

    [Fact]
    public void First_come_is_first_served_whoever_asks_first_after_a_release()
    {
        var desk = NewDesk(1);
        Ask(desk, Ticket(1));
        Ask(desk, Ticket(2));
        Ask(desk, Ticket(3));
        Assert.Equal([Key(2)], desk.Release(Key(1), Now));
        Assert.False(Ask(desk, Ticket(3)));
        Assert.False(Ask(desk, Ticket(4)));
        Assert.True(Ask(desk, Ticket(2)));
        Assert.Equal([Key(3)], desk.Release(Key(2), Now));
    }

    [Fact]
    public void Within_an_account_the_higher_priority_goes_first_then_who_has_waited_longest()
    {
        var desk = NewDesk(1);
        Ask(desk, Ticket(1));
        Ask(desk, Ticket(2));
        Ask(desk, Ticket(3, priority: 5));
        Ask(desk, Ticket(4, priority: 5));
        Ask(desk, Ticket(5) with { Since = Now.AddHours(-1) });
        Assert.Equal([Key(3), Key(4), Key(5), Key(2)], ServeAll(desk, Key(1)));
    }

    [Fact]
    public void A_waiter_that_asks_again_keeps_its_place()
    {
        var desk = NewDesk(1);
        Ask(desk, Ticket(1));
        Ask(desk, Ticket(2));
        Ask(desk, Ticket(3));
        Ask(desk, Ticket(2), Now.AddSeconds(30));
        Assert.Equal(2, desk.Standing(Now).Waiting);
        Assert.Equal([Key(2)], desk.Release(Key(1), Now.AddSeconds(31)));
    }

    [Fact]
    public void An_offer_that_is_not_taken_passes_on_and_its_waiter_is_forgotten_until_it_asks_again()
    {
        var desk = NewDesk(1);
        Ask(desk, Ticket(1));
        Ask(desk, Ticket(2));
        Ask(desk, Ticket(3));
        Assert.Equal([Key(2)], desk.Release(Key(1), Now));
        Assert.Equal(Now + ProviderDesk.OfferLifetime, desk.NextChange(Now));
        Assert.Empty(desk.Tick(Now + ProviderDesk.OfferLifetime / 2));
        Assert.Equal([Key(3)], desk.Tick(Now + ProviderDesk.OfferLifetime));
        Assert.False(Ask(desk, Ticket(2), Now + ProviderDesk.OfferLifetime));
        Assert.True(Ask(desk, Ticket(3), Now + ProviderDesk.OfferLifetime));
    }

    [Fact]
    public void A_waiter_that_is_silent_for_too_long_loses_its_place_to_those_behind()
    {
        var desk = NewDesk(1);
        Ask(desk, Ticket(1));
        Ask(desk, Ticket(2));
        var later = Now + ProviderDesk.Patience + TimeSpan.FromSeconds(1);
        Ask(desk, Ticket(3), later);
        Assert.Equal([Key(3)], desk.Release(Key(1), later));
    }

    [Fact]
    public void What_is_told_a_waiter_is_shorter_than_the_patience_with_it()
    {
        var desk = NewDesk(1);
        Ask(desk, Ticket(0));
        for (var i = 1; i < 500; i++)
        {
            var answer = desk.Ask(Ticket(i), Now, out _);
            Assert.InRange(answer.AskAgainAfter, TimeSpan.FromSeconds(20), ProviderDesk.Patience / 2);
        }
    }

    [Fact]
    public void A_task_that_leaves_gives_its_place_back()
    {
        var desk = NewDesk(1);
        Ask(desk, Ticket(1));
        Ask(desk, Ticket(2));
        Ask(desk, Ticket(3));
        Assert.Empty(desk.Release(Key(2), Now));
        Assert.Equal([Key(3)], desk.Release(Key(1), Now));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void An_account_with_a_thousand_waiting_tasks_keeps_one_with_ten_waiting_no_longer_than_its_share(int slots)
    {
        var desk = NewDesk(slots);
        for (var i = 0; i < 1000; i++)
        {
            Ask(desk, Ticket(i));
        }

        for (var i = 0; i < 10; i++)
        {
            Ask(desk, Ticket(i, account: "b"));
        }

        // Half of the starts are b's, so its tenth is the twentieth at the latest.
        var starts = ServeAll(desk, [.. Enumerable.Range(0, slots).Select(i => Key(i))]);
        Assert.Equal(1000 - slots + 10, starts.Count);
        Assert.InRange(starts.FindLastIndex(task => task.Account.Value == "b"), 9, 19);
    }

    [Fact]
    public void An_account_of_three_times_the_weight_gets_three_times_the_starts()
    {
        var desk = NewDesk(1);
        Ask(desk, Ticket(0, account: "first"));
        for (var i = 0; i < 100; i++)
        {
            Ask(desk, Ticket(i, account: "a"));
            Ask(desk, Ticket(i, account: "b", weight: 3));
        }

        var starts = ServeAll(desk, Key(0, "first")).Take(80).ToArray();
        Assert.InRange(starts.Count(task => task.Account.Value == "b"), 59, 61);
    }

    [Fact]
    public void The_place_of_a_waiter_is_where_it_is_served()
    {
        var desk = NewDesk(1);
        Ask(desk, Ticket(0, account: "first"));
        for (var i = 0; i < 12; i++)
        {
            Ask(desk, Ticket(i, account: "a"));
            if (i < 4)
            {
                Ask(desk, Ticket(i, account: "b"));
            }
        }

        var places = _tickets.Keys.Where(task => task.Account.Value != "first").ToDictionary(task => task, task => desk.PlaceOf(task)!.Position);
        var starts = ServeAll(desk, Key(0, "first"));
        Assert.All(places, place => Assert.InRange(starts.IndexOf(place.Key) + 1, place.Value - 1, place.Value + 1));
        Assert.Null(desk.PlaceOf(Key(0, "first")));
    }

    [Fact]
    public void What_the_store_knows_is_taken_over_with_everybodys_place()
    {
        var desk = NewDesk(2);
        desk.Restore([Key(1), Key(2)], [(Key(3), 1, 0, Now.AddMinutes(-1)), (Key(4), 1, 7, Now)], Now);
        Assert.Equal((2, 2), (desk.Standing(Now).Held, desk.Standing(Now).Waiting));
        Assert.Equal([Key(4)], desk.Release(Key(2), Now));
    }

    [Fact]
    public void A_provider_that_says_busy_is_believed_and_regains_its_slots_task_by_task()
    {
        var desk = NewDesk(8);
        for (var i = 0; i < 4; i++)
        {
            Ask(desk, Ticket(i));
        }

        desk.Note(new ProviderNews(NewsKind.Refused, RefusalClass.Busy, TimeSpan.FromSeconds(1)), Now);
        Assert.Equal(3, desk.Standing(Now).Slots);
        for (var i = 0; i < 3; i++)
        {
            desk.Note(new ProviderNews(NewsKind.Accepted), Now);
        }

        Assert.Equal(3, desk.Standing(Now).Slots);
        desk.Note(new ProviderNews(NewsKind.Accepted), Now);
        Assert.Equal(4, desk.Standing(Now).Slots);
        for (var i = 0; i < 100; i++)
        {
            desk.Note(new ProviderNews(NewsKind.Accepted), Now);
        }

        Assert.Equal(8, desk.Standing(Now).Slots);
    }

    [Fact]
    public void While_it_cools_nobody_is_let_through_and_afterwards_one_until_it_is_taken()
    {
        var desk = NewDesk(4);
        Ask(desk, Ticket(1));
        desk.Note(new ProviderNews(NewsKind.Refused, RefusalClass.Balance), Now);
        Assert.False(Ask(desk, Ticket(2)));
        Assert.False(Ask(desk, Ticket(3)));
        var end = desk.Standing(Now).CoolsUntil!.Value;
        Assert.Equal(end, desk.NextChange(Now));

        Assert.Equal([Key(2)], desk.Tick(end));
        Assert.False(Ask(desk, Ticket(3), end));
        Assert.True(Ask(desk, Ticket(2), end));
        Assert.Empty(desk.Tick(end.AddSeconds(1)));
        Assert.Equal([Key(3)], desk.Note(new ProviderNews(NewsKind.Accepted), end.AddSeconds(2)));
    }

    [Fact]
    public void After_an_outage_a_free_read_goes_first_and_no_task_is_risked_before()
    {
        var desk = NewDesk(4);
        Ask(desk, Ticket(1));
        for (var i = 0; i < ProviderHealth.OutageAfter; i++)
        {
            desk.Note(new ProviderNews(NewsKind.Refused, RefusalClass.Outage), Now);
        }

        Assert.False(Ask(desk, Ticket(2)));
        var end = desk.Standing(Now).CoolsUntil!.Value;
        Assert.True(desk.NeedsProbe(end));
        Assert.Empty(desk.Tick(end));
        Assert.Equal(CoolingCause.Outage, desk.Standing(end).Cooling);

        Assert.Empty(desk.NoteProbe(wentWell: false, end));
        Assert.False(desk.NeedsProbe(end));
        var second = desk.Standing(end).CoolsUntil!.Value;
        Assert.True(second - end > end - Now, "The second pause is not longer than the first.");
        Assert.Equal([Key(2)], desk.NoteProbe(wentWell: true, second));
    }

    [Fact]
    public void A_task_that_vanishes_on_trial_lets_the_next_one_try()
    {
        var desk = NewDesk(4);
        Ask(desk, Ticket(1));
        desk.Note(new ProviderNews(NewsKind.Refused, RefusalClass.Auth), Now);
        Ask(desk, Ticket(2));
        Ask(desk, Ticket(3));
        var end = desk.Standing(Now).CoolsUntil!.Value;
        desk.Tick(end);
        Assert.True(Ask(desk, Ticket(2), end));
        Assert.Equal([Key(3)], desk.Release(Key(2), end));
    }

    private static ProviderDesk NewDesk(int slots) => new(slots, new Random(1));

    private static TaskKey Key(int number, string account = "a") => new(new AccountId(account), new TaskId($"task_{number:0000}"));

    private SlotTicket Ticket(int number, int priority = 0, string account = "a", int weight = 1) =>
        _tickets[Key(number, account)] = new SlotTicket(Key(number, account).ToString(), weight, priority, Now.AddMilliseconds(number));

    private static bool Ask(ProviderDesk desk, SlotTicket ticket, DateTimeOffset? at = null) => desk.Ask(ticket, at ?? Now, out _).Granted;

    // Ends one holder after the other; whoever is woken takes its slot at once. The answer is the order of starts.
    private List<TaskKey> ServeAll(ProviderDesk desk, params TaskKey[] holders)
    {
        var starts = new List<TaskKey>();
        var running = new Queue<TaskKey>(holders);
        while (running.TryDequeue(out var ended))
        {
            foreach (var woken in desk.Release(ended, Now))
            {
                Assert.True(Ask(desk, _tickets[woken]), $"{woken} was woken in vain.");
                starts.Add(woken);
                running.Enqueue(woken);
            }
        }

        return starts;
    }
}
