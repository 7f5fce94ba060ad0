using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Tests.Apixo;
using Filmgate.Dialects.Tests.Http;
using static Filmgate.Dialects.Tests.Kie.KieSurface;

namespace Filmgate.Dialects.Tests.Kie;

/// <summary>What is refused, under which code, in which sentence, and where HTTP says it, too.</summary>
public sealed class RefusalTests(TestGateway gateway)
{
    private const string Photo = "https://e.test/a.png";

    public static TheoryData<string, int, int, string> Bodies => new()
    {
        // The body as a whole.
        { "", 200, 422, "body is required: a JSON object" },
        { "{", 200, 422, "body must be valid JSON, at most 32 levels deep: see line 1, byte 2" },
        { "[]", 200, 422, "body must be a JSON object and not an array, got []" },
        { """{"model":"a","model":"b"}""", 200, 422, "body must name each field once, got model twice" },
        { """{"model":"a","input":{"prompt":"a","prompt":"b"}}""", 200, 422, "body must name each field once, got prompt twice" },

        // The model.
        { """{"input":{"prompt":"a cat"}}""", 200, 422, $"model is required: one of {AllModels}" },
        { """{"model":null,"input":{"prompt":"a cat"}}""", 200, 422, $"model is required: one of {AllModels}" },
        { """{"model":"","input":{"prompt":"a cat"}}""", 200, 422, $"model must be one of {AllModels}, got \"\"" },
        { """{"model":"kling/v2-1","input":{"prompt":"a cat"}}""", 200, 422, $"model must be one of {AllModels}, got kling/v2-1" },
        { """{"model":"KLING/V2-1-PRO","input":{"prompt":"a cat"}}""", 200, 422, $"model must be one of {AllModels}, got KLING/V2-1-PRO" },
        { """{"model":7,"input":{"prompt":"a cat"}}""", 200, 422, "model must be a string and not a number, got 7" },
        { """{"model":"a \ud800","input":{"prompt":"a cat"}}""", 200, 422, "model must be well-formed Unicode text without U+0000" },

        // Names.
        { $$$"""{"model":"{{{MasterText}}}","callbackUrl":"https://e.test/","input":{"prompt":"a cat"}}""", 200, 422, "callBackUrl must be spelled with exactly these capitals, got callbackUrl" },
        { $$$"""{"model":"{{{MasterText}}}","callback_url":"https://e.test/","input":{"prompt":"a cat"}}""", 200, 422, "callBackUrl must be spelled exactly so, got callback_url" },
        { Body(MasterText, "\"Prompt\":\"a cat\""), 200, 422, "input.prompt must be spelled in lower case, got Prompt" },
        { Body(Standard, $"\"prompt\":\"a cat\",\"image_url\":\"{Photo}\",\"negativePrompt\":\"blur\""), 200, 422, "input.negative_prompt must be spelled exactly so, got negativePrompt" },
        { Body(Pro, $"\"prompt\":\"a cat\",\"imageUrl\":\"{Photo}\""), 200, 422, $"input.image_url must be spelled exactly so, got imageUrl" },

        // Types and values.
        { $$"""{"model":"{{MasterText}}"}""", 200, 422, "input is required: an object with prompt and what the model needs" },
        { $$"""{"model":"{{MasterText}}","input":"{\"prompt\":\"a cat\"}"}""", 200, 422, """input must be an object and not a string, got "{\"prompt\":\"a cat\"}" """.Trim() },
        { $$$"""{"model":"{{{MasterText}}}","callBackUrl":5,"input":{"prompt":["a"],"duration":true,"cfg_scale":"0.5"}}""", 200, 422, "callBackUrl must be a string and not a number, got 5; input.prompt must be a string and not an array, got [\"a\"]; input.duration must be the string \"5\" or \"10\" and not a boolean, got true; input.cfg_scale must be a number from 0 to 1 and not a string, got \"0.5\"" },
        { Body(MasterText, ""), 200, 422, "input.prompt is required: 1 to 5000 characters, not only spaces" },
        { Body(MasterText, "\"prompt\":\" \""), 200, 422, "input.prompt is required: 1 to 5000 characters, not only spaces, got \" \"" },
        { Body(MasterText, "\"prompt\":\"a \\u0000\""), 200, 422, "input.prompt must be well-formed Unicode text without U+0000" },
        { Body(MasterText, "\"prompt\":\"a \\ud800\""), 200, 422, "input.prompt must be well-formed Unicode text without U+0000" },
        { Body(MasterText, "\"prompt\":\"a cat\",\"duration\":5"), 200, 422, "input.duration must be the string \"5\" or \"10\" and not a number, got 5" },
        { Body(MasterText, "\"prompt\":\"a cat\",\"duration\":\"7\""), 200, 422, "input.duration must be the string \"5\" or \"10\", got 7" },
        { Body(MasterText, "\"prompt\":\"a cat\",\"duration\":\"\""), 200, 422, "input.duration must be the string \"5\" or \"10\", got \"\"" },
        { Body(MasterText, "\"prompt\":\"a cat\",\"aspect_ratio\":\"4:3\""), 200, 422, "input.aspect_ratio must be one of 16:9, 9:16, 1:1, got 4:3" },
        { Body(MasterText, "\"prompt\":\"a cat\",\"cfg_scale\":1.5"), 200, 422, "input.cfg_scale must be a number from 0 to 1, got 1.5" },
        { Body(MasterText, "\"prompt\":\"a cat\",\"cfg_scale\":1e400"), 200, 422, "input.cfg_scale must be a number from 0 to 1, got 1e400" },
        { Body(MasterText, $"\"prompt\":\"a cat\",\"negative_prompt\":\"{new string('a', 501)}\""), 200, 422, "input.negative_prompt must be at most 500 characters, got 501 characters" },

        // Pictures.
        { Body(Standard, "\"prompt\":\"a cat\""), 200, 422, $"input.image_url is required for {Standard}: the address of a picture" },
        { Body(Standard, "\"prompt\":\"a cat\",\"image_url\":\"\""), 200, 422, $"input.image_url is required for {Standard}: the address of a picture" },
        { Body(MasterImage, $"\"prompt\":\"a cat\",\"image_url\":[\"{Photo}\"]"), 200, 422, $"input.image_url must be a string and not an array, got [\"{Photo}\"]" },
        { Body(MasterImage, $"\"prompt\":\"a cat\",\"image_urls\":[\"{Photo}\"]"), 200, 422, $"input.image_url is required for {MasterImage}: the address of a picture" },
        { Body(MasterText, $"\"prompt\":\"a cat\",\"image_url\":\"{Photo}\""), 200, 422, $"input.image_url is not allowed: {MasterText} takes no picture" },
        { Body(Standard, $"\"prompt\":\"a cat\",\"image_url\":\"{Photo}\",\"tail_image_url\":\"{Photo}\""), 200, 422, $"input.tail_image_url is not allowed: {Standard} takes no end picture; {Pro} does" },
        { Body(Pro, $"\"prompt\":\"a cat\",\"tail_image_url\":\"{Photo}\""), 200, 422, $"input.image_url is required for {Pro}: the address of a picture" },

        // What the house says.
        { Body(MasterText, "\"prompt\":\"@full\""), 200, 429, "The account has its 3 tasks in flight." },
        { Body(MasterText, "\"prompt\":\"@over\""), 200, 402, "The task would cost 1.40 USD and the account may still spend 0.25 USD; nothing was created. Raise its budget, or choose a cheaper mode or duration." },
        { Body(MasterText, "\"prompt\":\"@broke\""), 200, 402, "body is refused: INSUFFICIENT_CREDITS" },
        { Body(MasterText, "\"prompt\":\"@policy\""), 200, 422, "body is refused: INSUFFICIENT_CREDITS; body is refused: NSFW_DETECTED" },
        { Body(MasterText, "\"prompt\":\"@unavailable\""), 503, 455, "The store does not answer." },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_creation_is_told_its_fields_and_the_way_out(string body, int status, int code, string message) =>
        Assert.Equal((status, code, message), Told(await gateway.SendAsync("POST", Create, body)));

    [Theory]
    [InlineData("@full", "5", "3")]
    [InlineData("@unavailable", "3", null)]
    public async Task What_may_be_asked_again_says_when(string prompt, string seconds, string? limit)
    {
        var answer = await gateway.SendAsync("POST", Create, Words.Replace("a cat", prompt, StringComparison.Ordinal));
        Assert.Equal((seconds, limit), (answer.Header("Retry-After"), answer.Header("RateLimit-Limit")));
    }

    public static TheoryData<string, string> Endpoints => new()
    {
        { "POST", Create },
        { "GET", "/kie/api/v1/jobs/recordInfo?taskId=x" },
        { "GET", "/kie/api/v1/chat/credit" },
        { "GET", "/kie/api/v1/models" },
        { "GET", "/kie/api/v1/models/kling/v2-1-pro/price" },
        { "POST", "/kie/api/v1/common/download-url" },
        { "GET", "/kie/api/v1/webhook/secret" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Every_door_knows_keys_and_limits(string method, string address)
    {
        var body = method == "POST" ? Words : null;
        foreach (var wrong in new[] { null, "fg_live_wrong", "" })
        {
            var nobody = await gateway.SendAsync(method, address, body, wrong);
            Assert.Equal((200, 401, "The API key is missing or invalid. Send it as Authorization: Bearer <key>."), Told(nobody));
        }

        Assert.Equal(
            (200, 403, "An admin key owns no tasks. Use a key that begins with fg_live_ or fg_test_."), Told(await gateway.SendAsync(method, address, body, ScriptedDesk.AdminKey)));
        var busy = await gateway.SendAsync(method, address, body, ScriptedDesk.BusyKey);
        Assert.Equal((200, 429, "The account has used its 7 requests of this minute; the Retry-After header says when the next one begins."), Told(busy));
        Assert.Equal("3", busy.Header("Retry-After"));
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Another_method_is_refused_by_HTTP(string allowed, string address)
    {
        var answer = await gateway.SendAsync("DELETE", address);
        Assert.Equal((405, 405, $"The method DELETE is not allowed here; use {allowed}."), Told(answer));
    }

    [Theory]
    [InlineData("/kie")]
    [InlineData("/kie/")]
    [InlineData("/kie/api/v1/jobs")]
    [InlineData("/kie/api/v1/jobs/createTask/x")]
    [InlineData("/kie/api/v1/generate")]
    public async Task What_is_not_there_is_told_in_the_same_form(string address) =>
        Assert.Equal((200, 404, "There is nothing at this address."), Told(await gateway.SendAsync("GET", address)));

    [Fact]
    public async Task A_body_that_is_not_declared_as_json_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Create) { Content = new StringContent(Words, Encoding.UTF8, "text/plain") };
        using var answer = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(415, (int)answer.StatusCode);
        Assert.StartsWith("""{"code":415,"msg":"Content-Type must be application/json (charset utf-8), got text/plain""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        var answer = await gateway.SendAsync("POST", Create, $$"""{"model":"{{new string('a', 30_000_001)}}"}""", headers: ("Expect", "100-continue"));
        Assert.Equal((413, 413, "The body must be at most 30000000 bytes."), Told(answer));
    }

    [Fact]
    public async Task A_fault_of_ours_shows_a_trace_id_and_nothing_else()
    {
        var answer = await gateway.SendAsync("POST", Create, Words.Replace("a cat", "@bug", StringComparison.Ordinal));
        Assert.Equal((500, 500, $"Something went wrong on our side. Trace id: {answer.Header("X-Request-Id")}"), Told(answer));
    }

    [Fact]
    public async Task Bodies_that_are_meant_to_hurt_are_refused_and_no_more()
    {
        foreach (var address in new[] { Create, "/kie/api/v1/common/download-url" })
        {
            foreach (var body in HostileJson.Malformed())
            {
                using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
                using var answer = await gateway.Client.PostAsync(new Uri(address, UriKind.Relative), content, TestContext.Current.CancellationToken);
                var said = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                Assert.True(answer.IsSuccessStatusCode && said.StartsWith("""{"code":422,""", StringComparison.Ordinal), $"{Encoding.UTF8.GetString(body)}: {said}");
            }
        }
    }

    private static (int Status, int Code, string? Message) Told(Transcript answer)
    {
        using var body = JsonDocument.Parse(answer.Body);
        Assert.Equal(["code", "msg", "data"], body.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(JsonValueKind.Null, body.RootElement.GetProperty("data").ValueKind);
        return (answer.Status, body.RootElement.GetProperty("code").GetInt32(), body.RootElement.GetProperty("msg").GetString());
    }
}
