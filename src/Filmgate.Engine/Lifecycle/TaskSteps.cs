using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Gateway;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Makes steps: applies a transition to a task as it was seen, and does what belongs to it whoever decided it. The end of an attempt gives its slot back, the end
/// of a task is told.
/// </summary>
internal sealed partial class TaskSteps(
    ITaskStore store, ProviderDirectory providers, IProviderDesks desks, CallbackWriter callbacks, IWaker waker, TaskSignals signals, AbsenceWatch absences, TimeProvider time, Random chance,
    ILogger log)
{
    /// <summary>The present, as rows keep it.</summary>
    public DateTimeOffset Now => time.GetRowNow();

    /// <summary>Makes a step; a lost race returns the task as it was seen.</summary>
    public async ValueTask<StepOutcome> ApplyAsync(VideoTask task, TaskTransition step, CancellationToken cancellationToken)
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

    /// <summary>Puts the present step off for a time.</summary>
    public ValueTask<StepOutcome> PostponeAsync(VideoTask task, TimeSpan wait, string reason, CancellationToken cancellationToken) =>
        ApplyAsync(task, new TaskTransition.Postpone(Now, Now + wait, reason), cancellationToken);

    /// <summary>Puts the present step off, longer each time.</summary>
    public ValueTask<StepOutcome> PostponeAsync(VideoTask task, string reason, CancellationToken cancellationToken) =>
        PostponeAsync(task, Backoff.After(task.Tries, chance.NextDouble()), reason, cancellationToken);

    /// <summary>Puts the present step off because the attempt's provider was taken out of the settings; it may come back.</summary>
    public ValueTask<StepOutcome> WaitForProviderAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken) =>
        PostponeAsync(task, $"Provider {attempt.Provider} is no longer configured.", cancellationToken);

    /// <summary>Puts the present step off because pictures or clips cannot be read or kept now.</summary>
    public ValueTask<StepOutcome> WaitForArtifactsAsync(VideoTask task, ArtifactStoreUnavailableException error, CancellationToken cancellationToken)
    {
        LogStoreAway(error, task.Key.Task.Value);
        return PostponeAsync(task, "The artifact store is out of reach.", cancellationToken);
    }

    /// <summary>
    /// Makes a step that others are told of. The callback says what the task is after the step, so the step is tried out before it is made; both have one
    /// moment, so that callback and status answer say the same to the millisecond.
    /// </summary>
    public async ValueTask<StepOutcome> TellAsync(
        VideoTask task, TaskEvents happened, Func<NewDelivery?, TaskTransition> step, CancellationToken cancellationToken)
    {
        var silent = step(null);
        var after = silent.Apply(task);
        var callback = callbacks.Write(happened, after);
        var happening = callbacks.WriteEvent(happened, after, silent.At);
        var told = await ApplyAsync(task, (callback is null ? silent : step(callback)) with { Event = happening }, cancellationToken).ConfigureAwait(false);
        if (told.Won && (callback is not null || happening.IsTold))
        {
            waker.WakeDeliveries();
        }

        return told;
    }

    /// <summary>Ends the task without a clip.</summary>
    public async ValueTask<StepOutcome> FailAsync(VideoTask task, Failure failure, CancellationToken cancellationToken)
    {
        var at = Now;
        var failed = await TellAsync(task, TaskEvents.Completed, callback => new TaskTransition.Fail(at, failure, callback), cancellationToken).ConfigureAwait(false);
        if (failed.Won && task.WaitingFor is { } left)
        {
            await desks.ReleaseAsync(left, task.Key, cancellationToken).ConfigureAwait(false);
        }

        return failed;
    }

    /// <summary>Ends an attempt that its provider certainly did not take.</summary>
    public async ValueTask<StepOutcome> RefuseAsync(
        VideoTask task, Attempt attempt, RefusalClass refusal, string reason, TimeSpan? retryAfter, CancellationToken cancellationToken, FailureCode? code = null)
    {
        // Its health says when a provider may be asked again; only one that says nothing of itself makes the task wait.
        var isVerdict = refusal is RefusalClass.Input or RefusalClass.Policy;
        var wait = refusal is RefusalClass.Outage or RefusalClass.NotReceived ? retryAfter ?? Backoff.After(task.Attempts.Length, chance.NextDouble()) : TimeSpan.Zero;
        var unconfirmed = isVerdict && providers.TryGet(attempt.Provider, out var provider) && provider.Facts.RefusalBills ? PriceOf(task, attempt.Provider) : Usd.Zero;
        return await CloseAsync(
            task, attempt, new TaskTransition.RefuseAttempt(Now, attempt.Id, refusal, reason, Now + wait, code, unconfirmed), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends an attempt, which gives its slot back.</summary>
    public async ValueTask<StepOutcome> CloseAsync(VideoTask task, Attempt attempt, TaskTransition step, CancellationToken cancellationToken)
    {
        var closed = await ApplyAsync(task, step, cancellationToken).ConfigureAwait(false);
        if (closed.Won)
        {
            absences.Forget(attempt.Id);
            await desks.ReleaseAsync(attempt.Provider, task.Key, cancellationToken).ConfigureAwait(false);
            if (NewsOf(step) is { } news)
            {
                await desks.NoteAsync(attempt.Provider, news, cancellationToken).ConfigureAwait(false);
            }

            if (closed.Task.LastAttempt!.Unconfirmed > Usd.Zero)
            {
                GatewayMetrics.CountUnconfirmed(attempt.Provider);
            }

            if (step is TaskTransition.FailAttempt)
            {
                await ReleaseAtProviderAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
        }

        return closed;
    }

    /// <summary>What a provider charges for the task; nothing for a test.</summary>
    public Usd PriceOf(VideoTask task, string provider) =>
        !task.IsTest && providers.TryGet(provider, out var known) ? known.Facts.Prices.Of(task.Request) : Usd.Zero;

    /// <summary>Tells a provider that what it has of an attempt is needed no more.</summary>
    public async ValueTask ReleaseAtProviderAsync(Attempt attempt, CancellationToken cancellationToken)
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

    // A verdict on the content says nothing about the provider.
    private static ProviderNews? NewsOf(TaskTransition step) => step switch
    {
        TaskTransition.CompleteAttempt => new ProviderNews(NewsKind.Completed),
        TaskTransition.FailAttempt { Code: FailureCode.GenerationFailed or FailureCode.ProcessingTimeout or FailureCode.ModelUnavailable or null } => new ProviderNews(NewsKind.Failed),
        _ => null,
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "Task {Task}: {Step}, now {State} at revision {Revision}.")]
    private partial void LogStep(string task, string step, TaskState state, long revision);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Task {Task}: {Step} was not applied, revision {Revision} has passed.")]
    private partial void LogLostRace(string task, string step, long revision);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Task {Task} waits: the artifact store is out of reach.")]
    private partial void LogStoreAway(Exception error, string task);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} could not be told that attempt {Attempt} is no longer needed.")]
    private partial void LogNotReleased(Exception error, string provider, string attempt);
}
