using Filmgate.Model.Tasks;

namespace Filmgate.Model.Tests.Tasks;

public sealed class FailureCodesTests
{
    [Fact]
    public void Every_code_has_an_upper_snake_name_that_reads_back()
    {
        foreach (var code in Enum.GetValues<FailureCode>())
        {
            Assert.Matches("^[A-Z]+(_[A-Z]+)*$", code.Name());
            Assert.True(FailureCodes.TryParse(code.Name(), out var read), $"{code.Name()} does not read back.");
            Assert.Equal(code, read);
        }
    }

    [Fact]
    public void No_two_codes_share_a_name() =>
        Assert.Distinct(Enum.GetValues<FailureCode>().Select(code => code.Name()));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("content_violation")]
    [InlineData("CONTENT_VIOLATION ")]
    [InlineData("1")]
    public void Other_texts_are_no_code(string? name) => Assert.False(FailureCodes.TryParse(name, out _));
}
