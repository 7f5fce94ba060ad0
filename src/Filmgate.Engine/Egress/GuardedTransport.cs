using System.Net;
using System.Net.Http;

namespace Filmgate.Engine.Egress;

/// <summary>
/// Opens connections under one set of rules: the only place in the engine where an HTTP handler is made. Whoever sends through it
/// bounds time and bytes, and follows no redirect without a check.
/// </summary>
internal static class GuardedTransport
{
    /// <summary>Most of an unread answer that is read to keep its connection, in bytes.</summary>
    public const int MostDrainedBytes = 64 * 1024;

    /// <summary>A transport whose every connection goes to an address that the rules allow.</summary>
    public static HttpMessageInvoker Open(OutboundUrlRules rules, EgressOptions options, IHostResolver resolver, TimeProvider time)
    {
        var dialer = new GuardedDialer(rules, options, resolver, time);
        return new HttpMessageInvoker(new SocketsHttpHandler
        {
            // A proxy would be dialled instead of the target and resolve the name itself, past the check.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            Credentials = null,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            ConnectCallback = dialer.ConnectAsync,
            MaxConnectionsPerServer = options.MaxConnectionsPerServer,
            MaxResponseHeadersLength = 32,
            MaxResponseDrainSize = MostDrainedBytes,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            // A name that moves to another address is looked at again within a minute.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            // Trace identifiers are nobody else's business.
            ActivityHeadersPropagator = null,
        });
    }
}
