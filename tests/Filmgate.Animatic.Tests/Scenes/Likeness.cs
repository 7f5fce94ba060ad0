using SkiaSharp;

namespace Filmgate.Animatic.Tests.Scenes;

/// <summary>How alike two pictures of one size are.</summary>
internal static class Likeness
{
    /// <summary>The peak signal-to-noise ratio in dB over all colour channels; equal pictures give infinity.</summary>
    public static double Psnr(SKBitmap one, SKBitmap other)
    {
        Assert.Equal((one.Width, one.Height), (other.Width, other.Height));
        double sum = 0;
        for (int y = 0; y < one.Height; y++)
        {
            for (int x = 0; x < one.Width; x++)
            {
                SKColor a = one.GetPixel(x, y), b = other.GetPixel(x, y);
                int r = a.Red - b.Red, g = a.Green - b.Green, blue = a.Blue - b.Blue;
                sum += (r * r) + (g * g) + (blue * blue);
            }
        }
        return sum == 0 ? double.PositiveInfinity : 10 * Math.Log10(255 * 255 / (sum / (3d * one.Width * one.Height)));
    }
}
