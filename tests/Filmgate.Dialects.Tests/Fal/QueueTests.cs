using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Fal;

/// <summary>fal's queue as its clients meet it: literal answers in every state.</summary>
public sealed class QueueTests
{
    private const string Clip = """{"video":{"url":"https://gate.test/artifacts/clip_1.mp4?expires=1&signature=s","content_type":"video/mp4","file_name":"clip_1.mp4","file_size":12345}}""";

    [Fact]
    public async Task A_submission_is_answered_with_its_place_and_its_addresses()
    {
        await using var gateway = await FalGateway.StartAsync();
        var first = await gateway.CallAsync("POST", $"/fal/queue/{FalGateway.Words}", """{"prompt":"sea"}""");
        var second = await gateway.CallAsync("POST", $"/fal/queue/{FalGateway.Words}/", """{"prompt":"sea"}""");
        var ids = new[] { first, second }.Select(answer => JsonElement.Parse(answer.Body).GetProperty("request_id").GetString()!).ToArray();
        Assert.All(ids, id => Assert.Matches("^[0-9a-hjkmnp-tv-z]{36}$", id));
        foreach (var (place, answer) in new[] { first, second }.Index())
        {
            var id = ids[place];
            Assert.Equal(200, answer.Status);
            Assert.Equal(id, answer.Header("x-fal-request-id"));
            Assert.Equal(
                $$"""{"status":"IN_QUEUE","request_id":"{{id}}","queue_position":{{place}},"response_url":"{{FalGateway.Address}}/{{id}}","status_url":"{{FalGateway.Address}}/{{id}}/status","cancel_url":"{{FalGateway.Address}}/{{id}}/cancel","gateway_request_id":"{{id}}","logs":[]}""",
                answer.Body);
        }
    }

    [Theory]
    [InlineData("X-Fal-Queue-Priority", "low")]
    [InlineData("X-Fal-Runner-Hint", "same-seed")]
    [InlineData("X-Fal-No-Retry", "1")]
    [InlineData("X-Fal-Store-IO", "0")]
    public async Task A_header_for_fals_own_machines_is_taken_and_changes_nothing(string name, string value)
    {
        await using var gateway = await FalGateway.StartAsync();
        var bare = await SubmitAsync();
        Assert.Equal(bare, await SubmitAsync((name, value)));

        async Task<GenerationDraft> SubmitAsync(params (string Name, string Value)[] headers)
        {
            var answer = await gateway.CallAsync("POST", $"/fal/queue/{FalGateway.Words}", """{"prompt":"sea"}""", headers: headers);
            Assert.True(answer.Status == 200, answer.Body);
            return gateway.Desk.Drafts["task_" + JsonElement.Parse(answer.Body).GetProperty("request_id").GetString()];
        }
    }

    [Fact]
    public async Task A_request_is_shown_through_all_its_states()
    {
        await using var gateway = await FalGateway.StartAsync();
        var id = await gateway.SubmitAsync();
        var addresses = $"\"response_url\":\"{FalGateway.Address}/{id}\",\"status_url\":\"{FalGateway.Address}/{id}/status\",\"cancel_url\":\"{FalGateway.Address}/{id}/cancel\",\"gateway_request_id\":\"{id}\",\"logs\":[]";
        await ExpectAsync(202, $"{{\"status\":\"IN_QUEUE\",\"request_id\":\"{id}\",\"queue_position\":0,{addresses}}}");
        gateway.Start(id);
        await ExpectAsync(202, $"{{\"status\":\"IN_PROGRESS\",\"request_id\":\"{id}\",{addresses}}}");
        gateway.Finish(id);
        await ExpectAsync(200, $"{{\"status\":\"COMPLETED\",\"request_id\":\"{id}\",{addresses},\"metrics\":{{\"inference_time\":71.4}}}}");

        async Task ExpectAsync(int status, string body)
        {
            var answer = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/{id}/status?logs=0");
            Assert.Equal((status, body), (answer.Status, answer.Body));
            Assert.Equal(id, answer.Header("x-fal-request-id"));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/response")]
    public async Task A_result_is_the_output_of_the_app(string ending)
    {
        await using var gateway = await FalGateway.StartAsync();
        var id = await gateway.SubmitAsync();
        var early = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/{id}{ending}");
        Assert.Equal((400, """{"detail":"Request is still in progress"}"""), (early.Status, early.Body));
        Assert.Equal(id, early.Header("x-fal-request-id"));

        gateway.Start(id);
        gateway.Finish(id);
        var answer = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/{id}{ending}");
        Assert.Equal((200, Clip), (answer.Status, answer.Body));
        Assert.Equal(id, answer.Header("x-fal-request-id"));
    }

    [Fact]
    public async Task A_clip_that_is_kept_no_longer_is_gone()
    {
        await using var gateway = await FalGateway.StartAsync();
        var id = await gateway.SubmitAsync();
        gateway.Finish(id, clipUrl: null);
        var answer = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/{id}");
        Assert.Equal((410, """{"detail":"The clip of this request is kept no longer."}"""), (answer.Status, answer.Body));
    }

    [Theory]
    [InlineData(FalGateway.Root)]
    [InlineData(FalGateway.Words)]
    [InlineData(FalGateway.Pro)]
    [InlineData("workflows/someone/something")]
    public async Task A_request_is_found_by_its_id_whatever_app_stands_before_it(string app)
    {
        await using var gateway = await FalGateway.StartAsync();
        var id = await gateway.SubmitAsync();
        Assert.Equal(202, (await gateway.CallAsync("GET", $"/fal/queue/{app}/requests/{id}/status")).Status);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("0", false)]
    [InlineData("false", false)]
    [InlineData("maybe", false)]
    public async Task Logs_tell_what_became_of_the_request_to_those_who_ask(string logs, bool wanted)
    {
        await using var gateway = await FalGateway.StartAsync();
        var id = await gateway.SubmitAsync();
        gateway.Start(id);
        gateway.Fail(id, FailureCode.GenerationFailed, "The model gave up.");
        var answer = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/{id}/status?logs={logs}");
        var shown = JsonElement.Parse(answer.Body).GetProperty("logs");
        Assert.Equal(
            wanted
                ? """[{"message":"The request was accepted.","timestamp":"2025-10-09T08:53:21Z","level":"INFO","source":"USER"},{"message":"Submission 1 goes to animatic.","timestamp":"2025-10-09T08:53:31Z","level":"INFO","source":"USER"},{"message":"animatic has taken it.","timestamp":"2025-10-09T08:53:32Z","level":"INFO","source":"USER"},{"message":"The model gave up.","timestamp":"2025-10-09T08:53:41Z","level":"ERROR","source":"USER"}]"""
                : "[]",
            shown.GetRawText());
    }

    [Fact]
    public async Task A_wish_to_cancel_has_four_answers()
    {
        await using var gateway = await FalGateway.StartAsync();
        var id = await gateway.SubmitAsync();
        var path = $"/fal/queue/{FalGateway.Root}/requests/{id}/cancel";
        var working = await gateway.SubmitAsync();
        gateway.Start(working);
        var requested = await gateway.CallAsync("PUT", path.Replace(id, working, StringComparison.Ordinal));
        Assert.Equal((202, """{"status":"CANCELLATION_REQUESTED"}"""), (requested.Status, requested.Body));
        var canceled = await gateway.CallAsync("PUT", path);
        Assert.Equal((200, """{"status":"OK"}"""), (canceled.Status, canceled.Body));
        var late = await gateway.CallAsync("PUT", path);
        Assert.Equal((400, """{"status":"ALREADY_COMPLETED"}"""), (late.Status, late.Body));
        var unknown = await gateway.CallAsync("PUT", path.Replace(id, new string('0', 36), StringComparison.Ordinal));
        Assert.Equal((404, """{"status":"NOT_FOUND"}"""), (unknown.Status, unknown.Body));

        var status = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/{id}/status");
        Assert.Contains("""{"status":"COMPLETED",""", status.Body, StringComparison.Ordinal);
        Assert.EndsWith(""","metrics":{"inference_time":null},"error":"Canceled by the caller.","error_type":"client_cancelled"}""", status.Body, StringComparison.Ordinal);
        var result = await gateway.CallAsync("GET", $"/fal/queue/{FalGateway.Root}/requests/{id}");
        Assert.Equal((499, """{"detail":"Canceled by the caller.","error_type":"client_cancelled"}"""), (result.Status, result.Body));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/status")]
    [InlineData("GET", "/status/stream")]
    public async Task An_unknown_request_and_somebody_elses_get_the_same_answer(string method, string ending)
    {
        await using var gateway = await FalGateway.StartAsync();
        var mine = await gateway.SubmitAsync();
        var answers = new List<Transcript>();
        foreach (var (id, key) in new[] { (mine, ScriptedDesk.OtherKey), (new string('0', 36), ScriptedDesk.LiveKey), ("x", ScriptedDesk.LiveKey), ("task_" + mine, ScriptedDesk.LiveKey) })
        {
            answers.Add(await gateway.CallAsync(method, $"/fal/queue/{FalGateway.Root}/requests/{id}{ending}", key: key));
        }

        Assert.All(answers, answer => Assert.Equal(
            (404, """{"detail":"Request not found: there is no such request, or it is not one of this account."}"""), (answer.Status, answer.Body)));
    }

    [Theory]
    [InlineData("1", 429)]
    [InlineData("0", 429)]
    [InlineData("2", 200)]
    [InlineData("2147483647", 200)]
    public async Task A_caller_who_wants_no_long_queue_is_not_put_into_one(string most, int status)
    {
        await using var gateway = await FalGateway.StartAsync();
        await gateway.SubmitAsync();
        await gateway.SubmitAsync();
        gateway.Start(await gateway.SubmitAsync());
        var answer = await gateway.CallAsync("POST", $"/fal/queue/{FalGateway.Words}?fal_max_queue_length={most}", """{"prompt":"sea"}""");
        Assert.Equal(status, answer.Status);
        if (status == 429)
        {
            Assert.Equal("5", answer.Header("Retry-After"));
            Assert.Contains($"\"msg\":\"The queue holds more than the {most} requests that fal_max_queue_length allows; nothing was created.\",\"type\":\"concurrent_requests_limit\"", answer.Body, StringComparison.Ordinal);
            Assert.Equal(3, gateway.Desk.TasksOf(ScriptedDesk.Owner).Length);
        }
    }

    [Fact]
    public async Task A_repeated_key_gives_the_first_request_again_and_another_body_under_it_is_refused()
    {
        await using var gateway = await FalGateway.StartAsync();
        var answers = new List<Transcript>();
        foreach (var prompt in new[] { "sea", "sea", "hills" })
        {
            answers.Add(await gateway.CallAsync(
                "POST", $"/fal/queue/{FalGateway.Words}", $$"""{"prompt":"{{prompt}}"}""", ScriptedDesk.LiveKey, ("Idempotency-Key", "aisdk_vid_1")));
        }

        Assert.Equal([200, 200, 422], answers.Select(answer => answer.Status));
        Assert.Equal(answers[0].Body, answers[1].Body);
        Assert.Equal((null, "true"), (answers[0].Header("Idempotent-Replayed"), answers[1].Header("Idempotent-Replayed")));
        Assert.StartsWith("""{"detail":[{"loc":["header","Idempotency-Key"],"msg":"This Idempotency-Key was used within 24 hours""", answers[2].Body, StringComparison.Ordinal);
        Assert.Single(gateway.Desk.TasksOf(ScriptedDesk.Owner));
    }
}
