using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Moves one task by one step at a time, from whatever its record says. It keeps nothing between two steps that could not be lost, so it does
/// not matter which process, or which life of a process, makes the next one. Grains call it; so can a simulation.
/// </summary>
public sealed class TaskDriver
{
    /// <summary>Most tries to fetch a picture over a network that fails.</summary>
    public const int IntakeTriesMax = 2;

    /// <summary>Quick tries to take a finished clip in; then it is parked and tried at a slow pace.</summary>
    public const int TakeInTriesMax = 8;

    private static readonly Failure Canceled = new(FailureCode.Canceled, "Canceled by the caller.");

    private readonly InputIntake _inputs;
    private readonly TaskSteps _steps;
    private readonly RouteStage _routing;
    private readonly SubmitStage _submission;
    private readonly ResolveStage _resolution;
    private readonly FollowStage _following;
    private readonly TakeInStage _takingIn;

    /// <summary>Makes a driver; it needs no end.</summary>
    /// <param name="store">Where tasks are kept.</param>
    /// <param name="accounts">Where accounts' policies are kept.</param>
    /// <param name="providers">The configured providers.</param>
    /// <param name="desks">Slots, queues and health of the providers.</param>
    /// <param name="options">How patient it is.</param>
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
    public TaskDriver(
        ITaskStore store,
        IAccountStore accounts,
        ProviderDirectory providers,
        IProviderDesks desks,
        RoutingOptions options,
        InputIntake inputs,
        SubmissionWriter submissions,
        IClipIntake clips,
        CallbackWriter callbacks,
        IWaker waker,
        TaskSignals signals,
        IdSource ids,
        TimeProvider time,
        Random chance,
        ILogger<TaskDriver> log)
    {
        var absences = new AbsenceWatch(time);
        _inputs = inputs;
        _steps = new TaskSteps(store, providers, desks, callbacks, waker, signals, absences, time, chance, log);
        _routing = new RouteStage(store, accounts, providers, desks, options, ids, _steps);
        _resolution = new ResolveStage(providers, options, absences, _steps, chance, log);
        _submission = new SubmitStage(providers, desks, submissions, _resolution, new AnswerRecord(store, time), _steps, time, log);
        _following = new FollowStage(providers, options, _steps, chance, log);
        _takingIn = new TakeInStage(providers, clips, options, _steps, log);
    }

    /// <summary>Makes the step that is due and returns the task as it is afterwards; a lost race returns it as it was seen.</summary>
    public async ValueTask<StepOutcome> StepAsync(VideoTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return NextSteps.Of(task) switch
        {
            NextStep.Rest => new StepOutcome(true, task),
            NextStep.Intake => await IntakeAsync(task, cancellationToken).ConfigureAwait(false),
            NextStep.Route => await _routing.RouteAsync(task, cancellationToken).ConfigureAwait(false),
            NextStep.Submit => await _submission.SubmitAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.NoteLostAnswer => await _submission.NoteLostAnswerAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Resolve => await _resolution.ResolveAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Follow => await _following.FollowAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.TakeIn => await _takingIn.TakeInAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Conclude => await _routing.ConcludeAsync(task, task.LastAttempt!, cancellationToken).ConfigureAwait(false),
            NextStep.Cancel => await _steps.FailAsync(task, Canceled, cancellationToken).ConfigureAwait(false),
            NextStep.Withdraw => await _steps.RefuseAsync(
                task, task.LastAttempt!, RefusalClass.NotReceived, Canceled.Message, TimeSpan.Zero, cancellationToken).ConfigureAwait(false),
            var unknown => throw new InvalidOperationException($"No step is written for {unknown}."),
        };
    }

    /// <summary>Puts the present step off after a fault of ours, so that one bad step is neither lost nor repeated in a circle.</summary>
    public ValueTask<StepOutcome> PostponeAsync(VideoTask task, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        return _steps.PostponeAsync(task, reason, cancellationToken);
    }

    private async ValueTask<StepOutcome> IntakeAsync(VideoTask task, CancellationToken cancellationToken)
    {
        IntakeOutcome outcome;
        try
        {
            outcome = await _inputs.TakeInAsync(task, cancellationToken).ConfigureAwait(false);
        }
        catch (ArtifactStoreUnavailableException error)
        {
            return await _steps.WaitForArtifactsAsync(task, error, cancellationToken).ConfigureAwait(false);
        }

        return outcome switch
        {
            IntakeOutcome.Stored stored => await _steps.ApplyAsync(task, new TaskTransition.StoreInputs(_steps.Now, stored.Images), cancellationToken).ConfigureAwait(false),
            IntakeOutcome.Waiting waiting => await _steps.PostponeAsync(task, waiting.Reason, cancellationToken).ConfigureAwait(false),
            IntakeOutcome.Refused { Retryable: true } refused when task.Tries + 1 < IntakeTriesMax =>
                await _steps.PostponeAsync(task, refused.Failure.Message, cancellationToken).ConfigureAwait(false),
            IntakeOutcome.Refused refused => await _steps.FailAsync(task, refused.Failure, cancellationToken).ConfigureAwait(false),
            _ => throw new InvalidOperationException($"No case is written for {outcome.GetType().Name}."),
        };
    }
}
