using Filmgate.Engine.Routing;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>Reads what a provider makes of an attempt, and passes the wish to cancel it on.</summary>
internal sealed partial class FollowStage(ProviderDirectory providers, RoutingOptions options, TaskSteps steps, Random chance, ILogger log)
{
    /// <summary>Reads it once.</summary>
    public async ValueTask<StepOutcome> FollowAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await steps.WaitForProviderAsync(task, attempt, cancellationToken).ConfigureAwait(false);
        }

        if (task.CancelRequestedAt is not null && attempt.CancelSentAt is null)
        {
            // On record before the provider is asked: a crash in between leaves the wish unheard, and never heard twice.
            var passedOn = await steps.ApplyAsync(task, new TaskTransition.SendCancel(steps.Now, attempt.Id), cancellationToken).ConfigureAwait(false);
            if (!passedOn.Won)
            {
                return passedOn;
            }

            task = passedOn.Task;
            await CancelAtProviderAsync(provider, attempt, cancellationToken).ConfigureAwait(false);
        }

        // A step before its time was asked for by somebody who knows more.
        var followed = new FollowedTask(attempt.UpstreamId!, task.Request, attempt.AcceptedAt!.Value, IsHinted: task.DueAt > steps.Now);
        var reading = await provider.ReadAsync(followed, cancellationToken).ConfigureAwait(false);
        var price = steps.PriceOf(task, provider.Name);
        var isWithoutClip = reading is Reading.Unreadable { IsWithoutClip: true };
        switch (reading)
        {
            case Reading.InProgress or Reading.Unreadable when steps.Now - attempt.AcceptedAt > options.FollowDeadline:
                return await steps.CloseAsync(
                    task,
                    attempt,
                    new TaskTransition.AbandonAttempt(
                        steps.Now,
                        attempt.Id,
                        $"{provider.Name} took it and {(isWithoutClip ? "says that it is done, but showed no clip" : "did not finish it")} within {options.FollowDeadline.TotalHours:0} hours.",
                        price,
                        isWithoutClip ? FailureCode.GenerationFailed : FailureCode.ProcessingTimeout),
                    cancellationToken).ConfigureAwait(false);
            case Reading.InProgress progress:
                return await steps.ApplyAsync(
                    task, new TaskTransition.NoteProgress(steps.Now, attempt.Id, progress.Percent ?? task.Progress, steps.Now + (progress.ReadAfter ?? ReadPace.Next(steps.Now - followed.AcceptedAt, usual: null))), cancellationToken)
                    .ConfigureAwait(false);
            case Reading.Unreadable unreadable:
                var rest = isWithoutClip ? Backoff.After(task.Tries, chance.NextDouble()) : TimeSpan.Zero;
                return await steps.PostponeAsync(task, rest > unreadable.RetryAfter ? rest : unreadable.RetryAfter, unreadable.Reason, cancellationToken).ConfigureAwait(false);
            case Reading.Completed completed:
                var cost = task.IsTest ? Usd.Zero : ProviderCharge.In(completed, provider.Facts, price)!.Value;
                return await steps.CloseAsync(
                    task, attempt, new TaskTransition.CompleteAttempt(steps.Now, attempt.Id, completed.Location, cost), cancellationToken).ConfigureAwait(false);
            case Reading.Failed failed:
                var charged = task.IsTest ? Usd.Zero : ProviderCharge.In(failed, provider.Facts, price);
                return await steps.CloseAsync(
                    task,
                    attempt,
                    new TaskTransition.FailAttempt(steps.Now, attempt.Id, failed.Failure.Message, failed.Failure.Code, charged ?? Usd.Zero, charged is null ? price : Usd.Zero),
                    cancellationToken).ConfigureAwait(false);
            case Reading.Lost lost:
                return await steps.CloseAsync(
                    task, attempt, new TaskTransition.FailAttempt(steps.Now, attempt.Id, lost.Reason, Code: null), cancellationToken).ConfigureAwait(false);
            default:
                throw new InvalidOperationException($"No case is written for {reading.GetType().Name}.");
        }
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} could not be asked to stop attempt {Attempt}.")]
    private partial void LogNotCanceled(Exception error, string provider, string attempt);
}
