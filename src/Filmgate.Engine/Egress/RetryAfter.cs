using System.Globalization;

namespace Filmgate.Engine.Egress;

/// <summary>Reads the <c>Retry-After</c> header (RFC 9110 section 10.2.3) of a server that is not trusted. Pure.</summary>
public static class RetryAfter
{
    /// <summary>The longest wait that a server can ask for: one hour.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromHours(1);

    /// <summary>Reads the header.</summary>
    /// <param name="value">The raw value: whole seconds or an HTTP date; null when there is none.</param>
    /// <param name="now">The time now, which a date is measured from.</param>
    /// <returns>
    /// The wait, clamped to 0 s … <see cref="Longest"/>; null for no value and for one that is neither form (negative, a
    /// fraction, text). A date in the past is 0 s.
    /// </returns>
    public static TimeSpan? Parse(string? value, DateTimeOffset now)
    {
        var text = value.AsSpan().Trim();
        if (text.IsEmpty)
            return null;
        if (!text.ContainsAnyExceptInRange('0', '9'))
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 3600
                ? TimeSpan.FromSeconds(seconds)
                : Longest;
        if (!DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            return null;
        var wait = date - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait > Longest ? Longest : wait;
    }
}
