using Filmgate.Model.Accounts;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Routing;

/// <summary>Decides when a task has tried or waited enough, and when another provider may be tried at all: pure functions.</summary>
public static class RoutePatience
{
    /// <summary>
    /// Most submissions that were lost unbilled, such as renders that a crash of ours cut off. A clip must outlive a bad day of
    /// restarts, but not one that is itself the reason for them.
    /// </summary>
    public const int LossesMax = 20;

    /// <summary>Most submissions of one task in all.</summary>
    public const int AttemptsMax = 100;

    /// <summary>Why a task is given up instead of routed (again); null while it is not.</summary>
    public static Failure? GiveUp(VideoTask task, Ranking ranking, RoutingOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(options);
        if (task.Attempts.Length >= AttemptsMax || task.Attempts.Count(IsLoss) >= LossesMax)
        {
            return new Failure(FailureCode.GenerationFailed, $"Given up after {task.Attempts.Length} attempts: {task.LastAttempt!.Reason}");
        }

        if (task.WaitingSince is { } since && now - since > options.QueuePatience)
        {
            return new Failure(FailureCode.ModelUnavailable, $"No provider had a slot for it within {options.QueuePatience.TotalHours:0} hours.");
        }

        // Those that are only full will have a slot.
        var hopeless = ranking.Places.All(place => place.Standing is { Cooling: not (null or CoolingCause.Throttled), UnwellSince: { } unwell }
            && now - unwell > options.OutagePatience);
        if (!ranking.Places.IsEmpty && hopeless && now - task.CreatedAt > options.OutagePatience)
        {
            var whys = string.Join("; ", ranking.Places.Select(place => $"{place.Provider.Name} {place.Standing.Cooling!.Value.Sentence()}"));
            return new Failure(FailureCode.ModelUnavailable, $"No provider could take it within {options.OutagePatience.TotalMinutes:0} minutes: {whys}.");
        }

        return null;
    }

    /// <summary>
    /// Whether another provider may be tried after an attempt that ended with a verdict on the task: only where it is certain that it cost
    /// nothing, and only for a fault of the generation, or, where the account wants that, for a policy that others may not have.
    /// </summary>
    public static bool MayTryElsewhere(Attempt attempt, RoutingPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        ArgumentNullException.ThrowIfNull(policy);
        if (attempt.Cost.Micros > 0 || attempt.Unconfirmed.Micros > 0 || attempt.ResolvedAt is not null)
        {
            return false;
        }

        return attempt switch
        {
            { State: AttemptState.Failed, FailCode: FailureCode.GenerationFailed or FailureCode.ProcessingTimeout or FailureCode.ModelUnavailable } => true,
            { State: AttemptState.Failed, FailCode: FailureCode.ContentViolation or FailureCode.NsfwDetected } or { Refusal: RefusalClass.Policy } => policy.FailsOverOnPolicy,
            _ => false,
        };
    }

    private static bool IsLoss(Attempt attempt) => attempt
        is { State: AttemptState.Failed, FailCode: null }
        or { Refusal: RefusalClass.NotReceived };
}
