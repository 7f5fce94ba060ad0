using Filmgate.Engine.Following;
using Filmgate.Engine.Tests.Support;

namespace Filmgate.Engine.Tests.Following;

public sealed class ReadBudgetTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(50)]
    [InlineData(333)]
    public void No_second_gives_more_than_the_rate_and_a_tenth_and_two_at_least(double perSecond)
    {
        var budget = new ReadBudget(perSecond);
        var chance = new Random(3);
        var taken = new List<DateTimeOffset>();
        for (var now = House.Start; now < House.Start.AddSeconds(60); now = now.AddMilliseconds(chance.Next(1, 25)))
        {
            while (budget.TryTake(now))
            {
                taken.Add(now);
            }
        }

        foreach (var begin in taken)
        {
            var within = taken.Count(at => at >= begin && at < begin.AddSeconds(1));
            Assert.InRange(within, 1, Math.Ceiling(perSecond) + Math.Max(2, perSecond / 10));
        }

        // And it is no smaller than it says.
        Assert.InRange(taken.Count, Math.Floor(60 * perSecond * 0.98), Math.Ceiling(60 * perSecond) + Math.Max(2, perSecond / 10));
    }

    [Fact]
    public void A_wait_that_it_names_is_long_enough_and_no_longer()
    {
        var budget = new ReadBudget(4);
        Assert.True(budget.TryTake(House.Start));
        Assert.True(budget.TryTake(House.Start));
        Assert.False(budget.TryTake(House.Start));
        var wait = budget.WaitFor(House.Start);
        Assert.Equal(TimeSpan.FromMilliseconds(250), wait);
        Assert.False(budget.TryTake(House.Start + wait - TimeSpan.FromTicks(1)));
        Assert.True(budget.TryTake(House.Start + wait));
    }

    [Fact]
    public void A_pause_gives_nothing_before_its_end_and_no_crowd_after_it()
    {
        var budget = new ReadBudget(50);
        var end = House.Start.AddSeconds(30);
        budget.PauseUntil(end);
        Assert.Equal(end - House.Start, budget.WaitFor(House.Start));
        Assert.False(budget.TryTake(end.AddTicks(-1)));
        Assert.True(budget.TryTake(end));
        Assert.False(budget.TryTake(end));
        budget.PauseUntil(House.Start);
        Assert.True(budget.TryTake(end.AddSeconds(1)));
    }

    [Fact]
    public void Those_who_share_it_take_no_more_together_and_its_part_grows_when_one_goes()
    {
        var sharers = 3;
        var budgets = Enumerable.Range(0, sharers).Select(_ => new ReadBudget(60, () => sharers)).ToArray();
        Assert.InRange(budgets.Sum(budget => Taken(budget, House.Start, 10)), 590, 610);

        sharers = 2;
        Assert.InRange(budgets.Take(2).Sum(budget => Taken(budget, House.Start.AddSeconds(10), 10)), 590, 610);
    }

    private static int Taken(ReadBudget budget, DateTimeOffset from, int seconds)
    {
        var taken = 0;
        for (var now = from; now < from.AddSeconds(seconds); now = now.AddMilliseconds(5))
        {
            taken += budget.TryTake(now) ? 1 : 0;
        }

        return taken;
    }
}
