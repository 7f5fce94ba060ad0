using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Http;

/// <summary>The headers that tell a refused caller when to come back.</summary>
internal static class WaitHeaders
{
    /// <summary>Which limit refused, and how it stands.</summary>
    public const string Limit = "RateLimit-Limit", Remaining = "RateLimit-Remaining", Reset = "RateLimit-Reset";

    private const int SecondsMax = 300;

    /// <summary>Says when to ask again, in whole seconds.</summary>
    public static void Write(HttpResponse response, TimeSpan wait) => response.Headers.RetryAfter = Seconds(wait);

    /// <summary>Says that a limit is used up, how much it allows and when to ask again.</summary>
    public static void Write(HttpResponse response, int? limit, TimeSpan wait)
    {
        var headers = response.Headers;
        headers.RetryAfter = headers[Reset] = Seconds(wait);
        headers[Remaining] = "0";
        if (limit is { } known)
        {
            headers[Limit] = known.ToString();
        }
    }

    // A wait of no seconds would be an invitation to come back at once.
    private static string Seconds(TimeSpan wait) => ((int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, SecondsMax)).ToString();
}
