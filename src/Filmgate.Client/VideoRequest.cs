namespace Filmgate.Client;

/// <summary>What a clip is to show. Values left null take the server's defaults.</summary>
public sealed record VideoRequest
{
    /// <summary>The words: what happens, and how the camera moves. 1 to 5000 characters.</summary>
    public required string Prompt { get; init; }

    /// <summary>The pictures: none, a start frame, or a start and an end frame.</summary>
    public IReadOnlyList<VideoImage> Images { get; init; } = [];

    /// <summary>The mode. Default: <see cref="VideoMode.ForImages"/> of the number of pictures.</summary>
    public VideoMode? Mode { get; init; }

    /// <summary>Length of the clip: 5 or 10 seconds. Default: 5.</summary>
    public int? DurationSeconds { get; init; }

    /// <summary><c>16:9</c>, <c>9:16</c> or <c>1:1</c>; only for text to video. Default: <c>16:9</c>.</summary>
    public string? AspectRatio { get; init; }

    /// <summary>What must not be seen. At most 500 characters.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>Closeness to the prompt, 0 to 1.</summary>
    public decimal? CfgScale { get; init; }

    /// <summary>Routing: <c>auto</c>, <c>value</c>, <c>official</c>, or the name of a configured provider. Default: <c>auto</c>.</summary>
    public string? Provider { get; init; }

    /// <summary>Where the server posts the outcome as well; it can be polled all the same.</summary>
    public Uri? CallbackUrl { get; init; }

    /// <summary>
    /// Names this request for 24 hours: sent again with the same name, it gives the same task and costs nothing. It is
    /// what makes it safe to repeat a <see cref="FilmgateClient.CreateAsync"/> whose answer was lost.
    /// </summary>
    public string? IdempotencyKey { get; init; }
}
