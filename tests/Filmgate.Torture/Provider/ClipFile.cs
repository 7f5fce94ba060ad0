using System.Diagnostics;
using System.Globalization;

namespace Filmgate.Torture.Provider;

/// <summary>The clip that the provider gives: real, and small because each one is fetched, checked and given a poster.</summary>
internal static class ClipFile
{
    /// <summary>What it is.</summary>
    public const int Width = 320, Height = 180, Seconds = 5, FramesPerSecond = 24;

    /// <summary>Renders it.</summary>
    public static async Task RenderAsync(string path)
    {
        var source = string.Create(CultureInfo.InvariantCulture, $"testsrc2=size={Width}x{Height}:rate={FramesPerSecond}:duration={Seconds}");
        string[] arguments = ["-v", "error", "-y", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path];
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardError = true })!;
        var error = await ffmpeg.StandardError.ReadToEndAsync();
        await ffmpeg.WaitForExitAsync();
        if (ffmpeg.ExitCode != 0)
        {
            throw new InvalidOperationException($"FFmpeg made no clip: {error}");
        }
    }
}
