using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd;

/// <summary>What <c>docs/test-directives.md</c> promises a caller: each row of its table is run as it is written there.</summary>
[Collection(SharedServerTests.Name)]
public sealed partial class TestDirectiveTests(SharedServer shared)
{
    private static readonly string Picture = TestPicture.DataUrl(320, 320);

    private readonly string word = Guid.NewGuid().ToString("n");

    /// <summary>The directives of the page's table.</summary>
    public static TheoryData<string> Rows => [.. RowPattern().Matches(File.ReadAllText(Path.Combine(ReadmeTests.Root(), "docs", "test-directives.md"))).Select(row => row.Groups[1].Value)];

    private TaskApi Api => shared.Server.Api;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_directive_of_the_page_does_what_its_row_says(string directive)
    {
        switch (directive)
        {
            case "@delay(2s)":
                Assert.True((await SuccessAsync(directive)).GetProperty("costTime").GetInt64() >= 2000);
                break;
            case "@late-success(2s)":
                await LateAsync(directive);
                break;
            case "@stall":
                await StallAsync(directive);
                break;
            case "@fail(GENERATION_FAILED)":
                Assert.Equal("GENERATION_FAILED", (await Api.FailureOfAsync(await CreatedAsync(directive))).GetProperty("failCode").GetString());
                break;
            case "@busy":
                var busy = await RefusedAsync(directive, 429);
                Assert.Equal(TimeSpan.FromSeconds(2), busy.Response.Headers.RetryAfter?.Delta);
                break;
            case "@refuse(input)":
                await RefusedAsync(directive, 400, "INVALID_PROMPT");
                break;
            case "@refuse(policy)":
                await RefusedAsync(directive, 403, "CONTENT_VIOLATION");
                break;
            case "@refuse(balance)":
                await RefusedAsync(directive, 402, "INSUFFICIENT_CREDITS");
                break;
            case "@refuse(auth)":
                await RefusedAsync(directive, 401);
                break;
            case "@refuse(permission)":
                await RefusedAsync(directive, 403);
                break;
            case "@refuse(outage)":
                await RefusedAsync(directive, 404, "MODEL_UNAVAILABLE");
                break;
            case "@server-error":
                await RefusedAsync(directive, 500);
                break;
            case "@lost-request":
                await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(directive));
                Assert.Empty(await MadeAsync(directive));
                break;
            case "@lost-answer":
                await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(directive));
                var made = Assert.Single(await MadeAsync(directive));
                await Api.SendAsync(HttpMethod.Post, $"api/v1/tasks/{made.GetProperty("taskId").GetString()}/cancel");
                break;
            case "@unfetchable" or "@truncated-clip" or "@broken-download":
                await AssertFetchesAsync(new Uri(ClipOf(await SuccessAsync(directive))), directive, directive, directive);
                break;
            default:
                Assert.Fail($"The page has a row for {directive}; say here what it does.");
                break;
        }
    }

    [Fact]
    public void The_page_has_a_row_for_every_directive() => Assert.Equal(
        [
            "broken-download", "busy", "delay", "fail", "late-success", "lost-answer", "lost-request", "refuse", "server-error", "stall", "truncated-clip", "unfetchable",
        ],
        Rows.Select(row => row.Data.Split('@', '(')[1]).Distinct().Order());

    [Fact]
    public async Task A_caller_who_comes_back_is_taken_and_one_whose_answer_is_lost_hears_of_its_task_by_its_key()
    {
        const string Directives = "@busy(1) @lost-answer(1) @fail(GENERATION_FAILED, 1)";
        Assert.Equal(429, (await SendAsync(Directives, "order-" + word)).Status);
        await Assert.ThrowsAsync<HttpRequestException>(() => SendAsync(Directives, "order-" + word));
        var heard = await SendAsync(Directives, "order-" + word);
        Assert.Equal(200, heard.Status);
        var id = heard.Data.GetProperty("taskId").GetString()!;
        Assert.Equal(id, Assert.Single(await MadeAsync(Directives)).GetProperty("taskId").GetString());
        await Api.FailureOfAsync(id);
    }

    [Fact]
    public async Task A_clip_that_breaks_off_so_often_is_whole_then_at_its_address_and_behind_the_door_of_OpenAIs_shape()
    {
        var task = await SuccessAsync("@unfetchable(2) @truncated-clip(2) @broken-download(2)");
        string[] faults = ["@unfetchable", "@unfetchable", "@truncated-clip", "@truncated-clip", "@broken-download", "@broken-download"];
        var id = task.GetProperty("taskId").GetString()!;
        var listed = JsonElement.Parse((await Api.GetAsync("v1/videos?limit=100")).Text).GetProperty("data").EnumerateArray()
            .First(video => video.GetProperty("prompt").GetString()!.Contains(word, StringComparison.Ordinal)).GetProperty("id").GetString();
        var content = new Uri(shared.Server.Address, $"v1/videos/{listed}/content");
        var clip = new Uri(ClipOf(task));

        // Both doors lead to the same clip, so their fetches are counted together.
        for (var fetch = 0; fetch < faults.Length; fetch++)
        {
            await AssertFetchAsync(fetch % 2 == 0 ? clip : content, faults[fetch]);
        }

        var details = (await Api.DetailsAsync(id)).Data;
        foreach (var address in (Uri[])[clip, content])
        {
            var bytes = await FetchAsync(address);
            Assert.Equal(details.GetProperty("clip").GetProperty("bytes").GetInt64(), bytes.Length);
        }
    }

    private async Task AssertFetchesAsync(Uri address, params string[] faults)
    {
        foreach (var fault in faults)
        {
            await AssertFetchAsync(address, fault);
        }
    }

    private async Task AssertFetchAsync(Uri address, string fault)
    {
        switch (fault)
        {
            case "@unfetchable":
                var missing = await Assert.ThrowsAsync<HttpRequestException>(() => FetchAsync(address));
                Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
                break;
            case "@truncated-clip":
                var path = shared.NewPath(".mp4");
                await File.WriteAllBytesAsync(path, await FetchAsync(address), Cancel);
                await Assert.ThrowsAnyAsync<Exception>(() => ClipFile.PlaysAsync(path));
                break;
            default:
                var cut = await Assert.ThrowsAsync<HttpRequestException>(() => FetchAsync(address));
                Assert.Null(cut.StatusCode);
                break;
        }
    }

    private static async Task<byte[]> FetchAsync(Uri address)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {ServedGateway.Key}");
        return await http.GetByteArrayAsync(address, Cancel);
    }

    private async Task LateAsync(string directive)
    {
        var id = await CreatedAsync(directive);
        var end = await Eventually.BecomesAsync(
            () => Api.DetailsAsync(id),
            details =>
            {
                var isOver = details.Data.GetProperty("state").GetString() == "success";
                Assert.True(isOver || details.Data.GetProperty("progress").GetInt32() <= 50, details.Text);
                return isOver;
            },
            TaskApi.TaskPatience,
            "success");
        Assert.True(end.Data.GetProperty("costTime").GetInt64() >= 2000, end.Text);
    }

    private async Task StallAsync(string directive)
    {
        var id = await CreatedAsync(directive);
        await Eventually.BecomesAsync(
            () => Api.StatusAsync(id), answer => answer.Data.GetProperty("state").GetString() == "processing", TaskApi.TaskPatience, "processing");
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Post, $"api/v1/tasks/{id}/cancel")).Status);
        Assert.Equal("CANCELED", (await Api.FailureOfAsync(id)).GetProperty("failCode").GetString());
    }

    private async Task<ApiAnswer> RefusedAsync(string directive, int status, string? failCode = null)
    {
        ApiAnswer? answer = null;
        for (var time = 0; time < 2; time++)
        {
            answer = await SendAsync(directive);
            Assert.Equal((status, status), (answer.Status, answer.Envelope.GetProperty("code").GetInt32()));
            Assert.Contains(directive, answer.Message, StringComparison.Ordinal);
            Assert.Equal(failCode, answer.Data.TryGetProperty("failCode", out var code) ? code.GetString() : null);
        }

        Assert.Empty(await MadeAsync(directive));
        return answer!;
    }

    private Task<ApiAnswer> SendAsync(string directive, string? idempotencyKey = null) =>
        Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Standard(Prompt(directive), Picture)), idempotencyKey);

    private async Task<JsonElement[]> MadeAsync(string directive) =>
        [.. (await Api.GetAsync($"api/v1/tasks?prompt={Uri.EscapeDataString(Prompt(directive))}")).Data.GetProperty("tasks").EnumerateArray()];

    private Task<string> CreatedAsync(string directive) => Api.CreateAsync(TaskApi.Standard(Prompt(directive), Picture));

    private async Task<JsonElement> SuccessAsync(string directive)
    {
        var end = await Api.EndAsync(await CreatedAsync(directive));
        Assert.True(end.Data.GetProperty("state").GetString() == "success", end.Text);
        return end.Data;
    }

    private static string ClipOf(JsonElement task) => JsonElement.Parse(task.GetProperty("resultJson").GetString()!).GetProperty("resultUrls")[0].GetString()!;

    private string Prompt(string directive) => $"static, {word} {directive}";

    [GeneratedRegex(@"^\| `(@[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();
}
