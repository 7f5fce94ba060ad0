using System.Text;
using System.Text.Json;
using Filmgate.EndToEnd.House;
using Filmgate.Server;

namespace Filmgate.EndToEnd.Tasks;

/// <summary>An answer of the gateway.</summary>
/// <param name="Status">The status.</param>
/// <param name="IsReplay">Whether it says that it repeats an earlier answer.</param>
/// <param name="Body">The body.</param>
internal sealed record Answer(int Status, bool IsReplay, string Body)
{
    public JsonElement Data => JsonElement.Parse(Body).GetProperty("data");

    public string TaskId => Data.GetProperty("taskId").GetString()!;

    public string Message => JsonElement.Parse(Body).GetProperty("message").GetString()!;
}

/// <summary>A whole gateway in this process, with a data folder and a test key of its own; it can be stopped and started again.</summary>
public sealed class GatewayInProcess : IAsyncLifetime
{
    private const string Create = "/api/v1/generateTask/kling-2-1";
    private const int ConnectionsMax = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("filmgate-tasks-");
    private Gateway? gateway;
    private HttpClient? http;
    private string key = string.Empty;

    public async ValueTask InitializeAsync() => await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>Its routes that belong to no other vendor's surface.</summary>
    internal IEnumerable<Microsoft.AspNetCore.Routing.RouteEndpoint> OwnRoutes => gateway!.OwnRoutes;

    /// <summary>Where it listens.</summary>
    internal Uri Address => gateway!.Address;

    /// <summary>The key of every request.</summary>
    internal string Key => key;

    /// <summary>Who watches and listens now.</summary>
    internal (int Watched, int Listeners) Audience => gateway!.Audience;

    /// <summary>A client of its own, for whoever shares no connection.</summary>
    internal HttpClient NewClient(bool hasKey = true)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway!.Address };
        if (hasKey)
        {
            client.DefaultRequestHeaders.Add("Authorization", $"Bearer {key}");
        }

        return client;
    }

    /// <summary>Stops the gateway and starts another on the same folder.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Sends a request with the key.</summary>
    internal async Task<Answer> SendAsync(string method, string address, string? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        if (idempotencyKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await http!.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(
            (int)answer.StatusCode,
            answer.Headers.TryGetValues("Idempotent-Replayed", out var replayed) && replayed.Single() == "true",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Asks for a task; without a key of its own it is always a new one.</summary>
    internal Task<Answer> CreateAsync(string body, string? idempotencyKey = null) => SendAsync("POST", Create, body, idempotencyKey);

    /// <summary>The details of a task.</summary>
    internal async Task<JsonElement> ReadAsync(string id) => (await SendAsync("GET", $"/api/v1/tasks/{id}")).Data;

    /// <summary>Waits until a task is in a state; another end is a failure.</summary>
    internal async Task<JsonElement> UntilAsync(string id, string state)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (true)
        {
            var task = await ReadAsync(id);
            var found = task.GetProperty("state").GetString();
            if (found == state)
            {
                return task;
            }

            Assert.True(found is "pending" or "processing", $"{id} ended otherwise: {task}");
            await Task.Delay(Pause, patience.Token);
        }
    }

    private async Task StartAsync()
    {
        gateway = await Gateway.StartAsync(
            new GatewaySettings
            {
                Urls = "http://127.0.0.1:0",
                DataFolder = folder.FullName,
                Database = StoreUnderTest.SettingFor(folder.FullName),
                HandleSignals = false,
                LogToConsole = false,
            },
            TestContext.Current.CancellationToken);

        // The keys of the first start are told once and are good for all later ones.
        key = gateway.NewKeys.FirstOrDefault(issued => issued.Name == "test key")?.Secret ?? key;
        http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = ConnectionsMax, UseProxy = false }) { BaseAddress = gateway.Address };
    }

    private async Task StopAsync()
    {
        http?.Dispose();
        if (gateway is not null)
        {
            await gateway.StopAsync(CancellationToken.None);
            await gateway.DisposeAsync();
        }
    }
}
