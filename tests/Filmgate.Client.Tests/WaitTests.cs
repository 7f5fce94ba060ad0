using System.Net;
using Filmgate.Testing;

namespace Filmgate.Client.Tests;

public sealed class WaitTests
{
    private const string Task1 = "GET /api/v1/tasks/t1";

    private readonly HastyTime _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private FilmgateClient ClientOf(ScriptedServer server) => new(new Uri(server.Address), "fg_test_key", new FilmgateClientOptions { Time = _time });

    [Fact]
    public async Task Waiting_reports_every_look_and_ends_with_the_whole_result()
    {
        await using var server = await ScriptedServer.StartAsync();
        const string Done = """
            {"taskId":"t1","state":"success","progress":100,"createTime":1760000000000,"completeTime":1760000071000,"costTime":71000,
             "resultUrls":["http://h/v.mp4"],"posterUrl":"http://h/p.jpg","clip":{"width":1280,"height":720,"duration":5.0,"frames":120,"bytes":9},
             "attempts":[{"id":"att_1","provider":"animatic","state":"completed","cost":0}],"novelty":true}
            """;
        server.On(Task1, Reply.Data("""{"taskId":"t1","state":"pending"}"""), Reply.Data("""{"taskId":"t1","state":"processing","progress":40}"""), Reply.Data(Done));
        using var client = ClientOf(server);
        var seen = new List<string>();

        var task = await client.Rehydrate("t1").WaitForCompletionAsync(new Reported(task => seen.Add($"{task.State} {task.Progress}")), Ct);

        Assert.Equal(["pending ", "processing 40", "success 100"], seen);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1760000000000), task.CreatedAt);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1760000071000), task.CompletedAt);
        Assert.Equal(TimeSpan.FromSeconds(71), task.CostTime);
        Assert.Equal(["http://h/v.mp4"], task.ResultUrls);
        Assert.Equal("http://h/p.jpg", task.PosterUrl);
        Assert.Equal(new VideoClip(1280, 720, 5, 120, 9), task.Clip);
        Assert.Equal([new VideoAttempt("att_1", "animatic", "completed")], task.Attempts);
        Assert.Contains("novelty", task.RawResponse, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Looks_grow_rarer_up_to_the_limit()
    {
        await using var server = await ScriptedServer.StartAsync();
        var processing = Reply.Data("""{"taskId":"t1","state":"processing"}""");
        server.On(Task1, [.. Enumerable.Repeat(processing, 14), Reply.Data("""{"taskId":"t1","state":"failed"}""")]);
        using var client = ClientOf(server);

        await client.Rehydrate("t1").WaitForCompletionAsync(cancellationToken: Ct);

        Assert.Equal(14, _time.Waits.Count);
        Assert.Equal(TimeSpan.FromSeconds(0.5), _time.Waits[0]);
        Assert.Equal(TimeSpan.FromSeconds(0.625), _time.Waits[1]);
        Assert.Equal(_time.Waits.Order(), _time.Waits);
        Assert.Equal(TimeSpan.FromSeconds(5), _time.Waits[^1]);
    }

    [Fact]
    public async Task A_failed_task_is_a_result_and_not_an_exception()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Task1, Reply.Data("""{"taskId":"t1","state":"failed","failCode":"CONTENT_VIOLATION","failMsg":"not allowed"}"""));
        using var client = ClientOf(server);

        var task = await client.Rehydrate("t1").WaitForCompletionAsync(cancellationToken: Ct);

        Assert.Equal(VideoTaskState.Failed, task.State);
        Assert.Equal(("CONTENT_VIOLATION", "not allowed"), (task.FailCode, task.FailMessage));
    }

    [Fact]
    public async Task A_state_from_the_future_survives_and_is_not_final()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Task1, Reply.Data("""{"taskId":"t1","state":"upscaling"}"""));
        using var client = ClientOf(server);
        var task = client.Rehydrate("t1");

        await task.UpdateAsync(Ct);

        Assert.Equal("upscaling", task.State.Value);
        Assert.False(task.State.IsTerminal);
    }

    [Fact]
    public async Task A_server_without_the_richer_read_is_asked_for_the_status_and_then_only_for_that()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(
            ScriptedServer.Status,
            Reply.Data("""{"taskId":"t1","state":"processing"}"""),
            Reply.Data("""{"taskId":"t1","state":"success","resultJson":"{\"resultUrls\":[\"http://h/v.mp4\"]}"}"""));
        using var client = ClientOf(server);

        var task = await client.Rehydrate("t1").WaitForCompletionAsync(cancellationToken: Ct);

        Assert.Equal(["http://h/v.mp4"], task.ResultUrls);
        Assert.Equal(1, server.Count(Task1));
        Assert.Equal("?taskId=t1", server.Requests[^1].Query);
    }

    [Fact]
    public async Task A_status_answer_without_its_envelopes_code_is_understood()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(ScriptedServer.Status, Reply.Json("""{"data":{"taskId":"t1","state":"processing"}}"""));
        using var client = ClientOf(server);
        var task = client.Rehydrate("t1");

        await task.UpdateAsync(Ct);

        Assert.Equal(VideoTaskState.Processing, task.State);
    }

    [Fact]
    public async Task An_unknown_task_is_reported_with_the_servers_words()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(ScriptedServer.Status, Reply.Json("""{"code":404,"message":"no such task"}""", 404));
        using var client = ClientOf(server);

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => client.Rehydrate("t1").UpdateAsync(Ct));

        Assert.Equal((HttpStatusCode.NotFound, "no such task"), (thrown.Status, thrown.Message));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_read_waits_as_long_as_the_server_asks(int status)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Task1, Reply.Json("""{"message":"later"}""", status) with { RetryAfter = "7" }, Reply.Data("""{"taskId":"t1","state":"failed"}"""));
        using var client = ClientOf(server);

        await client.Rehydrate("t1").UpdateAsync(Ct);

        Assert.Equal([TimeSpan.FromSeconds(7)], _time.Waits);
    }

    [Fact]
    public async Task A_server_that_asks_for_an_hour_is_reported_instead_of_waited_for()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Task1, Reply.Json("""{"message":"later"}""", 429) with { RetryAfter = "3600" });
        using var client = ClientOf(server);

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => client.Rehydrate("t1").UpdateAsync(Ct));

        Assert.Equal(TimeSpan.FromHours(1), thrown.RetryAfter);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task A_read_whose_connection_breaks_is_tried_again()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Task1, Reply.Lost, Reply.Json("oops", 500), Reply.Data("""{"taskId":"t1","state":"failed"}"""));
        using var client = ClientOf(server);
        var task = client.Rehydrate("t1");

        await task.UpdateAsync(Ct);

        Assert.Equal(VideoTaskState.Failed, task.State);
        Assert.Equal([TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.5)], _time.Waits);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_reported_after_the_last_try()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Task1, Reply.Lost);
        using var client = new FilmgateClient(new Uri(server.Address), "fg_test_key", new FilmgateClientOptions { Time = _time, ReadTriesMax = 3 });

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => client.Rehydrate("t1").UpdateAsync(Ct));

        Assert.Null(thrown.Status);
        Assert.Equal(3, server.Count(Task1));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    public async Task A_refusal_is_not_asked_for_twice(int status)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Task1, Reply.Json("""{"message":"no"}""", status));
        using var client = ClientOf(server);

        await Assert.ThrowsAsync<FilmgateException>(() => client.Rehydrate("t1").UpdateAsync(Ct));

        Assert.Equal(1, server.Count(Task1));
    }

    [Fact]
    public async Task An_answer_that_never_comes_ends_with_the_time_limit()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Task1, Reply.Data("{}") with { Hold = new TaskCompletionSource().Task });
        using var client = new FilmgateClient(
            new Uri(server.Address), "fg_test_key", new FilmgateClientOptions { RequestTimeout = TimeSpan.FromSeconds(0.2), ReadTriesMax = 1 });

        var thrown = await Assert.ThrowsAsync<FilmgateException>(() => client.Rehydrate("t1").UpdateAsync(Ct));

        Assert.EndsWith("did not answer within 0.2 s.", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_a_wait_is_a_cancellation_and_no_failure_of_the_server()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Task1, Reply.Data("{}") with { Hold = new TaskCompletionSource().Task });
        using var client = ClientOf(server);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        stop.CancelAfter(TimeSpan.FromMilliseconds(100));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.Rehydrate("t1").WaitForCompletionAsync(cancellationToken: stop.Token));
    }

    private sealed class Reported(Action<VideoTask> report) : IProgress<VideoTask>
    {
        public void Report(VideoTask value) => report(value);
    }
}
