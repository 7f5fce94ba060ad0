using Filmgate.Model.Money;

namespace Filmgate.Model.Tests.Money;

public sealed class UsdTests
{
    [Theory]
    [InlineData("0.28", 280_000)]
    [InlineData("2.8", 2_800_000)]
    [InlineData("0.000001", 1)]
    [InlineData("-1.5", -1_500_000)]
    [InlineData("9223372036854.775807", long.MaxValue)]
    public void Dollars_become_whole_micro_dollars_and_come_back(string dollars, long micros)
    {
        var amount = Usd.FromDollars(decimal.Parse(dollars));
        Assert.Equal(micros, amount.Micros);
        Assert.Equal(decimal.Parse(dollars), amount.Dollars);
    }

    [Theory]
    [InlineData("0.0000001")]
    [InlineData("1.2345678")]
    [InlineData("0.0000000000000000000000000001")]
    public void A_fraction_of_a_micro_dollar_is_an_error_and_never_rounded(string dollars) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Usd.FromDollars(decimal.Parse(dollars)));

    [Theory]
    [InlineData("9223372036854.775808")]
    [InlineData("79228162514264337593543950335")]
    public void An_amount_beyond_all_bounds_is_an_error(string dollars) => Assert.Throws<OverflowException>(() => Usd.FromDollars(decimal.Parse(dollars)));

    [Fact]
    public void Ten_thousand_cents_are_exactly_a_hundred_dollars()
    {
        var sum = Enumerable.Repeat(Usd.FromDollars(0.01m), 10_000).Aggregate(Usd.Zero, Usd.Add);
        Assert.Equal(Usd.FromDollars(100), sum);
        Assert.Equal(Usd.Zero, Usd.Subtract(sum, Usd.FromDollars(100)));
    }

    [Fact]
    public void Sums_and_differences_beyond_the_range_throw_instead_of_turning_over()
    {
        Assert.Throws<OverflowException>(() => new Usd(long.MaxValue) + new Usd(1));
        Assert.Throws<OverflowException>(() => new Usd(long.MinValue) - new Usd(1));
    }

    [Fact]
    public void Amounts_are_ordered()
    {
        Usd less = new(1), more = new(2), same = new(1);
        Assert.True(less < more);
        Assert.True(more > less);
        Assert.True(less <= same);
        Assert.True(less >= same);
        Assert.False(less < same);
        Assert.False(less > same);
        Assert.Equal([less, more], new[] { more, less }.Order());
    }

    [Theory]
    [InlineData(280_000, "0.28 USD")]
    [InlineData(2_800_000, "2.80 USD")]
    [InlineData(1, "0.000001 USD")]
    [InlineData(-1_500_000, "-1.50 USD")]
    public void An_amount_reads_as_dollars(long micros, string text) => Assert.Equal(text, new Usd(micros).ToString());
}
