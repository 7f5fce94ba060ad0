namespace Filmgate.Animatic;

/// <summary>What the local renderer needs to be told about its machine.</summary>
public sealed record AnimaticOptions
{
    /// <summary>The FFmpeg executable, as a path. Default: null, which looks for <c>ffmpeg</c> in the folders of <c>PATH</c>.</summary>
    public string? FfmpegPath { get; init; }

    /// <summary>How long one poster may take before FFmpeg is stopped. A foreign clip may be made to decode for ever. Default: 30 seconds.</summary>
    public TimeSpan PosterTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock that <see cref="PosterTimeout"/> runs on. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
