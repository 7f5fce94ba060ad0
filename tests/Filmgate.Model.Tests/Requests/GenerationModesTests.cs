using Filmgate.Model.Requests;

namespace Filmgate.Model.Tests.Requests;

public sealed class GenerationModesTests
{
    [Theory]
    [InlineData("standard-image-to-video", GenerationMode.StandardImageToVideo, 1, 1, ClipResolution.P720, 0.28, 0.56, "exactly 1 image")]
    [InlineData("pro-image-to-video", GenerationMode.ProImageToVideo, 1, 2, ClipResolution.P1080, 0.49, 0.98, "1 or 2 images")]
    [InlineData("master-text-to-video", GenerationMode.MasterTextToVideo, 0, 0, ClipResolution.P1080, 1.40, 2.80, "no images")]
    [InlineData("master-image-to-video", GenerationMode.MasterImageToVideo, 1, 1, ClipResolution.P1080, 1.40, 2.80, "exactly 1 image")]
    public void A_mode_has_the_published_images_size_and_prices(
        string name, GenerationMode mode, int least, int most, ClipResolution resolution, double five, double ten, string images)
    {
        var rules = GenerationModes.Find(name);
        Assert.NotNull(rules);
        Assert.Equal((mode, least, most, resolution), (rules.Mode, rules.MinImages, rules.MaxImages, rules.Resolution));
        Assert.Equal(((decimal)five, (decimal)ten), (rules.ListPrice(5).Dollars, rules.ListPrice(10).Dollars));
        Assert.Equal(images, rules.ImagesInWords);
        Assert.Same(rules, mode.Rules());
    }

    [Fact]
    public void The_rules_of_every_mode_are_its_own() =>
        Assert.Equal(Enum.GetValues<GenerationMode>(), Enum.GetValues<GenerationMode>().Select(mode => mode.Rules().Mode));

    [Fact]
    public void Only_a_clip_without_a_picture_takes_a_shape() =>
        Assert.Equal([GenerationMode.MasterTextToVideo], GenerationModes.All.Where(rules => rules.TakesAspectRatio).Select(rules => rules.Mode));

    [Theory]
    [InlineData("")]
    [InlineData("Standard-image-to-video")]
    [InlineData("1")]
    public void Another_name_is_no_mode(string name) => Assert.Null(GenerationModes.Find(name));

    [Theory]
    [InlineData(AspectRatio.Wide, "16:9")]
    [InlineData(AspectRatio.Tall, "9:16")]
    [InlineData(AspectRatio.Square, "1:1")]
    public void A_shape_and_its_name_lead_to_each_other(AspectRatio ratio, string name)
    {
        Assert.Equal(name, ratio.Name());
        Assert.Equal(ratio, AspectRatios.Find(name));
    }

    [Fact]
    public void Another_name_is_no_shape() => Assert.Null(AspectRatios.Find("4:3"));
}
