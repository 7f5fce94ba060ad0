using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Kie;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Tasks;
using static Filmgate.Dialects.Tests.Kie.KieSurface;

namespace Filmgate.Dialects.Tests.Kie;

/// <summary>The callback at the end of a task: body and signature.</summary>
public sealed class CallbackTests(TestGateway gateway)
{
    [Fact]
    public void A_success_is_code_200_around_the_record()
    {
        var body = Body(Done("task_1", new Usd(125_000)));
        Assert.StartsWith(
            """{"code":200,"msg":"Playground task completed successfully.","data":{"taskId":"task_1","task_id":"task_1","model":"kling/v2-1-standard","state":"success","param":""",
            body,
            StringComparison.Ordinal);
        Assert.EndsWith(""","completeTime":1760000071900,"costTime":71,"creditsConsumed":25}}""", body, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_is_code_501_around_the_record()
    {
        var body = Body(Failed("task_1", FailureCode.ContentViolation, "It shows too much."));
        Assert.StartsWith(
            """{"code":501,"msg":"Playground task failed.","data":{"taskId":"task_1","task_id":"task_1","model":"kling/v2-1-standard","state":"fail","param":""",
            body,
            StringComparison.Ordinal);
        Assert.Contains(""","failCode":"400","failMsg":"It shows too much.",""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_data_is_what_a_read_shows()
    {
        var done = Done("task_kie-called-back", new Usd(125_000));
        gateway.Desk.Put(done);
        var read = JsonElement.Parse((await gateway.SendAsync("GET", Record("task_kie-called-back"))).Body).GetProperty("data").GetRawText();
        Assert.Equal(
            read.Replace("\"model\"", "\"task_id\":\"task_kie-called-back\",\"model\"", StringComparison.Ordinal), JsonElement.Parse(Body(done)).GetProperty("data").GetRawText());
    }

    // Secret 00 01 02 … 1f, of which the text in hex is the key; signed by openssl: printf task_1.1700000000 | openssl dgst -sha256 -hmac 0001… -binary | base64
    // The other one: printf 'msg-1.1700000000.{}' | openssl dgst -sha256 -mac hmac -macopt hexkey:0001… -binary | base64
    [Fact]
    public void The_signature_is_the_one_that_another_implementation_makes()
    {
        var format = new CallbackFormat(new OneSecret([.. Enumerable.Range(0, 32).Select(number => (byte)number)]));
        var headers = format.Headers(new OutgoingCallback(
            new DeliveryId("msg-1"), new TaskKey(ScriptedDesk.Owner.Account, new TaskId("task_1")), "{}"u8.ToArray(), DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_900)));
        Assert.Equal(
            [
                "Content-Type: application/json", "webhook-id: msg-1", "webhook-timestamp: 1700000000", "webhook-signature: v1,zMpxuVkpu2iACBHDKid0S22IolTUiidrM2MkNDSCFi8=",
                "X-Webhook-Timestamp: 1700000000", "X-Webhook-Signature: LLFpivqUmDjC9f+xaJf2p0I3tIDtK4AeJviwWSd8Jh4=",
            ],
            headers.Select(header => $"{header.Key}: {header.Value}"));
    }

    [Fact]
    public async Task An_account_reads_its_own_secret_as_text()
    {
        var answer = await gateway.SendAsync("GET", "/kie/api/v1/webhook/secret");
        var secret = Convert.ToHexStringLower(gateway.Desk.Of(ScriptedDesk.Owner.Account).Span);
        Assert.Equal((200, $$"""{"code":200,"msg":"success","data":"{{secret}}"}"""), (answer.Status, answer.Body));
        var other = await gateway.SendAsync("GET", "/kie/api/v1/webhook/secret", key: ScriptedDesk.OtherKey);
        Assert.DoesNotContain(secret, other.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void The_format_is_found_by_the_dialect_of_its_tasks() => Assert.Equal("kie", new CallbackFormat(gateway.Desk).Dialect);

    private string Body(TaskDetails task) => Encoding.UTF8.GetString(new CallbackFormat(gateway.Desk).Render(TaskEvents.Completed, task).Span);

    private sealed class OneSecret(byte[] secret) : ICallbackSecrets
    {
        public ReadOnlyMemory<byte> SigningSeed => default;

        public ReadOnlyMemory<byte> Of(AccountId account) => secret;
    }
}
