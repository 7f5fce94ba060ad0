using System.Buffers;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;

namespace Filmgate.Engine.Egress;

/// <summary>Puts headers on outgoing requests; one that could split or redirect a request is refused.</summary>
internal static class RequestHeaders
{
    private static readonly SearchValues<char> Name =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

    /// <summary>What every request carries: HTTP/1.1, who asks, and that any media type will do.</summary>
    public static void AddStandard(HttpRequestMessage request)
    {
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Filmgate", "1"));
        request.Headers.TryAddWithoutValidation("Accept", "*/*");
    }

    /// <summary>Adds one header; <c>User-Agent</c> and <c>Accept</c> replace the standard ones.</summary>
    /// <exception cref="EgressException">Name or value is not valid, or the header belongs to the transport. Repeats neither.</exception>
    public static void Add(HttpRequestMessage request, string name, string value)
    {
        if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Name) || value.AsSpan().ContainsAnyExceptInRange(' ', '~')
            || name.ToLowerInvariant() is "host" or "content-length" or "transfer-encoding" or "connection" or "expect" or "upgrade" or "te" or "trailer")
        {
            throw new EgressException(EgressFailure.RefusedHeader, "A header that was to be sent is not valid.");
        }

        if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
        {
            request.Content?.Headers.TryAddWithoutValidation(name, value);
            return;
        }

        if (name.Equals("User-Agent", StringComparison.OrdinalIgnoreCase) || name.Equals("Accept", StringComparison.OrdinalIgnoreCase))
        {
            request.Headers.Remove(name);
        }

        request.Headers.TryAddWithoutValidation(name, value);
    }
}
