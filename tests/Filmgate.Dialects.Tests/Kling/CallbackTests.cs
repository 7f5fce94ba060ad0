using System.Text;
using Filmgate.Dialects.Kling;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Kling;

/// <summary>How callbacks are worded for each event, and signed.</summary>
public sealed class CallbackTests(TestGateway gateway)
{
    [Fact]
    public void A_callback_is_signed_as_the_documented_vector_says()
    {
        var format = new CallbackFormat(new OneSecret("0123456789abcdef0123456789abcdef"u8.ToArray()));
        var headers = format.Headers(new OutgoingCallback(
            new DeliveryId("msg-1"), ScriptedDeskKey, """{"task_id":"901","task_status":"succeed"}"""u8.ToArray(), DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_900)));
        Assert.Equal(
            [
                "Content-Type: application/json; charset=utf-8", "webhook-id: msg-1", "webhook-timestamp: 1700000000",
                "webhook-signature: v1,5Ju2thOKyxSY4QnRcAWueGm9eBYi1eFO5uJwUCxLK8M=",
            ],
            headers.Select(header => $"{header.Key}: {header.Value}"));
    }

    [Theory]
    [InlineData(TaskEvents.Accepted, TaskState.Pending, "submitted")]
    [InlineData(TaskEvents.Started, TaskState.Processing, "processing")]
    [InlineData(TaskEvents.Completed, TaskState.Failed, "failed")]
    public void Every_change_has_a_callback_that_says_where_the_task_stands(TaskEvents happened, TaskState state, string status)
    {
        var task = KlingSurface.Task("000000000000000000000000000000000009") with { State = state };
        var body = Encoding.UTF8.GetString(new CallbackFormat(gateway.Desk).Render(happened, new TaskDetails(task, null, null)).Span);
        Assert.StartsWith($$"""{"task_id":"9","task_status":"{{status}}",""", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"code\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public void The_format_is_found_by_the_dialect_of_its_tasks() => Assert.Equal("kling", new CallbackFormat(gateway.Desk).Dialect);

    private static TaskKey ScriptedDeskKey => new(ScriptedDesk.Owner.Account, new TaskId("task_1"));

    private sealed class OneSecret(byte[] secret) : ICallbackSecrets
    {
        public ReadOnlyMemory<byte> SigningSeed => default;

        public ReadOnlyMemory<byte> Of(AccountId account) => secret;
    }
}
