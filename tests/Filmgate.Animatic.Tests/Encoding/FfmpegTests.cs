using Filmgate.Animatic.Encoding;
using Filmgate.Animatic.Tests.Support;
using SkiaSharp;

namespace Filmgate.Animatic.Tests.Encoding;

public sealed class FfmpegTests
{
    private static string Fake(string name) => Path.Combine(AppContext.BaseDirectory, "Fakes", name);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_working_ffmpeg_tells_its_version() =>
        Assert.Matches(@"^\S+$", await new Ffmpeg(new AnimaticOptions()).CheckAsync(Stop));

    [Fact]
    public async Task A_missing_ffmpeg_is_one_clear_line()
    {
        var ffmpeg = new Ffmpeg(new AnimaticOptions { FfmpegPath = "/nowhere/ffmpeg" });
        AnimaticException missing = await Assert.ThrowsAsync<AnimaticException>(() => ffmpeg.CheckAsync(Stop));
        Assert.Equal(AnimaticFault.EncoderMissing, missing.Fault);
        Assert.Contains("/nowhere/ffmpeg", missing.Message, StringComparison.Ordinal);
        Assert.Contains("apt install ffmpeg", missing.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', missing.Message);
    }

    [Fact]
    public async Task A_file_that_cannot_be_run_is_a_missing_ffmpeg()
    {
        using var folder = new TempFolder();
        string path = folder.File("ffmpeg");
        await File.WriteAllTextAsync(path, "no program", Stop);
        AnimaticException missing = await Assert.ThrowsAsync<AnimaticException>(() => new Ffmpeg(new AnimaticOptions { FfmpegPath = path }).CheckAsync(Stop));
        Assert.Equal(AnimaticFault.EncoderMissing, missing.Fault);
    }

    [Fact]
    public async Task A_broken_ffmpeg_is_quoted()
    {
        var ffmpeg = new Ffmpeg(new AnimaticOptions { FfmpegPath = Fake("broken-ffmpeg") });
        AnimaticException broken = await Assert.ThrowsAsync<AnimaticException>(() => ffmpeg.CheckAsync(Stop));
        Assert.Equal(AnimaticFault.EncoderMissing, broken.Fault);
        Assert.Contains("libavdevice.so.59", broken.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', broken.Message);
    }

    [Theory]
    [InlineData(640, 360, 640, 360, "2")]
    [InlineData(360, 640, 360, 640, "0.5")]
    [InlineData(1920, 1080, 1280, 720, "1.5")]
    [InlineData(1080, 1920, 720, 1280, "1")]
    public async Task A_poster_shows_a_clip_of_any_shape_and_length(int width, int height, int posterWidth, int posterHeight, string seconds)
    {
        using var folder = new TempFolder();
        string clip = folder.File("clip.mp4"), poster = folder.File("poster.jpg");
        await Tool.RunAsync("ffmpeg", "-v", "error", "-f", "lavfi", "-i", $"testsrc2=size={width}x{height}:rate=10:duration={seconds}", "-c:v", "libx264", "-preset", "ultrafast", clip);
        await new Ffmpeg(new AnimaticOptions()).PosterAsync(clip, poster, Stop);
        using SKCodec codec = SKCodec.Create(poster);
        Assert.Equal(SKEncodedImageFormat.Jpeg, codec.EncodedFormat);
        Assert.Equal((posterWidth, posterHeight), (codec.Info.Width, codec.Info.Height));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Fact]
    public async Task A_clip_that_is_none_gives_no_poster_and_leaves_nothing()
    {
        using var folder = new TempFolder();
        string clip = folder.File("clip.mp4");
        await File.WriteAllTextAsync(clip, "#EXTM3U\n/etc/passwd\n", Stop);
        AnimaticException refused = await Assert.ThrowsAsync<AnimaticException>(() => new Ffmpeg(new AnimaticOptions()).PosterAsync(clip, folder.File("poster.jpg"), Stop));
        Assert.Equal(AnimaticFault.ClipUnreadable, refused.Fault);
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task A_poster_that_takes_too_long_is_given_up()
    {
        using var folder = new TempFolder();
        var ffmpeg = new Ffmpeg(new AnimaticOptions { FfmpegPath = Fake("hanging-ffmpeg"), PosterTimeout = TimeSpan.FromMilliseconds(200) });
        AnimaticException late = await Assert.ThrowsAsync<AnimaticException>(() => ffmpeg.PosterAsync(folder.File("clip.mp4"), folder.File("poster.jpg"), Stop));
        Assert.Equal(AnimaticFault.ClipUnreadable, late.Fault);
    }
}
