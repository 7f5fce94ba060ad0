using Filmgate.Animatic;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Moves one task by one step at a time, from whatever its record says. It keeps nothing between two steps, so it does
/// not matter which process, or which life of a process, makes the next one. Grains call it; so can a simulation.
/// </summary>
/// <param name="store">Where tasks are kept.</param>
/// <param name="providers">The configured providers.</param>
/// <param name="slots">Rights to have a task in flight.</param>
/// <param name="inputs">Fetches and checks pictures, and has requests moderated.</param>
/// <param name="submissions">Makes submissions.</param>
/// <param name="clips">Takes finished clips in.</param>
/// <param name="callbacks">Words callbacks.</param>
/// <param name="waker">Wakes tasks and the delivery pump.</param>
/// <param name="signals">Hears of every step.</param>
/// <param name="ids">Makes ids.</param>
/// <param name="time">The clock.</param>
/// <param name="chance">Spreads waits.</param>
/// <param name="log">The log.</param>
public sealed partial class TaskDriver(
    ITaskStore store,
    ProviderDirectory providers,
    ISlots slots,
    InputIntake inputs,
    SubmissionWriter submissions,
    ClipIntake clips,
    CallbackWriter callbacks,
    IWaker waker,
    TaskSignals signals,
    IdSource ids,
    TimeProvider time,
    Random chance,
    ILogger<TaskDriver> log)
{
    /// <summary>Most submissions of one task that providers answered with a refusal.</summary>
    public const int AttemptsMax = 5;

    /// <summary>
    /// Most submissions that were lost unbilled, such as renders that a crash of ours cut off. A clip must outlive a bad day of
    /// restarts, but not one that is itself the reason for them.
    /// </summary>
    public const int LossesMax = 20;

    /// <summary>Most tries to fetch a picture over a network that fails.</summary>
    public const int IntakeTriesMax = 2;

    /// <summary>Most tries to take a finished clip in before the task fails.</summary>
    public const int TakeInTriesMax = 8;

    // A freed slot wakes those who wait for it; this is how long a waiter sleeps when that word is lost.
    private static readonly TimeSpan SlotWait = TimeSpan.FromSeconds(30);

    private static readonly Failure Canceled = new(FailureCode.Canceled, "Canceled by the caller.");

    /// <summary>Makes the step that is due and returns the task as it is afterwards; a lost race returns it as it was seen.</summary>
    public async ValueTask<StepOutcome> StepAsync(VideoTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return NextSteps.Of(task) switch
        {
            NextStep.Rest => new StepOutcome(true, task),
            NextStep.Intake => await IntakeAsync(task, cancellationToken).ConfigureAwait(false),
            NextStep.Route => await RouteAsync(task, cancellationToken).ConfigureAwait(false),
            NextStep.Submit => await SubmitAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.NoteLostAnswer => await NoteLostAnswerAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Resolve => await ResolveAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Follow => await FollowAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.TakeIn => await TakeInAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Conclude => await FailAsync(task, FailureOf(task.LastAttempt!), cancellationToken).ConfigureAwait(false),
            NextStep.Cancel => await FailAsync(task, Canceled, cancellationToken).ConfigureAwait(false),
            NextStep.Withdraw => await RefuseAsync(
                task, task.LastAttempt!, RefusalClass.NotReceived, Canceled.Message, TimeSpan.Zero, cancellationToken).ConfigureAwait(false),
            var unknown => throw new InvalidOperationException($"No step is written for {unknown}."),
        };
    }

    /// <summary>Puts the present step off after a fault of ours, so that one bad step is neither lost nor repeated in a circle.</summary>
    public ValueTask<StepOutcome> PostponeAsync(VideoTask task, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return PostponeAsync(task, Backoff.After(task.Tries, chance.NextDouble()), reason, cancellationToken);
    }

    private async ValueTask<StepOutcome> IntakeAsync(VideoTask task, CancellationToken cancellationToken)
    {
        var outcome = await inputs.TakeInAsync(task, cancellationToken).ConfigureAwait(false);
        return outcome switch
        {
            IntakeOutcome.Stored stored => await ApplyAsync(task, new TaskTransition.StoreInputs(Now, stored.Images), cancellationToken).ConfigureAwait(false),
            IntakeOutcome.Waiting waiting => await PostponeAsync(task, waiting.Reason, cancellationToken).ConfigureAwait(false),
            IntakeOutcome.Refused { Retryable: true } refused when task.Tries + 1 < IntakeTriesMax =>
                await PostponeAsync(task, refused.Failure.Message, cancellationToken).ConfigureAwait(false),
            IntakeOutcome.Refused refused => await FailAsync(task, refused.Failure, cancellationToken).ConfigureAwait(false),
            _ => throw new InvalidOperationException($"No case is written for {outcome.GetType().Name}."),
        };
    }

    private async ValueTask<StepOutcome> RouteAsync(VideoTask task, CancellationToken cancellationToken)
    {
        var losses = task.Attempts.Count(IsLoss);
        if (losses >= LossesMax || task.Attempts.Length - losses >= AttemptsMax)
        {
            var failure = new Failure(FailureCode.GenerationFailed, $"Given up after {task.Attempts.Length} attempts: {task.LastAttempt!.Reason}");
            return await FailAsync(task, failure, cancellationToken).ConfigureAwait(false);
        }

        var route = Router.Choose(task.Request, task.IsTest, providers.All, [.. task.Attempts.Where(IsTurnedAway).Select(attempt => attempt.Provider)]);
        if (route is null)
        {
            return await FailAsync(task, Router.WhyNone(task.Request, task.IsTest, providers.All), cancellationToken).ConfigureAwait(false);
        }

        if (!await slots.TryTakeAsync(route.Name, task.Key, cancellationToken).ConfigureAwait(false))
        {
            return await PostponeAsync(task, SlotWait, $"Waiting for a slot at {route.Name}.", cancellationToken).ConfigureAwait(false);
        }

        return await ApplyAsync(task, new TaskTransition.PrepareAttempt(Now, ids.NewAttempt(), route.Name), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<StepOutcome> SubmitAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await RefuseAsync(task, attempt, RefusalClass.Outage, $"Provider {attempt.Provider} is no longer configured.", TimeSpan.Zero, cancellationToken)
                .ConfigureAwait(false);
        }

        // :: Step 1: whatever can fail before the first byte leaves.
        Submission submission;
        try
        {
            submission = await submissions.WriteAsync(task, attempt, provider.Facts, cancellationToken).ConfigureAwait(false);
        }
        catch (AnimaticException error)
        {
            LogNotConverted(error, task.Key.Task.Value);
            return await RefuseAsync(
                task, attempt, RefusalClass.Input, $"A picture could not be converted for {provider.Name}.", TimeSpan.Zero, cancellationToken, FailureCode.UnsupportedFormat)
                .ConfigureAwait(false);
        }

        // :: Step 2: commit the intent. Whoever loses this race sends nothing.
        var at = Now;
        var sent = task.State == TaskState.Pending
            ? await TellAsync(task, TaskEvents.Started, callback => new TaskTransition.SendAttempt(at, attempt.Id, callback), cancellationToken).ConfigureAwait(false)
            : await ApplyAsync(task, new TaskTransition.SendAttempt(at, attempt.Id), cancellationToken).ConfigureAwait(false);
        if (!sent.Won)
        {
            return sent;
        }

        // :: Step 3: send. From the first byte on the provider may have it, whatever happens to us. A gateway that stops waits for the answer
        // as long as it can, because an answer that nobody reads may be a clip that is paid and lost.
        cancellationToken = CancellationToken.None;
        var result = await SubmitAsync(provider, submission, cancellationToken).ConfigureAwait(false);

        // :: Step 4: record what came of it.
        return result switch
        {
            SubmitResult.Accepted accepted => await ApplyAsync(
                sent.Task, new TaskTransition.AcceptAttempt(Now, attempt.Id, accepted.UpstreamId, Now + accepted.ReadAfter), cancellationToken).ConfigureAwait(false),
            SubmitResult.Refused refused => await RefuseAsync(
                sent.Task, attempt, refused.Class, refused.Reason, refused.RetryAfter, cancellationToken, refused.Code).ConfigureAwait(false),
            SubmitResult.Unknown unknown => await ApplyAsync(
                sent.Task, new TaskTransition.LoseAnswer(Now, attempt.Id, unknown.Reason, Now), cancellationToken).ConfigureAwait(false),
            _ => throw new InvalidOperationException($"No case is written for {result.GetType().Name}."),
        };
    }

    private async ValueTask<SubmitResult> SubmitAsync(IVideoProvider provider, Submission submission, CancellationToken cancellationToken)
    {
        try
        {
            return await provider.SubmitAsync(submission, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it threw, the first byte may have left: nobody knows is the only honest outcome.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogProviderThrew(error, provider.Name, submission.Attempt.Value);
            return new SubmitResult.Unknown($"The submission ended without an answer ({error.GetType().Name}).");
        }
    }

    private ValueTask<StepOutcome> NoteLostAnswerAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken) => ApplyAsync(
        task, new TaskTransition.LoseAnswer(Now, attempt.Id, "The gateway stopped before it read the answer.", Now), cancellationToken);

    private async ValueTask<StepOutcome> ResolveAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await PostponeAsync(task, $"Provider {attempt.Provider} is no longer configured.", cancellationToken).ConfigureAwait(false);
        }

        var sighting = await provider.FindAsync(attempt.Id, cancellationToken).ConfigureAwait(false);
        return sighting switch
        {
            Sighting.Found found => await ApplyAsync(
                task, new TaskTransition.AcceptAttempt(Now, attempt.Id, found.UpstreamId, Now), cancellationToken).ConfigureAwait(false),
            Sighting.Absent when attempt.SentAt + provider.Facts.LookupSettles - Now is { } wait && wait > TimeSpan.Zero => await PostponeAsync(
                task, wait, "The provider does not have it yet.", cancellationToken).ConfigureAwait(false),
            Sighting.Absent => await RefuseAsync(
                task, attempt, RefusalClass.NotReceived, "The provider does not have it.", TimeSpan.Zero, cancellationToken).ConfigureAwait(false),
            Sighting.CannotTell unclear => await PostponeAsync(task, unclear.Reason, cancellationToken).ConfigureAwait(false),
            _ => throw new InvalidOperationException($"No case is written for {sighting.GetType().Name}."),
        };
    }

    private async ValueTask<StepOutcome> FollowAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await PostponeAsync(task, $"Provider {attempt.Provider} is no longer configured.", cancellationToken).ConfigureAwait(false);
        }

        if (task.CancelRequestedAt is not null && attempt.CancelSentAt is null)
        {
            // On record before the provider is asked: a crash in between leaves the wish unheard, and never heard twice.
            var passedOn = await ApplyAsync(task, new TaskTransition.SendCancel(Now, attempt.Id), cancellationToken).ConfigureAwait(false);
            if (!passedOn.Won)
            {
                return passedOn;
            }

            task = passedOn.Task;
            await CancelAtProviderAsync(provider, attempt, cancellationToken).ConfigureAwait(false);
        }

        var reading = await provider.ReadAsync(attempt.UpstreamId!, cancellationToken).ConfigureAwait(false);
        switch (reading)
        {
            case Reading.InProgress progress:
                return await ApplyAsync(
                    task, new TaskTransition.NoteProgress(Now, attempt.Id, progress.Percent ?? task.Progress, Now + progress.ReadAfter), cancellationToken)
                    .ConfigureAwait(false);
            case Reading.Unreadable unreadable:
                return await PostponeAsync(task, unreadable.RetryAfter, unreadable.Reason, cancellationToken).ConfigureAwait(false);
            case Reading.Completed completed:
                var cost = task.IsTest ? Usd.Zero : completed.Cost ?? provider.Facts.Prices.Of(task.Request);
                return await CloseAsync(
                    task, attempt, new TaskTransition.CompleteAttempt(Now, attempt.Id, completed.Location, cost), cancellationToken).ConfigureAwait(false);
            case Reading.Failed failed:
                return await CloseAsync(
                    task, attempt, new TaskTransition.FailAttempt(Now, attempt.Id, failed.Failure.Message, failed.Failure.Code), cancellationToken).ConfigureAwait(false);
            case Reading.Lost lost:
                return await CloseAsync(
                    task, attempt, new TaskTransition.FailAttempt(Now, attempt.Id, lost.Reason, Code: null), cancellationToken).ConfigureAwait(false);
            default:
                throw new InvalidOperationException($"No case is written for {reading.GetType().Name}.");
        }
    }

    private async ValueTask<StepOutcome> TakeInAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await PostponeAsync(task, $"Provider {attempt.Provider} is no longer configured.", cancellationToken).ConfigureAwait(false);
        }

        var outcome = await clips.TakeInAsync(task, attempt.ClipLocation!, provider, cancellationToken).ConfigureAwait(false);
        switch (outcome)
        {
            case ClipOutcome.Stored stored:
                var at = Now;
                var succeeded = await TellAsync(
                    task, TaskEvents.Completed, callback => new TaskTransition.Succeed(at, stored.Clip, callback), cancellationToken).ConfigureAwait(false);
                if (succeeded.Won)
                {
                    await ReleaseAtProviderAsync(attempt, cancellationToken).ConfigureAwait(false);
                }

                return succeeded;
            case ClipOutcome.Unusable unusable when task.Tries + 1 < TakeInTriesMax:
                return await PostponeAsync(task, unusable.Reason, cancellationToken).ConfigureAwait(false);
            case ClipOutcome.Unusable unusable:
                return await FailAsync(task, new Failure(FailureCode.GenerationFailed, unusable.Reason), cancellationToken).ConfigureAwait(false);
            default:
                throw new InvalidOperationException($"No case is written for {outcome.GetType().Name}.");
        }
    }

    private async ValueTask<StepOutcome> RefuseAsync(
        VideoTask task, Attempt attempt, RefusalClass refusal, string reason, TimeSpan? retryAfter, CancellationToken cancellationToken, FailureCode? code = null)
    {
        var isFinal = refusal is RefusalClass.Input or RefusalClass.Policy;
        var wait = isFinal ? TimeSpan.Zero : retryAfter ?? Backoff.After(task.Attempts.Length, chance.NextDouble());
        var refused = await CloseAsync(
            task, attempt, new TaskTransition.RefuseAttempt(Now, attempt.Id, refusal, reason, Now + wait, code), cancellationToken).ConfigureAwait(false);
        return refused.Won && isFinal
            ? await FailAsync(refused.Task, FailureOf(refused.Task.LastAttempt!), cancellationToken).ConfigureAwait(false)
            : refused;
    }

    // Read from the record, so that a crash between the attempt's end and the task's changes nothing.
    private static Failure FailureOf(Attempt attempt) => new(
        attempt.FailCode ?? (attempt.Refusal == RefusalClass.Policy ? FailureCode.ContentViolation : FailureCode.GenerationFailed), attempt.Reason!);

    // Every step that closes an attempt gives its slot back.
    private async ValueTask<StepOutcome> CloseAsync(VideoTask task, Attempt attempt, TaskTransition step, CancellationToken cancellationToken)
    {
        var closed = await ApplyAsync(task, step, cancellationToken).ConfigureAwait(false);
        if (closed.Won)
        {
            await slots.ReleaseAsync(attempt.Provider, task.Key, cancellationToken).ConfigureAwait(false);
            if (step is TaskTransition.FailAttempt)
            {
                await ReleaseAtProviderAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
        }

        return closed;
    }

    private async ValueTask<StepOutcome> FailAsync(VideoTask task, Failure failure, CancellationToken cancellationToken)
    {
        var at = Now;
        return await TellAsync(task, TaskEvents.Completed, callback => new TaskTransition.Fail(at, failure, callback), cancellationToken).ConfigureAwait(false);
    }

    // The callback says what the task is after the step, so the step is tried out before it is made; both have one moment, so that callback
    // and status answer say the same to the millisecond.
    private async ValueTask<StepOutcome> TellAsync(
        VideoTask task, TaskEvents happened, Func<NewDelivery?, TaskTransition> step, CancellationToken cancellationToken)
    {
        var silent = step(null);
        var callback = callbacks.Write(happened, silent.Apply(task));
        var told = await ApplyAsync(task, callback is null ? silent : step(callback), cancellationToken).ConfigureAwait(false);
        if (told.Won && callback is not null)
        {
            waker.WakeDeliveries();
        }

        return told;
    }

    private ValueTask<StepOutcome> PostponeAsync(VideoTask task, TimeSpan wait, string reason, CancellationToken cancellationToken) =>
        ApplyAsync(task, new TaskTransition.Postpone(Now, Now + wait, reason), cancellationToken);

    private async ValueTask<StepOutcome> ApplyAsync(VideoTask task, TaskTransition step, CancellationToken cancellationToken)
    {
        var outcome = await store.ApplyAsync(task, step, cancellationToken).ConfigureAwait(false);
        if (outcome.Won)
        {
            signals.Changed(task.Key);
            if (outcome.Task.State.IsTerminal())
            {
                GatewayMetrics.CountEnd(outcome.Task);
            }

            LogStep(task.Key.Task.Value, step.Name, outcome.Task.State, outcome.Task.Revision);
        }
        else
        {
            LogLostRace(task.Key.Task.Value, step.Name, task.Revision);
        }

        return outcome;
    }

    private async ValueTask CancelAtProviderAsync(IVideoProvider provider, Attempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            await provider.CancelAsync(attempt.UpstreamId!, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Best effort: what became of it is found out by reading.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogNotCanceled(error, provider.Name, attempt.Id.Value);
        }
    }

    private async ValueTask ReleaseAtProviderAsync(Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return;
        }

        try
        {
            await provider.ReleaseAsync(attempt.UpstreamId!, cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Best effort: the step before it is made, and must not count as failed.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogNotReleased(error, provider.Name, attempt.Id.Value);
        }
    }

    // It said no to us rather than to this task; another provider has no such cause.
    private static bool IsTurnedAway(Attempt attempt) => attempt.Refusal
        is RefusalClass.Balance or RefusalClass.Auth or RefusalClass.Permission or RefusalClass.Outage;

    private static bool IsLoss(Attempt attempt) => attempt
        is { State: AttemptState.Failed, FailCode: null }
        or { Refusal: RefusalClass.NotReceived };

    private DateTimeOffset Now => time.GetRowNow();

    [LoggerMessage(Level = LogLevel.Debug, Message = "Task {Task}: {Step}, now {State} at revision {Revision}.")]
    private partial void LogStep(string task, string step, TaskState state, long revision);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Task {Task}: {Step} was not applied, revision {Revision} has passed.")]
    private partial void LogLostRace(string task, string step, long revision);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} could not be asked to stop attempt {Attempt}.")]
    private partial void LogNotCanceled(Exception error, string provider, string attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} could not be told that attempt {Attempt} is no longer needed.")]
    private partial void LogNotReleased(Exception error, string provider, string attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A picture of task {Task} could not be converted.")]
    private partial void LogNotConverted(Exception error, string task);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} threw while taking attempt {Attempt}; its answer counts as lost.")]
    private partial void LogProviderThrew(Exception error, string provider, string attempt);
}
