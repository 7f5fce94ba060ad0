using Filmgate.Engine.Egress;
using Filmgate.Engine.Intake;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Tests.Intake;

public class ImageSourceTests
{
    private static ImageSourceResult Parse(string? text, int maxBytes = 30) =>
        ImageSource.Parse(text, new ImageRules { MaxBytes = maxBytes }, OutboundUrlRules.Default);

    [Fact]
    public void A_url_and_a_data_url_are_told_apart()
    {
        Assert.Equal("https://example.com/a.png?x=%7E", Assert.IsType<ImageSource.Remote>(Parse("https://example.com/a.png?x=%7E").Source).Url.OriginalString);
        Assert.IsType<ImageSource.Inline>(Parse("data:image/png;base64,AAAA").Source);
        Assert.IsType<ImageSource.Inline>(Parse("DATA:image/jpeg;name=a.jpg;BASE64,AAAA").Source);
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData("picture.png"), InlineData("http://127.0.0.1/"), InlineData("file:///etc/passwd"), InlineData("data:"), InlineData("data:image/png"), InlineData("data:image/png;base64"), InlineData("data:image/svg+xml,%3Csvg/%3E"), InlineData("iVBORw0KGgo=")]
    public void What_is_neither_is_an_invalid_url(string? text)
    {
        var result = Parse(text);
        Assert.Null(result.Source);
        Assert.Equal(FailureCode.InvalidImageUrl, result.Code);
        Assert.NotEmpty(result.Reason!);
    }

    [Fact]
    public void A_data_url_is_refused_by_its_length_before_it_is_decoded()
    {
        Assert.NotNull(Parse("data:image/png;base64," + new string('A', 40)).Source);
        Assert.Equal(FailureCode.ImageTooLarge, Parse("data:image/png;base64," + new string('A', 41)).Code);
        var huge = string.Create(100_000_000, 0, (text, _) =>
        {
            text.Fill('*');
            "data:image/png;base64,".CopyTo(text);
        });
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(FailureCode.ImageTooLarge, Parse(huge, ImageRules.Default.MaxBytes).Code);
        Assert.False(DataUrl.TryDecode(huge, ImageRules.Default.MaxBytes, out _, out var fault));
        Assert.Equal(DataUrlFault.TooLarge, fault);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000);
    }

    [Theory]
    [InlineData("data:image/png;base64,aGVsbG8=", "hello"), InlineData("data:;base64,aGVsbG8h", "hello!"), InlineData("data:text/html;charset=utf-8;base64,aGk=", "hi")]
    public void Base64_is_decoded_whatever_type_it_claims(string text, string expected)
    {
        Assert.True(DataUrl.TryDecode(text, 30, out var bytes, out var fault));
        Assert.Equal(DataUrlFault.None, fault);
        Assert.Equal(expected, System.Text.Encoding.ASCII.GetString(bytes));
    }

    [Theory]
    [InlineData("data:image/png;base64,"), InlineData("data:image/png;base64,A"), InlineData("data:image/png;base64,aGVsbG8"), InlineData("data:image/png;base64,aGVs bG8="), InlineData("data:image/png;base64,aGVs\nbG8="), InlineData("data:image/png;base64,aGVs_G8=")]
    [InlineData("data:image/png;base64,===="), InlineData("data:image/png;base64,a=bc"), InlineData("data:image/png;base64,éééé"), InlineData("data:image/png;base64,%41%41"), InlineData("https://example.com/"), InlineData(null)]
    public void What_is_not_standard_base64_is_malformed(string? text)
    {
        Assert.False(DataUrl.TryDecode(text, 30, out var bytes, out var fault));
        Assert.Equal(DataUrlFault.Malformed, fault);
        Assert.Empty(bytes);
    }

    [Fact]
    public void A_source_never_prints_its_query_or_its_bytes()
    {
        Assert.DoesNotContain("token", Parse("https://example.com/a?token=s").Source!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", Parse("data:image/png;base64,AAAA").Source!.ToString(), StringComparison.Ordinal);
    }
}
