using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Storage;

/// <summary>
/// Keeps tasks. What a write returns from is on the disk; of two writers that saw the same revision only one wins.
/// The meaning of every member is held by one conformance suite that each implementation runs.
/// </summary>
public interface ITaskStore
{
    /// <summary>
    /// Admits a task: idempotency key, in-flight cap, budget, task row and hold, decided and written in one transaction. Returns when
    /// the outcome has reached the disk.
    /// </summary>
    /// <exception cref="StoreUnavailableException">It could not be written; nothing is kept of it.</exception>
    ValueTask<AdmissionOutcome> AdmitAsync(Admission admission, CancellationToken cancellationToken);

    /// <summary>Forgets idempotency keys whose time is over; they stand for nothing any more.</summary>
    /// <param name="now">The present.</param>
    /// <param name="limit">Most keys at a time, so that no other write waits long.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many were forgotten.</returns>
    ValueTask<int> ForgetKeysAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>The few fields that a status answer needs; null when the account has no such task.</summary>
    ValueTask<TaskStatusRecord?> FindStatusAsync(TaskKey key, CancellationToken cancellationToken);

    /// <summary>The whole task; null when the account has no such task.</summary>
    ValueTask<VideoTask?> LoadAsync(TaskKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Applies a step to the task as it was seen: task row, attempt, pictures, clip and delivery in one transaction,
    /// and only if nobody changed the task since.
    /// </summary>
    /// <exception cref="IllegalTransitionException">The step is not legal for the task as seen.</exception>
    /// <exception cref="UpstreamIdTakenException">The step names a provider's id that another attempt has already.</exception>
    /// <exception cref="StoreUnavailableException">It could not be written.</exception>
    ValueTask<StepOutcome> ApplyAsync(VideoTask seen, TaskTransition step, CancellationToken cancellationToken);

    /// <summary>The task to which the account gave that id of its own through that dialect; null when there is none.</summary>
    ValueTask<VideoTask?> FindByExternalIdAsync(AccountId account, string dialect, string externalId, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a terminal task out of every look-up and gives its clip up. The row stays: the books need it. False while the task is in
    /// flight, null when the account has no such task.
    /// </summary>
    /// <exception cref="StoreUnavailableException">It could not be written.</exception>
    ValueTask<bool?> DeleteAsync(TaskKey key, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Tasks of an account that match, in the order that the filter names.</summary>
    ValueTask<IReadOnlyList<VideoTask>> ListAsync(AccountId account, TaskFilter filter, CancellationToken cancellationToken);

    /// <summary>Tasks whose due time has come, longest overdue first.</summary>
    ValueTask<IReadOnlyList<TaskKey>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>Tasks with an open attempt at a provider: the holders of its slots.</summary>
    ValueTask<IReadOnlyList<TaskKey>> FindOpenAtAsync(string provider, CancellationToken cancellationToken);

    /// <summary>Tasks that stand in a provider's queue, those that were accepted first in front.</summary>
    ValueTask<ImmutableArray<WaitingTask>> FindWaitingAsync(string provider, CancellationToken cancellationToken);

    /// <summary>
    /// The task that made an attempt, deleted or not: for the operator, who has the whole house in sight and no account; null when there is no
    /// such attempt.
    /// </summary>
    ValueTask<VideoTask?> FindByAttemptAsync(AttemptId attempt, CancellationToken cancellationToken);
}

/// <summary>A task in a provider's queue.</summary>
/// <param name="Task">The task.</param>
/// <param name="Priority">Its rank within its account, 0 to 9.</param>
/// <param name="Since">When it was accepted.</param>
public readonly record struct WaitingTask(TaskKey Task, int Priority, DateTimeOffset Since);

/// <summary>A provider gave two submissions one id, so that one of the two cannot be followed by it. Nothing was written.</summary>
public sealed class UpstreamIdTakenException : Exception
{
    /// <inheritdoc/>
    public UpstreamIdTakenException()
    {
    }

    /// <inheritdoc/>
    public UpstreamIdTakenException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public UpstreamIdTakenException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>What a step came to.</summary>
/// <param name="Won">Whether the step was applied.</param>
/// <param name="Task">The task after the step; as it was seen when the step was not applied.</param>
public readonly record struct StepOutcome(bool Won, VideoTask Task);

/// <summary>A task as far as a status answer shows it.</summary>
public sealed record TaskStatusRecord
{
    /// <summary>Where it stands.</summary>
    public required TaskState State { get; init; }
    /// <summary>When it was accepted.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it became terminal.</summary>
    public DateTimeOffset? CompletedAt { get; init; }
    /// <summary>Why it failed.</summary>
    public Failure? Failure { get; init; }
    /// <summary>The clip.</summary>
    public ClipId? Clip { get; init; }
    /// <summary>When the clip may be deleted.</summary>
    public DateTimeOffset? ClipExpiresAt { get; init; }
}
