using System.Collections.Immutable;
using Filmgate.Model.Webhooks;

namespace Filmgate.Model.Tests.Webhooks;

public sealed class DeliveryScheduleTests
{
    private static readonly ImmutableArray<TimeSpan> Waits = DeliverySchedule.DefaultWaits;

    [Fact]
    public void There_are_eight_attempts_in_a_little_over_a_day()
    {
        Assert.Equal(7, Waits.Length);
        Assert.Equal(TimeSpan.FromSeconds(5), Waits[0]);
        Assert.Equal(new TimeSpan(27, 35, 5), TimeSpan.FromTicks(Waits.Sum(wait => wait.Ticks)));
        Assert.NotNull(DeliverySchedule.NextWait(Waits, 7, Failed(500), 0.5));
        Assert.Null(DeliverySchedule.NextWait(Waits, 8, Failed(500), 0.5));
    }

    [Theory]
    [InlineData(0.0, 0.8)]
    [InlineData(0.5, 1.0)]
    [InlineData(0.999999, 1.2)]
    public void A_wait_is_spread_by_a_fifth_to_both_sides(double chance, double share)
    {
        for (var made = 1; made <= Waits.Length; made++)
        {
            var wait = DeliverySchedule.NextWait(Waits, made, Failed(500), chance);
            Assert.Equal(Waits[made - 1].TotalSeconds * share, wait!.Value.TotalSeconds, Waits[made - 1].TotalSeconds / 1000);
        }
    }

    [Theory]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(null)]
    public void Every_failure_but_410_is_tried_again(int? status) => Assert.NotNull(DeliverySchedule.NextWait(Waits, 1, Failed(status), 0.5));

    [Fact]
    public void A_receiver_that_says_it_is_gone_is_not_asked_again()
    {
        Assert.Null(DeliverySchedule.NextWait(Waits, 1, Failed(410), 0.5));
        Assert.Null(DeliverySchedule.NextWait(Waits, 1, Failed(410, TimeSpan.FromSeconds(1)), 0.5));
    }

    [Theory]
    [InlineData(1, 1, 5)]
    [InlineData(1, 120, 120)]
    [InlineData(1, 3600, 3600)]
    [InlineData(1, 3601, 3600)]
    [InlineData(1, 2_147_483_647, 3600)]
    [InlineData(4, 60, 7200)]
    [InlineData(4, 10_000, 10_000)]
    [InlineData(4, 99_999, 14_400)]
    [InlineData(1, -60, 5)]
    public void A_receivers_wish_lengthens_the_wait_within_bounds_and_never_shortens_it(int attemptsMade, int askedSeconds, int waitSeconds) => Assert.Equal(
        TimeSpan.FromSeconds(waitSeconds), DeliverySchedule.NextWait(Waits, attemptsMade, Failed(503, TimeSpan.FromSeconds(askedSeconds)), 0.5));

    [Fact]
    public void Without_waits_there_is_one_attempt() => Assert.Null(DeliverySchedule.NextWait([], 1, Failed(500), 0.5));

    [Theory]
    [InlineData(199, false)]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(299, true)]
    [InlineData(300, false)]
    [InlineData(null, false)]
    public void Success_is_any_2xx(int? status, bool succeeded) => Assert.Equal(succeeded, Failed(status).Succeeded);

    private static DeliveryAttempt Failed(int? status, TimeSpan? retryAfter = null) =>
        new(new DateTimeOffset(2026, 3, 14, 9, 26, 53, TimeSpan.Zero), TimeSpan.FromSeconds(1), status, status is null ? "No answer." : null, retryAfter);
}
