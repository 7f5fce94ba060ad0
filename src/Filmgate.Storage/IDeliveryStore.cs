using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;

namespace Filmgate.Storage;

/// <summary>A destination with something to send.</summary>
/// <param name="Name">Its name, from <see cref="Model.Webhooks.Destination"/>.</param>
/// <param name="DueAt">When its next delivery is due.</param>
public readonly record struct DueDestination(string Name, DateTimeOffset DueAt);

/// <summary>What is due at one destination.</summary>
/// <param name="Endpoint">The endpoint as it is now; null for callbacks.</param>
/// <param name="Deliveries">Longest overdue first.</param>
public sealed record DuePage(WebhookEndpoint? Endpoint, ImmutableArray<Delivery> Deliveries);

/// <summary>What came of recording an attempt.</summary>
/// <param name="IsRecorded">False when somebody recorded one since the delivery was seen.</param>
/// <param name="Disabled">The endpoint that the attempt disabled; null mostly.</param>
public sealed record RecordOutcome(bool IsRecorded, WebhookEndpoint? Disabled = null);

/// <summary>Which deliveries of an account are wanted; null asks for all.</summary>
public sealed record DeliveryFilter
{
    /// <summary>Only those of this endpoint.</summary>
    public EndpointId? Endpoint { get; init; }
    /// <summary>Only those that tell of this task.</summary>
    public TaskId? Task { get; init; }
    /// <summary>Only those in one of these states; none asks for all.</summary>
    public ImmutableArray<DeliveryState> States { get; init; } = [];
    /// <summary>Only those whose event happened then or later.</summary>
    public DateTimeOffset? From { get; init; }
    /// <summary>Only those whose event happened before then.</summary>
    public DateTimeOffset? Before { get; init; }
    /// <summary>Only those older than this one: goes on behind it.</summary>
    public DeliveryId? After { get; init; }
    /// <summary>Most deliveries.</summary>
    public required int Limit { get; init; }
}

/// <summary>What came of asking for a delivery to be sent again.</summary>
public enum ResendOutcome
{
    /// <summary>It is due now.</summary>
    Due = 1,
    /// <summary>The account has no such delivery.</summary>
    Unknown = 2,
    /// <summary>Its endpoint is disabled.</summary>
    Disabled = 3,
    /// <summary>Its endpoint is deleted.</summary>
    Deleted = 4,
}

/// <summary>Keeps webhook events until their receivers have them, and what was answered. New ones come with the step of the task that they tell of.</summary>
public interface IDeliveryStore
{
    /// <summary>Destinations with a delivery whose due time has come, longest overdue first. The cost is theirs, not their deliveries'.</summary>
    ValueTask<ImmutableArray<DueDestination>> FindDueDestinationsAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Deliveries of one destination whose due time has come, longest overdue first.</summary>
    ValueTask<DuePage> FindDueAsync(string destination, DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>The earliest due time after a moment; null when there is none.</summary>
    ValueTask<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken cancellationToken);

    /// <summary>
    /// Records an attempt and what follows from it, if nobody recorded one since the delivery was seen: where the delivery stands, how its
    /// endpoint fares, and whether that is disabled, all in one transaction.
    /// </summary>
    /// <param name="seen">The delivery before the attempt.</param>
    /// <param name="attempt">What happened.</param>
    /// <param name="nextAt">When to try again; null when the delivery is final.</param>
    /// <param name="rule">How long an endpoint may fail.</param>
    /// <param name="announce">Words the event that tells other endpoints of a disabled one.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<RecordOutcome> RecordAsync(
        Delivery seen, DeliveryAttempt attempt, DateTimeOffset? nextAt, DisablingRule rule, Func<WebhookEndpoint, NewEvent> announce, CancellationToken cancellationToken);

    /// <summary>All deliveries of a task, oldest first.</summary>
    ValueTask<IReadOnlyList<Delivery>> FindOfTaskAsync(TaskKey task, CancellationToken cancellationToken);

    /// <summary>Deliveries of an account, newest first.</summary>
    ValueTask<ImmutableArray<Delivery>> ListAsync(AccountId account, DeliveryFilter filter, CancellationToken cancellationToken);

    /// <summary>One delivery; null when the account has no such.</summary>
    ValueTask<Delivery?> FindAsync(AccountId account, DeliveryId id, CancellationToken cancellationToken);

    /// <summary>Every attempt of a delivery, oldest first.</summary>
    ValueTask<ImmutableArray<RecordedAttempt>> AttemptsAsync(DeliveryId id, CancellationToken cancellationToken);

    /// <summary>Makes one delivery due now, whatever became of it, with the same event id: one attempt, or the next one of its schedule while that lasts.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="id">Which.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="audit">What the audit log says of it, in the same transaction; null when its owner asks. What was not done is not recorded.</param>
    ValueTask<ResendOutcome> ResendAsync(AccountId account, DeliveryId id, DateTimeOffset now, CancellationToken cancellationToken, AuditEntry? audit = null);

    /// <summary>Makes failed and missed deliveries due now, oldest first, each with its whole schedule before it. Those of disabled endpoints stay.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="filter">Which; states other than failed and missed are left alone, and <see cref="DeliveryFilter.After"/> does not count.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="audit">What the audit log says of so many, in the same transaction; null when their owner asks. Of none nothing is said.</param>
    /// <returns>How many.</returns>
    ValueTask<int> ReplayAsync(
        AccountId account, DeliveryFilter filter, DateTimeOffset now, CancellationToken cancellationToken, Func<int, AuditEntry>? audit = null);

    /// <summary>Forgets deliveries that ended before a time, with their attempts, those that ended first before others; what is still to be sent stays.</summary>
    /// <param name="before">The time.</param>
    /// <param name="limit">Most deliveries at a time, so that no other write waits long.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many were forgotten.</returns>
    ValueTask<int> ForgetAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);
}
