using System.Text.Json;
using Filmgate.Dialects.Tests.Apixo;

namespace Filmgate.EndToEnd.Admin;

/// <summary>Bodies and answers of the admin API have the shapes that its document gives them.</summary>
[Collection(nameof(ChargeGateway))]
public sealed class AdminDocumentTests(ChargeGateway gateway)
{
    private static readonly string[] Methods = ["get", "post", "patch"];

    [Fact]
    public async Task Every_operation_names_the_refusals_of_the_door_and_those_that_it_gives()
    {
        var paths = (await DocumentAsync()).GetProperty("paths");
        foreach (var path in paths.EnumerateObject())
        {
            foreach (var method in path.Value.EnumerateObject())
            {
                Assert.Contains(method.Name, Methods);
                var needsKey = method.Value.GetProperty("security").GetArrayLength() > 0;
                var address = path.Name.Replace("{id}", "nobody", StringComparison.Ordinal).Replace("{delivery}", "nothing", StringComparison.Ordinal);
                var anonymous = await gateway.SendAsync(method.Name.ToUpperInvariant(), address);
                Assert.Equal(needsKey ? 401 : 200, anonymous.Status);
                var responses = method.Value.GetProperty("responses");
                foreach (var status in needsKey ? new[] { "401", "403", "429", "500", "503" } : [])
                {
                    Assert.True(responses.TryGetProperty(status, out _), $"{method.Name} {path.Name} does not name {status}");
                }

                // Nobody, an unknown parameter, an unknown field: whatever is answered must be among what is named.
                foreach (var (query, body) in needsKey ? new[] { ("", "{}"), ("?nonsense=1", null), ("", """{"nonsense":1}""") } : [])
                {
                    var answer = await gateway.SendAsync(method.Name.ToUpperInvariant(), address + query, method.Name == "get" ? null : body ?? "{}", AdminGateway.AdminKey);
                    Assert.True(responses.TryGetProperty(answer.Status.ToString(), out _), $"{method.Name} {path.Name}{query} answers {answer.Status}: {answer.Body}");
                }
            }
        }
    }

    [Fact]
    public async Task Real_bodies_and_answers_have_the_shapes_that_are_described()
    {
        var document = await DocumentAsync();
        var checker = new SchemaChecker(document);
        var seen = new HashSet<string>();
        var account = await AskAsync("POST /accounts", """{"name":"a","limits":{"tasks_in_flight":3},"budget":{"total":50,"per_day":null},"routing":{"allowed_providers":null,"queue_weight":3}}""");
        var id = account.GetProperty("id").GetString()!;
        await AskAsync("GET /accounts");
        await AskAsync("GET /accounts/{id}", id: id);
        await AskAsync("PATCH /accounts/{id}", """{"name":"b","budget":{"per_month":20.5},"routing":{"allowed_providers":["animatic"],"price_ceiling":1.4,"failover_on_policy":true}}""", id);
        var issued = await AskAsync("POST /accounts/{id}/keys", """{"name":"k","kind":"live","allowed_networks":["127.0.0.0/8"],"expires_at":"2099-01-01T00:00:00Z"}""", id);
        var secret = issued.GetProperty("secret").GetString()!;
        var endpoint = (await gateway.SendAsync("POST", "/api/v1/webhooks/endpoints", """{"url":"https://receiver.example.invalid/hook","events":["video.accepted"]}""", secret)).Text("endpointId");
        Assert.True((await gateway.CreateAsync(secret)).IsAccepted);
        var delivery = (await AskAsync("GET /accounts/{id}/webhooks/deliveries", id: id, query: $"?endpointId={endpoint}&limit=1")).GetProperty("deliveries")[0].GetProperty("deliveryId").GetString()!;
        await AskAsync("GET /accounts/{id}/webhooks/deliveries/{delivery}", id: id, delivery: delivery);
        await AskAsync("POST /accounts/{id}/webhooks/deliveries/{delivery}/resend", id: id, delivery: delivery);
        await AskAsync("POST /accounts/{id}/webhooks/replay", $$"""{"endpointId":"{{endpoint}}","states":["failed"]}""", id);
        var key = issued.GetProperty("id").GetString()!;
        await AskAsync("GET /accounts/{id}/keys", id: id);
        await AskAsync("GET /accounts/{id}/ledger", id: id, query: "?limit=1");
        await AskAsync("GET /keys", query: "?kind=admin");
        await AskAsync("GET /keys/{id}", id: key);
        await AskAsync("POST /keys/{id}/rotate", """{"overlap_seconds":60}""", key);
        await AskAsync("POST /keys/{id}/revoke", id: key);
        var admin = await AskAsync("POST /keys", """{"name":"k","kind":"admin"}""");
        await AskAsync("POST /keys/{id}/revoke", id: admin.GetProperty("id").GetString()!);
        await AskAsync("GET /spend");
        await AskAsync("GET /audit", query: "?limit=3");
        await AskAsync("GET /attempts", query: "?unconfirmed");
        await AskAsync("POST /attempts/{id}/resolve", """{"as":"billed","amount":1.5}""", gateway.Take("kling").Id);
        await AskAsync("POST /attempts/resolve", """{"as":"unbilled","provider":"documented","before":"2099-01-01T00:00:00Z"}""");
        await AskAsync("GET /doctor");
        var all = document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name} {path.Name}"));
        Assert.Equal(all.Where(operation => !operation.EndsWith("openapi.json", StringComparison.Ordinal)).Order(), seen.Order());

        // A refusal has the one shape.
        var refused = await gateway.AdminAsync("POST accounts", "{}");
        Assert.Null(checker.Fault(document.GetProperty("components").GetProperty("schemas").GetProperty("Failure"), JsonElement.Parse(refused.Body)));

        async Task<JsonElement> AskAsync(string operation, string? body = null, string id = "", string query = "", string delivery = "")
        {
            var (method, path) = operation.Split(' ') is [var first, var second] ? (first, second) : throw new ArgumentException(operation);
            var described = document.GetProperty("paths").GetProperty("/admin/v1" + path).GetProperty(method.ToLowerInvariant());
            seen.Add($"{method.ToLowerInvariant()} /admin/v1{path}");
            if (body is not null)
            {
                var fault = checker.Fault(Schema(described.GetProperty("requestBody")), JsonElement.Parse(body));
                Assert.True(fault is null, $"{operation}, body: {fault}");
            }

            var answer = await gateway.AdminAsync($"{method} {path[1..].Replace("{id}", id, StringComparison.Ordinal).Replace("{delivery}", delivery, StringComparison.Ordinal)}{query}", body);
            Assert.True(answer.Status == 200, $"{operation}: {answer.Body}");
            var wrong = checker.Fault(Schema(described.GetProperty("responses").GetProperty("200")), JsonElement.Parse(answer.Body));
            Assert.True(wrong is null, $"{operation}: {wrong}\n{answer.Body}");
            return answer.Data;
        }
    }

    private static JsonElement Schema(JsonElement holder) => holder.GetProperty("content").GetProperty("application/json").GetProperty("schema");

    private async Task<JsonElement> DocumentAsync() => JsonElement.Parse((await gateway.SendAsync("GET", "/admin/v1/openapi.json")).Body);
}
