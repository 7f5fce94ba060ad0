namespace Filmgate.Client;

/// <summary>What a task was asked for, as the server took it: with its defaults filled in. What a server does not tell is null.</summary>
public sealed record VideoInput
{
    /// <summary>The mode.</summary>
    public VideoMode? Mode { get; init; }

    /// <summary>The words.</summary>
    public string? Prompt { get; init; }

    /// <summary>What must not be seen.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>Length of the clip in seconds.</summary>
    public int? DurationSeconds { get; init; }

    /// <summary>The pictures, as the server names them; empty for none.</summary>
    public IReadOnlyList<string> ImageUrls { get; init; } = [];

    /// <summary>The shape of a clip made without a picture.</summary>
    public string? AspectRatio { get; init; }

    /// <summary>Closeness to the prompt, 0 to 1.</summary>
    public decimal? CfgScale { get; init; }

    /// <summary>The strategy, or the name of a provider.</summary>
    public string? Provider { get; init; }
}
