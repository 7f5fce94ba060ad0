using System.Collections.Immutable;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Fal;

/// <summary>One of fal's four Kling 2.1 apps. Source: fal, llms.txt of the apps; <c>@fal-ai/client</c> 1.7.2 for the end picture.</summary>
/// <param name="Id">Its full id, such as <c>fal-ai/kling-video/v2.1/pro/image-to-video</c>.</param>
/// <param name="Mode">The mode that it is.</param>
internal sealed record ServedApp(string Id, GenerationMode Mode)
{
    /// <summary>All of them, in the order of the modes.</summary>
    public static ImmutableArray<ServedApp> All { get; } =
    [
        new($"{Wire.Root}/v2.1/standard/image-to-video", GenerationMode.StandardImageToVideo),
        new($"{Wire.Root}/v2.1/pro/image-to-video", GenerationMode.ProImageToVideo),
        new($"{Wire.Root}/v2.1/master/text-to-video", GenerationMode.MasterTextToVideo),
        new($"{Wire.Root}/v2.1/master/image-to-video", GenerationMode.MasterImageToVideo),
    ];

    /// <summary>Whether it takes a start picture.</summary>
    public bool TakesImage => Mode.Rules().MaxImages > 0;

    /// <summary>Whether it takes an end picture.</summary>
    public bool TakesEndImage => Mode.Rules().MaxImages > 1;

    /// <summary>The app of that id, or null.</summary>
    public static ServedApp? Find(string id) => All.FirstOrDefault(app => app.Id == id);

    /// <summary>The app of a mode.</summary>
    public static ServedApp Of(GenerationMode mode) => All.First(app => app.Mode == mode);
}
