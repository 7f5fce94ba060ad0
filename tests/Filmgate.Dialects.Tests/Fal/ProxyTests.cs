using System.Text.Json;
using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Fal;

/// <summary>The one address of the client's proxy mode, and addresses for clients that believe to be at fal.</summary>
public sealed class ProxyTests(FalGateway gateway) : IClassFixture<FalGateway>
{
    [Fact]
    public async Task A_call_goes_where_the_header_says_and_addresses_stay_there()
    {
        var submitted = await ProxyAsync("POST", $"https://queue.fal.run/{FalGateway.Words}?fal_webhook=https%3A%2F%2Fcaller.test%2Fhook", """{"prompt":"sea"}""");
        var answer = JsonElement.Parse(submitted.Body);
        var id = answer.GetProperty("request_id").GetString()!;
        Assert.Equal($"https://queue.fal.run/{FalGateway.Root}/requests/{id}", answer.GetProperty("response_url").GetString());
        Assert.Equal("https://caller.test/hook", gateway.Desk.Drafts["task_" + id].CallbackUrl);
        Assert.Equal(202, (await ProxyAsync("GET", $"https://queue.fal.run/{FalGateway.Root}/requests/{id}/status?logs=0")).Status);
        Assert.Equal(200, (await ProxyAsync("PUT", $"https://queue.fal.run/{FalGateway.Root}/requests/{id}/cancel")).Status);
        Assert.Equal(499, (await ProxyAsync("GET", $"https://queue.fal.run/{FalGateway.Root}/requests/{id}")).Status);
    }

    [Fact]
    public async Task Uploads_are_put_to_this_gateway_even_by_clients_that_believe_to_be_at_fal()
    {
        var initiated = await ProxyAsync("POST", "https://rest.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3", """{"content_type":"image/png","file_name":"a.png"}""");
        Assert.StartsWith($"{ScriptedDesk.PublicAddress}/fal/rest/storage/files/", JsonElement.Parse(initiated.Body).GetProperty("upload_url").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not an address")]
    [InlineData("http://queue.fal.run/fal-ai/kling-video")]
    [InlineData("https://queue.fal.run:444/fal-ai/kling-video")]
    [InlineData("https://user@queue.fal.run/fal-ai/kling-video")]
    [InlineData("https://queue.fal.run.evil.test/fal-ai/kling-video")]
    [InlineData("https://evil.test/queue.fal.run")]
    [InlineData("https://api.fal.ai/v1/models")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("file:///etc/passwd")]
    public async Task A_header_that_names_no_host_of_fals_is_an_invalid_request(string? target)
    {
        var answer = await ProxyAsync("POST", target, "{}", key: null);
        Assert.Equal(
            (400, """{"detail":"Invalid request: the header x-fal-target-url must name an https address of queue.fal.run, fal.run or rest.fal.ai."}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task The_proxy_asks_for_a_key_as_well()
    {
        Assert.Equal(401, (await ProxyAsync("POST", $"https://queue.fal.run/{FalGateway.Words}", """{"prompt":"sea"}""", key: null)).Status);
        Assert.Equal(404, (await ProxyAsync("POST", "https://rest.fal.ai/tokens/", "{}")).Status);
    }

    [Fact]
    public async Task A_client_that_swaps_hosts_may_say_where_it_believes_to_be()
    {
        var swapped = await gateway.CallAsync(
            "POST", $"/fal/queue/{FalGateway.Words}", """{"prompt":"sea"}""", ScriptedDesk.LiveKey, ("x-fal-target-url", $"https://queue.fal.run/{FalGateway.Words}"));
        Assert.StartsWith("https://queue.fal.run/", JsonElement.Parse(swapped.Body).GetProperty("response_url").GetString(), StringComparison.Ordinal);
        var behind = await gateway.CallAsync("POST", $"/fal/queue/{FalGateway.Words}", """{"prompt":"sea"}""", ScriptedDesk.LiveKey, ("Host", "queue.fal.run"));
        Assert.StartsWith("https://queue.fal.run/", JsonElement.Parse(behind.Body).GetProperty("response_url").GetString(), StringComparison.Ordinal);
        var foreign = await gateway.CallAsync(
            "POST", $"/fal/queue/{FalGateway.Words}", """{"prompt":"sea"}""", ScriptedDesk.LiveKey, ("x-fal-target-url", "https://evil.test/x"), ("Host", "evil.test"));
        Assert.StartsWith($"{ScriptedDesk.PublicAddress}/fal/queue/", JsonElement.Parse(foreign.Body).GetProperty("response_url").GetString(), StringComparison.Ordinal);
    }

    private Task<Transcript> ProxyAsync(string method, string? target, string? body = null, string? key = ScriptedDesk.LiveKey) =>
        gateway.CallAsync(method, "/fal/proxy", body, key, target is null ? [] : [("x-fal-target-url", target)]);
}
