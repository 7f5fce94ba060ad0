using System.Collections.Immutable;

namespace Filmgate.Model.Requests;

/// <summary>A field of a request, whatever a vendor's wire calls it. Each dialect renders it in its own words.</summary>
public enum RequestField
{
    /// <summary>The whole body.</summary>
    Body,
    /// <summary>How the result is to come: poll or callback.</summary>
    RequestType,
    /// <summary>Where the result is posted.</summary>
    CallbackUrl,
    /// <summary>Strategy or provider.</summary>
    Provider,
    /// <summary>The caller's tag.</summary>
    Source,
    /// <summary>The caller's own notes.</summary>
    Metadata,
    /// <summary>The object that holds the generation's parameters.</summary>
    Input,
    /// <summary>Mode.</summary>
    Mode,
    /// <summary>Prompt.</summary>
    Prompt,
    /// <summary>Negative prompt.</summary>
    NegativePrompt,
    /// <summary>Duration.</summary>
    Duration,
    /// <summary>Pictures.</summary>
    ImageUrls,
    /// <summary>Shape.</summary>
    AspectRatio,
    /// <summary>Closeness to the prompt.</summary>
    CfgScale,
    /// <summary>The caller's key by which a repeated request is known.</summary>
    IdempotencyKey,
}

/// <summary>A request as read from the wire: types are right, values are not yet checked. Null means not given.</summary>
public sealed record GenerationDraft
{
    /// <summary>Wire name of the mode.</summary>
    public string? Mode { get; init; }

    /// <summary>The words.</summary>
    public string? Prompt { get; init; }

    /// <summary>What must not be seen.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>Seconds.</summary>
    public decimal? Duration { get; init; }

    /// <summary>Addresses or data URLs of pictures.</summary>
    public ImmutableArray<string> ImageUrls { get; init; } = [];

    /// <summary>Wire name of the shape.</summary>
    public string? AspectRatio { get; init; }

    /// <summary>0 to 1.</summary>
    public decimal? CfgScale { get; init; }

    /// <summary>Strategy or provider.</summary>
    public string? Provider { get; init; }

    /// <summary>Where to post the result; null when the caller polls.</summary>
    public string? CallbackUrl { get; init; }

    /// <summary>The caller's tag.</summary>
    public string? Source { get; init; }

    /// <summary>The caller's own notes; empty when not given.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
