using System.Collections.Immutable;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>The names of models on this surface, and what each makes of a request. The names are ours: the shape never had one for Kling.</summary>
internal static class Models
{
    /// <summary>Names of the models. <see cref="Routed"/> takes the cheapest that can do what is asked.</summary>
    public const string Standard = "kling-2.1-standard", Pro = "kling-2.1-pro", Master = "kling-2.1-master", Routed = "kling-2.1";

    /// <summary>Who makes them.</summary>
    public const string Owner = "kling";

    /// <summary>When Kling 2.1 came out, in Unix seconds: 2025-05-29.</summary>
    public const long Created = 1_748_476_800;

    /// <summary>All names, in the order in which they are shown.</summary>
    public static ImmutableArray<string> Names { get; } = [Standard, Pro, Master, Routed];

    /// <summary>
    /// The mode of a request. Without a picture it is text to video, which only master does. The routed model takes standard for one picture,
    /// or pro when the size asks for more than 720 pixels or there is an end frame.
    /// </summary>
    /// <param name="model">One of <see cref="Names"/>.</param>
    /// <param name="hasImage">Whether there is a start frame.</param>
    /// <param name="hasEndImage">Whether there is an end frame.</param>
    /// <param name="size">The size that was asked for; null when none was.</param>
    public static GenerationMode Mode(string model, bool hasImage, bool hasEndImage, FrameSize? size) => model switch
    {
        Standard => GenerationMode.StandardImageToVideo,
        Pro => GenerationMode.ProImageToVideo,
        _ when !hasImage => GenerationMode.MasterTextToVideo,
        Master => GenerationMode.MasterImageToVideo,
        _ => hasEndImage || size is { ShortSide: > (int)ClipResolution.P720 } ? GenerationMode.ProImageToVideo : GenerationMode.StandardImageToVideo,
    };

    /// <summary>The model that does a mode.</summary>
    public static string Of(GenerationMode mode) => mode switch
    {
        GenerationMode.StandardImageToVideo => Standard,
        GenerationMode.ProImageToVideo => Pro,
        _ => Master,
    };
}
