using Filmgate.Engine.Egress;

namespace Filmgate.Engine.Tests.Egress;

public class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0", 0), InlineData("120", 120), InlineData(" 7 ", 7), InlineData("3600", 3600), InlineData("3601", 3600)]
    [InlineData("2147483647", 3600), InlineData("99999999999", 3600), InlineData("99999999999999999999999999", 3600)]
    [InlineData("Sun, 01 Mar 2026 12:00:30 GMT", 30), InlineData("Sun, 01 Mar 2026 11:00:00 GMT", 0), InlineData("Fri, 31 Dec 9999 23:59:59 GMT", 3600)]
    public void A_valid_wait_is_clamped_to_an_hour(string value, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Parse(value, Now));

    [Theory]
    [InlineData(null), InlineData(""), InlineData(" "), InlineData("-5"), InlineData("1.5"), InlineData("soon"), InlineData("1e3"), InlineData("+5")]
    [InlineData("2026-03-01T12:00:30Z"), InlineData("Sun, 01 Mar 2026"), InlineData("NaN"), InlineData("１２"), InlineData("10, 20")]
    public void A_bad_wait_is_ignored(string? value) => Assert.Null(RetryAfter.Parse(value, Now));
}
