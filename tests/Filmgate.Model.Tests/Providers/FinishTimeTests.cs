using Filmgate.Model.Providers;

namespace Filmgate.Model.Tests.Providers;

public sealed class FinishTimeTests
{
    [Fact]
    public void Bounds_that_are_known_are_the_bounds_that_it_has()
    {
        var time = FinishTime.Between(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));
        Assert.Equal((60.0, 75.0, 90.0), (time.Earliest.TotalSeconds, time.Mean.TotalSeconds, time.Latest.TotalSeconds));
    }

    [Theory]
    [InlineData(20, 2)]
    [InlineData(75, 10)]
    [InlineData(400, 30)]
    public void Whatever_was_believed_gives_way_to_what_is_observed(double mean, double spread)
    {
        var time = FinishTime.Between(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));
        var chance = new Random(11);
        for (var i = 0; i < 60; i++)
        {
            time = time.After(TimeSpan.FromSeconds(mean + (chance.NextDouble() * 2 - 1) * spread));
        }

        Assert.InRange(time.Mean.TotalSeconds, mean - spread, mean + spread);
        Assert.InRange(time.Deviation.TotalSeconds, 0, spread + 1);
    }

    [Fact]
    public void One_clip_that_took_a_day_does_not_make_the_next_one_wait()
    {
        var usual = FinishTime.Between(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));
        var stretched = usual.After(TimeSpan.FromDays(1));
        Assert.InRange(stretched.Mean.TotalSeconds, usual.Mean.TotalSeconds, 2 * usual.Mean.TotalSeconds);
        Assert.Equal(TimeSpan.Zero, new FinishTime(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20)).Earliest);
    }
}
