using Filmgate.Animatic;
using Filmgate.Animatic.Frames;
using Filmgate.EndToEnd.House;
using SkiaSharp;

namespace Filmgate.EndToEnd;

/// <summary>A clip begins with the start picture and ends with the end picture, not with something like them.</summary>
[Trait("Database", "own")]
[Collection(SharedServerTests.Name)]
public sealed class FrameFidelityTests(SharedServer shared, ITestOutputHelper output)
{
    private const double LeastDecibels = 30;

    [Fact]
    public async Task The_first_frame_of_a_720p_clip_is_the_start_picture()
    {
        const int Width = 1080, Height = 720;
        using var picture = TestPicture.Draw(1536, 1024, hue: 30);
        var path = await shared.Server.Api.DownloadAsync(
            TaskApi.Standard("push in", TestPicture.DataUrl(1536, 1024, hue: 30)), shared.NewPath(".mp4"));

        AssertSame(picture, await ClipFile.FrameAsync(path, 0), new FrameSize(Width, Height), "first frame");
        AssertOther(picture, await ClipFile.FrameAsync(path, 119), new FrameSize(Width, Height));
    }

    [Fact]
    public async Task With_two_pictures_the_first_frame_is_the_one_and_the_last_frame_the_other()
    {
        using var start = TestPicture.Draw(1920, 1080, hue: 30);
        using var end = TestPicture.Draw(1920, 1080, hue: 200);
        var path = await shared.Server.Api.DownloadAsync(
            TaskApi.Pro("day becomes night", TestPicture.DataUrl(1920, 1080, hue: 30), TestPicture.DataUrl(1920, 1080, hue: 200)),
            shared.NewPath(".mp4"));

        await ClipMatrixTests.AssertClipAsync(path, 1920, 1080, 5);
        var size = new FrameSize(1920, 1080);
        AssertSame(start, await ClipFile.FrameAsync(path, 0), size, "first frame");
        AssertSame(end, await ClipFile.FrameAsync(path, 119), size, "last frame");
        AssertOther(start, await ClipFile.FrameAsync(path, 119), size);
    }

    private void AssertSame(SKBitmap picture, byte[] frame, FrameSize size, string what)
    {
        var decibels = Psnr(picture, frame, size);
        output.WriteLine($"{what} of {size.Width}x{size.Height}: {decibels:0.0} dB");
        Assert.True(decibels >= LeastDecibels, $"The {what} is {decibels:0.0} dB from its picture; at least {LeastDecibels} dB are due.");
    }

    // Shows that the measure can tell pictures apart.
    private static void AssertOther(SKBitmap picture, byte[] frame, FrameSize size) => Assert.True(Psnr(picture, frame, size) < LeastDecibels);

    private static double Psnr(SKBitmap picture, byte[] frame, FrameSize size)
    {
        Assert.Equal(size.Width * size.Height * 3, frame.Length);
        using var scaled = picture.Resize(new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque), new SKSamplingOptions(SKCubicResampler.Mitchell));
        var pixels = scaled.GetPixelSpan();
        var slate = Slate.BoundsFor(size);
        double sum = 0;
        long count = 0;
        for (var y = 0; y < size.Height; y++)
        {
            for (var x = 0; x < size.Width; x++)
            {
                if (x >= slate.Left && x < slate.Right && y >= slate.Top && y < slate.Bottom)
                {
                    continue;
                }

                var expected = pixels.Slice(y * scaled.RowBytes + 4 * x, 3);
                var actual = frame.AsSpan(3 * (y * size.Width + x), 3);
                for (var channel = 0; channel < 3; channel++)
                {
                    double difference = expected[channel] - actual[channel];
                    sum += difference * difference;
                    count++;
                }
            }
        }

        return sum == 0 ? double.PositiveInfinity : 10 * Math.Log10(255.0 * 255.0 * count / sum);
    }
}
