using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;

namespace Filmgate.Model.Tasks;

/// <summary>Where one submission stands.</summary>
public enum AttemptState
{
    /// <summary>Decided upon; nothing has left the house.</summary>
    Prepared = 1,
    /// <summary>The next thing to happen is the first byte; from here on the provider may have it.</summary>
    Sent = 2,
    /// <summary>The provider has it and named it.</summary>
    Accepted = 3,
    /// <summary>Nobody knows whether the provider has it.</summary>
    Unknown = 4,
    /// <summary>The provider certainly does not have it. Final.</summary>
    Refused = 5,
    /// <summary>The provider has finished the clip. Final.</summary>
    Completed = 6,
    /// <summary>The provider took it and could not do it. Final.</summary>
    Failed = 7,
    /// <summary>Given up: it may still become a clip, or a charge, but nobody waits for it any more. Final.</summary>
    Abandoned = 8,
}

/// <summary>Questions about <see cref="AttemptState"/>.</summary>
public static class AttemptStates
{
    /// <summary>Whether the attempt is waited for. A task has at most one open attempt.</summary>
    public static bool IsOpen(this AttemptState state) => state <= AttemptState.Unknown;

    /// <summary>Whether the attempt has ended without a clip, so that another may follow.</summary>
    public static bool IsInVain(this AttemptState state) => state is AttemptState.Refused or AttemptState.Failed or AttemptState.Abandoned;
}

/// <summary>One submission of a task to one provider.</summary>
public sealed record Attempt
{
    /// <summary>Its id, which providers that take an id of ours are given.</summary>
    public required AttemptId Id { get; init; }
    /// <summary>1 for the task's first.</summary>
    public required int Number { get; init; }
    /// <summary>Name of the configured provider.</summary>
    public required string Provider { get; init; }
    /// <summary>Why that provider, in a sentence; null for attempts from before reasons were kept.</summary>
    public string? RouteReason { get; init; }
    /// <summary>Where it stands.</summary>
    public required AttemptState State { get; init; }
    /// <summary>The provider's id; from acceptance on.</summary>
    public string? UpstreamId { get; init; }
    /// <summary>The id that a callback named while nobody knew whether the provider has it; it counts only once it is read there.</summary>
    public string? CandidateId { get; init; }
    /// <summary>Where the provider put the clip; from completion on.</summary>
    public ClipLocation? ClipLocation { get; init; }
    /// <summary>What the provider charged, as far as that is certain; known at the end.</summary>
    public Usd Cost { get; init; }
    /// <summary>
    /// What the provider may have charged although nobody knows: it stays held until somebody does (<see cref="TaskTransition.ResolveCharge"/>).
    /// Zero once it is certain.
    /// </summary>
    public Usd Unconfirmed { get; init; }
    /// <summary>Why it was refused, failed or is unknown, in a sentence.</summary>
    public string? Reason { get; init; }
    /// <summary>The kind of refusal.</summary>
    public RefusalClass? Refusal { get; init; }
    /// <summary>What the provider said when it could not do it, or would not; null where it said no code, and for a task that it lost unbilled.</summary>
    public FailureCode? FailCode { get; init; }
    /// <summary>When it was decided upon.</summary>
    public required DateTimeOffset PreparedAt { get; init; }
    /// <summary>When the submission began.</summary>
    public DateTimeOffset? SentAt { get; init; }
    /// <summary>When the provider took it.</summary>
    public DateTimeOffset? AcceptedAt { get; init; }
    /// <summary>When the provider was asked to stop it, which happens once at most; null when it was not.</summary>
    public DateTimeOffset? CancelSentAt { get; init; }
    /// <summary>When it was refused, completed, failed or abandoned.</summary>
    public DateTimeOffset? EndedAt { get; init; }
    /// <summary>Since when its clip, which exists, cannot be fetched, after the quick tries were in vain; null for most.</summary>
    public DateTimeOffset? UnfetchedSince { get; init; }
    /// <summary>When somebody decided what it cost (<see cref="TaskTransition.ResolveCharge"/>); null for most.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }
}
