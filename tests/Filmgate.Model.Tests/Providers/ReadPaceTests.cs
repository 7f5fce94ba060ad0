using Filmgate.Model.Providers;

namespace Filmgate.Model.Tests.Providers;

public sealed class ReadPaceTests
{
    private static readonly FinishTime MinuteAndABit = FinishTime.Between(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));

    [Fact]
    public void A_clip_that_takes_its_usual_time_is_read_seldom_early_and_closely_around_its_end()
    {
        var reads = ReadsUntil(TimeSpan.FromMinutes(5), MinuteAndABit);
        Assert.Equal([30.0, 45.0, 52.5, 60.0], reads.TakeWhile(read => read <= 60));
        var around = reads.Where(read => read is >= 60 and <= 90).ToArray();
        Assert.All(around.Zip(around.Skip(1)), pair => Assert.Equal(3.75, pair.Second - pair.First));
    }

    [Fact]
    public void A_clip_is_heard_of_soon_after_its_end_wherever_that_falls()
    {
        foreach (var usual in new[] { MinuteAndABit, FinishTime.Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)), null })
        {
            var reads = ReadsUntil(TimeSpan.FromHours(30), usual);
            for (var end = 1.0; end < TimeSpan.FromHours(24).TotalSeconds; end *= 1.07)
            {
                var late = reads.First(read => read >= end) - end;
                var most = end < usual?.Earliest.TotalSeconds ? usual.Earliest.TotalSeconds / 2
                    : end < usual?.Latest.TotalSeconds ? 5
                    : Math.Min(1 + end / 3, ReadPace.WaitMax.TotalSeconds);
                Assert.True(late <= most, $"A clip that ends after {end:0.0} s is heard of {late:0.0} s later; {most:0.0} s is the most.");
            }
        }
    }

    [Fact]
    public void A_late_clip_is_read_ever_more_slowly_and_never_not_at_all()
    {
        foreach (var usual in new[] { MinuteAndABit, null })
        {
            var previous = TimeSpan.Zero;
            for (var elapsed = TimeSpan.FromMinutes(6); elapsed < TimeSpan.FromDays(400); elapsed *= 1.5)
            {
                var wait = ReadPace.Next(elapsed, usual);
                Assert.InRange(wait, previous, ReadPace.WaitMax);
                previous = wait;
            }

            Assert.Equal(ReadPace.WaitMax, previous);
        }
    }

    [Fact]
    public void No_time_that_was_ever_observed_makes_a_pace_out_of_bounds()
    {
        foreach (var mean in new[] { 0.0, 0.2, 3, 80, 5000, 500_000 })
        {
            foreach (var deviation in new[] { 0.0, 0.1, 10, 4000 })
            {
                var usual = new FinishTime(TimeSpan.FromSeconds(mean), TimeSpan.FromSeconds(deviation));
                for (var elapsed = 0.0; elapsed < 1_000_000; elapsed = elapsed * 1.3 + 0.1)
                {
                    Assert.InRange(ReadPace.Next(TimeSpan.FromSeconds(elapsed), usual), ReadPace.WaitMin, ReadPace.WaitMax);
                }
            }
        }
    }

    [Fact]
    public void A_fast_provider_of_which_nothing_is_known_is_read_after_a_second() =>
        Assert.Equal(TimeSpan.FromSeconds(1), ReadPace.Next(TimeSpan.Zero, usual: null));

    private static List<double> ReadsUntil(TimeSpan end, FinishTime? usual)
    {
        var reads = new List<double>();
        for (var at = ReadPace.Next(TimeSpan.Zero, usual); at < end; at += ReadPace.Next(at, usual))
        {
            reads.Add(at.TotalSeconds);
        }

        return reads;
    }
}
