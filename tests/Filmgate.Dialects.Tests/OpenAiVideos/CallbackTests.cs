using System.Text;
using Filmgate.Dialects.OpenAiVideos;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.OpenAiVideos;

public sealed class CallbackTests(TestGateway gateway)
{
    [Fact]
    public async Task An_event_is_thin_and_names_the_video()
    {
        var format = new CallbackFormat(gateway.Desk);
        Assert.Equal("openai-videos", format.Dialect);
        var (id, _) = await gateway.CreateAsync("""{"model":"kling-2.1-master","prompt":"a cat","callback_url":"https://hooks.e.test/x"}""");
        var done = gateway.Desk.Advance(VideosApi.TaskOf(id), task => VideosApi.Done(task, VideosApi.Clip("clip_event")));
        Assert.Equal(
            $$$"""{"id":"evt_{{{id["video_".Length..]}}}","object":"event","type":"video.completed","created_at":1760000071,"data":{"id":"{{{id}}}"}}""",
            Encoding.UTF8.GetString(format.Render(TaskEvents.Completed, done).Span));
        var failed = gateway.Desk.Advance(VideosApi.TaskOf(id), task => VideosApi.FailedWith(task with { Clip = null }, FailureCode.Canceled, "Why."));
        Assert.Equal(
            $$$"""{"id":"evt_{{{id["video_".Length..]}}}","object":"event","type":"video.failed","created_at":1760000009,"data":{"id":"{{{id}}}"}}""",
            Encoding.UTF8.GetString(format.Render(TaskEvents.Completed, failed).Span));
    }

    [Fact]
    public void An_attempt_is_signed_as_the_vector_of_Standard_Webhooks_says()
    {
        // The vector of the specification's own test suite: secret, id, time and body as published.
        var secrets = new FixedSecret(Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        var callback = new OutgoingCallback(
            new DeliveryId("msg_p5jXN8AQM9LWM0D4loKWxJek"),
            new TaskKey(new AccountId("acc_1"), new TaskId("task_1")),
            "{\"test\": 2432232314}"u8.ToArray(),
            DateTimeOffset.FromUnixTimeSeconds(1_614_265_330));
        Assert.Equal(
            [
                new("Content-Type", "application/json"), new("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"), new("webhook-timestamp", "1614265330"),
                new("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            ],
            new CallbackFormat(secrets).Headers(callback));
    }

    [Fact]
    public async Task An_account_reads_its_own_secret_and_nobody_elses()
    {
        foreach (var (key, account) in new[] { (ScriptedDesk.LiveKey, "acc_1"), (ScriptedDesk.OtherKey, "acc_2") })
        {
            var answer = await gateway.SendAsync("GET", "/v1/webhook_secret", key: key);
            var secret = Convert.ToBase64String(gateway.Desk.Of(new AccountId(account)).Span);
            Assert.Equal((200, $$"""{"object":"webhook_secret","secret":"whsec_{{secret}}"}""", "no-store"), (answer.Status, answer.Body, answer.Header("Cache-Control")));
        }

        Assert.Equal(401, (await gateway.SendAsync("GET", "/v1/webhook_secret", key: null)).Status);
    }

    private sealed class FixedSecret(byte[] secret) : ICallbackSecrets
    {
        public ReadOnlyMemory<byte> SigningSeed => throw new NotSupportedException();

        public ReadOnlyMemory<byte> Of(AccountId account) => secret;
    }
}
