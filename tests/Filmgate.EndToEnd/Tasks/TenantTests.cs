using System.Text.Json;
using Filmgate.EndToEnd.Admin;

namespace Filmgate.EndToEnd.Tasks;

/// <summary>
/// Row J9 of the reliability reference: another account's key on every operation that takes an id. The operations come from the documents,
/// so a new one without a row here fails.
/// </summary>
[Collection(nameof(PausedGateway))]
public sealed class TenantTests(PausedGateway gateway)
{
    private const string Nothing = "task_00000000000000000000000000000000000";

    // Each operation with an id, as it is asked; "ID" is the task's, "EP" an endpoint's and "EVT" a delivery's.
    private static readonly Dictionary<string, string> Rows = new()
    {
        ["get /api/v1/statusTask/kling-2-1"] = "GET /api/v1/statusTask/kling-2-1?taskId=ID",
        ["get /api/v1/tasks/{id}"] = "GET /api/v1/tasks/ID",
        ["get /api/v1/tasks/{id}/events"] = "GET /api/v1/tasks/ID/events",
        ["post /api/v1/tasks/{id}/cancel"] = "POST /api/v1/tasks/ID/cancel",
        ["get /api/v1/webhooks/endpoints/{id}"] = "GET /api/v1/webhooks/endpoints/EP",
        ["patch /api/v1/webhooks/endpoints/{id}"] = "PATCH /api/v1/webhooks/endpoints/EP",
        ["delete /api/v1/webhooks/endpoints/{id}"] = "DELETE /api/v1/webhooks/endpoints/EP",
        ["post /api/v1/webhooks/endpoints/{id}/rotate"] = "POST /api/v1/webhooks/endpoints/EP/rotate",
        ["post /api/v1/webhooks/endpoints/{id}/test"] = "POST /api/v1/webhooks/endpoints/EP/test",
        ["get /api/v1/webhooks/deliveries/{id}"] = "GET /api/v1/webhooks/deliveries/EVT",
        ["post /api/v1/webhooks/deliveries/{id}/resend"] = "POST /api/v1/webhooks/deliveries/EVT/resend",
    };

    [Fact]
    public async Task A_task_of_another_account_is_not_there()
    {
        var (_, mine) = await gateway.NewKeyAsync(await gateway.NewAccountAsync(), "test");
        var (_, theirs) = await gateway.NewKeyAsync(await gateway.NewAccountAsync(), "test");
        var task = (await gateway.CreateAsync(mine)).Text("taskId");
        var endpoint = (await gateway.SendAsync("POST", "/api/v1/webhooks/endpoints", """{"url":"https://receiver.example.com/hook"}""", mine)).Text("endpointId");
        var delivery = (await gateway.SendAsync("POST", $"/api/v1/webhooks/endpoints/{endpoint}/test", null, mine)).Text("deliveryId");
        var document = JsonElement.Parse((await gateway.SendAsync("GET", "/openapi.json")).Body);
        var withId = from path in document.GetProperty("paths").EnumerateObject()
                     from method in path.Value.EnumerateObject()
                     where method.Value.TryGetProperty("parameters", out var parameters)
                         && parameters.EnumerateArray().Any(parameter => parameter.GetProperty("required").GetBoolean())
                     select $"{method.Name} {path.Name}";
        Assert.Equal(withId.Order(), Rows.Keys.Order());

        foreach (var row in Rows.Values)
        {
            var stranger = await AskAsync(row, task, theirs, endpoint, delivery);
            Assert.Equal((404, (await AskAsync(row, Nothing, theirs)).Body), (stranger.Status, stranger.Body));
        }

        foreach (var path in new[] { "endpoints", "deliveries" })
        {
            Assert.DoesNotContain(endpoint, (await gateway.SendAsync("GET", $"/api/v1/webhooks/{path}", null, theirs)).Body, StringComparison.Ordinal);
            Assert.Contains(endpoint, (await gateway.SendAsync("GET", $"/api/v1/webhooks/{path}", null, mine)).Body, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(task, (await gateway.SendAsync("GET", "/api/v1/tasks?limit=100", null, theirs)).Body, StringComparison.Ordinal);
        Assert.Contains(task, (await gateway.SendAsync("GET", "/api/v1/tasks?limit=100", null, mine)).Body, StringComparison.Ordinal);
        Assert.Equal("pending", (await AskAsync(Rows.Values.First(), task, mine)).Text("state"));
    }

    [Fact]
    public async Task No_key_of_an_account_reaches_an_operation_of_administrators()
    {
        var account = await gateway.NewAccountAsync();
        var (_, mine) = await gateway.NewKeyAsync(account);
        var document = JsonElement.Parse((await gateway.SendAsync("GET", "/admin/v1/openapi.json")).Body);
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var method in path.Value.EnumerateObject().Where(method => method.Value.GetProperty("security").GetArrayLength() > 0))
            {
                var answer = await gateway.SendAsync(
                    method.Name.ToUpperInvariant(), path.Name.Replace("{id}", account, StringComparison.Ordinal), method.Name == "get" ? null : "{}", mine);
                Assert.Equal((path.Name, 403), (path.Name, answer.Status));
                Assert.DoesNotContain(account, answer.Body, StringComparison.Ordinal);
            }
        }
    }

    private Task<Told> AskAsync(string row, string id, string key, string endpoint = "ep_nothing", string delivery = "evt_nothing")
    {
        var parts = row.Replace("ID", id, StringComparison.Ordinal).Replace("EP", endpoint, StringComparison.Ordinal)
            .Replace("EVT", delivery, StringComparison.Ordinal).Split(' ');
        return gateway.SendAsync(parts[0], parts[1], parts[0] switch { "POST" => "{}", "PATCH" => """{"enabled":true}""", _ => null }, key);
    }
}
