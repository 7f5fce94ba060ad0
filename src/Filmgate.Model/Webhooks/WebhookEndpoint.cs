using System.Collections.Immutable;
using Filmgate.Model.Identity;

namespace Filmgate.Model.Webhooks;

/// <summary>Why an endpoint is sent nothing.</summary>
public enum DisabledReason
{
    /// <summary>Its owner switched it off.</summary>
    ByOwner = 1,
    /// <summary>It answered 410.</summary>
    Gone = 2,
    /// <summary>It took nothing for as long as <see cref="DisablingRule"/> allows.</summary>
    Failing = 3,
}

/// <summary>An address of an account to which events of all its tasks are posted.</summary>
public sealed record WebhookEndpoint
{
    /// <summary>Most endpoints of one account; bounds how many rows one event makes.</summary>
    public const int PerAccountMax = 50;

    /// <summary>Its id.</summary>
    public required EndpointId Id { get; init; }
    /// <summary>Whose it is.</summary>
    public required AccountId Account { get; init; }
    /// <summary>1 for the first of the account; part of the ids of its deliveries.</summary>
    public required int Number { get; init; }
    /// <summary>Where to.</summary>
    public required string Url { get; init; }
    /// <summary>The owner's words for it; null for none.</summary>
    public string? Description { get; init; }
    /// <summary>What it wants to hear of.</summary>
    public required WebhookEvents Events { get; init; }
    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it was disabled; null while it is sent to.</summary>
    public DateTimeOffset? DisabledAt { get; init; }
    /// <summary>Why; null exactly while it is sent to.</summary>
    public DisabledReason? DisabledReason { get; init; }
    /// <summary>How it has answered.</summary>
    public EndpointHealth Health { get; init; } = EndpointHealth.Untried;
    /// <summary>Its secrets that count, newest first; at least one.</summary>
    public ImmutableArray<EndpointSecret> Secrets { get; init; } = [];

    /// <summary>The numbers of the secrets by which an attempt at a time is signed, newest first.</summary>
    public IEnumerable<int> SecretsAt(DateTimeOffset now) => Secrets.Where(secret => secret.ExpiresAt is not { } end || end > now).Select(secret => secret.Number);
}

/// <summary>One secret of an endpoint. Its bytes are derived from the gateway's signing key and never stored.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it signs beside its successor; null for the newest.</param>
public sealed record EndpointSecret(int Number, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    /// <summary>Most secrets of one endpoint that sign at a time; each makes the signature header longer.</summary>
    public const int PerEndpointMax = 5;

    /// <summary>How long a replaced secret signs on unless the owner says otherwise.</summary>
    public static TimeSpan GraceDefault { get; } = TimeSpan.FromHours(24);

    /// <summary>How long it may sign on at most.</summary>
    public static TimeSpan GraceMax { get; } = TimeSpan.FromDays(7);
}

/// <summary>How long an endpoint may fail before it is disabled; never by the number of failures, which a burst of tasks drives up in a second.</summary>
/// <param name="WithoutSuccess">Time since the first failure after the last success. Default: 5 days.</param>
/// <param name="BetweenFailures">Time that at least lies between that failure and the newest. Default: 12 hours.</param>
public sealed record DisablingRule(TimeSpan WithoutSuccess, TimeSpan BetweenFailures)
{
    /// <summary>Five days, with failures at least twelve hours apart.</summary>
    public static DisablingRule Default { get; } = new(TimeSpan.FromDays(5), TimeSpan.FromHours(12));
}

/// <summary>How an endpoint has answered lately.</summary>
/// <param name="FailingSince">The first failure since the last success; null when there is none.</param>
/// <param name="LastFailureAt">The newest failure.</param>
/// <param name="LastSuccessAt">The newest success.</param>
public sealed record EndpointHealth(DateTimeOffset? FailingSince, DateTimeOffset? LastFailureAt, DateTimeOffset? LastSuccessAt)
{
    /// <summary>Of an endpoint that nothing was sent to.</summary>
    public static EndpointHealth Untried { get; } = new(null, null, null);

    /// <summary>What an attempt makes of it. Attempts may end in another order than they began.</summary>
    public EndpointHealth After(DeliveryAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        if (attempt.Succeeded)
        {
            return this with { FailingSince = null, LastSuccessAt = LastSuccessAt > attempt.At ? LastSuccessAt : attempt.At };
        }

        // One that began before the last success tells nothing of what is now.
        var lastFailureAt = LastFailureAt > attempt.At ? LastFailureAt : attempt.At;
        return LastSuccessAt > attempt.At
            ? this with { LastFailureAt = lastFailureAt }
            : this with { FailingSince = FailingSince < attempt.At ? FailingSince : attempt.At, LastFailureAt = lastFailureAt };
    }

    /// <summary>Why an endpoint is to be disabled after an attempt; null when it is not.</summary>
    public DisabledReason? Verdict(DeliveryAttempt attempt, DisablingRule rule)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(rule);
        return attempt.IsGone ? DisabledReason.Gone
            : LastFailureAt - FailingSince is { } span && span >= rule.WithoutSuccess && span >= rule.BetweenFailures ? DisabledReason.Failing
            : null;
    }
}

/// <summary>What an owner changes of an endpoint; null leaves it as it is.</summary>
/// <param name="Url">Where to. What waits goes to the new address.</param>
/// <param name="Description">The owner's words; empty for none.</param>
/// <param name="Events">What it wants to hear of from now on.</param>
/// <param name="IsEnabled">False keeps what waits and what comes as missed; true begins anew, and leaves what was missed to a replay.</param>
public sealed record EndpointChange(string? Url, string? Description, WebhookEvents? Events, bool? IsEnabled);
