namespace Filmgate.Model.Webhooks;

/// <summary>
/// What a destination's latest answers allow. It begins with a few attempts at a time and gets more with each success; after several failures
/// in a row it gets one at a time, with a growing pause between them, so that a dead receiver costs next to nothing and a recovered one is not
/// met by a crowd. Deliveries keep their own schedule; this only says how fast their queue is worked off.
/// </summary>
/// <param name="Window">Attempts that may be under way at once while it is closed.</param>
/// <param name="Failures">Failures in a row, at most <see cref="FailuresMax"/>; once it is open each success takes two back.</param>
/// <param name="OpenedAt">When it opened; null while it is closed.</param>
/// <param name="NotBefore">Before this nothing is sent; null for no such time.</param>
public sealed record DestinationCircuit(int Window, int Failures, DateTimeOffset? OpenedAt, DateTimeOffset? NotBefore)
{
    /// <summary>Failures in a row that open it.</summary>
    public const int FailuresToOpen = 5;

    /// <summary>Where the count of failures ends, and with it the growth of the pause.</summary>
    public const int FailuresMax = FailuresToOpen + 4;

    private const int WindowMin = 2;
    private const int WindowMax = 1024;

    /// <summary>The pause between attempts when it has just opened; each further failure doubles it.</summary>
    public static TimeSpan PauseMin { get; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// The longest pause. Short enough that a hundred events go through their own schedule at a dead receiver and do not heap up until it is back.
    /// </summary>
    public static TimeSpan PauseMax { get; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest time for which a receiver that asks for fewer requests is sent nothing at all.</summary>
    public static TimeSpan ThrottleMax { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Of a destination that nothing is known of.</summary>
    public static DestinationCircuit Unknown { get; } = new(WindowMin, 0, null, null);

    /// <summary>Whether attempts are made one at a time.</summary>
    public bool IsOpen => Failures >= FailuresToOpen;

    /// <summary>Whether it took the last event that it was sent. Those that did not share a part of the house's connections, so that they cannot take them all.</summary>
    public bool IsTrusted => Failures == 0 && Window > WindowMin;

    /// <summary>Attempts that may be under way at once.</summary>
    /// <param name="most">Those of the best destination.</param>
    public int Concurrency(int most) => IsOpen ? 1 : Math.Min(Window, most);

    /// <summary>What an attempt makes of it.</summary>
    public DestinationCircuit After(DeliveryAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var ended = attempt.At + attempt.Took;
        var next = attempt.Succeeded ? AfterSuccess(ended) : AfterFailure(attempt, ended);
        return attempt.IsThrottled ? next.Until(ended + Least(attempt.RetryAfter!.Value, ThrottleMax)) : next;
    }

    private DestinationCircuit AfterSuccess(DateTimeOffset ended)
    {
        const int TakenBack = 2;
        var failures = Failures - TakenBack;
        return failures >= FailuresToOpen ? this with { Failures = failures, NotBefore = ended + Pause(failures) }
            : IsOpen ? Unknown
            : this with { Window = Math.Min(Window * 2, WindowMax), Failures = 0, NotBefore = null };
    }

    private DestinationCircuit AfterFailure(DeliveryAttempt attempt, DateTimeOffset ended)
    {
        // Those that were under way when it opened tell nothing new.
        if (OpenedAt is { } opened && attempt.At < opened)
        {
            return this;
        }

        var failures = Math.Min(Failures + 1, FailuresMax);
        return failures < FailuresToOpen
            ? this with { Window = Math.Max(WindowMin, Window / 2), Failures = failures }
            : new DestinationCircuit(WindowMin, failures, OpenedAt ?? ended, ended + Pause(failures));
    }

    private DestinationCircuit Until(DateTimeOffset time) => NotBefore > time ? this : this with { NotBefore = time };

    private static TimeSpan Pause(int failures) => Least(PauseMin * Math.Pow(2, failures - FailuresToOpen), PauseMax);

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
