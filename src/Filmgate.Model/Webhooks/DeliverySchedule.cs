using System.Collections.Immutable;

namespace Filmgate.Model.Webhooks;

/// <summary>
/// When a delivery is tried again: a pure function of what happened. The waits are those that Svix made customary
/// (eight attempts in about 27.6 hours), each spread by ±20 % so that a recovered receiver is not met by a crowd.
/// </summary>
public static class DeliverySchedule
{
    private const double JitterShare = 0.2;

    /// <summary>The wait after the first, second, … failed attempt.</summary>
    public static ImmutableArray<TimeSpan> DefaultWaits { get; } =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(5),
        TimeSpan.FromHours(10),
        TimeSpan.FromHours(10),
    ];

    /// <summary>The wait before the next attempt, or null when there is none to come.</summary>
    /// <param name="waits">The schedule.</param>
    /// <param name="attemptsMade">Attempts made so far, the failed one included; at least 1.</param>
    /// <param name="attempt">The failed attempt.</param>
    /// <param name="chance">A number in [0, 1) that spreads the wait.</param>
    public static TimeSpan? NextWait(ImmutableArray<TimeSpan> waits, int attemptsMade, DeliveryAttempt attempt, double chance)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        if (attempt.IsGone || attemptsMade > waits.Length)
        {
            return null;
        }

        var planned = waits[attemptsMade - 1];
        var wait = planned * (1 - JitterShare + 2 * JitterShare * chance);
        if (attempt.RetryAfter is not { } asked || asked <= wait)
        {
            return wait;
        }

        // A receiver may ask for patience, but not for ever: at most twice the planned wait, or an hour where that is more.
        var patience = planned * 2 > TimeSpan.FromHours(1) ? planned * 2 : TimeSpan.FromHours(1);
        return asked < patience ? asked : patience;
    }
}
