using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Admin;

/// <summary>A real <c>filmgate serve</c> with a known admin key and printed prices, and the requests that administrators and callers send.</summary>
public abstract class AdminGateway(params (string Name, string Value)[] settings) : IAsyncLifetime
{
    /// <summary>The admin key of the first start.</summary>
    public const string AdminKey = "fg_admin_0123456789-known-to-the-tests";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("filmgate-admin-");
    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;
    private HttpClient? _http;

    /// <summary>Where it listens.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Its data folder.</summary>
    public string DataFolder => Path.Combine(_folder.FullName, "data");

    /// <summary>What it logged so far.</summary>
    public string Log => string.Join('\n', _log);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <inheritdoc/>
    public virtual ValueTask InitializeAsync() => StartAsync();

    /// <summary>Starts it, anew after it was stopped, over the same data.</summary>
    protected async ValueTask StartAsync()
    {
        var start = Start(["serve"], [("FILMGATE_URLS", "http://127.0.0.1:0"), ("FILMGATE_DATA", DataFolder), ("FILMGATE_DATABASE", StoreUnderTest.SettingFor(DataFolder)), ("FILMGATE_ADMIN_KEY", AdminKey),
            ("Filmgate__Animatic__RehearsePrices", "true"), .. settings]);
        start.WorkingDirectory = _folder.FullName;
        _process?.Dispose();
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        _process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(StartPatience);
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line && line != "Ready.")
        {
            Address = line.StartsWith("Listening on ", StringComparison.Ordinal) ? line["Listening on ".Length..] : Address;
        }

        Assert.True(Address.Length > 0, Log);
        _http?.Dispose();
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = new Uri(Address), Timeout = TimeSpan.FromSeconds(50) };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        await StopAsync();
        _process?.Dispose();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the process, as a power cut would.</summary>
    public async Task StopAsync()
    {
        if (_process is { HasExited: false } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Sends one request below <c>/admin/v1/</c> with the admin key.</summary>
    public Task<Told> AdminAsync(string methodAndPath, string? body = null, string key = AdminKey)
    {
        var (method, path) = methodAndPath.Split(' ', 2) is [var first, var second] ? (first, second) : throw new ArgumentException(methodAndPath);
        return SendAsync(method, $"/admin/v1/{path}", body, key);
    }

    /// <summary>Sends one request.</summary>
    public async Task<Told> SendAsync(string method, string path, string? body = null, string? key = null, HttpClient? through = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        using var answer = await (through ?? _http!).SendAsync(request, Ct);
        return new Told((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct), answer.Headers.CacheControl?.ToString() ?? "");
    }

    /// <summary>Sends one request from another address of this machine.</summary>
    public async Task<Told> SendFromAsync(string source, string path, string key)
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }) { BaseAddress = new Uri(Address) };
        return await SendAsync("GET", path, null, key, http);
    }

    /// <summary>Makes an account; its id.</summary>
    public async Task<string> NewAccountAsync(string rest = "")
    {
        var told = await AdminAsync("POST accounts", $$"""{"name":"a team"{{rest}}}""");
        Assert.Equal(200, told.Status);
        return told.Text("id");
    }

    /// <summary>Makes a key; its id and secret.</summary>
    public async Task<(string Id, string Secret)> NewKeyAsync(string account, string kind = "live", string rest = "")
    {
        var told = await AdminAsync($"POST accounts/{account}/keys", $$"""{"name":"a key","kind":"{{kind}}"{{rest}}}""");
        Assert.Equal(200, told.Status);
        return (told.Text("id"), told.Text("secret"));
    }

    /// <summary>Makes an admin key; its id and secret.</summary>
    public async Task<(string Id, string Secret)> NewAdminKeyAsync()
    {
        var told = await AdminAsync("POST keys", """{"name":"an administrator","kind":"admin"}""");
        Assert.Equal(200, told.Status);
        return (told.Text("id"), told.Text("secret"));
    }

    /// <summary>What the task API answers to a read with a key.</summary>
    public Task<Told> BalanceAsync(string key) => SendAsync("GET", "/api/v1/apikeys/current-balance", null, key);

    /// <summary>Asks for a clip of 1.40 USD.</summary>
    public Task<Told> CreateAsync(string key) =>
        SendAsync("POST", "/api/v1/generateTask/kling-2-1", """{"input":{"mode":"master-text-to-video","prompt":"Slow push in on a lighthouse"}}""", key);

    /// <summary>Runs the built command line to its end.</summary>
    public async Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(Start(arguments, [("FILMGATE_URLS", Address), ("FILMGATE_ADMIN_KEY", AdminKey)]))!;
        var output = process.StandardOutput.ReadToEndAsync(Ct);
        var error = process.StandardError.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        return (process.ExitCode, await output, await error);
    }

    // What the machine that runs the tests has set does not count.
    private static ProcessStartInfo Start(string[] arguments, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "filmgate.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("FILMGATE", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}

/// <summary>One answer.</summary>
public sealed record Told(int Status, string Body, string CacheControl)
{
    /// <summary>The envelope's data.</summary>
    public JsonElement Data => JsonElement.Parse(Body).GetProperty("data");

    /// <summary>The envelope's message.</summary>
    public string Message => JsonElement.Parse(Body).GetProperty("message").GetString()!;

    /// <summary>Whether it is the answer to an accepted creation.</summary>
    public bool IsAccepted => Status == 200 && Body.Contains("\"taskId\"", StringComparison.Ordinal);

    /// <summary>A text within the data.</summary>
    public string Text(string name) => Data.GetProperty(name).GetString()!;
}

/// <summary>Accepts tasks and starts none, so that holds stay holds.</summary>
public sealed class PausedGateway() : AdminGateway(("Filmgate__Engine__Paused", "true"));

/// <summary>Accepts tasks and makes clips.</summary>
public sealed class WorkingGateway() : AdminGateway();

[CollectionDefinition(nameof(PausedGateway))]
public sealed class PausedGatewayTests : ICollectionFixture<PausedGateway>;

[CollectionDefinition(nameof(WorkingGateway))]
public sealed class WorkingGatewayTests : ICollectionFixture<WorkingGateway>;
