using System.Collections.Immutable;
using Filmgate.Model.Gateway;

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
    /// <summary>Rank among the account's waiting tasks.</summary>
    Priority,
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
    /// <summary>Model name, on surfaces that have one beside the mode.</summary>
    Model,
    /// <summary>Start picture, on surfaces that name the two pictures apart.</summary>
    Image,
    /// <summary>End picture, on surfaces that name the two pictures apart.</summary>
    EndImage,
    /// <summary>The caller's own id for the task.</summary>
    ExternalId,
    /// <summary>Size in pixels, on surfaces that name a shape by it.</summary>
    Size,
    /// <summary>Which events the caller wants to be told of.</summary>
    CallbackEvents,
    /// <summary>The longest queue that the caller wants to join.</summary>
    QueueLimit,
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

    /// <summary>Which events are posted there. Default: the task's end.</summary>
    public TaskEvents CallbackEvents { get; init; } = TaskEvents.Completed;

    /// <summary>The caller's tag.</summary>
    public string? Source { get; init; }

    /// <summary>Rank among the account's waiting tasks: higher goes first; null for 0.</summary>
    public decimal? Priority { get; init; }

    /// <summary>The caller's own id for the task, unique among its account's tasks of one surface; null when not given.</summary>
    public string? ExternalId { get; init; }

    /// <summary>
    /// What the surface wants to remember of the request, to show it again: text in a form of its own, at most
    /// <see cref="GenerationRules.NotesLengthMax"/> characters. The house keeps it and does not read it.
    /// </summary>
    public string? Notes { get; init; }

    /// <summary>The caller's own notes; empty when not given.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
