using System.Net;
using System.Text.Json;
using Filmgate.Testing;

namespace Filmgate.Client.Tests;

public sealed class CreateTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static FilmgateClient ClientOf(ScriptedServer server) =>
        new(new Uri(server.Address), "fg_test_key", new FilmgateClientOptions { Time = new HastyTime() });

    [Fact]
    public async Task Every_field_of_a_request_has_its_place_on_the_wire()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(ScriptedServer.Create, Reply.Data("""{"taskId":"t1"}"""));
        using var client = ClientOf(server);

        var task = await client.CreateAsync(
            new VideoRequest
            {
                Prompt = "Fog lifts over the harbour",
                Images = [VideoImage.FromUrl("https://example.org/a.png"), VideoImage.FromUrl("https://example.org/b.png")],
                DurationSeconds = 10,
                NegativePrompt = "text",
                CfgScale = 0.7m,
                Provider = "official",
                CallbackUrl = new Uri("https://example.org/done"),
                IdempotencyKey = "order 17",
            },
            Ct);

        var asked = Assert.Single(server.Requests);
        Assert.Equal("t1", task.Id);
        Assert.Equal(VideoTaskState.Pending, task.State);
        Assert.Equal("Bearer fg_test_key", asked.Headers["Authorization"]);
        Assert.Equal("application/json", asked.Headers["Content-Type"]);
        Assert.Equal("order 17", asked.Headers["Idempotency-Key"]);
        Assert.Equal(
            """{"request_type":"callback","callback_url":"https://example.org/done","provider":"official","input":{"mode":"pro-image-to-video","prompt":"Fog lifts over the harbour","duration":10,"image_urls":["https://example.org/a.png","https://example.org/b.png"],"negative_prompt":"text","cfg_scale":0.7}}""",
            asked.Body);
    }

    [Theory]
    [InlineData(0, "master-text-to-video")]
    [InlineData(1, "standard-image-to-video")]
    [InlineData(2, "pro-image-to-video")]
    public async Task The_mode_follows_from_the_number_of_pictures(int count, string mode)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(ScriptedServer.Create, Reply.Data("""{"taskId":"t1"}"""));
        using var client = ClientOf(server);

        await client.CreateAsync(
            new VideoRequest { Prompt = "p", Images = [.. Enumerable.Repeat(VideoImage.FromUrl("https://example.org/a.png"), count)] }, Ct);

        Assert.Equal(mode, JsonElement.Parse(server.Requests[0].Body).GetProperty("input").GetProperty("mode").GetString());
    }

    [Fact]
    public async Task A_lost_answer_is_reported_and_the_request_not_sent_again()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(ScriptedServer.Create, Reply.Lost);
        using var client = ClientOf(server);

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => client.CreateAsync(new VideoRequest { Prompt = "p" }, Ct));

        Assert.Null(thrown.Status);
        Assert.True(thrown.IsTransient);
        Assert.Equal(1, server.Count(ScriptedServer.Create));
    }

    [Fact]
    public async Task A_refusal_carries_status_message_code_errors_and_the_wait_asked_for()
    {
        await using var server = await ScriptedServer.StartAsync();
        const string Body = """{"code":429,"message":"Too many tasks","data":{"error":"Too many tasks","failCode":"RATE","errors":["one","two",{"field":"mode","message":"must be known"}]}}""";
        server.On(ScriptedServer.Create, Reply.Json(Body, 429) with { RetryAfter = "7" });
        using var client = ClientOf(server);

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => client.CreateAsync(new VideoRequest { Prompt = "p" }, Ct));

        Assert.Equal(HttpStatusCode.TooManyRequests, thrown.Status);
        Assert.Equal("Too many tasks", thrown.Message);
        Assert.Equal("RATE", thrown.FailCode);
        Assert.Equal(["one", "two", "mode: must be known"], thrown.Errors);
        Assert.Equal(TimeSpan.FromSeconds(7), thrown.RetryAfter);
        Assert.Equal(Body, thrown.RawResponse);
        Assert.Equal(1, server.Count(ScriptedServer.Create));
    }

    [Theory]
    [InlineData(400, """{"code":400,"message":"bad prompt","data":{"error":"other"}}""", "bad prompt")]
    [InlineData(400, """{"code":400,"data":{"error":"bad prompt"}}""", "bad prompt")]
    [InlineData(401, """{"code":401,"message":"bad key"}""", "bad key")]
    [InlineData(401, """{"error":"bad key"}""", "bad key")]
    [InlineData(502, "<h1>Bad\n Gateway</h1>", "<h1>Bad Gateway</h1>")]
    [InlineData(500, "", "The server answered 500 without a reason.")]
    public async Task Every_shape_of_a_refusal_gives_its_message(int status, string body, string message)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(ScriptedServer.Create, Reply.Json(body, status));
        using var client = ClientOf(server);

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => client.CreateAsync(new VideoRequest { Prompt = "p" }, Ct));

        Assert.Equal(message, thrown.Message);
        Assert.Equal(status, (int)thrown.Status!);
    }

    [Fact]
    public async Task A_refusal_hidden_under_status_200_is_a_refusal()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(ScriptedServer.Create, Reply.Json("""{"code":402,"message":"no credit","data":{"taskId":"t1"}}"""));
        using var client = ClientOf(server);

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => client.CreateAsync(new VideoRequest { Prompt = "p" }, Ct));

        Assert.Equal(HttpStatusCode.PaymentRequired, thrown.Status);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("""{"code":200,"message":"success"}""")]
    [InlineData("""{"code":200,"message":"success","data":7}""")]
    [InlineData("""{"code":200,"message":"success","data":{"taskId":""}}""")]
    public async Task An_answer_that_names_no_task_is_an_error_and_not_a_task(string body)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(ScriptedServer.Create, Reply.Json(body));
        using var client = ClientOf(server);

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => client.CreateAsync(new VideoRequest { Prompt = "p" }, Ct));

        Assert.Equal(body, thrown.RawResponse);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/api/v1")]
    [InlineData("/api/v1/")]
    public async Task A_server_is_found_with_or_without_the_version_in_its_address(string suffix)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/apikeys/current-balance", Reply.Data("12.3400"));
        using var client = new FilmgateClient(new Uri(server.Address + suffix), "fg_test_key");

        Assert.Equal(12.34m, await client.GetBalanceAsync(Ct));
    }

    [Theory]
    [InlineData("key with spaces")]
    [InlineData("klucz-\u0142")]
    [InlineData("line\nbreak")]
    public void A_key_that_no_header_can_carry_is_refused_at_once(string key) =>
        Assert.Throws<ArgumentException>(() => new FilmgateClient(new Uri("http://127.0.0.1"), key));
}
