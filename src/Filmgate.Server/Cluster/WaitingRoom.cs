using Filmgate.Dialects.Apixo;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Filmgate.Server.Cluster;

/// <summary>
/// What answers while the gateway waits for its database: it is alive, and it is not ready. Whoever supervises the process need not restart it,
/// and a caller is told to come again.
/// </summary>
internal sealed class WaitingRoom : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WaitingRoom(WebApplication app) => _app = app;

    /// <summary>Opens it.</summary>
    /// <param name="urls">Where the gateway will listen.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<WaitingRoom> OpenAsync(string urls, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls(urls).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        app.Run(AnswerAsync);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
            return new WaitingRoom(app);
        }
        catch
        {
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/live")
        {
            return context.Response.WriteAsync("live");
        }

        context.Response.Headers.RetryAfter = "2";
        return ApixoErrors.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "Not ready: the database is out of reach; the gateway starts when it answers.");
    }
}
