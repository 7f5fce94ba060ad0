using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Fal;
using Filmgate.Dialects.Http;
using Filmgate.Dialects.Replicate;
using Filmgate.Dialects.Kie;
using Filmgate.Dialects.Kling;
using Filmgate.Dialects.OpenAiVideos;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

[assembly: AssemblyFixture(typeof(TestGateway))]

namespace Filmgate.Dialects.Tests.Http;

/// <summary>All surfaces on a real Kestrel, wired as the server wires it, in front of a scripted desk.</summary>
public class TestGateway : IAsyncLifetime
{
    private WebApplication? application;

    internal ScriptedDesk Desk { get; } = new();

    internal ScriptedUploads Uploads { get; } = new();
    internal ScriptedClips Clips { get; } = new();

    internal LogLines Logs { get; } = new();

    public IPEndPoint Endpoint { get; private set; } = new(IPAddress.Loopback, 0);

    public string Host => Endpoint.ToString();

    /// <summary>All routes.</summary>
    public IReadOnlyList<Endpoint> Routes => application!.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    /// <summary>Sends the key of the tasks' owner unless a request says otherwise.</summary>
    public HttpClient Client { get; private set; } = new(new SocketsHttpHandler());

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(Configure);
        builder.Logging.AddProvider(Logs);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<ITaskDesk>(Desk).AddSingleton<IKeyRing>(Desk).AddSingleton<IRateGate>(Desk).AddSingleton<ICallbackSecrets>(Desk)
            .AddSingleton<IPublicAddress>(Desk).AddSingleton<IUploadDesk>(Uploads).AddSingleton<IClipFiles>(Clips)
            .AddSingleton(TimeProvider.System).AddSingleton<ErrorForms>()
            .AddApixo()
            .AddKling()
            .AddFal()
            .AddReplicate()
            .AddOpenAiVideos()
            .AddKie();
        application = builder.Build();
        application.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = context =>
            context.RequestServices.GetRequiredService<ErrorForms>().For(context.Request.Path).WriteInternalAsync(context) });
        application.UseRouting();
        application.MapApixo();
        application.MapKling();
        application.MapFal();
        application.MapReplicate();
        application.MapOpenAiVideos();
        application.MapKie();
        application.MapGet("/elsewhere/{name}", (HttpContext context) => context.Response.WriteAsync("elsewhere"));
        application.MapPost("/elsewhere/{name}", (HttpContext context) => context.Response.WriteAsync("elsewhere"))
            .WithMetadata(new Microsoft.AspNetCore.Http.Metadata.AcceptsMetadata(["application/json"]));
        application.MapUnmatched();
        await application.StartAsync();
        var address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        Endpoint = new IPEndPoint(IPAddress.Loopback, new Uri(address).Port);
        Client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri(address) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ScriptedDesk.LiveKey);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (application is not null)
        {
            await application.DisposeAsync();
        }

        Clips.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Posts a body as JSON and gives status and text.</summary>
    public async Task<(int Status, string Body)> CreateAsync(byte[] body)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await Client.PostAsync(new Uri("/api/v1/generateTask/kling-2-1", UriKind.Relative), content, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Reads an address and gives status and text.</summary>
    public async Task<(int Status, string Body)> GetAsync(string address)
    {
        using var answer = await Client.GetAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Sends a request and gives all that came back.</summary>
    public async Task<Transcript> SendAsync(
        string method, string address, string? body = null, string? key = ScriptedDesk.LiveKey, params (string Name, string Value)[] headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (key is null)
        {
            request.Headers.Authorization = null;
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        }

        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = Client.BaseAddress };
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Transcript(
            (int)answer.StatusCode,
            answer.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The limits under which it listens.</summary>
    protected virtual void Configure(KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        HttpLimits.Apply(kestrel.Limits);
    }
}

/// <summary>An answer: status, headers and body.</summary>
public sealed record Transcript(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>A header; null when it is absent.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

/// <summary>Keeps what was logged at warning or above.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Complaints { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Complaints.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
    }
}
