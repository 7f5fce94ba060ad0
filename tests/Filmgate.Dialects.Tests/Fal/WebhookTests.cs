using System.Text;
using Filmgate.Dialects.Fal;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Fal;

/// <summary>Webhooks: body and signature.</summary>
public sealed class WebhookTests(FalGateway gateway) : IClassFixture<FalGateway>
{
    private readonly CallbackFormat format = new(new WebhookKey(gateway.Desk));

    [Fact]
    public async Task The_body_of_a_success_holds_the_result()
    {
        var id = await gateway.SubmitAsync();
        gateway.Start(id);
        Assert.Equal(
            $$$$"""{"request_id":"{{{{id}}}}","gateway_request_id":"{{{{id}}}}","status":"OK","payload":{"video":{"url":"https://gate.test/artifacts/clip_1.mp4?expires=1&signature=s","content_type":"video/mp4","file_name":"clip_1.mp4","file_size":12345}}}""",
            Encoding.UTF8.GetString(format.Render(TaskEvents.Completed, gateway.Finish(id)).Span));
    }

    [Fact]
    public async Task The_body_of_a_failure_holds_the_status_and_the_body_of_the_result()
    {
        var id = await gateway.SubmitAsync();
        Assert.Equal(
            $$$"""{"request_id":"{{{id}}}","gateway_request_id":"{{{id}}}","status":"ERROR","error":"Invalid status code: 422","payload":{"detail":[{"loc":["body","image_url"],"msg":"No picture there.","type":"file_download_error","url":"https://docs.fal.ai/errors#file_download_error"}]}}""",
            Encoding.UTF8.GetString(format.Render(TaskEvents.Completed, gateway.Fail(id, FailureCode.ImageDownloadFailed, "No picture there.")).Span));
    }

    [Fact]
    public void The_signature_is_the_one_that_another_implementation_makes()
    {
        // Key 01 02 … 20 (hex), body and message as below, signed by Node's crypto.
        const string Id = "0000000000000000000000000000000000ab";
        var callback = new OutgoingCallback(
            new DeliveryId("evt_1"), new TaskKey(new AccountId("acc_1"), new TaskId("task_" + Id)),
            Encoding.UTF8.GetBytes($$"""{"request_id":"{{Id}}"}"""), DateTimeOffset.FromUnixTimeSeconds(1_760_000_000));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["Content-Type"] = "application/json",
                ["X-Fal-Webhook-Request-Id"] = Id,
                ["X-Fal-Webhook-User-Id"] = "acc_1",
                ["X-Fal-Webhook-Timestamp"] = "1760000000",
                ["X-Fal-Webhook-Signature"] = "ede65b366db6a42c5c8c03fac9b46c111fb22776f895c60528c36904239ff4454b9c7fb4ae5faa6e79157ad264f8a0dc6155c6d39a7f8b626adc77f19da49002",
            },
            format.Headers(callback).ToDictionary());
    }

    [Theory]
    [InlineData("/fal/.well-known/jwks.json")]
    [InlineData("/fal/rest/.well-known/jwks.json")]
    public async Task The_public_key_is_there_for_everybody(string address)
    {
        var answer = await gateway.CallAsync("GET", address, key: null);
        Assert.Equal((200, """{"keys":[{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","x":"ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ"}]}"""), (answer.Status, answer.Body));
        Assert.Equal("public, max-age=3600", answer.Header("Cache-Control"));
    }
}
