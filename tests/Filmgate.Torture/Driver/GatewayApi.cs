using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Filmgate.Torture.Verdict;

namespace Filmgate.Torture.Driver;

/// <summary>What was heard of a creation.</summary>
/// <param name="Status">HTTP status; 0 when the answer was not seen whole.</param>
/// <param name="Task">The task's id; null without one.</param>
/// <param name="IsReplay">Whether the gateway says that an earlier request made it.</param>
internal sealed record Heard(int Status, string? Task, bool IsReplay);

/// <summary>The gateway as any client sees it.</summary>
internal sealed class GatewayApi : IDisposable
{
    private const int PageLength = 100, LedgerPageLength = 1000, MicrosPerDollar = 1_000_000;

    private const int ReadTriesMax = 20;
    private static readonly TimeSpan ReadPause = TimeSpan.FromSeconds(1);

    private readonly HttpClient _creations;
    private readonly HttpClient _reads;
    private readonly TimeProvider _time;

    public GatewayApi(Uri address, string liveKey, TimeProvider time)
    {
        _time = time;
        _creations = Client(address, liveKey);
        _reads = Client(address, liveKey);

        // The proxy counts the bytes of one creation on one connection.
        _creations.DefaultRequestHeaders.ConnectionClose = true;
    }

    /// <summary>Asks for a clip; an answer that is not seen whole has status 0.</summary>
    public async Task<Heard> CreateAsync(Take take, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, take.Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", take.Key);
        try
        {
            using var answer = await _creations.SendAsync(request);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            var task = !answer.IsSuccessStatusCode ? null
                : take.Surface == Surfaces.Replicate ? "task_" + json.RootElement.GetProperty("id").GetString()
                : json.RootElement.GetProperty("data").GetProperty("taskId").GetString();
            return new Heard((int)answer.StatusCode, task, answer.Headers.Contains("Idempotent-Replayed"));
        }
        catch (Exception cut) when (IsCut(cut) || cut is JsonException)
        {
            return new Heard(0, null, IsReplay: false);
        }
    }

    /// <summary>Wishes that a task be stopped.</summary>
    public async Task CancelAsync(string task)
    {
        try
        {
            using var answer = await _reads.PostAsync($"api/v1/tasks/{task}/cancel", content: null);
        }
        catch (Exception cut) when (IsCut(cut))
        {
            // The wish may be lost; it is only a wish.
        }
    }

    /// <summary>The newest tasks; null while the gateway is away.</summary>
    public async Task<IReadOnlyList<TaskFact>?> NewestAsync()
    {
        try
        {
            return (await PageAsync("")).Tasks;
        }
        catch (Exception cut) when (IsCut(cut))
        {
            return null;
        }
    }

    /// <summary>One task; null while the gateway is away.</summary>
    public async Task<TaskFact?> TaskAsync(string task)
    {
        try
        {
            return Fact((await ReadAsync($"api/v1/tasks/{task}")).GetProperty("data"));
        }
        catch (Exception cut) when (IsCut(cut))
        {
            return null;
        }
    }

    /// <summary>All tasks, or all in one state, newest first.</summary>
    public async Task<IReadOnlyList<TaskFact>> TasksAsync(string? state = null)
    {
        var tasks = new List<TaskFact>();
        string? cursor = null;
        do
        {
            var page = await PageAsync((state is null ? "" : $"&state={state}") + (cursor is null ? "" : $"&cursor={cursor}"));
            tasks.AddRange(page.Tasks);
            cursor = page.Next;
        }
        while (cursor is not null);
        return tasks;
    }

    /// <summary>Fetches the clip of a task that has succeeded.</summary>
    public async Task<ClipFact> ClipAsync(string task)
    {
        var data = (await ReadAsync($"api/v1/statusTask/kling-2-1?taskId={task}")).GetProperty("data");
        var url = JsonElement.Parse(data.GetProperty("resultJson").GetString()!).GetProperty("resultUrls")[0].GetString()!;
        using var answer = await _reads.GetAsync(new Uri(url));
        return new ClipFact((int)answer.StatusCode, Convert.ToHexStringLower(SHA256.HashData(await answer.Content.ReadAsByteArrayAsync())));
    }

    /// <summary>The secret by which the account's webhooks are signed.</summary>
    public async Task<string> SecretAsync() => (await ReadAsync("replicate/v1/webhooks/default/secret")).GetProperty("key").GetString()!;

    /// <summary>Opens the budget of the only account wide.</summary>
    public async Task OpenBudgetAsync(string adminKey)
    {
        using var body = new StringContent("""{"budget":{"total":1000000},"limits":{"requests_per_minute":1000000,"tasks_in_flight":100000}}""", Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"admin/v1/accounts/{(await AccountAsync(adminKey)).GetProperty("id").GetString()}") { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", adminKey);
        using var answer = await _reads.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The account's money.</summary>
    public async Task<MoneyFact> MoneyAsync(string adminKey)
    {
        var totals = (await AccountAsync(adminKey)).GetProperty("totals");
        var report = (await ReadAsync("admin/v1/spend?from=2020-01-01", adminKey)).GetProperty("data").GetProperty("totals");
        return new MoneyFact(Micros(totals.GetProperty("spent")), Micros(totals.GetProperty("held")), Micros(report.GetProperty("cost")));
    }

    /// <summary>The account's ledger, added up by task.</summary>
    public async Task<IReadOnlyDictionary<string, LedgerFact>> LedgerAsync(string adminKey)
    {
        var facts = new Dictionary<string, LedgerFact>(StringComparer.Ordinal);
        var id = (await AccountAsync(adminKey)).GetProperty("id").GetString();
        for (long? before = null; ;)
        {
            var page = (await ReadAsync($"admin/v1/accounts/{id}/ledger?limit={LedgerPageLength}{(before is null ? "" : $"&before={before}")}", adminKey)).GetProperty("data");
            foreach (var entry in page.GetProperty("entries").EnumerateArray())
            {
                var task = entry.GetProperty("task_id").GetString()!;
                var amount = Micros(entry.GetProperty("amount"));
                var (hold, net) = facts.TryGetValue(task, out var known) ? known : new LedgerFact(0, 0);
                facts[task] = new LedgerFact(hold + (entry.GetProperty("kind").GetString() == "hold" ? amount : 0), net + amount);
            }

            if (page.GetProperty("next_before").ValueKind == JsonValueKind.Null)
            {
                return facts;
            }

            before = page.GetProperty("next_before").GetInt64();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _creations.Dispose();
        _reads.Dispose();
    }

    private static HttpClient Client(Uri address, string key)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private static bool IsCut(Exception error) => error is HttpRequestException or TaskCanceledException or IOException;

    private async Task<JsonElement> AccountAsync(string adminKey) =>
        (await ReadAsync("admin/v1/accounts", adminKey)).GetProperty("data").GetProperty("accounts")[0];

    private async Task<(List<TaskFact> Tasks, string? Next)> PageAsync(string query)
    {
        var data = (await ReadAsync($"api/v1/tasks?limit={PageLength}{query}")).GetProperty("data");
        return ([.. data.GetProperty("tasks").EnumerateArray().Select(Fact)], data.TryGetProperty("nextCursor", out var next) ? next.GetString() : null);
    }

    // A gateway that says when to come again is asked again then, as any client would.
    private async Task<JsonElement> ReadAsync(string path, string? key = null)
    {
        for (var tries = 1; ; tries++)
        {
            var (status, text) = await ReadOnceAsync(path, key);
            if (status is >= 200 and < 300)
            {
                return JsonElement.Parse(text);
            }

            if (status != (int)HttpStatusCode.ServiceUnavailable || tries == ReadTriesMax)
            {
                throw new HttpRequestException($"{path}: {status} {text}");
            }

            await Task.Delay(ReadPause, _time);
        }
    }

    private async Task<(int Status, string Text)> ReadOnceAsync(string path, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        using var answer = await _reads.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static TaskFact Fact(JsonElement task)
    {
        var input = task.GetProperty("input");
        var prompt = input.GetProperty("prompt").GetString()!;
        return new TaskFact(
            task.GetProperty("taskId").GetString()!,
            Take.NumberIn(prompt),
            $"{task.GetProperty("mode").GetString()}|{input.GetProperty("duration").GetInt32()}|{input.GetProperty("provider").GetString()}|{prompt}",
            task.GetProperty("state").GetString()!,
            task.TryGetProperty("failMsg", out var reason) ? $"{task.GetProperty("failCode").GetString()}: {reason.GetString()}" : null,
            Micros(task.GetProperty("cost")),
            [.. task.GetProperty("attempts").EnumerateArray().Select(attempt => (attempt.GetProperty("provider").GetString()!, attempt.GetProperty("state").GetString()!))])
        {
            SentAt = task.GetProperty("attempts") is var attempts && attempts.GetArrayLength() is > 0 and var length && attempts[length - 1].TryGetProperty("sentTime", out var sent)
                ? DateTimeOffset.FromUnixTimeMilliseconds(sent.GetInt64()) : null,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(task.GetProperty("createTime").GetInt64()),
            EndedAt = task.TryGetProperty("completeTime", out var end) ? DateTimeOffset.FromUnixTimeMilliseconds(end.GetInt64()) : null,
        };
    }

    private static long Micros(JsonElement dollars) => (long)(dollars.GetDecimal() * MicrosPerDollar);
}
