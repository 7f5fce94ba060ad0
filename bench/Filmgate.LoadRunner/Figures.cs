namespace Filmgate.LoadRunner;

/// <summary>Arithmetic on rounds.</summary>
internal static class Figures
{
    /// <summary>The middle value, so that one disturbed round moves nothing.</summary>
    public static double Median(this IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Lowest and highest, as text.</summary>
    public static string Range(this IEnumerable<double> values) => $"{values.Min():0.00} to {values.Max():0.00}";
}
