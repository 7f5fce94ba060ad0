using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Filmgate.Dialects.Http;

/// <summary>
/// Checks that a body is declared as JSON. A body of another type is refused although it may be JSON: a web page of
/// another origin can send <c>text/plain</c> without asking, but not <c>application/json</c>.
/// </summary>
public static class ContentTypes
{
    /// <summary>What is wrong with the declaration; null when it is right.</summary>
    public static string? Fault(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding;
        if (encoding.Count > 0 && !string.Equals(encoding.ToString(), "identity", StringComparison.OrdinalIgnoreCase))
        {
            return $"Content-Encoding must be absent, got {Shown(encoding.ToString())}";
        }

        var types = request.Headers.ContentType;
        return types.Count == 1 && IsJson(types[0]) ? null
            : types.Count == 0 ? "Content-Type must be application/json (charset utf-8), and is missing"
            : $"Content-Type must be application/json (charset utf-8), got {Shown(types.ToString())}";
    }

    private static bool IsJson(string? text)
    {
        if (text is "application/json" or "application/json; charset=utf-8")
        {
            return true;
        }

        return MediaTypeHeaderValue.TryParse(text, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }

    private static string Shown(string text) => text.Length > 80 ? string.Concat(text.AsSpan(0, 80), "…") : text;
}
