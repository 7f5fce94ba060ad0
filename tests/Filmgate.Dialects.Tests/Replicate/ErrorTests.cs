using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Replicate;

/// <summary>Every refusal, in the vendor's form.</summary>
public sealed class ErrorTests(OwnGateway gateway) : IClassFixture<OwnGateway>
{
    private const string Master = OwnGateway.Base + "/models/kwaivgi/kling-v2.1-master/predictions";

    [Theory]
    [InlineData("@over", 402, """{"title":"Insufficient credit","detail":"The task would cost 1.40 USD and the account may still spend 0.25 USD; nothing was created. Raise its budget, or choose a cheaper mode or duration.","status":402}""", null)]
    [InlineData("@full", 429, """{"title":"Too many requests","detail":"The account has its 3 tasks in flight.","status":429,"retry_after":5}""", "5")]
    [InlineData("@unavailable", 503, """{"title":"Service unavailable","detail":"The store does not answer.","status":503}""", "3")]
    public async Task Limits_have_their_status_title_and_wait(string prompt, int status, string body, string? wait)
    {
        var answer = await CreateAsync(prompt);
        Assert.Equal((status, body, wait), (answer.Status, answer.Body, answer.Header("Retry-After")));
        Assert.NotNull(answer.Header("X-Request-Id"));
    }

    [Theory]
    [InlineData("@broke", 402, "Insufficient credit")]
    [InlineData("@policy", 422, "Content policy violation")]
    public async Task What_the_house_refuses_has_the_title_of_its_kind(string prompt, int status, string title)
    {
        var answer = await CreateAsync(prompt);
        Assert.Equal(status, answer.Status);
        Assert.StartsWith($"{{\"title\":\"{title}\",\"detail\":\"- body: body is refused", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_ours_shows_a_trace_id_and_nothing_else()
    {
        var answer = await CreateAsync("@bug");
        Assert.Equal(
            (500, $$"""{"title":"Internal server error","detail":"Something went wrong on our side. Trace id: {{answer.Header("X-Request-Id")}}","status":500}"""),
            (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task A_wrong_key_and_none_get_the_same_answer(string? key)
    {
        var answer = await gateway.SendAsync("GET", OwnGateway.Base + "/predictions", key: key);
        Assert.Equal(
            (401, """{"title":"Unauthenticated","detail":"The API key is missing or invalid. Send it as Authorization: Bearer <key>.","status":401}""", "Bearer"),
            (answer.Status, answer.Body, answer.Header("WWW-Authenticate")));
    }

    [Theory]
    [InlineData("Token " + ScriptedDesk.LiveKey, 200)]
    [InlineData("token " + ScriptedDesk.LiveKey, 200)]
    [InlineData("Bearer " + ScriptedDesk.LiveKey, 200)]
    [InlineData("Basic " + ScriptedDesk.LiveKey, 401)]
    [InlineData("Token", 401)]
    [InlineData("Token ", 401)]
    public async Task A_key_comes_as_bearer_or_as_token(string header, int status) =>
        Assert.Equal(status, (await gateway.SendAsync("GET", OwnGateway.Base + "/account", key: null, headers: ("Authorization", header))).Status);

    [Fact]
    public async Task An_admin_key_owns_no_predictions() =>
        Assert.Equal(403, (await gateway.SendAsync("GET", OwnGateway.Base + "/predictions", key: ScriptedDesk.AdminKey)).Status);

    [Fact]
    public async Task A_used_up_minute_says_when_the_next_begins()
    {
        var answer = await gateway.SendAsync("GET", OwnGateway.Base + "/predictions", key: ScriptedDesk.BusyKey);
        Assert.Equal((429, "3"), (answer.Status, answer.Header("Retry-After")));
        Assert.EndsWith("\"status\":429,\"retry_after\":3}", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("POST", "/deployments/acme/app/predictions", 404)]
    [InlineData("GET", "/models/owner/name", 404)]
    [InlineData("GET", "/models/kwaivgi/kling-v2.1/versions/x", 404)]
    [InlineData("GET", "/files/x", 404)]
    [InlineData("PUT", "/predictions", 405)]
    [InlineData("HEAD", "/account", 405)]
    public async Task What_is_not_there_is_told_in_the_vendors_form(string method, string path, int status)
    {
        var answer = await gateway.SendAsync(method, OwnGateway.Base + path);
        Assert.Equal(status, answer.Status);
        Assert.True(method == "HEAD" || answer.Body.EndsWith($"\"status\":{status}}}", StringComparison.Ordinal), answer.Body);
    }

    [Fact]
    public async Task An_unserved_model_is_told_which_are()
    {
        var answer = await gateway.SendAsync("POST", OwnGateway.Base + "/models/acme/other/predictions", """{"input":{}}""");
        Assert.Equal(
            (404, """{"title":"Not found","detail":"The model acme/other is not served here; served are kwaivgi/kling-v2.1 and kwaivgi/kling-v2.1-master.","status":404}"""),
            (answer.Status, answer.Body));
    }

    [Fact]
    public async Task An_idempotency_key_stands_for_one_request()
    {
        var first = await CreateAsync("keyed", "k1");
        var again = await CreateAsync("keyed", "k1");
        Assert.Equal((201, 201, "true"), (first.Status, again.Status, again.Header("Idempotent-Replayed")));
        Assert.Equal(OwnGateway.IdIn(first.Body), OwnGateway.IdIn(again.Body));
        var reused = await CreateAsync("other words", "k1");
        Assert.Equal(422, reused.Status);
        Assert.StartsWith("""{"title":"Idempotency key reused","detail":"This Idempotency-Key was used""", reused.Body, StringComparison.Ordinal);
        Assert.Contains("\"field\":\"Idempotency-Key\"", (await CreateAsync("x", "two words")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_wishes_without_a_key_are_two_predictions() =>
        Assert.NotEqual(OwnGateway.IdIn((await CreateAsync("twice")).Body), OwnGateway.IdIn((await CreateAsync("twice")).Body));

    private Task<Transcript> CreateAsync(string prompt, string? key = null) => gateway.SendAsync(
        "POST", Master, $$$"""{"input":{"prompt":"{{{prompt}}}"}}""", headers: key is null ? [] : [("Idempotency-Key", key)]);
}
