namespace Filmgate.Animatic.Camera;

/// <summary>The small motion of a camera held by hand: a few slow waves with seeded periods and phases on each axis.</summary>
internal sealed class HandSway
{
    private const int WavesPerAxis = 4;
    private readonly (double Rate, double Phase, double Weight)[][] axes;

    /// <summary>Draws the waves.</summary>
    public HandSway(ulong seed)
    {
        var random = new Random(unchecked((int)(seed ^ (seed >> 32))));
        axes = new (double, double, double)[3][];
        for (int axis = 0; axis < axes.Length; axis++)
        {
            axes[axis] = new (double, double, double)[WavesPerAxis];
            for (int wave = 0; wave < WavesPerAxis; wave++)
            {
                // From a breath (0.3 Hz) to a tremble (about 2.5 Hz); quicker waves are smaller.
                double hertz = 0.3 * Math.Pow(2, wave) * (0.85 + 0.3 * random.NextDouble());
                axes[axis][wave] = (2 * Math.PI * hertz, 2 * Math.PI * random.NextDouble(), 0.6 / (1 + wave));
            }
        }
    }

    /// <summary>The hand's offset at a time in seconds; each part lies roughly within -1 and 1.</summary>
    public Offset At(double seconds) => new(Sum(axes[0], seconds), Sum(axes[1], seconds), Sum(axes[2], seconds));

    private static double Sum((double Rate, double Phase, double Weight)[] waves, double seconds)
    {
        double sum = 0;
        foreach ((double rate, double phase, double weight) in waves)
            sum += weight * Math.Sin(rate * seconds + phase);
        return sum;
    }

    /// <summary>One offset.</summary>
    public readonly record struct Offset(double X, double Y, double Roll);
}
