using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Requests;

namespace Filmgate.Engine.Tests.Artifacts;

public sealed class ClipRulesTests
{
    [Theory]
    [InlineData(GenerationMode.MasterTextToVideo, 5, AspectRatio.Wide, 1920, 1080, 5.0)]
    [InlineData(GenerationMode.MasterTextToVideo, 10, AspectRatio.Wide, 1920, 1080, 10.04)]
    [InlineData(GenerationMode.MasterTextToVideo, 5, AspectRatio.Tall, 1080, 1920, 5.1)]
    [InlineData(GenerationMode.MasterTextToVideo, 5, AspectRatio.Square, 1440, 1440, 5.0)]
    [InlineData(GenerationMode.MasterTextToVideo, 5, AspectRatio.Square, 1080, 1080, 4.9)]
    [InlineData(GenerationMode.MasterTextToVideo, 5, AspectRatio.Wide, 1928, 1072, 5.0)]
    [InlineData(GenerationMode.StandardImageToVideo, 5, null, 1280, 720, 5.0)]
    [InlineData(GenerationMode.StandardImageToVideo, 5, null, 720, 720, 5.0)]
    [InlineData(GenerationMode.StandardImageToVideo, 5, null, 1920, 1080, 5.0)]
    [InlineData(GenerationMode.ProImageToVideo, 5, null, 1920, 768, 5.0)]
    [InlineData(GenerationMode.MasterImageToVideo, 5, null, 1080, 2700, 5.0)]
    public void What_models_make_for_a_request_is_of_its_kind(GenerationMode mode, int seconds, AspectRatio? ratio, int width, int height, double lasts) =>
        Assert.Null(Mismatch(mode, seconds, ratio, width, height, lasts));

    [Theory]
    [InlineData(GenerationMode.MasterTextToVideo, 10, AspectRatio.Wide, 1920, 1080, 5.0, "lasts 5.00 s instead of 10 s")]
    [InlineData(GenerationMode.StandardImageToVideo, 5, null, 1280, 720, 10.0, "lasts 10.00 s instead of 5 s")]
    [InlineData(GenerationMode.StandardImageToVideo, 5, null, 1280, 720, 4.4, "lasts 4.40 s instead of 5 s")]
    [InlineData(GenerationMode.ProImageToVideo, 5, null, 1280, 720, 5.0, "has 1280 × 720 pixels, which is no 1080p")]
    [InlineData(GenerationMode.MasterTextToVideo, 5, AspectRatio.Square, 960, 960, 5.0, "has 960 × 960 pixels, which is no 1080p")]
    [InlineData(GenerationMode.StandardImageToVideo, 5, null, 640, 360, 5.0, "has 640 × 360 pixels, which is no 720p")]
    [InlineData(GenerationMode.MasterTextToVideo, 5, AspectRatio.Tall, 1920, 1080, 5.0, "has 1920 × 1080 pixels, which is not 9:16")]
    [InlineData(GenerationMode.MasterTextToVideo, 5, AspectRatio.Wide, 1440, 1440, 5.0, "has 1440 × 1440 pixels, which is not 16:9")]
    public void Another_product_is_named_by_what_differs(GenerationMode mode, int seconds, AspectRatio? ratio, int width, int height, double lasts, string mismatch) =>
        Assert.Equal(mismatch, Mismatch(mode, seconds, ratio, width, height, lasts));

    private static string? Mismatch(GenerationMode mode, int seconds, AspectRatio? ratio, int width, int height, double lasts) => ClipRules.Mismatch(
        House.NewTask().Request with { Mode = mode, DurationSeconds = seconds, AspectRatio = ratio },
        new ClipFacts(width, height, TimeSpan.FromSeconds(lasts), 120, 24, "avc1", FastStart: true, HasAudio: false, Bytes: 1_000_000));
}
