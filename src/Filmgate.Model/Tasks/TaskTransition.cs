using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Webhooks;

namespace Filmgate.Model.Tasks;

/// <summary>
/// A named step in a task's life: a plain value that knows from which states it is legal and what follows.
/// The store applies it by one update that holds only for the revision the step was decided upon.
/// The picture of all steps is <c>docs/state-machine.md</c>; a test compares it with this file.
/// </summary>
/// <param name="At">When it happened.</param>
public abstract record TaskTransition(DateTimeOffset At)
{
    /// <summary>The name under which logs and the state diagram know it.</summary>
    public string Name => GetType().Name;

    /// <summary>The callback that this step makes due, written in the same transaction; null for most steps.</summary>
    public virtual NewDelivery? Delivery => null;

    /// <summary>What this step adds to the task's hold, for the attempt that it names; null for most steps.</summary>
    public virtual FurtherHold? FurtherHold => null;

    /// <summary>Whether the step is about a task's money after its end; all others are about its life before.</summary>
    protected virtual bool IsAfterEnd(VideoTask task) => false;

    /// <summary>What the account's webhook endpoints are told of this step, in the same transaction; null for most steps.</summary>
    public NewEvent? Event { get; init; }

    /// <summary>The task after this step.</summary>
    /// <exception cref="IllegalTransitionException">The task is not where this step begins: a fault of ours, never of a caller.</exception>
    public VideoTask Apply(VideoTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (task.State.IsTerminal() && !IsAfterEnd(task))
        {
            throw new IllegalTransitionException(task, this, "the task is terminal");
        }

        return Next(task) with { Revision = task.Revision + 1 };
    }

    /// <summary>The legal outcome, for a task that is not terminal.</summary>
    protected abstract VideoTask Next(VideoTask task);

    /// <summary>Replaces the last attempt, which must be in one of the named states.</summary>
    protected VideoTask WithLastAttempt(VideoTask task, AttemptId id, Func<Attempt, Attempt> change, params ReadOnlySpan<AttemptState> from)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(change);
        var attempt = task.LastAttempt;
        if (attempt is null || attempt.Id != id || !from.Contains(attempt.State))
        {
            throw new IllegalTransitionException(task, this, $"attempt {id} is not in the state where this step begins");
        }

        return task with { Attempts = task.Attempts.SetItem(task.Attempts.Length - 1, change(attempt)), Tries = 0 };
    }

    private static bool MayBeRouted(VideoTask task) => task.Inputs is not null && (task.LastAttempt is not { } last || last.State.IsInVain());

    private static VideoTask OutOfQueue(VideoTask task) => task with { WaitingFor = null, WaitingSince = null };

    /// <summary>The pictures are fetched, checked and stored (none for text to video).</summary>
    public sealed record StoreInputs(DateTimeOffset At, ImmutableArray<InputImage> Inputs) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) => task is { State: TaskState.Pending, Inputs: null }
            ? task with { Inputs = Inputs, DueAt = At, Tries = 0 }
            : throw new IllegalTransitionException(task, this, "intake is done already");
    }

    /// <summary>Nothing could be done now; try again later.</summary>
    public sealed record Postpone(DateTimeOffset At, DateTimeOffset Until, string Reason) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) => task with { DueAt = Until, Tries = task.Tries + 1 };
    }

    /// <summary>It takes, or keeps, its place in a provider's queue.</summary>
    /// <param name="At">When it happened.</param>
    /// <param name="Provider">The provider.</param>
    /// <param name="Until">When it asks again, should nobody call it before.</param>
    public sealed record Queue(DateTimeOffset At, string Provider, DateTimeOffset Until) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) => !MayBeRouted(task)
            ? throw new IllegalTransitionException(task, this, "an attempt is open or completed, or intake is not done")
            : task with { WaitingFor = Provider, WaitingSince = task.WaitingSince ?? At, DueAt = Until, Tries = 0 };
    }

    /// <summary>A provider is chosen and has a free slot; the intent is on record.</summary>
    /// <param name="At">When it happened.</param>
    /// <param name="Attempt">The new attempt.</param>
    /// <param name="Provider">The provider.</param>
    /// <param name="RouteReason">Why that one, in a sentence.</param>
    public sealed record PrepareAttempt(DateTimeOffset At, AttemptId Attempt, string Provider, string? RouteReason = null) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task)
        {
            if (!MayBeRouted(task))
            {
                throw new IllegalTransitionException(task, this, "an attempt is open or completed, or intake is not done");
            }

            return OutOfQueue(task) with
            {
                Attempts = task.Attempts.Add(new Attempt
                {
                    Id = Attempt,
                    Number = task.Attempts.Length + 1,
                    Provider = Provider,
                    RouteReason = RouteReason,
                    State = AttemptState.Prepared,
                    PreparedAt = At,
                }),
                DueAt = At,
                Tries = 0,
            };
        }
    }

    /// <summary>The submission begins. Committed before the first byte leaves, and won by one caller only.</summary>
    public sealed record SendAttempt(DateTimeOffset At, AttemptId Attempt, NewDelivery? Callback = null) : TaskTransition(At)
    {
        /// <inheritdoc/>
        public override NewDelivery? Delivery => Callback;

        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) =>
            WithLastAttempt(task, Attempt, attempt => attempt with { State = AttemptState.Sent, SentAt = At }, AttemptState.Prepared) with { State = TaskState.Processing, DueAt = At };
    }

    /// <summary>The provider has it; found out by its answer or by a later look-up.</summary>
    public sealed record AcceptAttempt(DateTimeOffset At, AttemptId Attempt, string UpstreamId, DateTimeOffset ReadAt) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) =>
            WithLastAttempt(
                task,
                Attempt,
                attempt => attempt with { State = AttemptState.Accepted, UpstreamId = UpstreamId, AcceptedAt = At },
                AttemptState.Sent, AttemptState.Unknown) with { DueAt = ReadAt };
    }

    /// <summary>The provider certainly does not have it, and but for <c>Unconfirmed</c> nothing was billed.</summary>
    /// <param name="At">When it happened.</param>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Refusal">The kind of refusal.</param>
    /// <param name="Reason">Why, in a sentence.</param>
    /// <param name="RouteAt">When another provider is looked for.</param>
    /// <param name="Code">The failure code that the refusal names; null for the class's own.</param>
    /// <param name="Unconfirmed">What it may have charged for refusing.</param>
    public sealed record RefuseAttempt(
        DateTimeOffset At, AttemptId Attempt, RefusalClass Refusal, string Reason, DateTimeOffset RouteAt, FailureCode? Code = null, Usd Unconfirmed = default)
        : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) =>
            WithLastAttempt(
                task,
                Attempt,
                attempt => attempt with
                {
                    State = AttemptState.Refused, Refusal = Refusal, Reason = Reason, FailCode = Code, Unconfirmed = Unconfirmed, EndedAt = At,
                },
                AttemptState.Prepared, AttemptState.Sent, AttemptState.Unknown) with { DueAt = RouteAt };
    }

    /// <summary>The answer was lost: the provider may have it. Never sent elsewhere by itself.</summary>
    public sealed record LoseAnswer(DateTimeOffset At, AttemptId Attempt, string Reason, DateTimeOffset ResolveAt) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) =>
            WithLastAttempt(
                task, Attempt, attempt => attempt with { State = AttemptState.Unknown, Reason = Reason }, AttemptState.Sent) with { DueAt = ResolveAt };
    }

    /// <summary>A callback that only the attempt's provider could send names an id: it is read next, and counts if the provider knows it.</summary>
    public sealed record HearOf(DateTimeOffset At, AttemptId Attempt, string UpstreamId) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) =>
            WithLastAttempt(task, Attempt, attempt => attempt with { CandidateId = UpstreamId }, AttemptState.Unknown) with { DueAt = At };
    }

    /// <summary>The provider does not know the id that a callback named.</summary>
    public sealed record DropCandidate(DateTimeOffset At, AttemptId Attempt) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) =>
            WithLastAttempt(task, Attempt, attempt => attempt with { CandidateId = null }, AttemptState.Unknown) with { DueAt = At };
    }

    /// <summary>Nobody waits for it any more, although it may have been charged: what it may have cost stays held.</summary>
    /// <param name="At">When it happened.</param>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Reason">Why, in a sentence.</param>
    /// <param name="Unconfirmed">What it may have cost.</param>
    /// <param name="Code">What the task fails with; null where the operator's policy is to submit it again.</param>
    /// <param name="Renewed">What is held for another submission; zero where there is to be none.</param>
    public sealed record AbandonAttempt(
        DateTimeOffset At, AttemptId Attempt, string Reason, Usd Unconfirmed, FailureCode? Code, Usd Renewed = default) : TaskTransition(At)
    {
        /// <inheritdoc/>
        public override FurtherHold? FurtherHold => Renewed > Usd.Zero ? new FurtherHold(Attempt, Renewed) : null;

        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) => WithLastAttempt(
            task,
            Attempt,
            attempt => attempt with { State = AttemptState.Abandoned, Reason = Reason, FailCode = Code, Unconfirmed = Unconfirmed, EndedAt = At },
            AttemptState.Unknown, AttemptState.Accepted) with { DueAt = At, Hold = task.Hold + Renewed };
    }

    /// <summary>The provider was read and is still at it.</summary>
    public sealed record NoteProgress(DateTimeOffset At, AttemptId Attempt, int Percent, DateTimeOffset ReadAt) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) =>
            WithLastAttempt(task, Attempt, attempt => attempt, AttemptState.Accepted) with { Progress = Math.Clamp(Math.Max(task.Progress, Percent), 0, 100), DueAt = ReadAt };
    }

    /// <summary>The provider has finished the clip; now it has to be taken in.</summary>
    public sealed record CompleteAttempt(DateTimeOffset At, AttemptId Attempt, ClipLocation Location, Usd Cost) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) =>
            WithLastAttempt(
                task,
                Attempt,
                attempt => attempt with { State = AttemptState.Completed, ClipLocation = Location, Cost = Cost, EndedAt = At },
                AttemptState.Accepted) with { DueAt = At };
    }

    /// <summary>The clip lies at another address now: the provider was read again because the old one gave nothing.</summary>
    public sealed record RelocateClip(DateTimeOffset At, AttemptId Attempt, ClipLocation Location) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) =>
            WithLastAttempt(task, Attempt, attempt => attempt with { ClipLocation = Location }, AttemptState.Completed) with { DueAt = At, Tries = task.Tries };
    }

    /// <summary>The clip exists and cannot be fetched: tried on at a slow pace, never generated again, and an alarm for the operator.</summary>
    public sealed record ParkClip(DateTimeOffset At, AttemptId Attempt, string Reason, DateTimeOffset Until) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) => WithLastAttempt(
            task, Attempt, attempt => attempt with { UnfetchedSince = attempt.UnfetchedSince ?? At, Reason = Reason }, AttemptState.Completed) with
        {
            DueAt = Until,
            Tries = task.Tries + 1,
        };
    }

    /// <summary>The provider took it and could not do it, or has lost it.</summary>
    /// <param name="At">When it happened.</param>
    /// <param name="Attempt">The attempt.</param>
    /// <param name="Reason">Why, in a sentence.</param>
    /// <param name="Code">What the provider said; null when it lost the task unbilled, so that it may be submitted again.</param>
    /// <param name="Cost">What it certainly charged all the same.</param>
    /// <param name="Unconfirmed">What it may have charged beyond that.</param>
    public sealed record FailAttempt(
        DateTimeOffset At, AttemptId Attempt, string Reason, FailureCode? Code, Usd Cost = default, Usd Unconfirmed = default) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) =>
            WithLastAttempt(
                task,
                Attempt,
                attempt => attempt with { State = AttemptState.Failed, Reason = Reason, FailCode = Code, Cost = Cost, Unconfirmed = Unconfirmed, EndedAt = At },
                AttemptState.Accepted) with { DueAt = At };
    }

    /// <summary>The caller wants it no more. What follows depends on where it is; the next step finds that out.</summary>
    public sealed record RequestCancel(DateTimeOffset At) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) => task.LastAttempt is { State: AttemptState.Completed }
            ? throw new IllegalTransitionException(task, this, "its clip is being taken in")
            : task with { CancelRequestedAt = task.CancelRequestedAt ?? At, DueAt = At, Tries = 0 };
    }

    /// <summary>The caller's wish is passed on. Committed before the provider is asked, so that it is asked once at most.</summary>
    public sealed record SendCancel(DateTimeOffset At, AttemptId Attempt) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) => task is { CancelRequestedAt: not null, LastAttempt.CancelSentAt: null }
            ? WithLastAttempt(task, Attempt, attempt => attempt with { CancelSentAt = At }, AttemptState.Accepted) with { DueAt = At }
            : throw new IllegalTransitionException(task, this, "nobody wants to cancel it, or the provider was asked already");
    }

    /// <summary>The clip lies in our store. Final.</summary>
    public sealed record Succeed(DateTimeOffset At, Clip Clip, NewDelivery? Callback) : TaskTransition(At)
    {
        /// <inheritdoc/>
        public override NewDelivery? Delivery => Callback;

        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) => task.LastAttempt is { State: AttemptState.Completed }
            ? OutOfQueue(task) with { State = TaskState.Success, Progress = 100, Clip = Clip, CompletedAt = At, DueAt = null, Tries = 0 }
            : throw new IllegalTransitionException(task, this, "no attempt is completed");
    }

    /// <summary>It ends without a clip. Legal only when no attempt is open, so that nothing paid for is left behind.</summary>
    public sealed record Fail(DateTimeOffset At, Failure Failure, NewDelivery? Callback) : TaskTransition(At)
    {
        /// <inheritdoc/>
        public override NewDelivery? Delivery => Callback;

        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task) => task.LastAttempt is { State: var state } && state.IsOpen()
            ? throw new IllegalTransitionException(task, this, "an attempt is still open")
            : OutOfQueue(task) with { State = TaskState.Failed, Failure = Failure, CompletedAt = At, DueAt = null, Tries = 0 };
    }

    /// <summary>Somebody who knows says what an attempt was charged. The last such word of an ended task settles it.</summary>
    /// <param name="At">When it happened.</param>
    /// <param name="Attempt">The attempt, with an unconfirmed charge.</param>
    /// <param name="Charged">What it was charged; zero for nothing.</param>
    public sealed record ResolveCharge(DateTimeOffset At, AttemptId Attempt, Usd Charged) : TaskTransition(At)
    {
        /// <inheritdoc/>
        protected override bool IsAfterEnd(VideoTask task) => true;

        /// <inheritdoc/>
        protected override VideoTask Next(VideoTask task)
        {
            ArgumentNullException.ThrowIfNull(task);
            var place = task.Attempts.FirstOrDefault(attempt => attempt.Id == Attempt && attempt.Unconfirmed > Usd.Zero) is { } attempt
                ? attempt.Number - 1
                : throw new IllegalTransitionException(task, this, $"attempt {Attempt} has no unconfirmed charge");
            var resolved = task.Attempts[place] with { Cost = task.Attempts[place].Cost + Charged, Unconfirmed = Usd.Zero, ResolvedAt = At };
            return task with { Attempts = task.Attempts.SetItem(place, resolved) };
        }
    }
}

/// <summary>An addition to a task's hold.</summary>
/// <param name="Attempt">The attempt that made it necessary.</param>
/// <param name="Amount">By how much.</param>
public sealed record FurtherHold(AttemptId Attempt, Usd Amount);

/// <summary>A step was asked for that the task's state does not allow: a fault of ours.</summary>
public sealed class IllegalTransitionException : InvalidOperationException
{
    /// <summary>Names task, step and why.</summary>
    public IllegalTransitionException(VideoTask task, TaskTransition transition, string why)
        : base($"{transition?.Name} is not legal for task {task?.Key.Task} in state {task?.State} (revision {task?.Revision}): {why}.")
    {
    }

    /// <inheritdoc/>
    public IllegalTransitionException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public IllegalTransitionException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public IllegalTransitionException()
    {
    }
}
