using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Filmgate.Testing;

/// <summary>A real HTTP server that says what a test told it to say, and remembers what it was asked.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    /// <summary>Path of a create.</summary>
    public const string Create = "POST /api/v1/generateTask/kling-2-1";

    /// <summary>Path of a status read.</summary>
    public const string Status = "GET /api/v1/statusTask/kling-2-1";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Reply>> _script = new();
    private readonly ConcurrentQueue<Asked> _asked = new();

    private ScriptedServer(WebApplication app) => _app = app;

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Everything it was asked, in order.</summary>
    public IReadOnlyList<Asked> Requests => [.. _asked];

    /// <summary>Starts one on a free port.</summary>
    public static async Task<ScriptedServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var server = new ScriptedServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    /// <summary>Says what to answer to a method and path: one reply after the other, and the last one for ever.</summary>
    public ScriptedServer On(string methodAndPath, params Reply[] replies)
    {
        _script[methodAndPath] = new(replies);
        return this;
    }

    /// <summary>How often a method and path was asked for.</summary>
    public int Count(string methodAndPath) => _asked.Count(asked => asked.MethodAndPath == methodAndPath);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        using var body = new StreamReader(request.Body);
        var asked = new Asked(
            $"{request.Method} {request.Path}",
            request.QueryString.Value ?? "",
            await body.ReadToEndAsync(),
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        _asked.Enqueue(asked);

        var reply = Reply.Json("""{"code":404,"message":"Not found"}""", 404);
        if (_script.TryGetValue(asked.MethodAndPath, out var replies))
        {
            if (replies.Count > 1)
            {
                replies.TryDequeue(out reply!);
            }
            else
            {
                replies.TryPeek(out reply!);
            }
        }

        if (reply.Hold is { } hold)
        {
            await hold.WaitAsync(context.RequestAborted);
        }

        if (reply.Broken && reply.Content.Length == 0)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        context.Response.ContentLength = reply.Broken && reply.HoldsEnd is null ? reply.Content.Length + 1 : reply.Content.Length;
        if (reply.RetryAfter is { } retryAfter)
        {
            context.Response.Headers.RetryAfter = retryAfter;
        }

        if (reply.HoldsEnd is not null)
        {
            context.Response.ContentLength = null;
        }

        await context.Response.Body.WriteAsync(reply.Content);
        if (reply.HoldsEnd is { } holdsEnd)
        {
            await context.Response.Body.FlushAsync();
            await holdsEnd.WaitAsync(context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        }

        if (reply.Broken)
        {
            await context.Response.Body.FlushAsync();
            context.Abort();
        }
    }
}

/// <summary>What a server was asked.</summary>
public sealed record Asked(string MethodAndPath, string Query, string Body, IReadOnlyDictionary<string, string> Headers);

/// <summary>What a server is to answer.</summary>
public sealed record Reply(int Status, byte[] Content, string ContentType)
{
    /// <summary>The connection breaks: at once without content, else before the last byte announced.</summary>
    public bool Broken { get; init; }

    /// <summary>The header of that name.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The answer waits for this.</summary>
    public Task? Hold { get; init; }

    /// <summary>After the content the connection stays open, and silent, until this.</summary>
    public Task? HoldsEnd { get; init; }

    /// <summary>No answer: the connection breaks.</summary>
    public static Reply Lost { get; } = new(0, [], "") { Broken = true };

    /// <summary>A body as given.</summary>
    public static Reply Json(string body, int status = 200) => new(status, System.Text.Encoding.UTF8.GetBytes(body), "application/json");

    /// <summary>An envelope around the given data.</summary>
    public static Reply Data(string data) => Json($$"""{"code":200,"message":"success","data":{{data}}}""");

    /// <summary>A file.</summary>
    public static Reply File(byte[] content) => new(200, content, "video/mp4");
}
