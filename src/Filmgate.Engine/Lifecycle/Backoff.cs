namespace Filmgate.Engine.Lifecycle;

/// <summary>How long to wait before something is tried again: doubling from a base, spread by ±20 %, up to a cap.</summary>
public static class Backoff
{
    private static readonly TimeSpan Base = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Cap = TimeSpan.FromMinutes(5);

    /// <summary>The wait after the given number of tries in vain.</summary>
    /// <param name="tries">Tries made so far; 0 waits the base.</param>
    /// <param name="chance">A number in [0, 1) that spreads the wait.</param>
    public static TimeSpan After(int tries, double chance)
    {
        const int DoublingsMax = 20;
        var planned = Base * Math.Pow(2, Math.Clamp(tries, 0, DoublingsMax));
        return (planned < Cap ? planned : Cap) * (0.8 + 0.4 * chance);
    }
}
