using System.Text.Json;
using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.OpenAiVideos;

/// <summary>What keys, the desk, the router and chance refuse, in the vendor's form.</summary>
public sealed class RefusalTests(TestGateway gateway)
{
    [Theory]
    [InlineData(null)]
    [InlineData("sk-of-another-house")]
    public async Task Without_a_key_of_ours_it_is_401(string? key)
    {
        var answer = await gateway.SendAsync("GET", VideosApi.Videos, key: key);
        Assert.Equal(401, answer.Status);
        Assert.Equal(
            """{"error":{"message":"The API key is missing or invalid. Send it as Authorization: Bearer <key>.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}""",
            answer.Body);
    }

    [Fact]
    public async Task An_admin_key_is_403()
    {
        var answer = await gateway.SendAsync("POST", VideosApi.Videos, "{}", ScriptedDesk.AdminKey);
        Assert.Equal(403, answer.Status);
        Assert.Equal(("invalid_request_error", "insufficient_permissions"), ErrorOf(answer.Body));
    }

    [Fact]
    public async Task A_used_up_minute_is_429_with_the_wait()
    {
        var answer = await gateway.SendAsync("GET", VideosApi.Videos, key: ScriptedDesk.BusyKey);
        Assert.Equal((429, "3"), (answer.Status, answer.Header("Retry-After")));
        Assert.Equal(("rate_limit_error", "rate_limit_exceeded"), ErrorOf(answer.Body));
    }

    [Theory]
    [InlineData("@full", 429, "rate_limit_error", "rate_limit_exceeded", "5")]
    [InlineData("@over", 402, "insufficient_quota", "insufficient_quota", null)]
    [InlineData("@broke", 402, "insufficient_quota", "insufficient_quota", null)]
    [InlineData("@policy", 400, "invalid_request_error", "nsfw_detected", null)]
    [InlineData("@several", 400, "invalid_request_error", "invalid_image_url", null)]
    [InlineData("@unavailable", 503, "server_error", "service_unavailable", "3")]
    [InlineData("@bug", 500, "server_error", "internal_error", null)]
    public async Task What_the_house_refuses_has_status_type_code_and_wait(string prompt, int status, string type, string code, string? wait)
    {
        var answer = await gateway.SendAsync("POST", VideosApi.Videos, $$"""{"model":"kling-2.1-master","prompt":"{{prompt}}"}""");
        Assert.Equal((status, wait), (answer.Status, answer.Header("Retry-After")));
        Assert.Equal((type, code), ErrorOf(answer.Body));
        Assert.NotEmpty(answer.Header("x-request-id")!);
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/v1/videos/video_000000000000000000000000000000000001/remix", 400, "unsupported_operation")]
    [InlineData("POST", "/v1/videos/edits", 400, "unsupported_operation")]
    [InlineData("POST", "/v1/videos/extensions", 400, "unsupported_operation")]
    [InlineData("POST", "/v1/videos/characters", 404, "unsupported_operation")]
    [InlineData("GET", "/v1/videos/characters/char_1", 404, "unsupported_operation")]
    [InlineData("POST", "/v1/chat/completions", 404, "not_found")]
    [InlineData("GET", "/v1", 404, "not_found")]
    [InlineData("PUT", "/v1/videos", 405, "method_not_supported")]
    [InlineData("POST", "/v1/videos/sync", 405, "method_not_supported")]
    [InlineData("GET", "/v1/videos/edits", 405, "method_not_supported")]
    [InlineData("DELETE", "/v1/models/kling-2.1", 405, "method_not_supported")]
    public async Task What_is_not_served_is_said_in_the_vendors_form(string method, string path, int status, string code)
    {
        var answer = await gateway.SendAsync(method, path, method == "POST" ? """{"prompt":"a cat"}""" : null);
        Assert.Equal(status, answer.Status);
        Assert.Equal(("invalid_request_error", code), ErrorOf(answer.Body));
    }

    [Fact]
    public async Task A_wrong_idempotency_key_is_named()
    {
        var answer = await gateway.SendAsync("POST", VideosApi.Videos, """{"prompt":"a cat"}""", headers: ("Idempotency-Key", "a b"));
        Assert.Equal(400, answer.Status);
        Assert.Contains("\"param\":\"Idempotency-Key\",\"code\":\"invalid_value\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_listed_and_read_by_name()
    {
        const string standard = """{"id":"kling-2.1-standard","object":"model","created":1748476800,"owned_by":"kling"}""";
        var (status, list) = await gateway.GetAsync("/v1/models");
        Assert.Equal(200, status);
        Assert.StartsWith($$"""{"object":"list","data":[{{standard}},{"id":"kling-2.1-pro",""", list, StringComparison.Ordinal);
        Assert.Equal((200, standard), await gateway.GetAsync("/v1/models/kling-2.1-standard"));
        Assert.Equal(
            (404, """{"error":{"message":"The model gpt-5 is not served here; served are kling-2.1-standard, kling-2.1-pro, kling-2.1-master, kling-2.1.","type":"invalid_request_error","param":"model","code":"model_not_found"}}"""),
            await gateway.GetAsync("/v1/models/gpt-5"));
        Assert.Equal(401, (await gateway.SendAsync("GET", "/v1/models", key: null)).Status);
    }

    private static (string?, string?) ErrorOf(string body)
    {
        var error = JsonElement.Parse(body).GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(property => property.Name));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        return (error.GetProperty("type").GetString(), error.GetProperty("code").GetString());
    }
}
