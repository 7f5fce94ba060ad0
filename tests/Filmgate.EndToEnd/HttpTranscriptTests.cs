using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd;

/// <summary>What goes over the wire between a client and the gateway, from the creation to the last byte of the clip.</summary>
[Collection(SharedServerTests.Name)]
public sealed class HttpTranscriptTests(SharedServer shared)
{
    private static readonly string Picture = TestPicture.DataUrl(640, 360);

    private TaskApi Api => shared.Server.Api;

    [Fact]
    public async Task A_task_passes_its_states_and_each_state_has_exactly_its_fields()
    {
        var created = await Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Standard("@delay(2s) pan right", Picture)));
        Assert.Equal(200, created.Status);
        Assert.Equal("application/json", created.Response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(["code", "data", "message"], Keys(created.Envelope));
        Assert.Equal((200, "success"), (created.Envelope.GetProperty("code").GetInt32(), created.Message));
        Assert.Equal(["taskId"], Keys(created.Data));
        var id = created.Data.GetProperty("taskId").GetString()!;

        var seen = new List<string>();
        var end = await Eventually.BecomesAsync(
            async () =>
            {
                var answer = await Api.StatusAsync(id);
                Assert.Equal(["code", "data", "message"], Keys(answer.Envelope));
                Assert.Equal((200, 200, "success"), (answer.Status, answer.Envelope.GetProperty("code").GetInt32(), answer.Message));
                var state = answer.Data.GetProperty("state").GetString()!;
                if (state != seen.LastOrDefault())
                {
                    seen.Add(state);
                }

                if (state is "pending" or "processing")
                {
                    Assert.Equal(["createTime", "state", "taskId"], Keys(answer.Data));
                }

                return answer;
            },
            answer => answer.Data.GetProperty("state").GetString() == "success",
            TaskApi.TaskPatience,
            "success");

        Assert.True(string.Join(' ', seen) is "pending processing success" or "processing success", string.Join(' ', seen));
        Assert.Equal(["completeTime", "costTime", "createTime", "resultJson", "state", "taskId"], Keys(end.Data));
        Assert.Equal(id, end.Data.GetProperty("taskId").GetString());
        var (create, complete, cost) = (Number(end.Data, "createTime"), Number(end.Data, "completeTime"), Number(end.Data, "costTime"));
        Assert.InRange(create, 1_700_000_000_000, 4_000_000_000_000);
        Assert.Equal(complete - create, cost);
        Assert.True(cost >= 2_000, $"The prompt asked for two seconds of delay, the answer says {cost} ms");
        Assert.Equal(["resultUrls"], Keys(JsonElement.Parse(end.Data.GetProperty("resultJson").GetString()!)));
    }

    [Fact]
    public async Task A_failed_task_is_told_in_a_good_answer_with_exactly_its_fields()
    {
        var id = await Api.CreateAsync(TaskApi.Text("@fail(NSFW_DETECTED)"));

        var end = await Api.EndAsync(id);

        Assert.Equal((200, "success"), (end.Envelope.GetProperty("code").GetInt32(), end.Message));
        Assert.Equal(["completeTime", "createTime", "failCode", "failMsg", "state", "taskId"], Keys(end.Data));
        Assert.Equal(("failed", "NSFW_DETECTED"), (end.Data.GetProperty("state").GetString(), end.Data.GetProperty("failCode").GetString()));
        Assert.NotEqual("", end.Data.GetProperty("failMsg").GetString());
    }

    [Fact]
    public async Task The_clip_is_served_whole_in_parts_and_not_again_when_the_client_has_it()
    {
        var id = await Api.CreateAsync(TaskApi.Standard("static", Picture));
        var url = await Api.ClipOfAsync(id);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        // :: The whole clip, without any key.
        using var whole = await http.GetAsync(url, TestContext.Current.CancellationToken);
        var bytes = await whole.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, bytes.Length), (whole.StatusCode, (int)whole.Content.Headers.ContentLength!));
        Assert.Equal("video/mp4", whole.Content.Headers.ContentType?.ToString());
        Assert.Equal("nosniff", Assert.Single(whole.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("sandbox; default-src 'none'", Assert.Single(whole.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("no-referrer", Assert.Single(whole.Headers.GetValues("Referrer-Policy")));
        Assert.True(whole.Headers.CacheControl is { Private: true }, "Cache-Control must say private");
        Assert.Equal($"inline; filename=\"{url.Segments[^1]}\"", Assert.Single(whole.Content.Headers.GetValues("Content-Disposition")));
        Assert.False(whole.Headers.Contains("Server"));
        var path = shared.NewPath(".mp4");
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        await ClipFile.PlaysAsync(path);

        // :: Parts.
        using var first = await SendAsync(http, url, request => request.Headers.Range = new RangeHeaderValue(0, 99));
        Assert.Equal((HttpStatusCode.PartialContent, $"bytes 0-99/{bytes.Length}"), (first.StatusCode, first.Content.Headers.ContentRange?.ToString()));
        Assert.Equal(bytes[..100], await first.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        using var last = await SendAsync(http, url, request => request.Headers.Range = new RangeHeaderValue(null, 50));
        Assert.Equal((HttpStatusCode.PartialContent, $"bytes {bytes.Length - 50}-{bytes.Length - 1}/{bytes.Length}"), (last.StatusCode, last.Content.Headers.ContentRange?.ToString()));
        Assert.Equal(bytes[^50..], await last.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        foreach (var range in (string[])["bytes=999999999-", "bytes=-0"])
        {
            using var beyond = await SendAsync(http, url, request => request.Headers.TryAddWithoutValidation("Range", range));
            Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, $"bytes */{bytes.Length}"), (beyond.StatusCode, beyond.Content.Headers.ContentRange?.ToString()));
        }

        // :: Not again.
        var tag = whole.Headers.ETag!;
        Assert.False(tag.IsWeak);
        using var same = await SendAsync(http, url, request => request.Headers.IfNoneMatch.Add(tag));
        Assert.Equal((HttpStatusCode.NotModified, 0), (same.StatusCode, (await same.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length));
        using var resumed = await SendAsync(http, url, request =>
        {
            request.Headers.Range = new RangeHeaderValue(10, 19);
            request.Headers.IfRange = new RangeConditionHeaderValue(tag);
        });
        Assert.Equal((HttpStatusCode.PartialContent, 10), (resumed.StatusCode, (await resumed.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length));
        using var changed = await SendAsync(http, url, request =>
        {
            request.Headers.Range = new RangeHeaderValue(10, 19);
            request.Headers.IfRange = new RangeConditionHeaderValue(new EntityTagHeaderValue("\"another\""));
        });
        Assert.Equal((HttpStatusCode.OK, bytes.Length), (changed.StatusCode, (await changed.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length));

        // :: Only the headers.
        using var head = await SendAsync(http, url, request => request.Method = HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, bytes.Length), (head.StatusCode, (int)head.Content.Headers.ContentLength!));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));

        // :: Links that are not the one that was signed.
        var other = await Api.ClipOfAsync(await Api.CreateAsync(TaskApi.Standard("static", TestPicture.DataUrl(640, 360, hue: 90))));
        var signature = Query(url, "signature");
        var expires = long.Parse(Query(url, "expires"));
        var origin = url.GetLeftPart(UriPartial.Authority);
        (string Why, string Link)[] forged =
        [
            ("expiry later", $"{origin}{url.AbsolutePath}?expires={expires + 1}&signature={signature}"),
            ("expiry in the past", $"{origin}{url.AbsolutePath}?expires=1&signature={signature}"),
            ("expiry with a zero before it", $"{origin}{url.AbsolutePath}?expires=0{expires}&signature={signature}"),
            ("no expiry", $"{origin}{url.AbsolutePath}?signature={signature}"),
            ("no signature", $"{origin}{url.AbsolutePath}?expires={expires}"),
            ("nothing", $"{origin}{url.AbsolutePath}"),
            ("signature empty", $"{origin}{url.AbsolutePath}?expires={expires}&signature="),
            ("signature with another last letter but one", $"{origin}{url.AbsolutePath}?expires={expires}&signature={signature[..^2]}{(signature[^2] == 'A' ? 'B' : 'A')}{signature[^1]}"),
            ("signature in lower case", $"{origin}{url.AbsolutePath}?expires={expires}&signature={signature.ToLowerInvariant()}"),
            ("signature cut", $"{origin}{url.AbsolutePath}?expires={expires}&signature={signature[..^1]}"),
            ("signature long", $"{origin}{url.AbsolutePath}?expires={expires}&signature={new string('A', 5000)}"),
            ("more in the query", $"{url}&download=1"),
            ("signature twice", $"{url}&signature={signature}"),
            ("signature of another clip", $"{origin}{url.AbsolutePath}?expires={Query(other, "expires")}&signature={Query(other, "signature")}"),
            ("clip of another link", $"{origin}{other.AbsolutePath}{url.Query}"),
            ("poster by the link of the clip", $"{origin}{url.AbsolutePath.Replace(".mp4", ".jpg", StringComparison.Ordinal)}{url.Query}"),
            ("path in capitals", $"{origin}{url.AbsolutePath.ToUpperInvariant()}{url.Query}"),
        ];
        foreach (var (why, link) in forged)
        {
            using var refused = await http.GetAsync(link, TestContext.Current.CancellationToken);
            Assert.True(refused.StatusCode == HttpStatusCode.Forbidden, $"{why}: {(int)refused.StatusCode}");
            Assert.Equal("application/json", refused.Content.Headers.ContentType?.MediaType);
        }

        using var posted = await SendAsync(http, url, request => request.Method = HttpMethod.Post);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
    }

    [Theory]
    [InlineData("/artifacts/../filmgate.db")]
    [InlineData("/artifacts/..%2ffilmgate.db")]
    [InlineData("/artifacts/..%2Ffilmgate.db")]
    [InlineData("/artifacts/%2e%2e/filmgate.db")]
    [InlineData("/artifacts/%2e%2e%2ffilmgate.db")]
    [InlineData("/artifacts/..%5cfilmgate.db")]
    [InlineData("/artifacts/..\\filmgate.db")]
    [InlineData("/artifacts/....//filmgate.db")]
    [InlineData("/artifacts/%252e%252e%252ffilmgate.db")]
    [InlineData("/artifacts/..%c0%affilmgate.db")]
    [InlineData("/artifacts/..%00/filmgate.db")]
    [InlineData("/artifacts//etc/passwd")]
    [InlineData("/artifacts/%2fetc%2fpasswd")]
    [InlineData("/artifacts///etc/passwd")]
    [InlineData("/artifacts/../../../../../../etc/passwd")]
    [InlineData("/artifacts/filmgate.db")]
    [InlineData("/artifacts/incoming")]
    [InlineData("/artifacts/")]
    [InlineData("/artifacts")]
    [InlineData("/../filmgate.db")]
    [InlineData("//etc/passwd")]
    [InlineData("/data/filmgate.db")]
    public async Task No_path_leads_to_a_file_of_the_disk(string path)
    {
        var endpoint = new IPEndPoint(IPAddress.Loopback, shared.Server.Address.Port);
        foreach (var query in (string[])["", "?expires=99999999999&signature=AAAA"])
        {
            var answer = await Dialects.Tests.Apixo.RawHttp.SendAsync(
                endpoint, System.Text.Encoding.Latin1.GetBytes($"GET {path}{query} HTTP/1.1\r\nHost: {shared.Server.Address.Authority}\r\nConnection: close\r\n\r\n"));

            Assert.True(answer.Status is 400 or 403 or 404, $"{path}{query}: {answer.Status}");
            Assert.DoesNotContain("SQLite format", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain("root:", answer.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(shared.Server.DataFolder, answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Details_explain_the_task_the_clip_and_its_one_attempt()
    {
        var id = await Api.CreateAsync(TaskApi.Standard("pan left", Picture));
        var url = await Api.ClipOfAsync(id);

        var details = (await Api.DetailsAsync(id)).Data;

        Assert.Equal(
            ["attempts", "clip", "completeTime", "cost", "costTime", "createTime", "input", "mode", "model", "posterUrl", "progress", "resultUrls", "state", "taskId"],
            Keys(details));
        Assert.Equal((1280, 720, 5, 120), (Int(details, "width"), Int(details, "height"), Int(details, "duration"), Int(details, "frames")));
        Assert.Equal(url.AbsoluteUri, Assert.Single(details.GetProperty("resultUrls").EnumerateArray()).GetString());
        var attempt = Assert.Single(details.GetProperty("attempts").EnumerateArray());
        Assert.Equal(
            (1, "animatic", "completed"),
            (attempt.GetProperty("number").GetInt32(), attempt.GetProperty("provider").GetString(), attempt.GetProperty("state").GetString()));
        Assert.True(Number(attempt, "preparedTime") <= Number(attempt, "sentTime") && Number(attempt, "sentTime") <= Number(attempt, "acceptedTime")
            && Number(attempt, "acceptedTime") <= Number(attempt, "endedTime"), attempt.ToString());

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var poster = await http.GetByteArrayAsync(new Uri(details.GetProperty("posterUrl").GetString()!), TestContext.Current.CancellationToken);
        using var picture = SkiaSharp.SKBitmap.Decode(poster);
        Assert.Equal((1280, 720), (picture.Width, picture.Height));
    }

    [Fact]
    public async Task The_balance_is_a_plain_number()
    {
        var answer = await Api.GetAsync("api/v1/apikeys/current-balance");

        Assert.Equal(200, answer.Status);
        Assert.Equal(JsonValueKind.Number, answer.Data.ValueKind);
        Assert.Equal(100m, answer.Data.GetDecimal());
    }

    [Fact]
    public async Task Every_path_also_works_with_a_slash_at_its_end()
    {
        var created = await Api.SendAsync(HttpMethod.Post, TaskApi.Create + "/", TaskApi.Body(TaskApi.Text("@fail(INVALID_PROMPT)")));
        Assert.Equal(200, created.Status);
        var id = created.Data.GetProperty("taskId").GetString();
        Assert.Equal(200, (await Api.GetAsync($"api/v1/statusTask/kling-2-1/?taskId={id}")).Status);
        Assert.Equal(200, (await Api.GetAsync("api/v1/apikeys/current-balance/")).Status);
        Assert.Equal(200, (await Api.GetAsync($"api/v1/tasks/{id}/")).Status);
    }

    [Fact]
    public async Task An_unknown_model_is_not_found_even_for_a_task_that_exists()
    {
        var id = await Api.CreateAsync(TaskApi.Text("@fail(INVALID_PROMPT)"));

        foreach (var answer in (ApiAnswer[])
        [
            await Api.SendAsync(HttpMethod.Post, "api/v1/generateTask/kling-9-9", TaskApi.Body(TaskApi.Text("a"))),
            await Api.GetAsync($"api/v1/statusTask/kling-9-9?taskId={id}"),
        ])
        {
            Assert.Equal((404, 404), (answer.Status, answer.Envelope.GetProperty("code").GetInt32()));
            Assert.Equal(answer.Message, answer.Data.GetProperty("error").GetString());
        }
    }

    [Fact]
    public async Task A_key_of_another_gateway_opens_nothing()
    {
        var id = await Api.CreateAsync(TaskApi.Text("@fail(INVALID_PROMPT)"));
        using var stranger = new TaskApi(shared.Server.Address, "fg_test_of-another-house-0123456789");

        foreach (var path in (string[])[$"api/v1/statusTask/kling-2-1?taskId={id}", $"api/v1/tasks/{id}", "api/v1/apikeys/current-balance"])
        {
            var answer = await stranger.GetAsync(path);
            Assert.Equal(401, answer.Status);
            Assert.DoesNotContain(id, answer.Text, StringComparison.Ordinal);
        }
    }

    private static string[] Keys(JsonElement element) => [.. element.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)];

    private static long Number(JsonElement data, string name) => data.GetProperty(name).GetInt64();

    private static int Int(JsonElement details, string name) => details.GetProperty("clip").GetProperty(name).GetInt32();

    private static string Query(Uri url, string name) =>
        url.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).Single(pair => pair[0] == name)[1];

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, Uri url, Action<HttpRequestMessage> change)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        change(request);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
