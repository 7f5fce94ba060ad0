using Filmgate.Animatic.Frames;
using Filmgate.Animatic.Tests.Support;
using SkiaSharp;

namespace Filmgate.Animatic.Tests.Frames;

public sealed class ColourTests
{
    // Limited-range BT.709 as the standard's tables give it.
    [Theory]
    [InlineData(255, 255, 255, 235, 128, 128)]
    [InlineData(0, 0, 0, 16, 128, 128)]
    [InlineData(255, 0, 0, 63, 102, 240)]
    [InlineData(0, 255, 0, 173, 42, 26)]
    [InlineData(0, 0, 255, 32, 240, 118)]
    [InlineData(128, 128, 128, 126, 128, 128)]
    public void Colours_become_those_of_bt709(int red, int green, int blue, int luma, int cb, int cr)
    {
        using SKBitmap picture = Drawing.Plain(18, 10, new SKColor((byte)red, (byte)green, (byte)blue));
        ColourPlanes planes = ColourPlanes.Of(picture, covered: false);
        Assert.All(planes.Luma.Row(9).ToArray(), value => Assert.Equal(luma, value / (double)FixedPoint.One, 0.5));
        Assert.All(planes.Cb.Row(4).ToArray(), value => Assert.Equal(cb, value / (double)FixedPoint.One, 0.5));
        Assert.All(planes.Cr.Row(4).ToArray(), value => Assert.Equal(cr, value / (double)FixedPoint.One, 0.5));
    }
}
