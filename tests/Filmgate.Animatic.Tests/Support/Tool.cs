using System.Diagnostics;
using System.Text.Json;
using SkiaSharp;

namespace Filmgate.Animatic.Tests.Support;

/// <summary>FFmpeg's own tools, asked about clips.</summary>
internal static class Tool
{
    public static async Task<byte[]> RunAsync(string name, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(name, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{name} failed: {await errors}");
        return output.ToArray();
    }

    public static async Task<JsonElement> ProbeAsync(string clip)
    {
        byte[] json = await RunAsync("ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", clip);
        return JsonDocument.Parse(json).RootElement;
    }

    /// <summary>One frame of a clip as FFmpeg's own conversion shows it.</summary>
    public static async Task<SKBitmap> FrameAsync(string clip, int frame, int width, int height)
    {
        byte[] pixels = await RunAsync("ffmpeg", "-v", "error", "-i", clip, "-vf", $"select=eq(n\\,{frame})", "-frames:v", "1",
            "-sws_flags", "accurate_rnd+full_chroma_int+bicubic", "-f", "rawvideo", "-pix_fmt", "bgra", "-");
        Assert.Equal(width * height * 4, pixels.Length);
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Premul));
        System.Runtime.InteropServices.Marshal.Copy(pixels, 0, bitmap.GetPixels(), pixels.Length);
        return bitmap;
    }

    /// <summary>Peak signal-to-noise ratio over red, green and blue, in dB, outside a rectangle.</summary>
    public static double Psnr(SKBitmap expected, SKBitmap actual, SKRectI without)
    {
        ReadOnlySpan<byte> left = expected.GetPixelSpan();
        ReadOnlySpan<byte> right = actual.GetPixelSpan();
        double sum = 0;
        long count = 0;
        for (int y = 0; y < expected.Height; y++)
        {
            for (int x = 0; x < expected.Width; x++)
            {
                if (without.Contains(x, y))
                    continue;
                for (int channel = 0; channel < 3; channel++)
                {
                    int at = (y * expected.Width + x) * 4 + channel;
                    double difference = left[at] - right[at];
                    sum += difference * difference;
                    count++;
                }
            }
        }

        return 10 * Math.Log10(255.0 * 255 / (sum / count));
    }
}
