using Filmgate.Animatic.Scenes;
using SkiaSharp;

namespace Filmgate.Animatic.Tests.Scenes;

/// <summary>The pictures in <c>samples/</c> are what the painter draws. Set FILMGATE_DRAW_SAMPLES=1 to draw them anew.</summary>
public sealed class SamplePictureTests
{
    private const int Quality = 80;

    [Theory]
    [InlineData("lighthouse.jpg", "lighthouse on a rocky cape at golden hour, sea, waves, clouds")]
    [InlineData("harbour.jpg", "harbour with sailing boats, houses on the quay and hills, at sunset")]
    public void A_sample_is_what_the_painter_draws(string name, string prompt)
    {
        string path = Path.Combine(Samples(), name);
        using Scene scene = new ScenePainter().Paint(prompt, 1536, 1024);
        using SKBitmap drawn = SceneStill.Flatten(scene);
        if (Environment.GetEnvironmentVariable("FILMGATE_DRAW_SAMPLES") == "1") SceneStill.SaveJpeg(drawn, path, Quality);
        Assert.InRange(new FileInfo(path).Length, 40_000, 190_000);
        using SKBitmap kept = SKBitmap.Decode(path);
        using SKData again = drawn.Encode(SKEncodedImageFormat.Jpeg, Quality);
        using SKBitmap encoded = SKBitmap.Decode(again);
        double psnr = Likeness.Psnr(kept, encoded);
        Assert.True(psnr > 40, $"samples/{name} differs from what is drawn (PSNR {psnr:0.0} dB). Look at it, then run this test with FILMGATE_DRAW_SAMPLES=1.");
    }

    private static string Samples()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string samples = Path.Combine(at.FullName, "samples");
            if (File.Exists(Path.Combine(at.FullName, "Filmgate.slnx"))) return samples;
        }
        throw new InvalidOperationException("The tests run outside the repository; its samples are not at hand.");
    }
}
