namespace Filmgate.Animatic;

/// <summary>One thing to render: a prompt, up to two pictures, a size and a length.</summary>
public sealed record AnimaticShot
{
    /// <summary>The prompt. Its camera words decide the move; without a start picture its other words decide the scene.</summary>
    public required string Prompt { get; init; }

    /// <summary>The picture of the first frame: a JPEG, PNG or WebP file. Null (default) draws a scene from the prompt.</summary>
    public string? StartPicturePath { get; init; }

    /// <summary>The picture of the last frame: a JPEG, PNG or WebP file. Null (default) for none. Allowed only with a start picture.</summary>
    public string? EndPicturePath { get; init; }

    /// <summary>The length of the frame's short side.</summary>
    public required FrameResolution Resolution { get; init; }

    /// <summary>The frame's shape when there is no start picture; with one, the picture's own shape is kept. Default: 16:9.</summary>
    public AspectRatio Aspect { get; init; } = AspectRatio.Wide;

    /// <summary>The clip's length in seconds, 1 to 60. Kling's lengths are 5 and 10.</summary>
    public required int DurationSeconds { get; init; }

    /// <summary>Drives the sway of a handheld camera. The same shot with the same seed gives the same frames. Default: 0.</summary>
    public ulong Seed { get; init; }

    /// <summary>The number of frames, at <see cref="FrameRate.PerSecond"/> a second.</summary>
    public int FrameCount => DurationSeconds * FrameRate.PerSecond;

    /// <summary>Says what is wrong with the shot before any work is done.</summary>
    /// <exception cref="ArgumentException">The length is out of range, or there is an end picture but no start picture.</exception>
    internal void Validate()
    {
        if (DurationSeconds is < 1 or > 60)
            throw new ArgumentException($"A shot lasts 1 to 60 seconds, not {DurationSeconds}.", nameof(DurationSeconds));
        if (EndPicturePath is not null && StartPicturePath is null)
            throw new ArgumentException("A shot with an end picture needs a start picture.", nameof(EndPicturePath));
    }
}
