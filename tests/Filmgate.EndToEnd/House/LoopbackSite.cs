using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Filmgate.EndToEnd.House;

/// <summary>A request that reached the site.</summary>
internal sealed record SeenRequest(string Method, string Path, string? WebhookId, string? ContentType, string Body);

/// <summary>A web site on loopback: pictures are fetched from it, callbacks are posted to it.</summary>
internal sealed class LoopbackSite : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _pages = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<SeenRequest> _seen = new();

    private LoopbackSite(WebApplication app) => _app = app;

    /// <summary>Its address, without a slash at the end.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Everything that reached it, in order.</summary>
    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    /// <summary>Starts one on a free port.</summary>
    public static async Task<LoopbackSite> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        var site = new LoopbackSite(app);
        app.Run(site.AnswerAsync);
        await app.StartAsync();
        return site;
    }

    /// <summary>Puts a page up and returns its address.</summary>
    public string Page(string path, Func<HttpContext, Task> answer)
    {
        _pages[path] = answer;
        return Address + path;
    }

    /// <summary>Puts bytes up and returns their address.</summary>
    public string Bytes(string path, byte[] bytes, string type = "application/octet-stream") => Page(path, context =>
    {
        context.Response.ContentType = type;
        return context.Response.Body.WriteAsync(bytes).AsTask();
    });

    /// <summary>Posts that reached a path, in order.</summary>
    public IReadOnlyList<SeenRequest> PostsTo(string path) => [.. _seen.Where(seen => seen.Method == "POST" && seen.Path == path)];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var hurry = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(hurry.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        var path = context.Request.Path.Value!;
        _seen.Enqueue(new SeenRequest(
            context.Request.Method, path, context.Request.Headers["webhook-id"].FirstOrDefault(), context.Request.ContentType, body));
        if (_pages.TryGetValue(path, out var answer))
        {
            await answer(context);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
