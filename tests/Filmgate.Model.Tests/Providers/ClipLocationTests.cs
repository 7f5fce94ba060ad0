using Filmgate.Model.Providers;

namespace Filmgate.Model.Tests.Providers;

public sealed class ClipLocationTests
{
    public static TheoryData<ClipLocation> Locations =>
    [
        new ClipLocation.Url("https://cdn.example.com/a.mp4?sig=1&file:=2"),
        new ClipLocation.Url("file:///etc/passwd"),
        new ClipLocation.LocalFile("/data/renders/att_1.mp4"),
        new ClipLocation.LocalFile("url:odd"),
        new ClipLocation.Url(""),
    ];

    [Theory]
    [MemberData(nameof(Locations))]
    public void A_location_reads_back_as_the_same_kind_with_the_same_text(ClipLocation location) =>
        Assert.Equal(location, ClipLocation.Parse(location.ToString()));

    [Fact]
    public void An_address_that_a_provider_names_never_becomes_a_file_of_ours() =>
        Assert.IsType<ClipLocation.Url>(ClipLocation.Parse(new ClipLocation.Url("file:/data/filmgate.db").ToString()));

    [Theory]
    [InlineData("")]
    [InlineData("https://cdn.example.com/a.mp4")]
    [InlineData("URL:https://cdn.example.com/a.mp4")]
    public void Any_other_text_is_refused(string text) => Assert.Throws<FormatException>(() => ClipLocation.Parse(text));
}
