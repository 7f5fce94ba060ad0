using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Filmgate.Dialects.Http;

/// <summary>
/// What the HTTP server takes from one connection and one request. The server applies them; the endpoints rely on them,
/// so both read them here.
/// </summary>
public static class HttpLimits
{
    /// <summary>Largest body of a creation: pictures may come inside it as data URLs.</summary>
    public const long MaxCreateBodyBytes = 30_000_000;

    /// <summary>Largest body of every other request.</summary>
    public const long MaxBodyBytes = 1_000_000;

    /// <summary>Deepest nesting of a JSON body. A right one has three or four levels.</summary>
    public const int MaxJsonDepth = 32;

    /// <summary>Most tokens in a JSON body. A right one has some forty; each costs memory before its meaning is known.</summary>
    public const int MaxJsonTokens = 2_000;

    /// <summary>Longest request line; beyond it the answer is 414.</summary>
    public const int MaxRequestLineBytes = 8 * 1024;

    /// <summary>Bytes of all headers together; beyond them the answer is 431.</summary>
    public const int MaxHeaderBytes = 32 * 1024;

    /// <summary>Number of headers; beyond it the answer is 431.</summary>
    public const int MaxHeaders = 100;

    /// <summary>Open connections. Kestrel has no limit of its own, and a silent socket costs memory until its keep-alive ends.</summary>
    public const long MaxConnections = 20_000;

    /// <summary>Streams of one HTTP/2 connection.</summary>
    public const int MaxStreamsPerConnection = 100;

    /// <summary>Slowest body, in bytes a second, once <see cref="BodyRateGrace"/> is over; below it the answer is 408.</summary>
    public const double MinBodyBytesPerSecond = 240;

    /// <summary>How long a body may be slower than <see cref="MinBodyBytesPerSecond"/>.</summary>
    public static TimeSpan BodyRateGrace { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the headers of one request may take; then the answer is 408.</summary>
    public static TimeSpan RequestHeadersTimeout { get; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may stay silent between requests.</summary>
    public static TimeSpan KeepAliveTimeout { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Sets all of them. A creation raises its own body limit to <see cref="MaxCreateBodyBytes"/>, after the key is checked.</summary>
    public static void Apply(KestrelServerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        limits.MaxRequestBodySize = MaxBodyBytes;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxConcurrentConnections = MaxConnections;
        limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        limits.MinRequestBodyDataRate = new MinDataRate(MinBodyBytesPerSecond, BodyRateGrace);
        limits.MinResponseDataRate = new MinDataRate(MinBodyBytesPerSecond, BodyRateGrace);
        limits.RequestHeadersTimeout = RequestHeadersTimeout;
        limits.KeepAliveTimeout = KeepAliveTimeout;
    }
}
