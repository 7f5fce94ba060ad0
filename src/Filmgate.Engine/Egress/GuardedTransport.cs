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
    public static HttpMessageInvoker Open(OutboundUrlRules rules, EgressOptions options, IHostResolver resolver, TimeProvider time) =>
        new(Handler(new GuardedDialer(rules, options, resolver, time), options));

    /// <summary>
    /// A transport for one request over one connection. The handler sends a request again by itself when it believes that the first
    /// sending got nowhere; here the second sending finds no connection.
    /// </summary>
    /// <param name="dialer">Opens the connection.</param>
    /// <param name="options">Limits.</param>
    /// <param name="sending">Learns when the request begins to leave.</param>
    public static HttpMessageInvoker OpenForOne(GuardedDialer dialer, EgressOptions options, SingleSending sending)
    {
        var handler = Handler(dialer, options);
        handler.PooledConnectionLifetime = TimeSpan.Zero;
        handler.MaxConnectionsPerServer = 1;
        handler.ConnectCallback = (context, cancellationToken) =>
        {
            sending.Dial();
            return dialer.ConnectAsync(context, cancellationToken);
        };

        // Called once the connection stands, TLS included: only the request itself goes through this stream.
        handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult<Stream>(new NotingStream(context.PlaintextStream, sending));
        return new HttpMessageInvoker(handler);
    }

    private static SocketsHttpHandler Handler(GuardedDialer dialer, EgressOptions options) => new()
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
    };
}
