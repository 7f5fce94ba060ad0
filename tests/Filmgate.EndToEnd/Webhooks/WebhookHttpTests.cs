using System.Text.Json;
using Filmgate.Dialects.Tests.Apixo;
using Filmgate.EndToEnd.Admin;

namespace Filmgate.EndToEnd.Webhooks;

/// <summary>The routes of endpoints and deliveries: shapes, refusals, and what never shows.</summary>
[Collection(nameof(PausedGateway))]
public sealed class WebhookHttpTests(PausedGateway gateway)
{
    private const string Base = "/api/v1/webhooks";
    private const string Url = "https://receiver.example.com/hook";

    [Fact]
    public async Task Real_bodies_and_answers_have_the_shapes_that_are_described()
    {
        var document = JsonElement.Parse((await gateway.SendAsync("GET", "/openapi.json")).Body);
        var checker = new SchemaChecker(document);
        var seen = new HashSet<string>();
        var key = await KeyAsync();

        await AskAsync("GET /secret");
        var endpoint = (await AskAsync("POST /endpoints", $$"""{"url":"{{Url}}","description":"the shop","events":["video.completed","endpoint.disabled"]}""")).GetProperty("endpointId").GetString()!;
        await AskAsync("GET /endpoints");
        await AskAsync("GET /endpoints/{id}", id: endpoint);
        await AskAsync("PATCH /endpoints/{id}", """{"description":"","events":["video.failed"],"url":"https://receiver.example.com/2"}""", endpoint);
        await AskAsync("POST /endpoints/{id}/rotate", """{"graceSeconds":60}""", endpoint);
        var sent = await AskAsync("POST /endpoints/{id}/test", id: endpoint);
        var delivery = sent.GetProperty("deliveryId").GetString()!;
        await AskAsync("GET /deliveries", query: $"?endpointId={endpoint}&state=pending,failed,delivered,missed,canceled&created_from=2026-01-01&limit=5");
        await AskAsync("GET /deliveries/{id}", id: delivery);
        await AskAsync("POST /deliveries/{id}/resend", id: delivery);
        await AskAsync("PATCH /endpoints/{id}", """{"enabled":false}""", endpoint);
        await AskAsync("POST /replay", $$"""{"endpointId":"{{endpoint}}","from":"2026-01-01T00:00:00Z","states":["failed","missed"]}""");
        await AskAsync("DELETE /endpoints/{id}", id: endpoint);
        var all = document.GetProperty("paths").EnumerateObject().Where(path => path.Name.StartsWith(Base, StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}"));
        Assert.Equal(all.Order(), seen.Order());

        async Task<JsonElement> AskAsync(string operation, string? body = null, string id = "", string query = "")
        {
            var (method, path) = operation.Split(' ') is [var first, var second] ? (first, Base + second) : throw new ArgumentException(operation);
            var described = document.GetProperty("paths").GetProperty(path).GetProperty(method.ToLowerInvariant());
            seen.Add($"{method.ToLowerInvariant()} {path}");
            if (body is not null)
            {
                var fault = checker.Fault(Schema(described.GetProperty("requestBody")), JsonElement.Parse(body));
                Assert.True(fault is null, $"{operation}, body: {fault}");
            }

            var answer = await gateway.SendAsync(method, path.Replace("{id}", id, StringComparison.Ordinal) + query, body, key);
            Assert.True(answer.Status == 200, $"{operation}: {answer.Body}");
            Assert.Equal("no-store", answer.CacheControl);
            var wrong = checker.Fault(Schema(described.GetProperty("responses").GetProperty("200")), JsonElement.Parse(answer.Body));
            Assert.True(wrong is null, $"{operation}: {wrong}\n{answer.Body}");
            return answer.Data;
        }
    }

    [Theory]
    [InlineData("""{}""", "url is required")]
    [InlineData("""{"url":5}""", "url must be a text")]
    [InlineData("""{"url":"http://receiver.example.com/hook"}""", "url must be an https URL of a public address")]
    [InlineData("""{"url":"https://127.0.0.1/hook"}""", "url must be an https URL of a public address")]
    [InlineData("""{"url":"https://2130706433/hook"}""", "url must be an https URL of a public address")]
    [InlineData("""{"url":"https://[::ffff:10.0.0.1]/hook"}""", "url must be an https URL of a public address")]
    [InlineData("""{"url":"https://①②⑦.⓪.⓪.①/hook"}""", "url must be an https URL of a public address")]
    [InlineData("""{"url":"https://user:pass@receiver.example.com/"}""", "url must be an https URL of a public address")]
    [InlineData("""{"url":"https://receiver.example.com:22/"}""", "url must be an https URL of a public address")]
    [InlineData("""{"url":"https://localhost/hook"}""", "url must be an https URL of a public address")]
    [InlineData("""{"url":"https://receiver.example.com/\r\nX: y"}""", "url must be a text")]
    [InlineData("""{"url":"https://receiver.example.com/","events":[]}""", "events must be a list of one or more of video.accepted")]
    [InlineData("""{"url":"https://receiver.example.com/","events":["video.completed","video.completed"]}""", "events must be a list")]
    [InlineData("""{"url":"https://receiver.example.com/","events":["test.ping"]}""", "events must be a list")]
    [InlineData("""{"url":"https://receiver.example.com/","events":"video.completed"}""", "events must be a list")]
    [InlineData("""{"url":"https://receiver.example.com/","secret":"whsec_mine"}""", "body has only the fields url, description, events")]
    [InlineData("""{"url":"https://receiver.example.com/","description":"\ud800"}""", "description must be a text")]
    public async Task A_bad_endpoint_is_refused_with_field_value_and_way_out(string body, string beginning)
    {
        var refused = await gateway.SendAsync("POST", Base + "/endpoints", body, await KeyAsync());
        Assert.True(refused.Status == 400 && refused.Message.Contains(beginning, StringComparison.Ordinal), $"{refused.Status} {refused.Message}");
    }

    [Theory]
    [InlineData("POST /replay", """{}""", "at least one of endpointId, taskId, from")]
    [InlineData("POST /replay", """{"from":"yesterday"}""", "from must be a time")]
    [InlineData("POST /replay", """{"from":1e400}""", "from must be a time")]
    [InlineData("POST /replay", """{"from":-1}""", "from must be a time")]
    [InlineData("POST /replay", """{"taskId":"t","states":["delivered"]}""", "states must be a list")]
    [InlineData("GET /deliveries?state=lost", null, "state must be one or more of pending")]
    [InlineData("GET /deliveries?limit=0", null, "limit must be a whole number")]
    [InlineData("GET /deliveries?status=failed", null, "has only the parameters endpointId, taskId, state")]
    [InlineData("GET /deliveries?state=failed&state=missed", null, "state must be given once")]
    public async Task A_bad_question_is_refused(string request, string? body, string part)
    {
        var (method, path) = request.Split(' ', 2) is [var first, var second] ? (first, second) : throw new ArgumentException(request);
        var refused = await gateway.SendAsync(method, Base + path, body, await KeyAsync());
        Assert.True(refused.Status == 400 && refused.Message.Contains(part, StringComparison.Ordinal), $"{refused.Status} {refused.Message}");
    }

    [Fact]
    public async Task A_secret_is_shown_when_it_is_made_and_never_again()
    {
        var key = await KeyAsync();
        var made = await gateway.SendAsync("POST", Base + "/endpoints", $$"""{"url":"{{Url}}"}""", key);
        var endpoint = made.Text("endpointId");
        var rotated = await gateway.SendAsync("POST", $"{Base}/endpoints/{endpoint}/rotate", null, key);
        string[] secrets = [made.Text("secret"), rotated.Text("secret")];
        Assert.Distinct(secrets);
        Assert.All(secrets, secret => Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", secret));
        foreach (var path in new[] { "/endpoints", $"/endpoints/{endpoint}", "/deliveries", "/secret" })
        {
            var body = (await gateway.SendAsync("GET", Base + path, null, key)).Body;
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, body, StringComparison.Ordinal));
        }

        Assert.All(secrets, secret => Assert.DoesNotContain(secret["whsec_".Length..], gateway.Log, StringComparison.Ordinal));
        Assert.Equal([2, 1], rotated.Data.GetProperty("secrets").EnumerateArray().Select(secret => secret.GetProperty("number").GetInt32()));
    }

    [Fact]
    public async Task What_cannot_be_done_now_says_why()
    {
        var key = await KeyAsync();
        var endpoint = (await gateway.SendAsync("POST", Base + "/endpoints", $$"""{"url":"{{Url}}"}""", key)).Text("endpointId");
        var delivery = (await gateway.SendAsync("POST", $"{Base}/endpoints/{endpoint}/test", null, key)).Text("deliveryId");
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(200, (await gateway.SendAsync("POST", $"{Base}/endpoints/{endpoint}/rotate", null, key)).Status);
        }

        Assert.Equal(409, (await gateway.SendAsync("POST", $"{Base}/endpoints/{endpoint}/rotate", null, key)).Status);
        Assert.Equal(200, (await gateway.SendAsync("PATCH", $"{Base}/endpoints/{endpoint}", """{"enabled":false}""", key)).Status);
        Assert.Equal(
            (409, "The endpoint is disabled; enable it first."), await StatusAsync($"{Base}/endpoints/{endpoint}/test"));
        Assert.Equal((409, "Its endpoint is disabled; enable that first."), await StatusAsync($"{Base}/deliveries/{delivery}/resend"));
        var shown = (await gateway.SendAsync("GET", $"{Base}/endpoints/{endpoint}", null, key)).Data;
        Assert.Equal(("disabled", "by_owner"), (shown.GetProperty("state").GetString(), shown.GetProperty("disabledReason").GetString()));
        Assert.Equal(200, (await gateway.SendAsync("DELETE", $"{Base}/endpoints/{endpoint}", null, key)).Status);
        Assert.Equal(404, (await gateway.SendAsync("DELETE", $"{Base}/endpoints/{endpoint}", null, key)).Status);
        Assert.Equal(409, (await StatusAsync($"{Base}/deliveries/{delivery}/resend")).Status);

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(200, (await gateway.SendAsync("POST", Base + "/endpoints", $$"""{"url":"{{Url}}"}""", key)).Status);
        }

        Assert.Equal(409, (await gateway.SendAsync("POST", Base + "/endpoints", $$"""{"url":"{{Url}}"}""", key)).Status);

        async Task<(int Status, string Message)> StatusAsync(string path)
        {
            var told = await gateway.SendAsync("POST", path, null, key);
            return (told.Status, told.Message);
        }
    }

    private static JsonElement Schema(JsonElement holder) => holder.GetProperty("content").GetProperty("application/json").GetProperty("schema");

    private async Task<string> KeyAsync() => (await gateway.NewKeyAsync(await gateway.NewAccountAsync(), "test")).Secret;
}
