using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Rehearsal;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Model.Gateway;

/// <summary>The counter between the dialects and the house: every surface creates and reads tasks here, in its own words.</summary>
public interface ITaskDesk
{
    /// <summary>Admits a draft and makes the task durable; the answer may be given once this returns.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="dialect">The surface through which it comes.</param>
    /// <param name="draft">What is asked.</param>
    /// <param name="idempotencyKey">The caller's key, already known to be well-formed (<see cref="IdempotencyClaim.IsKey"/>); null without one.</param>
    /// <param name="cancellationToken">Gives up before the task is written, never after.</param>
    ValueTask<CreateOutcome> CreateAsync(
        Caller caller, string dialect, GenerationDraft draft, string? idempotencyKey, CancellationToken cancellationToken);

    /// <summary>What a draft would cost and where it would go now; nothing is created.</summary>
    ValueTask<EstimateOutcome> EstimateAsync(Caller caller, GenerationDraft draft, CancellationToken cancellationToken);

    /// <summary>The task as its caller sees it; null when this account has no such task.</summary>
    ValueTask<TaskView?> FindAsync(Caller caller, TaskId id, CancellationToken cancellationToken);

    /// <summary>The task with its pictures and attempts; null when this account has no such task.</summary>
    ValueTask<TaskDetails?> FindDetailsAsync(Caller caller, TaskId id, CancellationToken cancellationToken);

    /// <summary>The task that this surface's caller gave an id of its own; null when this account has no such task.</summary>
    ValueTask<TaskDetails?> FindByExternalIdAsync(Caller caller, string dialect, string externalId, CancellationToken cancellationToken);

    /// <summary>The task as it is now and then after each change, until it has ended; nothing when this account has no such task.</summary>
    IAsyncEnumerable<TaskDetails> WatchAsync(Caller caller, TaskId id, CancellationToken cancellationToken);

    /// <summary>Tasks of the caller's account that match, in the order that the filter names.</summary>
    ValueTask<ImmutableArray<TaskDetails>> ListAsync(Caller caller, TaskFilter filter, CancellationToken cancellationToken);

    /// <summary>Cancels a task as far as that is still possible; null when this account has no such task.</summary>
    ValueTask<CancelOutcome?> CancelAsync(Caller caller, TaskId id, CancellationToken cancellationToken);

    /// <summary>
    /// Takes an ended task and its clip out of sight; the books keep it. Null when this account has no such task, false while it is in flight.
    /// </summary>
    ValueTask<bool?> DeleteAsync(Caller caller, TaskId id, CancellationToken cancellationToken);

    /// <summary>What the account may still spend.</summary>
    ValueTask<Usd> BalanceAsync(Caller caller, CancellationToken cancellationToken);
}

/// <summary>The answer to a creation: a closed set.</summary>
public abstract record CreateOutcome
{
    private CreateOutcome()
    {
    }

    /// <summary>The task is durable.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="IsReplay">Whether an earlier request with the same idempotency key created it.</param>
    public sealed record Accepted(TaskId Id, bool IsReplay = false) : CreateOutcome;

    /// <summary>The request is wrong.</summary>
    /// <param name="Faults">Everything that is wrong with it; at least one.</param>
    public sealed record Refused(ImmutableArray<RequestFault> Faults) : CreateOutcome;

    /// <summary>The idempotency key stands for another request.</summary>
    public sealed record KeyReused : CreateOutcome;

    /// <summary>The caller's own id names another task of this surface already.</summary>
    /// <param name="ExternalId">The id.</param>
    public sealed record DuplicateId(string ExternalId) : CreateOutcome;

    /// <summary>A limit of the account is reached.</summary>
    /// <param name="Reason">Which, in a sentence.</param>
    /// <param name="RetryAfter">When to ask again.</param>
    /// <param name="Limit">How much the limit allows; null when that is not to be told.</param>
    public sealed record TooMany(string Reason, TimeSpan RetryAfter, int? Limit = null) : CreateOutcome;

    /// <summary>The budget does not reach.</summary>
    /// <param name="Price">What the task would cost.</param>
    /// <param name="Left">What may still be spent.</param>
    public sealed record OverBudget(Usd Price, Usd Left) : CreateOutcome;

    /// <summary>Nothing is wrong with the request, but the house cannot take it now.</summary>
    /// <param name="Reason">Why, in a sentence.</param>
    /// <param name="RetryAfter">When to ask again.</param>
    public sealed record Unavailable(string Reason, TimeSpan RetryAfter) : CreateOutcome;

    /// <summary>The prompt of a test asks for this refusal; nothing was created.</summary>
    /// <param name="Answer">Which.</param>
    public sealed record Rehearsed(RehearsedAnswer Answer) : CreateOutcome;

    /// <summary>The prompt of a test asks for a connection that breaks: it is cut, and nothing is answered.</summary>
    /// <param name="Made">The task that is durable all the same; null when nothing was created.</param>
    public sealed record Unanswered(TaskId? Made) : CreateOutcome;

    /// <summary>The task that is durable, whether its caller hears of it or not; null when there is none.</summary>
    public TaskId? Task => this switch
    {
        Accepted accepted => accepted.Id,
        Unanswered unanswered => unanswered.Made,
        _ => null,
    };
}

/// <summary>The answer to an estimate: a closed set.</summary>
public abstract record EstimateOutcome
{
    private EstimateOutcome()
    {
    }

    /// <summary>What it would cost and where it would go.</summary>
    /// <param name="Price">The price at that provider; zero for test keys.</param>
    /// <param name="Hold">What a creation would hold: the most that it can cost at any provider it may go to.</param>
    /// <param name="Provider">The provider that would be chosen now; null when none can take it.</param>
    /// <param name="Why">Why that one, or why none, in a sentence.</param>
    public sealed record Priced(Usd Price, Usd Hold, string? Provider, string Why) : EstimateOutcome;

    /// <summary>The request is wrong.</summary>
    /// <param name="Faults">Everything that is wrong with it; at least one.</param>
    public sealed record Refused(ImmutableArray<RequestFault> Faults) : EstimateOutcome;
}

/// <summary>The answer to a cancellation.</summary>
public enum CancelOutcome
{
    /// <summary>The task is canceled: it was at no provider.</summary>
    Canceled = 1,
    /// <summary>It is at a provider, who is asked to stop; the task ends as canceled, or with a clip that came all the same.</summary>
    Requested = 2,
    /// <summary>It has ended, or its clip is being taken in.</summary>
    TooLate = 3,
}

/// <summary>A task as its caller sees it.</summary>
public sealed record TaskView
{
    /// <summary>Its id.</summary>
    public required TaskId Id { get; init; }
    /// <summary>Where it stands.</summary>
    public required TaskState State { get; init; }
    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it became terminal; null before.</summary>
    public DateTimeOffset? CompletedAt { get; init; }
    /// <summary>Why it failed; exactly for failed tasks.</summary>
    public Failure? Failure { get; init; }
    /// <summary>Signed address of the clip; exactly for successful tasks.</summary>
    public string? ClipUrl { get; init; }
}

/// <summary>A task with all that became of it.</summary>
/// <param name="Task">The task.</param>
/// <param name="ClipUrl">Signed address of the clip; null when there is none.</param>
/// <param name="PosterUrl">Signed address of the poster; null when there is none.</param>
public sealed record TaskDetails(VideoTask Task, string? ClipUrl, string? PosterUrl)
{
    /// <summary>Its place in the queue of <see cref="VideoTask.WaitingFor"/>; null when it does not wait, or was not asked about alone.</summary>
    public TaskPlace? Place { get; init; }

    /// <summary>The task as far as a status answer shows it.</summary>
    public TaskView View => new()
    {
        Id = Task.Key.Task,
        State = Task.State,
        CreatedAt = Task.CreatedAt,
        CompletedAt = Task.CompletedAt,
        Failure = Task.Failure,
        ClipUrl = ClipUrl,
    };
}

/// <summary>Where a task stands in a provider's queue.</summary>
/// <param name="Position">1 for the next one.</param>
/// <param name="ExpectedStart">When its turn is thought to come.</param>
public sealed record TaskPlace(int Position, DateTimeOffset ExpectedStart);
