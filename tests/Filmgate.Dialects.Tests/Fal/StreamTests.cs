using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Fal;

/// <summary>Callers who wait on an open connection: the status stream and the synchronous run.</summary>
public sealed class StreamTests(FalGateway gateway) : IClassFixture<FalGateway>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_sends_each_status_once_and_ends_after_the_last()
    {
        var id = await gateway.SubmitAsync();
        using var answer = await OpenAsync($"/fal/queue/{FalGateway.Root}/requests/{id}/status/stream?logs=1");
        Assert.Equal((200, "text/event-stream", id), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString(), answer.Headers.GetValues("x-fal-request-id").Single()));
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancel));
        var queued = await NextAsync(reader);
        Assert.Equal(("IN_QUEUE", 1), (queued.GetProperty("status").GetString(), queued.GetProperty("logs").GetArrayLength()));
        gateway.Start(id);
        var working = await NextAsync(reader);
        Assert.Equal(("IN_PROGRESS", 2), (working.GetProperty("status").GetString(), working.GetProperty("logs").GetArrayLength()));
        gateway.Finish(id);
        var done = await NextAsync(reader);
        Assert.Equal(("COMPLETED", "The clip is stored."), (done.GetProperty("status").GetString(), done.GetProperty("logs")[0].GetProperty("message").GetString()));
        Assert.Equal("", await reader.ReadToEndAsync(Cancel));
    }

    [Fact]
    public async Task A_change_that_no_status_shows_is_not_sent()
    {
        var id = await gateway.SubmitAsync();
        gateway.Start(id);
        using var answer = await OpenAsync($"/fal/queue/{FalGateway.Root}/requests/{id}/status/stream");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal("IN_PROGRESS", (await NextAsync(reader)).GetProperty("status").GetString());
        gateway.Desk.Advance(FalGateway.TaskOf(id), task => task with { Progress = 50 });
        gateway.Finish(id);
        Assert.Equal("COMPLETED", (await NextAsync(reader)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_quiet_stream_sends_comments_and_nothing_else()
    {
        var id = await gateway.SubmitAsync();
        using var answer = await OpenAsync($"/fal/queue/{FalGateway.Root}/requests/{id}/status/stream");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancel));
        await NextAsync(reader);
        Assert.Equal(": still here", await reader.ReadLineAsync(Cancel));
        Assert.Equal("", await reader.ReadLineAsync(Cancel));
        gateway.Fail(id, FailureCode.GenerationFailed);
        Assert.Equal("downstream_service_error", (await NextAsync(reader)).GetProperty("error_type").GetString());
    }

    [Fact]
    public async Task A_run_is_answered_with_the_result()
    {
        var run = gateway.CallAsync("POST", $"/fal/run/{FalGateway.Words}", """{"prompt":"run to success"}""");
        var id = await CreatedAsync("run to success");
        gateway.Start(id);
        gateway.Finish(id);
        var answer = await run;
        Assert.Equal((200, id), (answer.Status, answer.Header("x-fal-request-id")));
        Assert.Equal("clip_1.mp4", JsonElement.Parse(answer.Body).GetProperty("video").GetProperty("file_name").GetString());
    }

    [Fact]
    public async Task A_run_that_fails_is_answered_with_its_error()
    {
        var run = gateway.CallAsync("POST", $"/fal/run/{FalGateway.Words}", """{"prompt":"run to failure"}""");
        gateway.Fail(await CreatedAsync("run to failure"), FailureCode.ContentViolation);
        var answer = await run;
        Assert.Equal((422, "content_policy_violation"), (answer.Status, answer.Header("X-Fal-Error-Type")));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("key-of-a-run", false)]
    public async Task A_run_whose_caller_leaves_is_canceled_unless_a_key_can_find_it_again(string? key, bool isCanceled)
    {
        var prompt = $"run and leave {key}";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/fal/run/{FalGateway.Words}", UriKind.Relative));
        request.Content = new StringContent($$"""{"prompt":"{{prompt}}"}""", System.Text.Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("Authorization", $"Key {ScriptedDesk.LiveKey}");
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var run = gateway.Client.SendAsync(request, leaving.Token);
        var id = await CreatedAsync(prompt);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        if (isCanceled)
        {
            var last = await gateway.Desk.WatchAsync(ScriptedDesk.Owner, FalGateway.TaskOf(id), Cancel).LastAsync(Cancel);
            Assert.Equal(FailureCode.Canceled, last.Task.Failure?.Code);
        }
        else
        {
            // The next request of the same key waits for the same task, which is still there to be waited for.
            var again = gateway.CallAsync("POST", $"/fal/run/{FalGateway.Words}", $$"""{"prompt":"{{prompt}}"}""", ScriptedDesk.LiveKey, ("Idempotency-Key", key!));
            gateway.Finish(id);
            Assert.Equal((200, id), ((await again).Status, (await again).Header("x-fal-request-id")));
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, UriKind.Relative));
        request.Headers.TryAddWithoutValidation("Authorization", $"Key {ScriptedDesk.LiveKey}");
        request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        return await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    private static async Task<JsonElement> NextAsync(StreamReader reader)
    {
        var line = await reader.ReadLineAsync(Cancel);
        Assert.StartsWith("data: ", line, StringComparison.Ordinal);
        Assert.Equal("", await reader.ReadLineAsync(Cancel));
        return JsonElement.Parse(line![6..]);
    }

    private async Task<string> CreatedAsync(string prompt)
    {
        while (true)
        {
            if (gateway.Desk.TasksOf(ScriptedDesk.Owner).FirstOrDefault(task => task.Task.Request.Prompt == prompt) is { } created)
            {
                return created.Task.Key.Task.Value["task_".Length..];
            }

            await Task.Delay(5, Cancel);
        }
    }
}
