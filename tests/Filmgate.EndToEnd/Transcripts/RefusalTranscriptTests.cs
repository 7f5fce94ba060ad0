using Filmgate.EndToEnd.Admin;

namespace Filmgate.EndToEnd.Transcripts;

/// <summary>Plays the transcripts against a gateway. Rows A3 to A8, A12, B9, B10, J3, J5 and J6 of the reliability reference, with their headers.</summary>
[Collection(nameof(PausedGateway))]
public sealed class RefusalTranscriptTests(PausedGateway gateway)
{
    private const string Clip = """{"input":{"mode":"master-text-to-video","prompt":"Slow push in"}}""";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_refusal_is_answered_as_the_transcript_says()
    {
        var names = await PrepareAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(gateway.Address) };

        var differences = new List<string>();
        foreach (var exchange in Exchange.ReadAll("refusals.txt"))
        {
            if (await exchange.PlayAsync(http, names, Ct) is { } difference)
            {
                differences.Add(difference);
            }
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    // One account for each state, so that no exchange depends on another.
    private async Task<Dictionary<string, string>> PrepareAsync()
    {
        var account = await gateway.NewAccountAsync();
        var (_, live) = await gateway.NewKeyAsync(account);
        var (revokedId, revoked) = await gateway.NewKeyAsync(account);
        var (rotatedId, rotated) = await gateway.NewKeyAsync(account);
        var soon = TimeProvider.System.GetUtcNow().AddSeconds(1);
        var (_, expired) = await gateway.NewKeyAsync(account, rest: $$""","expires_at":"{{soon:yyyy-MM-dd'T'HH:mm:ss.fff}}Z" """);
        var (_, elsewhere) = await gateway.NewKeyAsync(account, rest: ""","allowed_networks":["10.0.0.0/8"]""");

        // Each is used once while it is good, so that a key is refused although the gateway remembers it.
        foreach (var key in new[] { revoked, rotated })
        {
            Assert.Equal(200, (await gateway.BalanceAsync(key)).Status);
        }

        await gateway.AdminAsync($"POST keys/{revokedId}/revoke");
        var successor = (await gateway.AdminAsync($"POST keys/{rotatedId}/rotate", """{"overlap_seconds":0}""")).Text("secret");
        var (_, slow) = await gateway.NewKeyAsync(await gateway.NewAccountAsync(""","limits":{"requests_per_minute":1}"""));
        var (_, full) = await gateway.NewKeyAsync(await gateway.NewAccountAsync(""","limits":{"tasks_in_flight":1}"""));
        var (_, daily) = await gateway.NewKeyAsync(await gateway.NewAccountAsync(""","budget":{"total":100,"per_day":1.4}"""));
        var (_, monthly) = await gateway.NewKeyAsync(await gateway.NewAccountAsync(""","budget":{"total":100,"per_month":1.4}"""));
        foreach (var key in new[] { full, daily, monthly })
        {
            Assert.True((await gateway.CreateAsync(key)).IsAccepted);
        }

        var poor = await gateway.NewAccountAsync(""","budget":{"total":1}""");
        var (_, waiter) = await gateway.NewKeyAsync(account, "test");
        var names = new Dictionary<string, string>
        {
            ["CLIP"] = Clip,
            ["ADMIN"] = AdminGateway.AdminKey,
            ["LIVE"] = live,
            ["MISTYPED"] = live[..^1] + (live[^1] == 'x' ? 'y' : 'x'),
            ["REVOKED"] = revoked,
            ["ROTATED"] = rotated,
            ["SUCCESSOR"] = successor,
            ["EXPIRED"] = expired,
            ["ELSEWHERE"] = elsewhere,
            ["SLOW"] = slow,
            ["FULL"] = full,
            ["DAILY"] = daily,
            ["MONTHLY"] = monthly,
            ["POOR"] = (await gateway.NewKeyAsync(poor)).Secret,
            ["POORTEST"] = (await gateway.NewKeyAsync(poor, "test")).Secret,
            ["WAITING"] = (await gateway.CreateAsync(waiter)).Text("taskId"),
        };
        while ((await gateway.BalanceAsync(expired)).Status == 200)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Ct);
        }

        return names;
    }
}

/// <summary>The answers about tasks that a provider has or had.</summary>
public sealed class CancellationTranscriptTests(WorkingGateway gateway) : IClassFixture<WorkingGateway>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_cancellation_is_answered_as_the_transcript_says()
    {
        var (_, key) = await gateway.NewKeyAsync(await gateway.NewAccountAsync(), "test");
        var names = new Dictionary<string, string>
        {
            ["TEST"] = key,
            ["WORKING"] = await ReachAsync(key, "@stall", "processing"),
            ["FAILED"] = await ReachAsync(key, "@fail(NSFW_DETECTED)", "failed"),
        };
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(gateway.Address) };

        foreach (var exchange in Exchange.ReadAll("cancellations.txt"))
        {
            Assert.Null(await exchange.PlayAsync(http, names, Ct));
        }
    }

    private async Task<string> ReachAsync(string key, string prompt, string state)
    {
        var task = (await gateway.SendAsync(
            "POST", "/api/v1/generateTask/kling-2-1", $$$"""{"input":{"mode":"master-text-to-video","prompt":"{{{prompt}}}"}}""", key)).Text("taskId");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        patience.CancelAfter(TimeSpan.FromSeconds(100));
        while ((await gateway.SendAsync("GET", $"/api/v1/statusTask/kling-2-1?taskId={task}", null, key)).Text("state") != state)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), patience.Token);
        }

        return task;
    }
}
