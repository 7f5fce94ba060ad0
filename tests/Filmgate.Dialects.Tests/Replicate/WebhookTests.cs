using System.Text;
using Filmgate.Dialects.Replicate;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Replicate;

/// <summary>The webhook: body, headers, signature, and the secret by which it is checked.</summary>
public sealed class WebhookTests(OwnGateway gateway) : IClassFixture<OwnGateway>
{
    [Fact]
    public void A_signature_is_that_of_the_published_example_of_standard_webhooks()
    {
        var format = new CallbackFormat(new Fixed(), new Fixed());
        var callback = new OutgoingCallback(
            new DeliveryId("msg_p5jXN8AQM9LWM0D4loKWxJek"), new TaskKey(new AccountId("acc_1"), new TaskId("task_1")),
            Encoding.UTF8.GetBytes("""{"test": 2432232314}"""), DateTimeOffset.FromUnixTimeSeconds(1_614_265_330));
        Assert.Equal(
            [
                new("Content-Type", "application/json"),
                new("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                new("webhook-timestamp", "1614265330"),
                new("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            ],
            format.Headers(callback));
        Assert.Equal("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", CallbackFormat.SecretText(new Fixed(), new AccountId("acc_1")));
    }

    [Fact]
    public async Task The_body_is_the_prediction_as_a_read_shows_it()
    {
        var format = new CallbackFormat(gateway.Desk, gateway.Desk);
        Assert.Equal("replicate", format.Dialect);
        var id = await gateway.CreateAsync("""{"input":{"prompt":"p","start_image":"https://a.test/1"},"webhook":"https://caller.test/"}""");
        var started = gateway.Desk.Advance(new TaskId("task_" + id), task => task with { State = TaskState.Processing });
        Assert.Equal(await ReadAsync(id), Encoding.UTF8.GetString(format.Render(TaskEvents.Started, started).Span));
        var done = gateway.Desk.Advance(new TaskId("task_" + id), task => task with { State = TaskState.Success, CompletedAt = task.CreatedAt, DueAt = null }, "https://gate.test/c.mp4");
        var body = Encoding.UTF8.GetString(format.Render(TaskEvents.Completed, done).Span);
        Assert.Equal(await ReadAsync(id), body);
        Assert.Contains("\"status\":\"succeeded\"", body, StringComparison.Ordinal);
        Assert.Contains("\"webhook\":\"https://caller.test/\",\"urls\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_secret_is_the_accounts_own_in_standard_base_64()
    {
        var mine = await gateway.SendAsync("GET", OwnGateway.Base + "/webhooks/default/secret");
        Assert.Equal(200, mine.Status);
        Assert.Equal($$"""{"key":"whsec_{{Convert.ToBase64String(gateway.Desk.Of(ScriptedDesk.Owner.Account).Span)}}"}""", mine.Body);
        Assert.NotEqual(mine.Body, (await gateway.SendAsync("GET", OwnGateway.Base + "/webhooks/default/secret", key: ScriptedDesk.OtherKey)).Body);
    }

    private async Task<string> ReadAsync(string id) => (await gateway.SendAsync("GET", $"{OwnGateway.Base}/predictions/{id}")).Body;

    private sealed class Fixed : ICallbackSecrets, IPublicAddress
    {
        public string Value => ScriptedDesk.PublicAddress;

        public ReadOnlyMemory<byte> SigningSeed => default;

        public ReadOnlyMemory<byte> Of(AccountId account) => Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }
}
