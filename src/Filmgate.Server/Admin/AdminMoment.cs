using System.Globalization;

namespace Filmgate.Server.Admin;

/// <summary>Times as administrators write them: ISO 8601 with an offset.</summary>
internal static class AdminMoment
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <summary>Reads one, to the millisecond; null when it is none.</summary>
    public static DateTimeOffset? Read(string text)
    {
        // A time without an offset would mean another moment on every machine that reads it.
        var hasOffset = text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal);
        return hasOffset && DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment)
            ? DateTimeOffset.FromUnixTimeMilliseconds(moment.ToUnixTimeMilliseconds())
            : null;
    }
}
