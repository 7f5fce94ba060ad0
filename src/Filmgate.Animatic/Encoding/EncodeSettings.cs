using Filmgate.Animatic.Frames;

namespace Filmgate.Animatic.Encoding;

/// <summary>How every animatic is encoded. The choice and its figures: docs/decisions/animatic-frames-through-a-pipe.md.</summary>
public static class EncodeSettings
{
    /// <summary>The x264 preset.</summary>
    public const string Preset = "fast";

    /// <summary>The x264 constant rate factor.</summary>
    public const int RateFactor = 18;

    /// <summary>FFmpeg's arguments that turn raw frames into the clip.</summary>
    /// <param name="size">The frames' size.</param>
    /// <param name="input">Where the raw yuv420p frames come from, as FFmpeg names it: a file, or <c>pipe:0</c> for its standard input.</param>
    /// <param name="output">The MP4 file to write; an existing one is overwritten.</param>
    public static IReadOnlyList<string> Arguments(FrameSize size, string input, string output) =>
    [
        "-hide_banner", "-loglevel", "error", "-nostats", "-y",
        "-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", $"{size.Width}x{size.Height}", "-framerate", $"{FrameRate.PerSecond}", "-i", input,
        "-an", "-c:v", "libx264", "-profile:v", "high", "-preset", Preset, "-crf", $"{RateFactor}", "-pix_fmt", "yuv420p",
        "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-chroma_sample_location", "left",
        "-movflags", "+faststart", "-f", "mp4", output,
    ];
}
