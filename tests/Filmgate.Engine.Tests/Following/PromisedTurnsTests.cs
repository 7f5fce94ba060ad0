using Filmgate.Engine.Following;
using Filmgate.Engine.Tests.Support;

namespace Filmgate.Engine.Tests.Following;

public sealed class PromisedTurnsTests
{
    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(1), Each = TimeSpan.FromMilliseconds(250);
    private static readonly DateTimeOffset Now = House.Start;

    private readonly PromisedTurns _turns = new(Stretch);

    [Fact]
    public void Turns_follow_one_another_at_the_pace_of_the_budget() =>
        Assert.Equal([0, 250, 500, 750, 1000, 1250], Enumerable.Range(0, 6).Select(i => Milliseconds(_turns.Promise($"t{i}", Now, Each))));

    [Fact]
    public void None_is_earlier_than_it_may_be()
    {
        Assert.Equal(600, Milliseconds(_turns.FirstFree(Now.AddMilliseconds(600), TimeSpan.FromMilliseconds(200))));
        Assert.Equal(750, Milliseconds(_turns.Promise("a", Now.AddMilliseconds(600), Each)));
        Assert.Equal(1000, Milliseconds(_turns.Promise("b", Now.AddMilliseconds(600), Each)));
    }

    [Fact]
    public void A_turn_that_was_looked_at_is_not_taken()
    {
        Assert.Equal(_turns.FirstFree(Now, Each), _turns.Promise("a", Now, Each));
        Assert.NotEqual(_turns.Of("a"), _turns.FirstFree(Now, Each));
    }

    [Fact]
    public void A_turn_that_is_given_back_is_the_next_that_is_given()
    {
        Fill(40);
        var turn = _turns.Of("t9")!.Value;
        _turns.GiveBack("t9", Now);
        Assert.Null(_turns.Of("t9"));
        Assert.InRange(_turns.Promise("new", Now, Each), turn - Stretch, turn + Stretch);
        Assert.Equal(10_000, Milliseconds(_turns.Promise("newer", Now, Each)));
    }

    [Fact]
    public void A_turn_that_has_come_leaves_nothing_to_others()
    {
        Fill(40);
        _turns.GiveBack("t3", Now.AddMilliseconds(750));
        Assert.Equal(10_000, Milliseconds(_turns.FirstFree(Now, Each)));
    }

    [Fact]
    public void When_more_are_read_at_once_every_stretch_has_more_places_and_the_first_are_given_first()
    {
        Fill(40);
        var between = Enumerable.Range(0, 80).Select(i => Milliseconds(_turns.Promise($"new{i}", Now, Each / 3))).ToArray();
        Assert.All(between, turn => Assert.InRange(turn, 0, 9999));
        Assert.Equal(10_000, Milliseconds(_turns.Promise("last", Now, Each / 3)));
    }

    [Fact]
    public void When_fewer_are_read_at_once_those_who_come_then_come_after_all_others()
    {
        Fill(40);
        Assert.Equal(10_000, Milliseconds(_turns.FirstFree(Now, Each * 2)));
    }

    [Fact]
    public void Who_is_let_in_takes_a_turn_from_those_who_come_later()
    {
        for (var i = 0; i < 8; i++)
        {
            _turns.Take(Now, Each);
        }

        Assert.Equal(2000, Milliseconds(_turns.FirstFree(Now, Each)));
    }

    [Fact]
    public void A_read_that_takes_longer_than_a_place_of_a_stretch_still_gets_one() =>
        Assert.Equal([0, 1000], Enumerable.Range(0, 2).Select(i => Milliseconds(_turns.Promise($"t{i}", Now, Stretch))));

    private static double Milliseconds(DateTimeOffset turn) => (turn - Now).TotalMilliseconds;

    private void Fill(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _turns.Promise($"t{i}", Now, Each);
        }
    }
}
