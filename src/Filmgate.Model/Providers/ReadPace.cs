namespace Filmgate.Model.Providers;

/// <summary>
/// When a task that is at a provider is read next: seldom while it cannot be done, closely around the time at which such clips end, then
/// ever more slowly, and never not at all, for a late clip is paid like any other. Pure.
/// </summary>
public static class ReadPace
{
    /// <summary>Shortest wait between two reads of a task.</summary>
    public static readonly TimeSpan WaitMin = TimeSpan.FromSeconds(1);

    /// <summary>Longest wait between two reads of a task.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);

    // Around the usual end a clip is heard of within this part of its whole time, and within these bounds.
    private const int CloseParts = 20;
    private static readonly TimeSpan CloseMax = TimeSpan.FromSeconds(5);

    // With nothing known, and after the usual end, each wait is this part of what has passed.
    private const int GrowthParts = 4;
    private static readonly TimeSpan UnknownMax = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan UnknownUntil = TimeSpan.FromMinutes(5);

    /// <summary>The wait until the next read.</summary>
    /// <param name="elapsed">Time since the provider took the task; not negative.</param>
    /// <param name="usual">How long such clips take there; null when that is not known.</param>
    /// <returns>From <see cref="WaitMin"/> to <see cref="WaitMax"/>.</returns>
    public static TimeSpan Next(TimeSpan elapsed, FinishTime? usual)
    {
        if (usual is null)
        {
            return elapsed < UnknownUntil ? Clamp(elapsed / GrowthParts, WaitMin, UnknownMax) : Clamp((elapsed - UnknownUntil) / GrowthParts, UnknownMax, WaitMax);
        }

        var close = Clamp(usual.Mean / CloseParts, WaitMin, CloseMax);
        if (elapsed >= usual.Earliest)
        {
            return elapsed < usual.Latest ? close : Clamp((elapsed - usual.Latest) / GrowthParts, close, WaitMax);
        }

        // Half way to the window each time: what fails at once is heard of before it opens, by very few reads.
        var remaining = usual.Earliest - elapsed;
        return Clamp(remaining <= 2 * close ? remaining : remaining / 2, WaitMin, WaitMax);
    }

    private static TimeSpan Clamp(TimeSpan wait, TimeSpan least, TimeSpan most) => wait < least ? least : wait > most ? most : wait;
}
