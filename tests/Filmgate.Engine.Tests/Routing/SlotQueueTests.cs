using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Tests.Routing;

public sealed class SlotQueueTests
{
    private static readonly DateTimeOffset Now = House.Start;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public void There_are_as_many_slots_as_the_capacity_and_not_one_more()
    {
        var queue = new SlotQueue(3, Patience);
        Assert.Equal([true, true, true, false, false], Enumerable.Range(1, 5).Select(i => queue.TryTake(Task(i), Now)));
        Assert.Equal((3, 2), (queue.Held, queue.Waiting));
    }

    [Fact]
    public void A_holder_that_asks_again_is_told_yes_and_takes_no_second_slot()
    {
        var queue = new SlotQueue(2, Patience);
        Assert.True(queue.TryTake(Task(1), Now));
        Assert.True(queue.TryTake(Task(1), Now));
        Assert.True(queue.TryTake(Task(2), Now));
        Assert.Equal(2, queue.Held);
    }

    [Fact]
    public void First_come_is_first_served_whoever_asks_first_after_a_release()
    {
        var queue = new SlotQueue(1, Patience);
        queue.TryTake(Task(1), Now);
        Assert.False(queue.TryTake(Task(2), Now));
        Assert.False(queue.TryTake(Task(3), Now));
        Assert.Equal([Task(2)], queue.Release(Task(1)));
        Assert.False(queue.TryTake(Task(3), Now));
        Assert.False(queue.TryTake(Task(4), Now));
        Assert.True(queue.TryTake(Task(2), Now));
        Assert.Equal([Task(3)], queue.Release(Task(2)));
    }

    [Fact]
    public void A_waiter_that_asks_again_keeps_its_place()
    {
        var queue = new SlotQueue(1, Patience);
        queue.TryTake(Task(1), Now);
        queue.TryTake(Task(2), Now);
        queue.TryTake(Task(3), Now);
        queue.TryTake(Task(2), Now.AddSeconds(30));
        Assert.Equal(2, queue.Waiting);
        Assert.Equal([Task(2)], queue.Release(Task(1)));
    }

    [Fact]
    public void A_waiter_that_is_silent_for_too_long_loses_its_place_to_those_behind()
    {
        var queue = new SlotQueue(1, Patience);
        queue.TryTake(Task(1), Now);
        queue.TryTake(Task(2), Now);
        queue.Release(Task(1));
        Assert.False(queue.TryTake(Task(3), Now + Patience));
        Assert.True(queue.TryTake(Task(3), Now + Patience + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_task_that_holds_nothing_gives_nothing_back_but_leaves_the_queue()
    {
        var queue = new SlotQueue(1, Patience);
        queue.TryTake(Task(1), Now);
        queue.TryTake(Task(2), Now);
        Assert.Empty(queue.Release(Task(2)));
        Assert.Empty(queue.Release(Task(9)));
        Assert.Equal((1, 0), (queue.Held, queue.Waiting));
    }

    [Fact]
    public void Holders_from_before_a_restart_keep_their_slots_even_beyond_the_capacity()
    {
        var queue = new SlotQueue(1, Patience);
        queue.Restore(Task(1));
        queue.Restore(Task(2));
        Assert.True(queue.TryTake(Task(1), Now));
        Assert.False(queue.TryTake(Task(3), Now));
        Assert.Empty(queue.Release(Task(1)));
        Assert.False(queue.TryTake(Task(3), Now));
        Assert.Equal([Task(3)], queue.Release(Task(2)));
        Assert.True(queue.TryTake(Task(3), Now));
    }

    [Fact]
    public void Ten_thousand_tasks_of_one_account_keep_another_account_waiting_for_one_slot_only()
    {
        // Row B8 of the reliability reference.
        var queue = new SlotQueue(2, Patience);
        for (var i = 1; i <= 10_000; i++)
        {
            queue.TryTake(Task(i), Now);
        }

        Assert.False(queue.TryTake(Other(1), Now));
        Assert.Equal([Other(1)], queue.Release(Task(1)));
        Assert.False(queue.TryTake(Task(3), Now));
        Assert.True(queue.TryTake(Other(1), Now));
        Assert.False(queue.TryTake(Other(2), Now));
        Assert.Equal([Task(3)], queue.Release(Task(2)));
    }

    [Fact]
    public void Accounts_that_wait_take_turns()
    {
        var queue = new SlotQueue(1, Patience);
        queue.TryTake(Task(1), Now);
        foreach (var task in new[] { Task(2), Task(3), Other(2), Other(3) })
        {
            Assert.False(queue.TryTake(task, Now));
        }

        // Nobody holds anything once a slot is free, so between equals the first that asked is served.
        Assert.Equal([Task(2)], queue.Release(Task(1)));
        var two = new SlotQueue(2, Patience);
        two.TryTake(Task(1), Now);
        two.TryTake(Task(2), Now);
        foreach (var task in new[] { Task(3), Task(4), Other(3), Other(4) })
        {
            Assert.False(two.TryTake(task, Now));
        }

        Assert.Equal([Other(3)], two.Release(Task(1)));
        Assert.True(two.TryTake(Other(3), Now));
        Assert.Equal([Task(3)], two.Release(Task(2)));
    }

    [Fact]
    public void Without_slots_everybody_waits() => Assert.False(new SlotQueue(0, Patience).TryTake(Task(1), Now));

    [Fact]
    public void Ten_thousand_random_moves_never_give_out_more_slots_than_there_are()
    {
        var chance = new Random(31);
        var queue = new SlotQueue(7, Patience);
        var held = new HashSet<int>();
        for (var i = 0; i < 10_000; i++)
        {
            var task = chance.Next(40);
            if (chance.Next(3) == 0)
            {
                queue.Release(Task(task));
                held.Remove(task);
            }
            else if (queue.TryTake(Task(task), Now.AddSeconds(i)))
            {
                held.Add(task);
            }

            Assert.InRange(queue.Held, 0, 7);
            Assert.Equal(held.Count, queue.Held);
        }
    }

    private static TaskKey Task(int number) => new(new AccountId("acc_1"), new TaskId($"task_{number}"));

    private static TaskKey Other(int number) => new(new AccountId("acc_other"), new TaskId($"other_{number}"));
}
