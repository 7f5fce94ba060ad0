using Filmgate.Model.Tasks;
using Filmgate.Storage;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Brings what a provider has answered to a submission onto the record. Until it is there this process alone knows it, and for a provider that
/// cannot be asked nobody would ever know it again: so neither a store that is away nor another node that took the task over meanwhile makes it be
/// forgotten.
/// </summary>
/// <param name="store">Where tasks are kept.</param>
/// <param name="time">Runs the pauses.</param>
public sealed class AnswerRecord(ITaskStore store, TimeProvider time)
{
    /// <summary>How long a store that is away is waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>The same while the gateway stops: less than its supervisor waits before the kill.</summary>
    public static readonly TimeSpan StoppingPatience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Makes a step that says what came of an attempt; on the fresh row again, while the attempt is still one whose answer is not known.</summary>
    /// <param name="task">The task as it was when the attempt was sent.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="step">Makes the step on a row that has the attempt as <c>sent</c> or <c>unknown</c>.</param>
    /// <param name="stopping">Tells that the gateway stops.</param>
    /// <returns>The step's outcome; a lost race when somebody else has found out about the attempt and settled it.</returns>
    /// <exception cref="StoreUnavailableException">The store was away for too long.</exception>
    public async ValueTask<StepOutcome> KeepAsync(
        VideoTask task, Attempt attempt, Func<VideoTask, Attempt, ValueTask<StepOutcome>> step, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(step);
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                var outcome = await step(task, attempt).ConfigureAwait(false);
                if (outcome.Won
                    || await store.LoadAsync(task.Key, CancellationToken.None).ConfigureAwait(false)
                        is not { LastAttempt: { State: AttemptState.Sent or AttemptState.Unknown } last } fresh
                    || last.Id != attempt.Id)
                {
                    return outcome;
                }

                (task, attempt) = (fresh, last);
            }
            catch (StoreUnavailableException) when (time.GetElapsedTime(began) < (stopping.IsCancellationRequested ? StoppingPatience : Patience))
            {
                // A commit that nobody saw the end of may have taken place: then the step loses its race next time, and the row is looked at.
                await Task.Delay(Pause, time, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
