using Filmgate.Animatic;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Routing;
using Filmgate.Model.Gateway;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Sends an attempt, once. Nothing here is done twice: the intent is committed before the first byte leaves, and whoever finds it committed
/// does not send.
/// </summary>
internal sealed partial class SubmitStage(
    ProviderDirectory providers, IProviderDesks desks, SubmissionWriter submissions, ResolveStage resolution, AnswerRecord answers, TaskSteps steps, TimeProvider time,
    ILogger log)
{
    /// <summary>Commits the intent, sends, and records what came of it.</summary>
    public async ValueTask<StepOutcome> SubmitAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken)
    {
        if (!providers.TryGet(attempt.Provider, out var provider))
        {
            return await steps.RefuseAsync(task, attempt, RefusalClass.Outage, $"Provider {attempt.Provider} is no longer configured.", TimeSpan.Zero, cancellationToken)
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
            return await steps.RefuseAsync(
                task, attempt, RefusalClass.Input, $"A picture could not be converted for {provider.Name}.", TimeSpan.Zero, cancellationToken, FailureCode.UnsupportedFormat)
                .ConfigureAwait(false);
        }
        catch (ArtifactStoreUnavailableException error)
        {
            return await steps.WaitForArtifactsAsync(task, error, cancellationToken).ConfigureAwait(false);
        }

        // :: Step 2: commit the intent. Whoever loses this race sends nothing.
        var (at, begun) = (steps.Now, time.GetTimestamp());
        var sent = task.State == TaskState.Pending
            ? await steps.TellAsync(task, TaskEvents.Started, callback => new TaskTransition.SendAttempt(at, attempt.Id, callback), cancellationToken).ConfigureAwait(false)
            : await steps.ApplyAsync(task, new TaskTransition.SendAttempt(at, attempt.Id), cancellationToken).ConfigureAwait(false);
        if (!sent.Won)
        {
            return sent;
        }

        // A node that stood still here has been given up by the others, who look for the attempt at the provider: while they may still wait for
        // it, it is sent; later, when they may have submitted the task anew, it is not. The local renderer knows at once what it has, so they never
        // wait for it, and rendering twice costs nothing.
        if (provider.Facts.Tier != ProviderTier.Local && time.GetElapsedTime(begun) > provider.Facts.LookupSettles / 2)
        {
            return await steps.RefuseAsync(
                sent.Task, attempt, RefusalClass.NotReceived, "The gateway stood still before it could be sent.", TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }

        // :: Step 3: send. From the first byte on the provider may have it, whatever happens to us. A gateway that stops waits for the answer
        // as long as it can, because an answer that nobody reads may be a clip that is paid and lost.
        var stopping = cancellationToken;
        cancellationToken = CancellationToken.None;
        var result = await SubmitAsync(provider, submission, cancellationToken).ConfigureAwait(false);

        // :: Step 4: record what came of it.
        switch (result)
        {
            case SubmitResult.Accepted accepted:
                var readAt = steps.Now + (accepted.ReadAfter ?? ReadPace.Next(TimeSpan.Zero, usual: null));
                var taken = await answers.KeepAsync(
                    sent.Task, attempt, (row, open) => resolution.AcceptAsync(row, open, accepted.UpstreamId, readAt, cancellationToken), stopping).ConfigureAwait(false);
                await desks.NoteAsync(provider.Name, new ProviderNews(NewsKind.Accepted), cancellationToken).ConfigureAwait(false);
                return taken;
            case SubmitResult.Refused refused:
                await desks.NoteAsync(provider.Name, new ProviderNews(NewsKind.Refused, refused.Class, refused.RetryAfter), cancellationToken).ConfigureAwait(false);
                return await answers.KeepAsync(
                    sent.Task,
                    attempt,
                    (row, open) => steps.RefuseAsync(row, open, refused.Class, refused.Reason, refused.RetryAfter, cancellationToken, refused.Code),
                    stopping).ConfigureAwait(false);
            case SubmitResult.Unknown unknown:
                var lost = await steps.ApplyAsync(
                    sent.Task, new TaskTransition.LoseAnswer(steps.Now, attempt.Id, unknown.Reason, steps.Now), cancellationToken).ConfigureAwait(false);
                await desks.NoteAsync(provider.Name, new ProviderNews(NewsKind.Lost), cancellationToken).ConfigureAwait(false);
                return lost;
            default:
                throw new InvalidOperationException($"No case is written for {result.GetType().Name}.");
        }
    }

    /// <summary>Finds an intent of an earlier life: what became of it is not known.</summary>
    public ValueTask<StepOutcome> NoteLostAnswerAsync(VideoTask task, Attempt attempt, CancellationToken cancellationToken) => steps.ApplyAsync(
        task, new TaskTransition.LoseAnswer(steps.Now, attempt.Id, "The gateway stopped before it read the answer.", steps.Now), cancellationToken);

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

    [LoggerMessage(Level = LogLevel.Warning, Message = "A picture of task {Task} could not be converted.")]
    private partial void LogNotConverted(Exception error, string task);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Provider {Provider} threw while taking attempt {Attempt}; its answer counts as lost.")]
    private partial void LogProviderThrew(Exception error, string provider, string attempt);
}
