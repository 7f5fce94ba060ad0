using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Filmgate.Model.Tasks;

namespace Filmgate.Model.Gateway;

/// <summary>
/// What is counted, under the meter <c>Filmgate</c>. Every label has a bounded set of values, which the house knows beforehand: kinds,
/// states, codes, names of configured providers. What callers write never becomes one.
/// </summary>
public static class GatewayMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Filmgate";

    /// <summary>Counts refusals; labels <c>stage</c>, <c>party</c>, <c>code</c>, <c>retryable</c>.</summary>
    public const string Refusals = "filmgate.refusals";

    /// <summary>Counts tasks that have ended; labels <c>state</c>, <c>provider</c>, <c>fail_code</c>, each <c>none</c> where there is none.</summary>
    public const string TaskEnds = "filmgate.task.ends";

    /// <summary>Counts clips that exist at a provider and cannot be fetched; label <c>provider</c>. Each wants a look by the operator.</summary>
    public const string Unfetched = "filmgate.clips.unfetched";

    /// <summary>Counts attempts that were given up with an unconfirmed charge; label <c>provider</c>. Each wants a decision by the operator.</summary>
    public const string Unconfirmed = "filmgate.charges.unconfirmed";

    private const string None = "none";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> RefusalCounter = Meter.CreateCounter<long>(Refusals, "{refusal}", "Requests that were refused.");
    private static readonly Counter<long> TaskEndCounter = Meter.CreateCounter<long>(TaskEnds, "{task}", "Tasks that have ended.");

    private static readonly Counter<long> UnfetchedCounter = Meter.CreateCounter<long>(Unfetched, "{clip}", "Clips that exist at a provider and cannot be fetched.");
    private static readonly Counter<long> UnconfirmedCounter = Meter.CreateCounter<long>(Unconfirmed, "{charge}", "Charges that nobody could confirm.");

    private static readonly FrozenDictionary<RefusalKind, string> Kinds = Words<RefusalKind>();
    private static readonly FrozenDictionary<RefusalStage, string> Stages = Words<RefusalStage>();
    private static readonly FrozenDictionary<RefusalParty, string> Parties = Words<RefusalParty>();
    private static readonly FrozenDictionary<TaskState, string> States = Words<TaskState>();

    /// <summary>Counts a refusal.</summary>
    public static void Count(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        RefusalCounter.Add(
            1,
            new("stage", Stages[refusal.Stage]),
            new("party", Parties[refusal.Party]),
            new("code", Kinds[refusal.Kind]),
            new("retryable", refusal.IsRetryable));
    }

    /// <summary>Counts a task that has just ended.</summary>
    public static void CountEnd(VideoTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        TaskEndCounter.Add(
            1,
            new("state", States[task.State]),
            new("provider", task.LastAttempt?.Provider ?? None),
            new("fail_code", task.Failure?.Code.Name() ?? None));
    }

    /// <summary>Counts a clip that cannot be fetched from a provider.</summary>
    public static void CountUnfetched(string provider) => UnfetchedCounter.Add(1, new KeyValuePair<string, object?>("provider", provider));

    /// <summary>Counts a charge of a provider that nobody could confirm.</summary>
    public static void CountUnconfirmed(string provider) => UnconfirmedCounter.Add(1, new KeyValuePair<string, object?>("provider", provider));

    private static FrozenDictionary<T, string> Words<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToFrozenDictionary(value => value, value => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()));
}
