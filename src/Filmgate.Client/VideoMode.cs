namespace Filmgate.Client;

/// <summary>What the model is asked to do, and at which quality. Any other name a server knows can be given by constructor.</summary>
/// <param name="Name">The wire name.</param>
public readonly record struct VideoMode(string Name)
{
    /// <summary>One picture moves, 720p.</summary>
    public static VideoMode StandardImageToVideo { get; } = new("standard-image-to-video");

    /// <summary>One picture moves, or one becomes another, 1080p.</summary>
    public static VideoMode ProImageToVideo { get; } = new("pro-image-to-video");

    /// <summary>Words become a clip, 1080p.</summary>
    public static VideoMode MasterTextToVideo { get; } = new("master-text-to-video");

    /// <summary>One picture moves at the highest quality, 1080p.</summary>
    public static VideoMode MasterImageToVideo { get; } = new("master-image-to-video");

    /// <summary>
    /// The mode that a request means by its pictures alone: none asks for text to video, two need the mode that takes an
    /// end frame, and one takes the least expensive mode.
    /// </summary>
    /// <param name="imageCount">How many pictures there are.</param>
    public static VideoMode ForImages(int imageCount) => imageCount switch
    {
        0 => MasterTextToVideo,
        1 => StandardImageToVideo,
        _ => ProImageToVideo,
    };

    /// <inheritdoc/>
    public override string ToString() => Name ?? "";
}
