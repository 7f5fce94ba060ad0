using Filmgate.Engine.Routing;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>Finds out whether a provider has an attempt whose answer was lost. Only what proves that it has not lets the task go on elsewhere.</summary>
internal sealed partial class ResolveStage(ProviderDirectory providers, RoutingOptions options, AbsenceWatch absences, TaskSteps steps, Random chance, ILogger log)
{
    /// <summary>Asks for the id that a callback named, else for our own.</summary>
    public async ValueTask<StepOutcome> ResolveAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await steps.WaitForProviderAsync(task, attempt, cancellationToken).ConfigureAwait(false);
        }

        // :: Step 1: an id that a callback named, read with our own credentials.
        if (attempt.CandidateId is { } candidate)
        {
            return await provider.ReadAsync(candidate, cancellationToken).ConfigureAwait(false) switch
            {
                Reading.Unreadable { IsNotThere: true } when StillSettles(provider, attempt) is var wait && wait > TimeSpan.Zero =>
                    await steps.PostponeAsync(task, wait, "The provider does not know the id that it posted yet.", cancellationToken).ConfigureAwait(false),
                Reading.Lost or Reading.Unreadable { IsNotThere: true } => await DropCandidateAsync(task, attempt, cancellationToken).ConfigureAwait(false),
                Reading.Unreadable unreadable => await WaitForWordAsync(task, attempt, unreadable.Reason, cancellationToken).ConfigureAwait(false),
                _ => await AcceptAsync(task, attempt, candidate, steps.Now, cancellationToken).ConfigureAwait(false),
            };
        }

        // :: Step 2: our own id.
        var sighting = await provider.FindAsync(attempt.Id, cancellationToken).ConfigureAwait(false);
        return sighting switch
        {
            Sighting.Found found => await AcceptAsync(task, attempt, found.UpstreamId, steps.Now, cancellationToken).ConfigureAwait(false),
            Sighting.Absent when StillSettles(provider, attempt) is var wait && wait > TimeSpan.Zero =>
                await steps.PostponeAsync(task, wait, "The provider does not have it yet.", cancellationToken).ConfigureAwait(false),
            Sighting.Absent => await steps.RefuseAsync(
                task, attempt, RefusalClass.NotReceived, "The provider does not have it.", TimeSpan.Zero, cancellationToken).ConfigureAwait(false),
            Sighting.CannotTell unclear => await WaitForWordAsync(task, attempt, unclear.Reason, cancellationToken).ConfigureAwait(false),
            _ => throw new InvalidOperationException($"No case is written for {sighting.GetType().Name}."),
        };
    }

    /// <summary>The provider has it under an id.</summary>
    public async ValueTask<StepOutcome> AcceptAsync(VideoTask task, Attempt attempt, string upstreamId, DateTimeOffset readAt, CancellationToken cancellationToken)
    {
        try
        {
            return await steps.ApplyAsync(task, new TaskTransition.AcceptAttempt(steps.Now, attempt.Id, upstreamId, readAt), cancellationToken).ConfigureAwait(false);
        }
        catch (UpstreamIdTakenException error)
        {
            // Two clips under one id: one of the two cannot be followed, and nobody can say which. Never both with one file.
            LogIdTaken(error, attempt.Provider, attempt.Id.Value);
            return attempt.CandidateId == upstreamId
                ? await DropCandidateAsync(task, attempt, cancellationToken).ConfigureAwait(false)
                : task.LastAttempt is { State: AttemptState.Unknown }
                    ? await WaitForWordAsync(task, attempt, error.Message, cancellationToken).ConfigureAwait(false)
                    : await steps.ApplyAsync(task, new TaskTransition.LoseAnswer(steps.Now, attempt.Id, error.Message, steps.Now), cancellationToken).ConfigureAwait(false);
        }
    }

    // How much longer "not there" has to be said before it counts. Rows keep whole milliseconds: a part of one would be due at once, and again.
    private TimeSpan StillSettles(IVideoProvider provider, Attempt attempt) =>
        TimeSpan.FromMilliseconds(Math.Ceiling((provider.Facts.LookupSettles - absences.Note(attempt.Id)).TotalMilliseconds));

    // What is said of the one id says nothing of the other, so the look-up that follows waits anew.
    private ValueTask<StepOutcome> DropCandidateAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        absences.Forget(attempt.Id);
        return steps.ApplyAsync(task, new TaskTransition.DropCandidate(steps.Now, attempt.Id), cancellationToken);
    }

    // Nobody knows yet. After the deadline the operator's policy decides what follows, never chance.
    private async ValueTask<StepOutcome> WaitForWordAsync(VideoTask task, Attempt attempt, string reason, CancellationToken cancellationToken)
    {
        var left = attempt.SentAt!.Value + options.UnknownDeadline - steps.Now;
        if (left > TimeSpan.Zero)
        {
            var wait = Backoff.After(task.Tries, chance.NextDouble());
            return await steps.PostponeAsync(task, wait < left ? wait : left, reason, cancellationToken).ConfigureAwait(false);
        }

        var stake = steps.PriceOf(task, attempt.Provider);
        LogUnresolved(attempt.Provider, attempt.Id.Value, task.Key.Task.Value, options.WhenUnknown);
        var renewed = options.WhenUnknown == UnknownPolicy.Resubmit && task.CancelRequestedAt is null;
        return await steps.CloseAsync(
            task,
            attempt,
            new TaskTransition.AbandonAttempt(
                steps.Now,
                attempt.Id,
                $"Nobody could say within {options.UnknownDeadline.TotalMinutes:0} minutes whether {attempt.Provider} has it: {attempt.Reason}",
                stake,
                renewed ? null : FailureCode.GenerationFailed,
                renewed ? stake : Usd.Zero),
            cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Provider {Provider} named an id for attempt {Attempt} that stands for another attempt already.")]
    private partial void LogIdTaken(Exception error, string provider, string attempt);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nobody can say whether provider {Provider} has attempt {Attempt} of task {Task}; its charge stays unconfirmed, policy {Policy}.")]
    private partial void LogUnresolved(string provider, string attempt, string task, UnknownPolicy policy);
}
