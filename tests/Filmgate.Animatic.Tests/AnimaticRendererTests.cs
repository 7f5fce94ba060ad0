using System.Globalization;
using System.Text.Json;
using Filmgate.Animatic.Frames;
using Filmgate.Animatic.Tests.Support;
using SkiaSharp;

namespace Filmgate.Animatic.Tests;

public sealed class AnimaticRendererTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static AnimaticRenderer Renderer(string? ffmpeg = null) =>
        new(new AnimaticOptions { FfmpegPath = ffmpeg is null ? null : Path.Combine(AppContext.BaseDirectory, "Fakes", ffmpeg) }, new LayeredPainter());

    [Theory]
    [InlineData(640, 360, FrameResolution.P720, 1280, 720, 2)]
    [InlineData(300, 450, FrameResolution.P720, 720, 1080, 1)]
    [InlineData(500, 500, FrameResolution.P1080, 1080, 1080, 1)]
    public async Task A_clip_has_the_size_pace_length_and_layout_that_were_promised(int pictureWidth, int pictureHeight, FrameResolution resolution, int width, int height, int seconds)
    {
        using var folder = new TempFolder();
        string clip = folder.File("clip.mp4");
        var shot = new AnimaticShot
        {
            Prompt = "pan left",
            StartPicturePath = Drawing.SaveBlobs(folder.File("start.png"), pictureWidth, pictureHeight, 1),
            Resolution = resolution,
            DurationSeconds = seconds,
        };
        RenderedClip rendered = await Renderer().RenderAsync(shot, clip, null, Stop);
        Assert.Equal(new RenderedClip(clip, width, height, 24 * seconds, TimeSpan.FromSeconds(seconds)), rendered);
        await AssertLayoutAsync(clip, width, height, seconds);
    }

    [Theory]
    [InlineData(AspectRatio.Wide, 1280, 720)]
    [InlineData(AspectRatio.Tall, 720, 1280)]
    public async Task Text_alone_gives_a_drawn_scene(AspectRatio aspect, int width, int height)
    {
        using var folder = new TempFolder();
        string clip = folder.File("clip.mp4");
        var shot = new AnimaticShot { Prompt = "hills, push in", Aspect = aspect, Resolution = FrameResolution.P720, DurationSeconds = 1 };
        await Renderer().RenderAsync(shot, clip, null, Stop);
        await AssertLayoutAsync(clip, width, height, 1);
    }

    [Theory]
    [InlineData("push in")]
    [InlineData("pull out, handheld camera")]
    public async Task The_first_frame_is_the_start_picture_and_the_last_the_end_picture(string prompt)
    {
        using var folder = new TempFolder();
        using SKBitmap start = Drawing.Blobs(1280, 720, 1);
        using SKBitmap end = Drawing.Blobs(1280, 720, 2);
        string clip = folder.File("clip.mp4");
        var shot = new AnimaticShot
        {
            Prompt = prompt,
            StartPicturePath = start.Save(folder.File("start.png")),
            EndPicturePath = end.Save(folder.File("end.png")),
            Resolution = FrameResolution.P720,
            DurationSeconds = 1,
        };
        await Renderer().RenderAsync(shot, clip, null, Stop);

        SKRectI slate = Slate.BoundsFor(new FrameSize(1280, 720));
        using SKBitmap first = await Tool.FrameAsync(clip, 0, 1280, 720);
        using SKBitmap last = await Tool.FrameAsync(clip, 23, 1280, 720);
        Assert.InRange(Tool.Psnr(start, first, slate), 33, 100);
        Assert.InRange(Tool.Psnr(end, last, slate), 33, 100);
        Assert.InRange(Tool.Psnr(start, last, slate), 0, 20);
    }

    [Fact]
    public async Task Colours_survive_the_whole_way()
    {
        using var folder = new TempFolder();
        using SKBitmap picture = Drawing.Plain(320, 320, new SKColor(200, 60, 30));
        string clip = folder.File("clip.mp4");
        var shot = new AnimaticShot { Prompt = "", StartPicturePath = picture.Save(folder.File("start.png")), Resolution = FrameResolution.P720, DurationSeconds = 1 };
        await Renderer().RenderAsync(shot, clip, null, Stop);
        using SKBitmap frame = await Tool.FrameAsync(clip, 12, 720, 720);
        SKColor seen = frame.GetPixel(360, 200);
        Assert.InRange(seen.Red, 197, 203);
        Assert.InRange(seen.Green, 57, 63);
        Assert.InRange(seen.Blue, 27, 33);
    }

    [Fact]
    public void The_slate_changes_its_corner_and_nothing_else()
    {
        using var folder = new TempFolder();
        using SKBitmap grey = Drawing.Plain(128, 72, new SKColor(128, 128, 128));
        var shot = new AnimaticShot { Prompt = "static shot", StartPicturePath = grey.Save(folder.File("start.png")), Resolution = FrameResolution.P720, DurationSeconds = 2 };
        using IFrameSource frames = Renderer().OpenFrames(shot);
        var first = new PlanarFrame(frames.Size);
        var later = new PlanarFrame(frames.Size);
        frames.Render(0, first);
        frames.Render(31, later);

        SKRectI slate = Slate.BoundsFor(frames.Size);
        int dark = 0, light = 0, ticked = 0;
        for (int y = 0; y < frames.Size.Height; y++)
        {
            for (int x = 0; x < frames.Size.Width; x++)
            {
                byte value = first.Luma[y * frames.Size.Width + x];
                if (slate.Contains(x, y))
                {
                    dark += value < 80 ? 1 : 0;
                    light += value > 200 ? 1 : 0;
                    ticked += value != later.Luma[y * frames.Size.Width + x] ? 1 : 0;
                }
                else
                {
                    Assert.Equal(126, value);
                }
            }
        }

        Assert.True(dark > slate.Width * slate.Height / 2, "The badge is dark.");
        Assert.True(light > slate.Width * slate.Height / 50, "Its letters are light.");
        Assert.True(ticked > 0, "Its timecode runs.");
    }

    [Fact]
    public async Task Progress_counts_every_frame()
    {
        using var folder = new TempFolder();
        var seen = new Counting();
        var shot = new AnimaticShot { Prompt = "", StartPicturePath = Drawing.SaveBlobs(folder.File("start.png"), 72, 72, 1), Resolution = FrameResolution.P720, DurationSeconds = 1 };
        await Renderer().RenderAsync(shot, folder.File("clip.mp4"), seen, Stop);
        Assert.Equal(Enumerable.Range(1, 24).Select(done => new RenderProgress(done, 24)), seen.Reports);
    }

    [Fact]
    public void The_same_shot_gives_the_same_frames()
    {
        using var folder = new TempFolder();
        var shot = new AnimaticShot { Prompt = "handheld camera", StartPicturePath = Drawing.SaveBlobs(folder.File("start.png"), 72, 72, 1), Resolution = FrameResolution.P720, DurationSeconds = 1, Seed = 99 };
        byte[] Frame(AnimaticShot asked)
        {
            using IFrameSource frames = Renderer().OpenFrames(asked);
            var frame = new PlanarFrame(frames.Size);
            frames.Render(20, frame);
            return frame.Bytes;
        }

        Assert.Equal(Frame(shot), Frame(shot));
        Assert.NotEqual(Frame(shot), Frame(shot with { Seed = 100 }));
    }

    [Theory]
    [InlineData("broken-ffmpeg", "libavdevice.so.59")]
    [InlineData("full-disk-ffmpeg", "No space left on device")]
    public async Task An_ffmpeg_that_gives_up_is_quoted_and_leaves_nothing(string fake, string complaint)
    {
        using var folder = new TempFolder();
        string picture = Drawing.SaveBlobs(folder.File("start.png"), 72, 72, 1);
        var shot = new AnimaticShot { Prompt = "", StartPicturePath = picture, Resolution = FrameResolution.P720, DurationSeconds = 5 };
        AnimaticException failed = await Assert.ThrowsAsync<AnimaticException>(() => Renderer(fake).RenderAsync(shot, folder.File("clip.mp4"), null, Stop));
        Assert.Equal(AnimaticFault.EncoderFailed, failed.Fault);
        Assert.Contains(complaint, failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failed.Message);
        Assert.Equal([picture], Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("hanging-ffmpeg")]
    public async Task A_cancelled_render_leaves_neither_a_file_nor_a_process(string? fake)
    {
        using var folder = new TempFolder();
        string picture = Drawing.SaveBlobs(folder.File("start.png"), 72, 72, 1);
        var shot = new AnimaticShot { Prompt = "", StartPicturePath = picture, Resolution = FrameResolution.P1080, DurationSeconds = 60 };
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var afterSome = new Acting(report =>
        {
            if (report.FramesDone == 5)
                cancel.Cancel();
        });
        if (fake is not null)
            cancel.CancelAfter(500);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Renderer(fake).RenderAsync(shot, folder.File("clip.mp4"), afterSome, cancel.Token));
        Assert.Equal([picture], Directory.GetFiles(folder.Path));
        Assert.DoesNotContain(CommandLines(), line => line.Contains(folder.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_shot_that_contradicts_itself_is_refused()
    {
        var shot = new AnimaticShot { Prompt = "", Resolution = FrameResolution.P720, DurationSeconds = 5 };
        await Assert.ThrowsAsync<ArgumentException>(() => Renderer().RenderAsync(shot with { DurationSeconds = 0 }, "clip.mp4", null, Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => Renderer().RenderAsync(shot with { EndPicturePath = "end.png" }, "clip.mp4", null, Stop));
    }

    private static async Task AssertLayoutAsync(string clip, int width, int height, int seconds)
    {
        JsonElement probe = await Tool.ProbeAsync(clip);
        JsonElement video = Assert.Single(probe.GetProperty("streams").EnumerateArray());
        string Text(string name) => video.GetProperty(name).ToString();
        Assert.Equal(("h264", "High", "yuv420p"), (Text("codec_name"), Text("profile"), Text("pix_fmt")));
        Assert.Equal((width, height), (video.GetProperty("width").GetInt32(), video.GetProperty("height").GetInt32()));
        Assert.Equal(("24/1", "24/1"), (Text("r_frame_rate"), Text("avg_frame_rate")));
        Assert.Equal($"{24 * seconds}", Text("nb_read_frames"));
        Assert.Equal(("tv", "bt709", "bt709", "bt709"), (Text("color_range"), Text("color_space"), Text("color_primaries"), Text("color_transfer")));
        double duration = double.Parse(probe.GetProperty("format").GetProperty("duration").GetString()!, CultureInfo.InvariantCulture);
        Assert.Equal(seconds, duration, 1.0 / 24);

        byte[] bytes = await File.ReadAllBytesAsync(clip, Stop);
        int index = bytes.AsSpan().IndexOf("moov"u8), media = bytes.AsSpan().IndexOf("mdat"u8);
        Assert.True(index > 0 && index < media, "The index stands before the media, so that a browser can begin to play at once.");
    }

    private static IEnumerable<string> CommandLines()
    {
        foreach (string process in Directory.GetDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)))
        {
            string line;
            try
            {
                line = File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (IOException)
            {
                continue;
            }

            yield return line;
        }
    }

    private sealed class Counting : IProgress<RenderProgress>
    {
        public List<RenderProgress> Reports { get; } = [];

        public void Report(RenderProgress value) => Reports.Add(value);
    }

    private sealed class Acting(Action<RenderProgress> act) : IProgress<RenderProgress>
    {
        public void Report(RenderProgress value) => act(value);
    }
}
