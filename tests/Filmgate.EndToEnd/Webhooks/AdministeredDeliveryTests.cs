using System.Text.Json;
using Filmgate.EndToEnd.House;
using Microsoft.AspNetCore.Http;

namespace Filmgate.EndToEnd.Webhooks;

/// <summary>What an administrator sees and repeats of the deliveries of an account, by HTTP and by the command.</summary>
public sealed class AdministeredDeliveryTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private LoopbackSite _receiver = null!;
    private ServedGateway _gateway = null!;
    private TaskApi _admin = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await LoopbackSite.StartAsync();
        _gateway = await ServedGateway.StartAsync(_folder["data"], ("Filmgate__Webhooks__Waits__0", "00:00:00.1"));
        _admin = new TaskApi(_gateway.Address, ServedGateway.AdminKey);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _gateway.DisposeAsync();
        await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_administrator_sees_what_the_account_sees_and_what_is_sent_again_is_audited()
    {
        var accepts = false;
        var url = _receiver.Page("/hook", context =>
        {
            context.Response.StatusCode = accepts ? 204 : 500;
            return Task.CompletedTask;
        });
        var task = (await _gateway.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Text("@fail(CONTENT_VIOLATION)"), url))).Data.GetProperty("taskId").GetString();
        var account = (await _admin.GetAsync("admin/v1/accounts")).Data.GetProperty("accounts")[0].GetProperty("id").GetString();
        var other = (await _admin.SendAsync(HttpMethod.Post, "admin/v1/accounts", """{"name":"other"}""")).Data.GetProperty("id").GetString();
        var own = await Eventually.BecomesAsync(
            () => _gateway.Api.GetAsync($"api/v1/webhooks/deliveries?taskId={task}&state=failed"), answer => answer.Data.GetProperty("deliveries").GetArrayLength() == 1, Patience, "The failed delivery");
        var delivery = own.Data.GetProperty("deliveries")[0].GetProperty("deliveryId").GetString();

        // :: The same answers, byte for byte; and nobody else's.
        var below = $"admin/v1/accounts/{account}/webhooks";
        Assert.Equal(own.Text, (await _admin.GetAsync($"{below}/deliveries?taskId={task}&state=failed")).Text);
        Assert.Equal((await _gateway.Api.GetAsync($"api/v1/webhooks/deliveries/{delivery}")).Text, (await _admin.GetAsync($"{below}/deliveries/{delivery}")).Text);
        Assert.Equal((await _gateway.Api.GetAsync("api/v1/webhooks/deliveries?state=sent")).Text, (await _admin.GetAsync($"{below}/deliveries?state=sent")).Text);
        Assert.Equal(404, (await _admin.GetAsync($"admin/v1/accounts/{other}/webhooks/deliveries/{delivery}")).Status);
        Assert.Equal(404, (await _admin.SendAsync(HttpMethod.Post, $"admin/v1/accounts/{other}/webhooks/deliveries/{delivery}/resend")).Status);
        Assert.Equal("There is no account 'acc_nobody'; GET /admin/v1/accounts lists what there is.", (await _admin.GetAsync("admin/v1/accounts/acc_nobody/webhooks/deliveries")).Message);
        Assert.Equal(403, (await _gateway.Api.GetAsync($"{below}/deliveries")).Status);

        // :: Sent again by the command: once in vain, then all of a task.
        Assert.Equal("failed", (await RunAsync("show", delivery!, "--account", account!, "--json")).GetProperty("state").GetString());
        Assert.Equal(delivery, (await RunAsync("list", "--account", account!, "--state", "failed", "--json")).GetProperty("deliveries")[0].GetProperty("deliveryId").GetString());
        await RunAsync("resend", delivery!, "--account", account!, "--json");
        await Eventually.BecomesAsync(
            () => _admin.GetAsync($"{below}/deliveries/{delivery}"), answer => answer.Data.GetProperty("attempts").GetInt32() == 3 && State(answer) == "failed", Patience, "The third attempt");
        accepts = true;
        Assert.Equal(0, (await RunAsync("resend", "--task", task!, "--account", other!, "--json")).GetProperty("deliveries").GetInt32());
        Assert.Equal(1, (await RunAsync("resend", "--task", task!, "--account", account!, "--json")).GetProperty("deliveries").GetInt32());
        var shown = await Eventually.BecomesAsync(() => _admin.GetAsync($"{below}/deliveries/{delivery}"), answer => State(answer) == "delivered", Patience, "The replay");
        Assert.Equal(
            ["event", "event", "resend", "replay"], shown.Data.GetProperty("attemptLog").EnumerateArray().Select(attempt => attempt.GetProperty("cause").GetString()));
        Assert.Single(_receiver.PostsTo("/hook").Select(post => post.WebhookId).Distinct());

        // :: What was done stands in the audit log, and what was refused or done by the owner does not.
        Assert.Equal(200, (await _gateway.Api.SendAsync(HttpMethod.Post, $"api/v1/webhooks/deliveries/{delivery}/resend")).Status);
        var audit = (await _admin.GetAsync("admin/v1/audit")).Data.GetProperty("entries").EnumerateArray()
            .Select(entry => (Action: entry.GetProperty("action").GetString()!, Subject: entry.GetProperty("subject").GetString(), Details: entry.GetProperty("details").GetRawText()))
            .Where(entry => entry.Action.StartsWith("delivery.", StringComparison.Ordinal));
        Assert.Equal(
            [
                ("delivery.replay", account, $$"""{"endpoint":null,"task":"{{task}}","from":null,"before":null,"deliveries":1}"""),
                ("delivery.resend", delivery, $$"""{"account":"{{account}}"}"""),
            ],
            audit);
    }

    private static string? State(ApiAnswer answer) => answer.Data.GetProperty("state").GetString();

    private async Task<JsonElement> RunAsync(params string[] arguments)
    {
        var (code, written, error) = await FilmgateProcess.RunAsync(
            _folder.Path,
            new Dictionary<string, string>
            {
                ["FILMGATE_URLS"] = _gateway.Address.GetLeftPart(UriPartial.Authority), ["FILMGATE_API_KEY"] = ServedGateway.Key, ["FILMGATE_ADMIN_KEY"] = ServedGateway.AdminKey,
            },
            Patience, ["webhooks", .. arguments]);
        Assert.True(code == 0, error);
        return JsonElement.Parse(written);
    }
}
