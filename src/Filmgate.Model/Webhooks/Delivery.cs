using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Model.Webhooks;

/// <summary>Where a delivery stands.</summary>
public enum DeliveryState
{
    /// <summary>To be sent at its due time.</summary>
    Pending = 1,
    /// <summary>The receiver answered with success. Final.</summary>
    Delivered = 2,
    /// <summary>The schedule is exhausted or the receiver said it is gone. Final, until somebody replays it.</summary>
    Failed = 3,
}

/// <summary>One webhook event on its way to one URL.</summary>
public sealed record Delivery
{
    /// <summary>Its id.</summary>
    public required DeliveryId Id { get; init; }
    /// <summary>The task that it tells of.</summary>
    public required TaskKey Task { get; init; }
    /// <summary>The dialect that words and signs it.</summary>
    public required string Dialect { get; init; }
    /// <summary>What it tells of.</summary>
    public required TaskEvents Event { get; init; }
    /// <summary>Where to.</summary>
    public required string Url { get; init; }
    /// <summary>The exact bytes of every attempt.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
    /// <summary>Where it stands.</summary>
    public required DeliveryState State { get; init; }
    /// <summary>Attempts made so far.</summary>
    public required int Attempts { get; init; }
    /// <summary>When to try next; null when final.</summary>
    public DateTimeOffset? DueAt { get; init; }
}

/// <summary>What one attempt to deliver came to.</summary>
/// <param name="At">When it began.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Status">The receiver's HTTP status; null when there was no answer.</param>
/// <param name="Error">What went wrong, in a sentence; null for an answer.</param>
/// <param name="RetryAfter">How long the receiver asked us to wait; null when it did not.</param>
public sealed record DeliveryAttempt(DateTimeOffset At, TimeSpan Took, int? Status, string? Error, TimeSpan? RetryAfter)
{
    /// <summary>Whether the receiver took it: any 2xx.</summary>
    public bool Succeeded => Status is >= 200 and < 300;
}
