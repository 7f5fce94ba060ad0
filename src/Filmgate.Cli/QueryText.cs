namespace Filmgate.Cli;

/// <summary>Puts options into the query of a read.</summary>
internal static class QueryText
{
    /// <summary>The query with its question mark; empty when nothing is given.</summary>
    /// <param name="parameters">Names and values; a value that is null is left out.</param>
    public static string Of(params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var given = new List<string>(parameters.Length);
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                given.Add($"{name}={Uri.EscapeDataString(value)}");
            }
        }

        return given.Count == 0 ? "" : $"?{string.Join('&', given)}";
    }
}
