using System.Net;
using System.Net.Sockets;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Events;
using Filmgate.Engine.Lifecycle;
using Filmgate.Server.Cluster;
using Filmgate.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Filmgate.Server;

/// <summary>A running gateway: what <c>filmgate serve</c> runs, and what <c>filmgate generate</c> embeds.</summary>
public sealed class Gateway : IAsyncDisposable
{
    private const int PortTriesMax = 5;

    private readonly WebApplication _app;

    private Gateway(WebApplication app, Uri address, IReadOnlyList<IssuedKey> newKeys)
    {
        _app = app;
        Address = address;
        NewKeys = newKeys;
    }

    /// <summary>The address it listens on, with the port that it really got.</summary>
    public Uri Address { get; }

    /// <summary>Keys generated at this start because the store was empty; their secrets are shown this once.</summary>
    public IReadOnlyList<IssuedKey> NewKeys { get; }

    /// <summary>Starts a gateway and returns when it answers.</summary>
    /// <param name="settings">Its settings.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="GatewaySettingsException">Settings are wrong; names all of them.</exception>
    /// <exception cref="GatewayStartException">The settings are right, but it cannot start: data in use or damaged, port taken.</exception>
    public static async Task<Gateway> StartAsync(GatewaySettings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        await using var waiting = new DatabaseWait();
        for (var tries = 1; ; tries++)
        {
            var (siloPort, gatewayPort) = FreeLoopbackPorts();
            var builder = GatewayComposition.CreateBuilder(settings, siloPort, gatewayPort);
            var app = builder.Build();
            try
            {
                return await StartAsync(app, waiting, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                var mayWait = error is StoreUnavailableException && app.Services.GetRequiredService<GatewayOptions>().Database is not null;
                if (mayWait)
                {
                    await waiting.WaitAsync(app, error.Message, cancellationToken).ConfigureAwait(false);
                }

                await app.DisposeAsync().ConfigureAwait(false);
                if (mayWait)
                {
                    continue;
                }

                // Between finding a free port and taking it somebody else may have taken it.
                if (IsSiloPortTaken(error, siloPort, gatewayPort) && tries < PortTriesMax)
                {
                    continue;
                }

                if (GatewayStartException.Explain(error) is { } explained)
                {
                    throw explained;
                }

                throw;
            }
        }
    }

    /// <summary>Every route that belongs to no other vendor's surface, for the test that holds our documents against them.</summary>
    internal IEnumerable<RouteEndpoint> OwnRoutes => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(route => _app.Services.GetRequiredService<ErrorForms>().For("/" + route.RoutePattern.RawText!.TrimStart('/')) is ApixoErrorForm);

    /// <summary>How many tasks and accounts are watched now, and how many listen to accounts, for the test that nobody's watch outlives him.</summary>
    internal (int Watched, int Listeners) Audience =>
        (_app.Services.GetRequiredService<TaskSignals>().Count, _app.Services.GetRequiredService<EventFeeds>().Count);

    /// <summary>Why it stopped although nobody told it to; null when that did not happen.</summary>
    public string? Fate => _app.Services.GetService<NodeFate>()?.Reason;

    /// <summary>Returns when the gateway was told to stop (SIGTERM, SIGINT or <see cref="StopAsync"/>) and has drained.</summary>
    public Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    /// <summary>Stops admitting, finishes what is being written and returns.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _app.Services.GetRequiredService<FirstStart>().EndAsync(cancellationToken).ConfigureAwait(false);
        await _app.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<Gateway> StartAsync(WebApplication app, DatabaseWait waiting, CancellationToken cancellationToken)
    {
        // :: Step 1: accounts and keys must be there before the first request.
        var keys = await app.Services.GetRequiredService<FirstStart>().RunAsync(cancellationToken).ConfigureAwait(false);
        await waiting.EndAsync().ConfigureAwait(false);

        // :: Step 2: the routes, in the order of a request's way.
        GatewayComposition.MapRoutes(app);

        // :: Step 3: listen. The public address is known only now when the port was left to the system.
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        var address = ListenAddress(app);
        var options = app.Services.GetRequiredService<GatewayOptions>();
        app.Services.GetRequiredService<PublicAddressHolder>().Value = options.PublicUrl ?? address.GetLeftPart(UriPartial.Authority);

        // :: Step 4: work may begin.
        app.Services.GetRequiredService<EngineStart>().Set();
        return new Gateway(app, address, keys);
    }

    private static Uri ListenAddress(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

        // A wildcard address can be listened on but not called.
        var first = new Uri(addresses.First().Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal));
        return first;
    }

    private static (int Silo, int Gateway) FreeLoopbackPorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return (((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port);
    }

    private static bool IsSiloPortTaken(Exception error, int siloPort, int gatewayPort)
    {
        for (var cause = error; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
            {
                // Kestrel wraps its own in an IOException that names the listen address.
                return error is not IOException || error.Message.Contains($":{siloPort}", StringComparison.Ordinal)
                    || error.Message.Contains($":{gatewayPort}", StringComparison.Ordinal);
            }
        }

        return false;
    }
}

/// <summary>A key whose secret is known only now.</summary>
/// <param name="Name">What it is for: <c>admin key</c>, <c>live key</c> or <c>test key</c>.</param>
/// <param name="Secret">The key itself.</param>
public sealed record IssuedKey(string Name, string Secret);
