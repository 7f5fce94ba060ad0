using System.Diagnostics;
using System.Globalization;

namespace Filmgate.Torture.Provider;

/// <summary>
/// The clips that the provider gives: real, of the size that was asked for, and of flat colour, because each one is fetched, checked and given
/// a poster.
/// </summary>
internal static class ClipFile
{
    /// <summary>What they are.</summary>
    public const int Seconds = 5, FramesPerSecond = 24;

    /// <summary>The pixels of 720p for clips from a picture, which is square, and of 1080p for clips from text.</summary>
    public static (int Width, int Height) SizeOf(bool isFromPicture) => isFromPicture ? (960, 960) : (1920, 1080);

    /// <summary>The file of a kind within a folder.</summary>
    public static string PathIn(string folder, bool isFromPicture) => Path.Combine(folder, isFromPicture ? "clip-from-picture.mp4" : "clip-from-text.mp4");

    /// <summary>Renders both kinds into a folder.</summary>
    public static async Task RenderAsync(string folder)
    {
        await RenderAsync(PathIn(folder, isFromPicture: true), SizeOf(isFromPicture: true));
        await RenderAsync(PathIn(folder, isFromPicture: false), SizeOf(isFromPicture: false));
    }

    private static async Task RenderAsync(string path, (int Width, int Height) size)
    {
        var source = string.Create(CultureInfo.InvariantCulture, $"color=c=teal:size={size.Width}x{size.Height}:rate={FramesPerSecond}:duration={Seconds}");
        string[] arguments = ["-v", "error", "-y", "-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path];
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardError = true })!;
        var error = await ffmpeg.StandardError.ReadToEndAsync();
        await ffmpeg.WaitForExitAsync();
        if (ffmpeg.ExitCode != 0)
        {
            throw new InvalidOperationException($"FFmpeg made no clip: {error}");
        }
    }
}
