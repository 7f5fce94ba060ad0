using System.Collections.Immutable;

namespace Filmgate.Model.Requests;

/// <summary>What a caller wants, checked: every surface maps to it and every provider maps from it.</summary>
public sealed record GenerationRequest
{
    /// <summary>The mode.</summary>
    public required GenerationMode Mode { get; init; }

    /// <summary>The words, 1 to 5000 characters.</summary>
    public required string Prompt { get; init; }

    /// <summary>What must not be seen, at most 500 characters; null when not given.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>Length of the clip in seconds: 5 or 10.</summary>
    public required int DurationSeconds { get; init; }

    /// <summary>The shape, for modes without a picture; null otherwise.</summary>
    public AspectRatio? AspectRatio { get; init; }

    /// <summary>How closely the clip follows the prompt, 0 to 1. Default: 0.5.</summary>
    public required decimal CfgScale { get; init; }

    /// <summary>Where the pictures come from: an http(s) address, or <see cref="StoredImagePrefix"/> and a hash of bytes that we already hold.</summary>
    public ImmutableArray<string> Images { get; init; } = [];

    /// <summary>A strategy (<c>auto</c>, <c>value</c>, <c>official</c>) or the name of a configured provider.</summary>
    public required string Provider { get; init; }

    /// <summary>Begins an image source whose bytes came with the request and lie in the blob store under the SHA-256 that follows.</summary>
    public const string StoredImagePrefix = "stored:";

    /// <summary>The rules of the mode.</summary>
    public ModeRules Rules => Mode.Rules();
}
