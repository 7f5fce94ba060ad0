using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Replicate;

/// <summary>Reads <c>Prefer: wait[=n]</c>. A preference is a wish: one that is unknown or malformed is not granted, and is no error (RFC 7240).</summary>
internal static class PreferHeader
{
    /// <summary>How long the answer to a creation is held back, 1 to 60 s; null for not at all.</summary>
    public static TimeSpan? Wait(IHeaderDictionary headers)
    {
        foreach (var header in headers[Wire.PreferHeader])
        {
            foreach (var preference in (header ?? string.Empty).Split(',', StringSplitOptions.TrimEntries))
            {
                if (Read(preference) is { } seconds)
                {
                    return TimeSpan.FromSeconds(seconds);
                }
            }
        }

        return null;
    }

    private static int? Read(string preference)
    {
        // Parameters of a preference follow after a semicolon; this one has none.
        var text = preference.Split(';')[0].Split('=', 2, StringSplitOptions.TrimEntries);
        if (!text[0].Equals(Wire.WaitPreference, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (text.Length == 1)
        {
            return Wire.WaitSecondsMax;
        }

        var digits = text[1].Trim('"');
        return digits.Length == 0 || digits.AsSpan().ContainsAnyExceptInRange('0', '9') ? null

            // Some number that is too large to read is too large to grant, too.
            : int.TryParse(digits, out var seconds) ? Math.Clamp(seconds, 1, Wire.WaitSecondsMax)
            : Wire.WaitSecondsMax;
    }
}
