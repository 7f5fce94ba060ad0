using Filmgate.Animatic.Frames;

namespace Filmgate.Animatic.Tests.Frames;

public sealed class FrameSizeTests
{
    [Theory]
    [InlineData(1920, 1080, FrameResolution.P720, 1280, 720)]
    [InlineData(4000, 3000, FrameResolution.P720, 960, 720)]
    [InlineData(600, 400, FrameResolution.P720, 1080, 720)]
    [InlineData(400, 600, FrameResolution.P1080, 1080, 1620)]
    [InlineData(500, 500, FrameResolution.P720, 720, 720)]
    [InlineData(1366, 768, FrameResolution.P720, 1280, 720)]
    [InlineData(5000, 1000, FrameResolution.P720, 1800, 720)]
    [InlineData(1, 4000, FrameResolution.P1080, 1080, 2700)]
    public void A_picture_keeps_its_shape(int width, int height, FrameResolution resolution, int expectedWidth, int expectedHeight) =>
        Assert.Equal(new FrameSize(expectedWidth, expectedHeight), FrameSize.ForPicture(width, height, resolution));

    [Theory]
    [InlineData(AspectRatio.Wide, FrameResolution.P1080, 1920, 1080)]
    [InlineData(AspectRatio.Tall, FrameResolution.P1080, 1080, 1920)]
    [InlineData(AspectRatio.Square, FrameResolution.P1080, 1080, 1080)]
    [InlineData(AspectRatio.Wide, FrameResolution.P720, 1280, 720)]
    public void Text_gets_the_shape_it_asks_for(AspectRatio aspect, FrameResolution resolution, int width, int height) =>
        Assert.Equal(new FrameSize(width, height), FrameSize.ForText(aspect, resolution));
}
