using System.Diagnostics;

namespace Filmgate.Engine.Tests.Support;

/// <summary>A real clip of five seconds and a few kilobytes, made by FFmpeg once per run.</summary>
internal static class TinyClip
{
    private static readonly Lazy<Task<byte[]>> Made = new(MakeAsync);

    public static Task<byte[]> BytesAsync => Made.Value;

    private static async Task<byte[]> MakeAsync()
    {
        var folder = Directory.CreateTempSubdirectory("filmgate-clip-").FullName;
        try
        {
            var path = Path.Combine(folder, "clip.mp4");
            using var process = Process.Start(new ProcessStartInfo("ffmpeg",
            [
                "-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i", "color=gray:size=1920x1080:rate=12:duration=5",
                "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path,
            ]) { RedirectStandardError = true })!;
            var complaint = await process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? await File.ReadAllBytesAsync(path) : throw new InvalidOperationException("FFmpeg made no clip: " + complaint);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
