using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Filmgate.LoadRunner;

/// <summary>A vendor that speaks the task API of another Filmgate, keeps everything in memory and finishes a task when it is told to.</summary>
internal sealed class ScriptedVendor : IAsyncDisposable
{
    private const string Base = "/api/v1";

    private readonly WebApplication _app;
    private readonly byte[] _clip;
    private readonly ConcurrentDictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly HttpClient _posts = new(new SocketsHttpHandler());
    private int _reads;
    private int _lists;

    private ScriptedVendor(WebApplication app, byte[] clip)
    {
        _app = app;
        _clip = clip;
    }

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Tasks that it took.</summary>
    public int Count => _jobs.Count;

    /// <summary>Requests that read one task, and that read a list, so far.</summary>
    public (int Reads, int Lists) Requests => (Volatile.Read(ref _reads), Volatile.Read(ref _lists));

    public IReadOnlyCollection<Job> Jobs => [.. _jobs.Values];

    public static async Task<ScriptedVendor> StartAsync(byte[] clip)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var vendor = new ScriptedVendor(builder.Build(), clip);
        vendor.Map();
        await vendor._app.StartAsync();
        return vendor;
    }

    /// <summary>Finishes a task and, if wished, posts that it has.</summary>
    public async Task FinishAsync(Job job, bool posts)
    {
        job.DoneAt = Now;
        if (posts && job.CallbackUrl is { } url)
        {
            using var answer = await _posts.PostAsync(new Uri(url), JsonContent.Create(new { code = 200, data = View(job) }));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _posts.Dispose();
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private void Map()
    {
        _app.MapPost(Base + "/generateTask/kling-2-1", (RequestDelegate)CreateAsync);
        _app.MapGet(Base + "/statusTask/kling-2-1", (RequestDelegate)(context =>
        {
            Interlocked.Increment(ref _reads);
            var job = _jobs[context.Request.Query["taskId"]!];
            job.Reads.Enqueue(Now);
            return AnswerAsync(context, View(job));
        }));
        _app.MapGet(Base + "/tasks", (RequestDelegate)(context =>
        {
            Interlocked.Increment(ref _lists);
            var (from, before) = (Time(context, "created_from"), Time(context, "created_before"));
            var limit = int.Parse(context.Request.Query["limit"]!, CultureInfo.InvariantCulture);
            var page = _jobs.Values.Where(job => job.CreatedAt >= from && job.CreatedAt < before).OrderByDescending(job => job.Number).Take(limit).ToArray();
            foreach (var job in page)
            {
                job.Reads.Enqueue(Now);
            }

            return AnswerAsync(context, new { tasks = page.Select(View) });
        }));
        _app.MapGet("/clip.mp4", (RequestDelegate)(context =>
        {
            context.Response.ContentLength = _clip.Length;
            return context.Response.Body.WriteAsync(_clip, 0, _clip.Length);
        }));
    }

    private async Task CreateAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var job = new Job(Guid.NewGuid().ToString("N"), _jobs.Count, body.RootElement.GetProperty("input").GetProperty("prompt").GetString()!, Now)
        {
            CallbackUrl = body.RootElement.TryGetProperty("callback_url", out var url) ? url.GetString() : null,
        };
        _jobs[job.Id] = job;
        await AnswerAsync(context, new { taskId = job.Id });
    }

    private object View(Job job) => job.DoneAt is null
        ? new { taskId = job.Id, state = "processing" }
        : new { taskId = job.Id, state = "success", resultUrls = new[] { Address + "/clip.mp4" } };

    private static Task AnswerAsync(HttpContext context, object data) => context.Response.WriteAsJsonAsync(new { code = 200, message = "success", data });

    private static DateTimeOffset Time(HttpContext context, string name) =>
        DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(context.Request.Query[name]!, CultureInfo.InvariantCulture));
}

/// <summary>A task at the vendor.</summary>
internal sealed record Job(string Id, int Number, string Prompt, DateTimeOffset CreatedAt)
{
    public string? CallbackUrl { get; init; }

    public DateTimeOffset? DoneAt { get; set; }

    /// <summary>When it was shown, alone or in a list.</summary>
    public ConcurrentQueue<DateTimeOffset> Reads { get; } = [];
}
