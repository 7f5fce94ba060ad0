using System.Globalization;

namespace Filmgate.Dialects.Http;

/// <summary>Reads times as callers of the task API write them: Unix milliseconds or ISO 8601.</summary>
internal static class TimeText
{
    /// <summary>What is allowed, as the rest of a sentence.</summary>
    public const string Rule = "must be a time: Unix milliseconds, or ISO 8601 such as 2026-01-31T12:00:00Z";

    private static readonly long LastMillisecond = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    private static readonly string[] Forms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    /// <summary>The time, taken as UTC when it has no offset; null when the text is none.</summary>
    public static DateTimeOffset? Read(string text)
    {
        if (long.TryParse(text, NumberStyles.None, null, out var milliseconds) && milliseconds <= LastMillisecond)
        {
            return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        }

        return DateTimeOffset.TryParseExact(text, Forms, null, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
    }
}
