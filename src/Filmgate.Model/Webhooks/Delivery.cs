using Filmgate.Model.Identity;

namespace Filmgate.Model.Webhooks;

/// <summary>Where a delivery stands.</summary>
public enum DeliveryState
{
    /// <summary>To be sent at its due time.</summary>
    Pending = 1,
    /// <summary>The receiver answered with success. Final.</summary>
    Delivered = 2,
    /// <summary>The schedule is exhausted or the receiver said it is gone. Final, until somebody sends it again.</summary>
    Failed = 3,
    /// <summary>Its endpoint was disabled when it was to be sent. Final, until somebody sends it again.</summary>
    Missed = 4,
    /// <summary>Its endpoint was deleted before it was sent. Final.</summary>
    Canceled = 5,
}

/// <summary>Why an attempt is made.</summary>
public enum DeliveryCause
{
    /// <summary>The event happened; the schedule is followed.</summary>
    Event = 1,
    /// <summary>Somebody asked for this one delivery: one attempt, whatever comes of it.</summary>
    Resend = 2,
    /// <summary>Somebody asked for all of a time: the schedule is followed anew.</summary>
    Replay = 3,
}

/// <summary>One webhook event on its way to one receiver.</summary>
public sealed record Delivery
{
    /// <summary>Its id.</summary>
    public required DeliveryId Id { get; init; }
    /// <summary>The event's id, which receivers see as <c>webhook-id</c>: the same on every attempt and at every endpoint.</summary>
    public required DeliveryId EventId { get; init; }
    /// <summary>Whose it is.</summary>
    public required AccountId Account { get; init; }
    /// <summary>The task that it tells of; null when it tells of none.</summary>
    public TaskId? Task { get; init; }
    /// <summary>The dialect that words and signs a callback; null for an endpoint.</summary>
    public string? Dialect { get; init; }
    /// <summary>The endpoint that it goes to; null for a callback.</summary>
    public EndpointId? Endpoint { get; init; }
    /// <summary>What it tells of: a name such as <c>video.completed</c>, or of a callback <c>accepted</c>, <c>started</c> or <c>completed</c>.</summary>
    public required string Event { get; init; }
    /// <summary>Where to; of an endpoint, where it is now.</summary>
    public required string Url { get; init; }
    /// <summary>The exact bytes of every attempt.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }
    /// <summary>Where it stands.</summary>
    public required DeliveryState State { get; init; }
    /// <summary>Attempts made so far.</summary>
    public required int Attempts { get; init; }
    /// <summary>Attempts made for the present cause: the place in the schedule.</summary>
    public int Tries { get; init; }
    /// <summary>Why it is or was last sent.</summary>
    public DeliveryCause Cause { get; init; } = DeliveryCause.Event;
    /// <summary>When the event happened.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When to try next; null when final.</summary>
    public DateTimeOffset? DueAt { get; init; }
    /// <summary>When it became final; null before.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The task with its account.</summary>
    /// <exception cref="InvalidOperationException">It tells of no task.</exception>
    public TaskKey TaskKey => new(Account, Task ?? throw new InvalidOperationException($"Delivery {Id} tells of no task."));
}

/// <summary>What one attempt to deliver came to.</summary>
/// <param name="At">When it began.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Status">The receiver's HTTP status; null when there was no answer.</param>
/// <param name="Error">What went wrong, in a sentence; null for an answer.</param>
/// <param name="RetryAfter">How long the receiver asked us to wait; null when it did not.</param>
/// <param name="Answer">The beginning of its answer as printable text, at most <see cref="AnswerLengthMax"/> characters; null when there was none.</param>
public sealed record DeliveryAttempt(DateTimeOffset At, TimeSpan Took, int? Status, string? Error, TimeSpan? RetryAfter, string? Answer = null)
{
    /// <summary>Most characters of an answer that are kept.</summary>
    public const int AnswerLengthMax = 1024;

    private const int GoneStatus = 410;

    /// <summary>Whether the receiver took it: any 2xx.</summary>
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>Whether the receiver says that there will never be anybody at this address.</summary>
    public bool IsGone => Status == GoneStatus;

    /// <summary>Whether the receiver is there and asks for fewer requests.</summary>
    public bool IsThrottled => Status is 429 or 503 && RetryAfter is not null;
}

/// <summary>An attempt on record.</summary>
/// <param name="Number">1 for the first of the delivery.</param>
/// <param name="Cause">Why it was made.</param>
/// <param name="Attempt">What it came to.</param>
public sealed record RecordedAttempt(int Number, DeliveryCause Cause, DeliveryAttempt Attempt);
