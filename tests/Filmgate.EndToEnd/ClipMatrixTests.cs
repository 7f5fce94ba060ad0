using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd;

/// <summary>Every kind of clip, looked at by the real ffprobe.</summary>
/// <remarks>
/// Modes, durations, ratios and picture shapes would make some sixty clips. They are made by independent parts (mode gives the
/// resolution, picture or ratio the shape, duration the number of frames), so each value of each is taken at least once:
/// each mode, both durations in both resolutions, each ratio of text to video, each shape of picture, one picture and two.
/// </remarks>
[Trait("Database", "own")]
[Collection(SharedServerTests.Name)]
public sealed class ClipMatrixTests(SharedServer shared)
{
    [Theory]
    [InlineData("standard-image-to-video", 1280, 720, 5, 1280, 720)]
    [InlineData("standard-image-to-video", 720, 1280, 5, 720, 1280)]
    [InlineData("standard-image-to-video", 640, 640, 5, 720, 720)]
    [InlineData("standard-image-to-video", 1536, 1024, 10, 1080, 720)]
    [InlineData("pro-image-to-video", 1536, 1024, 5, 1620, 1080)]
    [InlineData("master-image-to-video", 720, 1280, 5, 1080, 1920)]
    public async Task A_clip_from_a_picture_has_the_shape_of_the_picture_and_the_resolution_of_the_mode(
        string mode, int pictureWidth, int pictureHeight, int seconds, int width, int height)
    {
        var path = await shared.Server.Api.DownloadAsync(
            new { mode, prompt = "slow pan left", image_urls = new[] { TestPicture.DataUrl(pictureWidth, pictureHeight) }, duration = seconds },
            shared.NewPath(".mp4"));

        await AssertClipAsync(path, width, height, seconds);
    }

    [Theory]
    [InlineData("16:9", 5, 1920, 1080)]
    [InlineData("9:16", 5, 1080, 1920)]
    [InlineData("1:1", 10, 1080, 1080)]
    public async Task A_clip_from_text_has_the_asked_ratio_in_1080p(string ratio, int seconds, int width, int height)
    {
        var path = await shared.Server.Api.DownloadAsync(
            TaskApi.Text("Push in on a lighthouse at dusk, rough sea", ratio, seconds), shared.NewPath(".mp4"));

        await AssertClipAsync(path, width, height, seconds);
    }

    internal static async Task AssertClipAsync(string path, int width, int height, int seconds)
    {
        var clip = await ClipFile.ProbeAsync(path);
        Assert.Equal(("h264", "yuv420p", "24/1"), (clip.Codec, clip.PixelFormat, clip.FrameRate));
        Assert.Equal((width, height), (clip.Width, clip.Height));
        Assert.Equal(24 * seconds, clip.Frames);
        Assert.InRange(clip.Seconds, seconds - 1.0 / 24, seconds + 1.0 / 24);
        Assert.True(
            Array.IndexOf(clip.Boxes, "moov") is >= 0 and var moov && moov < Array.IndexOf(clip.Boxes, "mdat"),
            $"A player must find moov before mdat: {string.Join(' ', clip.Boxes)}");
        await ClipFile.PlaysAsync(path);
    }
}
