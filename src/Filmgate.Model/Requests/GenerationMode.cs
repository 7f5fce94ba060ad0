using System.Collections.Immutable;
using Filmgate.Model.Money;

namespace Filmgate.Model.Requests;

/// <summary>What the model is asked to do, and at which quality.</summary>
public enum GenerationMode
{
    /// <summary>One picture moves, 720p.</summary>
    StandardImageToVideo = 1,
    /// <summary>One picture moves, or one becomes another, 1080p.</summary>
    ProImageToVideo = 2,
    /// <summary>Words become a clip, 1080p.</summary>
    MasterTextToVideo = 3,
    /// <summary>One picture moves at the highest quality, 1080p.</summary>
    MasterImageToVideo = 4,
}

/// <summary>The short side of a clip, in pixels, as marketed.</summary>
public enum ClipResolution
{
    /// <summary>720 pixels on the short side.</summary>
    P720 = 720,
    /// <summary>1080 pixels on the short side.</summary>
    P1080 = 1080,
}

/// <summary>The shape of a clip made from words alone.</summary>
public enum AspectRatio
{
    /// <summary>16:9.</summary>
    Wide = 1,
    /// <summary>9:16.</summary>
    Tall = 2,
    /// <summary>1:1.</summary>
    Square = 3,
}

/// <summary>The rules of one mode: the one place that validation, schema, price and rendering read them from.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Name">Its wire name.</param>
/// <param name="MinImages">Fewest pictures it takes.</param>
/// <param name="MaxImages">Most pictures it takes; a second one is the end frame.</param>
/// <param name="Resolution">Size of the clip.</param>
/// <param name="FiveSeconds">List price of a 5 s clip.</param>
/// <param name="TenSeconds">List price of a 10 s clip.</param>
public sealed record ModeRules(
    GenerationMode Mode, string Name, int MinImages, int MaxImages, ClipResolution Resolution, Usd FiveSeconds, Usd TenSeconds)
{
    /// <summary>Whether the caller chooses the shape; with a picture the clip takes the picture's.</summary>
    public bool TakesAspectRatio => MaxImages == 0;

    /// <summary>The number of pictures in words, such as "exactly 1 image" or "1 or 2 images".</summary>
    public string ImagesInWords => (MinImages, MaxImages) switch
    {
        (0, 0) => "no images",
        (1, 1) => "exactly 1 image",
        var (least, most) => $"{least} or {most} images",
    };

    /// <summary>The list price of a clip of that length.</summary>
    public Usd ListPrice(int durationSeconds) => durationSeconds == 5 ? FiveSeconds : TenSeconds;
}

/// <summary>The four modes of <c>kling-2-1</c>. Image counts and prices: APIXO's model page and Kling's list prices.</summary>
public static class GenerationModes
{
    /// <summary>All modes, in the order in which they are shown.</summary>
    public static ImmutableArray<ModeRules> All { get; } =
    [
        new(GenerationMode.StandardImageToVideo, "standard-image-to-video", 1, 1, ClipResolution.P720, new(280_000), new(560_000)),
        new(GenerationMode.ProImageToVideo, "pro-image-to-video", 1, 2, ClipResolution.P1080, new(490_000), new(980_000)),
        new(GenerationMode.MasterTextToVideo, "master-text-to-video", 0, 0, ClipResolution.P1080, new(1_400_000), new(2_800_000)),
        new(GenerationMode.MasterImageToVideo, "master-image-to-video", 1, 1, ClipResolution.P1080, new(1_400_000), new(2_800_000)),
    ];

    /// <summary>The mode that a request means when it names none.</summary>
    public const GenerationMode Default = GenerationMode.StandardImageToVideo;

    /// <summary>The rules of a mode.</summary>
    public static ModeRules Rules(this GenerationMode mode) => All[(int)mode - 1];

    /// <summary>The rules of the mode with that wire name, or null.</summary>
    public static ModeRules? Find(string name) => All.FirstOrDefault(rules => rules.Name == name);
}

/// <summary>The wire names of <see cref="AspectRatio"/>.</summary>
public static class AspectRatios
{
    /// <summary>All wire names, in the order in which they are shown.</summary>
    public static ImmutableArray<string> Names { get; } = ["16:9", "9:16", "1:1"];

    /// <summary>The wire name.</summary>
    public static string Name(this AspectRatio ratio) => Names[(int)ratio - 1];

    /// <summary>The ratio with that wire name, or null.</summary>
    public static AspectRatio? Find(string name)
    {
        var index = Names.IndexOf(name);
        return index < 0 ? null : (AspectRatio)(index + 1);
    }
}
