using System.Net.Sockets;
using System.Text;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Fal;

/// <summary>Failures and refusals in fal's two forms, with the headers that its clients read.</summary>
public sealed class ErrorTests(FalGateway gateway) : IClassFixture<FalGateway>
{
    [Theory]
    [InlineData(FailureCode.ContentViolation, 422, "content_policy_violation", null, false)]
    [InlineData(FailureCode.NsfwDetected, 422, "content_policy_violation", null, false)]
    [InlineData(FailureCode.PromptTooLong, 422, "string_too_long", "prompt", false)]
    [InlineData(FailureCode.InvalidPrompt, 422, "value_error", "prompt", false)]
    [InlineData(FailureCode.InvalidImageUrl, 422, "file_download_error", "image_url", false)]
    [InlineData(FailureCode.ImageDownloadFailed, 422, "file_download_error", "image_url", false)]
    [InlineData(FailureCode.ImageTooLarge, 422, "image_too_large", "image_url", false)]
    [InlineData(FailureCode.UnsupportedFormat, 422, "unsupported_image_format", "image_url", false)]
    [InlineData(FailureCode.ProcessingTimeout, 504, "generation_timeout", null, true)]
    [InlineData(FailureCode.ModelUnavailable, 500, "downstream_service_unavailable", null, true)]
    [InlineData(FailureCode.GenerationFailed, 400, "downstream_service_error", null, false)]
    public async Task A_failed_request_is_completed_with_an_error_and_its_result_is_that_error(FailureCode code, int status, string type, string? field, bool retry)
    {
        var id = await gateway.SubmitAsync();
        gateway.Fail(id, code, "It \"failed\".");
        var shown = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/{id}/status");
        Assert.Equal(200, shown.Status);
        Assert.EndsWith($$""","error":"It \"failed\".","error_type":"{{type}}"}""", shown.Body, StringComparison.Ordinal);

        var result = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/{id}");
        var loc = field is null ? "[\"body\"]" : $"[\"body\",\"{field}\"]";
        Assert.Equal(
            (status, $$"""{"detail":[{"loc":{{loc}},"msg":"It \"failed\".","type":"{{type}}","url":"https://docs.fal.ai/errors#{{type}}"}]}"""), (result.Status, result.Body));
        Assert.Equal((id, type), (result.Header("x-fal-request-id"), result.Header("X-Fal-Error-Type")));
        Assert.Equal(retry ? ("true", "1") : ("false", "0"), (result.Header("X-Fal-Retryable"), result.Header("X-Fal-Needs-Retry")));
    }

    [Fact]
    public async Task An_account_without_money_is_locked_as_fal_says_it()
    {
        var id = await gateway.SubmitAsync();
        gateway.Fail(id, FailureCode.InsufficientCredits, "The account has no money left.");
        var result = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/{id}");
        Assert.Equal((403, """{"detail":"User is locked. Reason: The account has no money left."}"""), (result.Status, result.Body));
        Assert.Null(result.Header("X-Fal-Error-Type"));
    }

    [Theory]
    [InlineData("@unavailable", 503, """{"detail":"The store does not answer.","error_type":"runner_scheduling_failure"}""", "true", "3")]
    [InlineData("@full", 429, """{"detail":[{"loc":["body"],"msg":"The account has its 3 tasks in flight.","type":"concurrent_requests_limit","url":"https://docs.fal.ai/errors#concurrent_requests_limit"}]}""", "true", "5")]
    [InlineData("@over", 403, """{"detail":"User is locked. Reason: The task would cost 1.40 USD and the account may still spend 0.25 USD; nothing was created. Raise its budget, or choose a cheaper mode or duration."}""", "false", null)]
    [InlineData("@broke", 403, """{"detail":"User is locked. Reason: body is refused: INSUFFICIENT_CREDITS"}""", "false", null)]
    [InlineData("@policy", 422, """{"detail":[{"loc":["body"],"msg":"body is refused: INSUFFICIENT_CREDITS","type":"value_error","url":"https://docs.fal.ai/errors#value_error"},{"loc":["body"],"msg":"body is refused: NSFW_DETECTED","type":"content_policy_violation","url":"https://docs.fal.ai/errors#content_policy_violation"}]}""", "false", null)]
    public async Task What_the_house_refuses_has_fals_status_and_form(string prompt, int status, string body, string retryable, string? wait)
    {
        var answer = await gateway.CallAsync("POST", $"/fal/queue/{FalGateway.Words}", $$"""{"prompt":"{{prompt}}"}""");
        Assert.Equal((status, body), (answer.Status, answer.Body));
        Assert.Equal((retryable, wait), (answer.Header("X-Fal-Retryable"), answer.Header("Retry-After")));
    }

    [Fact]
    public async Task A_fault_of_ours_shows_a_trace_id_and_nothing_else()
    {
        var answer = await gateway.CallAsync("POST", $"/fal/queue/{FalGateway.Words}", """{"prompt":"@bug"}""");
        Assert.Equal(500, answer.Status);
        Assert.Equal("internal_error", answer.Header("X-Fal-Error-Type"));
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
        Assert.Matches("""^\{"detail":"Something went wrong on our side\. Trace id: [^"]+","error_type":"internal_error"\}$""", answer.Body);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Key fg_live_wrong")]
    [InlineData("Key ")]
    [InlineData("Key key_1:wrong")]
    [InlineData("Key nobody:secret")]
    [InlineData("Key :")]
    [InlineData("Bearer " + ScriptedDesk.LiveKey)]
    public async Task Nobody_comes_in_without_a_key_in_fals_header(string? header)
    {
        var answer = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/x", key: null, headers: header is null ? [] : [("Authorization", header)]);
        Assert.Equal(
            (401, """{"detail":"No user found for Key ID and Secret. The API key is missing or invalid. Send it as Authorization: Key <key>."}"""), (answer.Status, answer.Body));
        Assert.Equal("Key", answer.Header("WWW-Authenticate"));
    }

    [Theory]
    [InlineData("Key " + ScriptedDesk.LiveKey)]
    [InlineData("key " + ScriptedDesk.LiveKey)]
    [InlineData("Key key_1:" + ScriptedDesk.OwnerSecret)]
    public async Task A_key_and_the_pair_of_a_key_open_the_door(string header)
    {
        var answer = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/x", key: null, headers: ("Authorization", header));
        Assert.Equal(404, answer.Status);
    }

    [Fact]
    public async Task An_admin_key_and_a_busy_account_are_told_so()
    {
        var admin = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/x", key: ScriptedDesk.AdminKey);
        Assert.Equal((403, """{"detail":"An admin key owns no requests. Use a key that begins with fg_live_ or fg_test_."}"""), (admin.Status, admin.Body));
        var busy = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/x", key: ScriptedDesk.BusyKey);
        Assert.Equal((429, "true", "3"), (busy.Status, busy.Header("X-Fal-Retryable"), busy.Header("Retry-After")));
    }

    [Theory]
    [InlineData("GET", "/fal/queue/fal-ai/kling-video", 405, "POST")]
    [InlineData("POST", "/fal/queue/fal-ai/kling-video/requests/x/cancel", 405, "PUT")]
    [InlineData("DELETE", "/fal/rest/.well-known/jwks.json", 405, "GET")]
    [InlineData("GET", "/fal/queue", 404, null)]
    [InlineData("GET", "/fal/queue/fal-ai/kling-video/requests", 404, null)]
    [InlineData("GET", "/fal/queue/fal-ai/kling-video/requests/x/logs", 404, null)]
    [InlineData("GET", "/fal/queue/fal-ai/kling-video/requests/x/status/stream/more", 404, null)]
    [InlineData("GET", "/fal/run", 404, null)]
    [InlineData("GET", "/fal/rest/storage", 404, null)]
    [InlineData("GET", "/fal/elsewhere", 404, null)]
    public async Task What_is_not_there_and_what_takes_another_method_are_told_in_fals_form(string method, string address, int status, string? allow)
    {
        var answer = await gateway.CallAsync(method, address);
        Assert.Equal(status, answer.Status);
        Assert.StartsWith("{\"detail\":\"", answer.Body, StringComparison.Ordinal);
        if (allow is not null)
        {
            Assert.Contains($"use {allow}.", answer.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Each_status_has_its_reason_phrase_because_clients_show_it()
    {
        var id = await gateway.SubmitAsync();
        gateway.Fail(id, FailureCode.Canceled);
        var other = await gateway.SubmitAsync();
        gateway.Fail(other, FailureCode.ContentViolation);
        Assert.Equal("HTTP/1.1 499 Client Closed Request", await FirstLineAsync(id));
        Assert.Equal("HTTP/1.1 422 Unprocessable Entity", await FirstLineAsync(other));
    }

    private async Task<string> FirstLineAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Endpoint, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes($"GET /fal/queue/{FalGateway.Root}/requests/{request} HTTP/1.1\r\nHost: x\r\nAuthorization: Key {ScriptedDesk.LiveKey}\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        return (await reader.ReadLineAsync(TestContext.Current.CancellationToken))!;
    }
}
