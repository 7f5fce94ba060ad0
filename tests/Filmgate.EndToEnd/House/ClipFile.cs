using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Filmgate.EndToEnd.House;

/// <summary>What the real ffprobe and the file itself say about a clip.</summary>
internal sealed record ClipFile(string Path, string Codec, string PixelFormat, int Width, int Height, string FrameRate, int Frames, double Seconds, string[] Boxes)
{
    /// <summary>Asks ffprobe, which counts the frames instead of believing the header.</summary>
    public static async Task<ClipFile> ProbeAsync(string path)
    {
        var (code, output, error) = await RunAsync(
            "ffprobe", "-v", "error", "-count_packets", "-show_streams", "-show_format", "-of", "json", path);
        Assert.True(code == 0, error);
        var report = JsonElement.Parse(output);
        var video = Assert.Single(report.GetProperty("streams").EnumerateArray());
        return new ClipFile(
            path,
            video.GetProperty("codec_name").GetString()!,
            video.GetProperty("pix_fmt").GetString()!,
            video.GetProperty("width").GetInt32(),
            video.GetProperty("height").GetInt32(),
            video.GetProperty("avg_frame_rate").GetString()!,
            int.Parse(video.GetProperty("nb_read_packets").GetString()!, CultureInfo.InvariantCulture),
            double.Parse(report.GetProperty("format").GetProperty("duration").GetString()!, CultureInfo.InvariantCulture),
            TopBoxes(path));
    }

    /// <summary>Decodes every frame; a single damaged one fails.</summary>
    public static async Task PlaysAsync(string path)
    {
        var (code, _, error) = await RunAsync("ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-");
        Assert.True(code == 0 && error.Length == 0, $"The clip does not play: {error}");
    }

    /// <summary>One frame as packed RGB, three bytes a pixel.</summary>
    public static async Task<byte[]> FrameAsync(string path, int number)
    {
        var raw = System.IO.Path.ChangeExtension(path, $".{number}.rgb");
        var (code, _, error) = await RunAsync(
            "ffmpeg", "-v", "error", "-y", "-i", path, "-vf", $"select=eq(n\\,{number}),scale=in_color_matrix=bt709:in_range=tv", "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", raw);
        Assert.True(code == 0, error);
        var bytes = await File.ReadAllBytesAsync(raw, TestContext.Current.CancellationToken);
        File.Delete(raw);
        return bytes;
    }

    /// <summary>Runs a program of FFmpeg's to its end.</summary>
    public static async Task<(int Code, string Out, string Error)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));
        return (process.ExitCode, await output, (await error).Trim());
    }

    // The boxes of the outermost level, in the order of the file.
    private static string[] TopBoxes(string path)
    {
        using var file = File.OpenRead(path);
        var boxes = new List<string>();
        var head = new byte[16];
        while (file.Position < file.Length)
        {
            var start = file.Position;
            file.ReadExactly(head, 0, 8);
            var size = (long)BinaryPrimitives.ReadUInt32BigEndian(head);
            if (size == 1)
            {
                file.ReadExactly(head, 8, 8);
                size = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(8));
            }

            Assert.True(size >= 8 && start + size <= file.Length, $"Box at {start} has a length of {size}");
            boxes.Add(Encoding.ASCII.GetString(head, 4, 4));
            file.Position = start + size;
        }

        return [.. boxes];
    }
}
