using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Routing;
using Filmgate.Model.Gateway;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>Takes a finished clip into our store. The clip exists and is paid: the fetch is repeated, the generation never.</summary>
internal sealed partial class TakeInStage(ProviderDirectory providers, IClipIntake clips, RoutingOptions options, TaskSteps steps, ILogger log)
{
    private static readonly TimeSpan ParkedWait = TimeSpan.FromMinutes(10);

    /// <summary>Fetches it, and ends the task as a success once it lies in our store.</summary>
    public async ValueTask<StepOutcome> TakeInAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await steps.WaitForProviderAsync(task, attempt, cancellationToken).ConfigureAwait(false);
        }

        var outcome = await clips.TakeInAsync(task, attempt.ClipLocation!, provider, cancellationToken).ConfigureAwait(false);
        if (outcome is ClipOutcome.LinkDead dead)
        {
            // Once in a step, so that a provider whose links are all dead is not asked in a circle.
            (task, outcome) = await RenewLinkAsync(task, attempt, provider, dead, cancellationToken).ConfigureAwait(false);
        }

        switch (outcome)
        {
            case ClipOutcome.Stored stored:
                var at = steps.Now;
                var succeeded = await steps.TellAsync(
                    task, TaskEvents.Completed, callback => new TaskTransition.Succeed(at, stored.Clip, callback), cancellationToken).ConfigureAwait(false);
                if (succeeded.Won)
                {
                    await steps.ReleaseAtProviderAsync(attempt, cancellationToken).ConfigureAwait(false);
                }

                return succeeded;
            case ClipOutcome.WrongKind wrong:
                return await steps.FailAsync(task, new Failure(FailureCode.GenerationFailed, wrong.Reason), cancellationToken).ConfigureAwait(false);
            case ClipOutcome.Unfetched { RetryAfter: { } wait } unfetched when task.Tries + 1 < TaskDriver.TakeInTriesMax:
                return await steps.PostponeAsync(task, wait, unfetched.Reason, cancellationToken).ConfigureAwait(false);
            case ClipOutcome.NotTaken notTaken when task.Tries + 1 < TaskDriver.TakeInTriesMax:
                return await steps.PostponeAsync(task, notTaken.Reason, cancellationToken).ConfigureAwait(false);
            case ClipOutcome.NotTaken notTaken when notTaken is ClipOutcome.Unstored || steps.Now - attempt.EndedAt < (provider.Facts.ResultLifetime ?? options.ClipPatience):
                if (attempt.UnfetchedSince is null)
                {
                    GatewayMetrics.CountUnfetched(provider.Name);
                    LogUnfetched(provider.Name, attempt.Id.Value, task.Key.Task.Value, notTaken.Reason);
                }

                return await steps.ApplyAsync(
                    task, new TaskTransition.ParkClip(steps.Now, attempt.Id, notTaken.Reason, steps.Now + ParkedWait), cancellationToken).ConfigureAwait(false);
            case ClipOutcome.NotTaken notTaken:
                return await steps.FailAsync(task, new Failure(FailureCode.GenerationFailed, notTaken.Reason), cancellationToken).ConfigureAwait(false);
            default:
                throw new InvalidOperationException($"No case is written for {outcome.GetType().Name}.");
        }
    }

    private async ValueTask<(VideoTask Task, ClipOutcome Outcome)> RenewLinkAsync(
        VideoTask task, Attempt attempt, IVideoProvider provider, ClipOutcome.LinkDead dead, CancellationToken cancellationToken)
    {
        var reading = await provider.ReadAsync(attempt.UpstreamId!, cancellationToken).ConfigureAwait(false);
        switch (reading)
        {
            case Reading.Completed { Location: var fresh } when fresh != attempt.ClipLocation:
                var relocated = await steps.ApplyAsync(task, new TaskTransition.RelocateClip(steps.Now, attempt.Id, fresh), cancellationToken).ConfigureAwait(false);
                return relocated.Won
                    ? (relocated.Task, await clips.TakeInAsync(relocated.Task, fresh, provider, cancellationToken).ConfigureAwait(false))
                    : (task, dead);
            case Reading.Unreadable unreadable:
                return (task, new ClipOutcome.Unfetched($"{dead.Reason} The provider could not be asked for another address: {unreadable.Reason}", unreadable.RetryAfter));
            case Reading.Failed failed:
                return (task, new ClipOutcome.LinkDead($"{dead.Reason} Read again, the provider says: {failed.Failure.Message}"));
            default:
                return (task, dead);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The clip of attempt {Attempt} of task {Task} exists at provider {Provider} and cannot be fetched: {Reason}")]
    private partial void LogUnfetched(string provider, string attempt, string task, string reason);
}
