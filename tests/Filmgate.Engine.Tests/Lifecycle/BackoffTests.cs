using Filmgate.Engine.Lifecycle;

namespace Filmgate.Engine.Tests.Lifecycle;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(-5, 1)]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(4, 16)]
    [InlineData(8, 256)]
    [InlineData(9, 300)]
    [InlineData(20, 300)]
    [InlineData(int.MaxValue, 300)]
    public void The_wait_doubles_up_to_five_minutes_and_is_spread_by_a_fifth(int tries, int seconds)
    {
        Assert.Equal(seconds * 0.8, Backoff.After(tries, 0).TotalSeconds, 6);
        Assert.Equal(seconds, Backoff.After(tries, 0.5).TotalSeconds, 6);
        Assert.InRange(Backoff.After(tries, 0.999999).TotalSeconds, seconds, seconds * 1.2);
    }
}
