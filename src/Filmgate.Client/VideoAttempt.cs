namespace Filmgate.Client;

/// <summary>One submission of a task to one provider. What a server does not tell is null; all of it is in <see cref="VideoTask.RawResponse"/>.</summary>
/// <param name="Id">Names the attempt.</param>
/// <param name="Provider">The provider.</param>
/// <param name="State">Where the attempt stands, as the server says it.</param>
public sealed record VideoAttempt(string? Id, string? Provider, string? State)
{
    /// <summary>1 for the task's first.</summary>
    public int? Number { get; init; }

    /// <summary>Why it was refused, failed or is unknown, in a sentence.</summary>
    public string? Reason { get; init; }

    /// <summary>When it was decided upon.</summary>
    public DateTimeOffset? PreparedAt { get; init; }

    /// <summary>When the submission began.</summary>
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>When the provider took it.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>When it was refused, completed or failed.</summary>
    public DateTimeOffset? EndedAt { get; init; }
}
