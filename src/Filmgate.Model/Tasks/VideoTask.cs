using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;

namespace Filmgate.Model.Tasks;

/// <summary>A code from the vocabulary and a sentence for people.</summary>
/// <param name="Code">The code.</param>
/// <param name="Message">The sentence; shown to the caller.</param>
public sealed record Failure(FailureCode Code, string Message);

/// <summary>A checked input picture in our own store.</summary>
/// <param name="Position">0 for the start frame, 1 for the end frame.</param>
/// <param name="Sha256">Lower-case hex of its bytes' hash, which is its name in the store.</param>
/// <param name="MediaType">Such as <c>image/png</c>, by content.</param>
/// <param name="Width">Pixels, as shown (orientation applied).</param>
/// <param name="Height">Pixels, as shown.</param>
/// <param name="Length">Bytes.</param>
public sealed record InputImage(int Position, string Sha256, string MediaType, int Width, int Height, long Length);

/// <summary>A clip in our own store, with its poster.</summary>
public sealed record Clip
{
    /// <summary>Its id, part of the URL under which it is served.</summary>
    public required ClipId Id { get; init; }
    /// <summary>Lower-case hex of the MP4's hash, which is its name in the store.</summary>
    public required string Sha256 { get; init; }
    /// <summary>Bytes of the MP4.</summary>
    public required long Length { get; init; }
    /// <summary>Pixels.</summary>
    public required int Width { get; init; }
    /// <summary>Pixels.</summary>
    public required int Height { get; init; }
    /// <summary>Length in time.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>Frames.</summary>
    public required long Frames { get; init; }
    /// <summary>Lower-case hex of the JPEG poster's hash; null when none could be made.</summary>
    public string? PosterSha256 { get; init; }
    /// <summary>When the file may be deleted.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>One generation request and all that became of it. The store's row is the truth; every other copy is a cache.</summary>
public sealed record VideoTask
{
    /// <summary>Account and id.</summary>
    public required TaskKey Key { get; init; }
    /// <summary>The key it was asked with.</summary>
    public required KeyId KeyId { get; init; }
    /// <summary>Asked with a test key: only the local renderer, and never money.</summary>
    public required bool IsTest { get; init; }
    /// <summary>The dialect through which it came, which also words its callback.</summary>
    public required string Dialect { get; init; }
    /// <summary>What was asked.</summary>
    public required GenerationRequest Request { get; init; }
    /// <summary>Where events are posted; null when the caller polls.</summary>
    public string? CallbackUrl { get; init; }
    /// <summary>Which events are posted there.</summary>
    public TaskEvents CallbackEvents { get; init; } = TaskEvents.Completed;
    /// <summary>The caller's tag.</summary>
    public string? Source { get; init; }
    /// <summary>The caller's own id for it; null when it gave none.</summary>
    public string? ExternalId { get; init; }
    /// <summary>What its surface remembers of the request; null for nothing.</summary>
    public string? Notes { get; init; }
    /// <summary>The caller's own notes.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    /// <summary>Its rank among the waiting tasks of its account: higher goes first, 0 to 9.</summary>
    public int Priority { get; init; }
    /// <summary>What is held of the account's budget until it is certain what the task cost; zero for test keys.</summary>
    public Usd Hold { get; init; }
    /// <summary>When the caller asked to cancel it; null when nobody did.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }
    /// <summary>Where it stands.</summary>
    public required TaskState State { get; init; }
    /// <summary>Percent done as the provider says, 0 to 100; never goes back.</summary>
    public int Progress { get; init; }
    /// <summary>Counts the transitions. An update names the revision that it saw, so of two only one wins.</summary>
    public long Revision { get; init; }
    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When something is to be done next; null exactly when the task is terminal.</summary>
    public DateTimeOffset? DueAt { get; init; }
    /// <summary>The provider in whose queue it stands; null when it stands in none.</summary>
    public string? WaitingFor { get; init; }
    /// <summary>Since when it waits for a provider; null exactly when it stands in no queue.</summary>
    public DateTimeOffset? WaitingSince { get; init; }
    /// <summary>When it became terminal; null before.</summary>
    public DateTimeOffset? CompletedAt { get; init; }
    /// <summary>How often the present step was tried in vain; reset by every step forward, to which another address of the clip does not count.</summary>
    public int Tries { get; init; }
    /// <summary>Why it failed; exactly for failed tasks.</summary>
    public Failure? Failure { get; init; }
    /// <summary>The clip; exactly for successful tasks.</summary>
    public Clip? Clip { get; init; }
    /// <summary>The checked pictures; null until intake is done.</summary>
    public ImmutableArray<InputImage>? Inputs { get; init; }
    /// <summary>All submissions, oldest first.</summary>
    public ImmutableArray<Attempt> Attempts { get; init; } = [];

    /// <summary>What the task certainly cost: the sum over its submissions.</summary>
    public Usd Cost => new(Attempts.Sum(attempt => attempt.Cost.Micros));

    /// <summary>What it may have cost beyond that: the sum over its submissions.</summary>
    public Usd Unconfirmed => new(Attempts.Sum(attempt => attempt.Unconfirmed.Micros));

    /// <summary>Whether nothing can change what it cost any more: it has ended, and no charge is unconfirmed.</summary>
    public bool IsSettled => State.IsTerminal() && Unconfirmed == Usd.Zero;

    /// <summary>The latest submission; null when there is none.</summary>
    public Attempt? LastAttempt => Attempts.Length > 0 ? Attempts[^1] : null;
}
