using System.Net;
using System.Text;
using Filmgate.Testing;

namespace Filmgate.Client.Tests;

/// <summary>Streams against a server that breaks them off at the worst places.</summary>
public sealed class EventStreamTests
{
    private const string Events = "GET /api/v1/events";
    private const string TaskEvents = "GET /api/v1/tasks/t1/events";

    private readonly HastyTime _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private FilmgateClientOptions Options => new() { Time = _time, StreamQuietMax = TimeSpan.FromMinutes(2) };

    [Fact]
    public async Task Events_are_each_told_once_and_a_broken_connection_goes_on_behind_the_last_whole_one()
    {
        await using var server = await ScriptedServer.StartAsync();
        var hasFirst = new TaskCompletionSource();
        server.On(
            Events,
            Reply.Lost,
            Stream("retry: 2000\n\nid: 7\n\nid: evt_1\nevent: video.accepted\ndata: {\"data\":{\"id\":\"t1\"}}\n\n: still here\n\nid: evt_2\nevent: video.failed\ndata: {\"da") with { Broken = true, HoldsEnd = hasFirst.Task },
            Reply.Json("""{"code":503,"message":"The store is away."}""", 503),
            Stream("id: evt_2\nevent: video.failed\ndata: {\"data\":{\"id\":\"t1\"}}\n\n"),
            Stream("id: evt_3\nevent: video.new_type\ndata: {}\n\n"));
        using var client = new AccountClient(new Uri(server.Address), "fg_test_key", Options);
        var lost = new List<string>();

        var told = await client.EventsAsync(new AccountEventQuery { Types = ["video.accepted", "video.failed"], Lost = (reason, _) => lost.Add(reason.Message) }, Ct)
            .Select(one =>
            {
                hasFirst.TrySetResult();
                return one;
            }).Take(3).ToListAsync(Ct);

        Assert.Equal([("evt_1", "video.accepted"), ("evt_2", "video.failed"), ("evt_3", "video.new_type")], told.Select(one => (one.Id, one.Type)));
        Assert.Equal("t1", told[1].Data.GetProperty("id").GetString());
        Assert.Equal("""{"data":{"id":"t1"}}""", Encoding.UTF8.GetString(told[0].Body.Span));
        Assert.Equal([null, null, "evt_1", "evt_1", "evt_2"], server.Requests.Select(asked => asked.Headers.GetValueOrDefault("Last-Event-ID")));
        Assert.All(server.Requests, asked => Assert.Equal(("?events=video.accepted,video.failed", "Bearer fg_test_key"), (asked.Query, asked.Headers["Authorization"])));
        Assert.Equal(4, lost.Count);
        Assert.Contains("The store is away.", lost[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_earlier_run_is_gone_on_with_and_a_refusal_is_not_repeated()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Events, Reply.Json("""{"code":410,"message":"Events after evt_0 are kept no longer."}""", 410));
        using var client = new AccountClient(new Uri(server.Address), "fg_test_key", Options);

        var refused = await Assert.ThrowsAsync<FilmgateException>(() => client.EventsAsync(new AccountEventQuery { LastId = "evt_0" }, Ct).FirstAsync(Ct).AsTask());

        Assert.Equal((HttpStatusCode.Gone, "Events after evt_0 are kept no longer."), (refused.Status, refused.Message));
        Assert.Equal("evt_0", Assert.Single(server.Requests).Headers["Last-Event-ID"]);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_reported_after_as_many_tries_as_are_wanted()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(Events, Reply.Lost);
        using var client = new AccountClient(new Uri(server.Address), "fg_test_key", Options with { ReadTriesMax = 3 });

        await Assert.ThrowsAsync<FilmgateException>(() => client.EventsAsync(cancellationToken: Ct).FirstAsync(Ct).AsTask());

        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_task_is_watched_over_broken_connections_to_its_end()
    {
        await using var server = await ScriptedServer.StartAsync();
        var hasFirst = new TaskCompletionSource();
        server.On(
            TaskEvents,
            Stream("id: 1\nevent: task\ndata: {\"taskId\":\"t1\",\"state\":\"pending\"}\n\n") with { Broken = true, HoldsEnd = hasFirst.Task },
            Stream("id: 4\nevent: task\ndata: {\"taskId\":\"t1\",\"state\":\"processing\",\"progress\":40}\n\n"),
            Stream("id: 6\nevent: end\ndata: {\"taskId\":\"t1\",\"state\":\"failed\",\"failCode\":\"CONTENT_VIOLATION\"}\n\nid: 7\nevent: task\ndata: {}\n\n"));
        using var client = new FilmgateClient(new Uri(server.Address), "fg_test_key", Options);

        var seen = await client.WatchAsync("t1", Ct).Select(task =>
        {
            hasFirst.TrySetResult();
            return $"{task.State} {task.Progress} {task.FailCode}";
        }).ToListAsync(Ct);

        Assert.Equal(["pending  ", "processing 40 ", "failed  CONTENT_VIOLATION"], seen);
        Assert.Equal([null, "1", "4"], server.Requests.Select(asked => asked.Headers.GetValueOrDefault("Last-Event-ID")));
    }

    [Fact]
    public async Task On_a_server_without_streams_a_task_is_looked_at_until_it_has_ended()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/tasks/t1", Reply.Data("""{"taskId":"t1","state":"processing"}"""), Reply.Data("""{"taskId":"t1","state":"success"}"""));
        using var client = new FilmgateClient(new Uri(server.Address), "fg_test_key", Options);

        Assert.Equal(["processing", "success"], await client.WatchAsync("t1", Ct).Select(task => task.State.Value).ToListAsync(Ct));
    }

    [Fact]
    public async Task A_connection_without_a_sign_of_life_counts_as_broken()
    {
        await using var server = await ScriptedServer.StartAsync();
        var never = new TaskCompletionSource();
        server.On(Events, Stream("id: evt_1\nevent: video.failed\ndata: {}\n\n") with { HoldsEnd = never.Task }, Stream("id: evt_2\nevent: video.failed\ndata: {}\n\n"));
        using var client = new AccountClient(new Uri(server.Address), "fg_test_key", new FilmgateClientOptions { StreamQuietMax = TimeSpan.FromMilliseconds(200) });
        string? reason = null;

        var told = await client.EventsAsync(new AccountEventQuery { Lost = (lost, _) => reason ??= lost.Message }, Ct).Take(2).Select(one => one.Id).ToListAsync(Ct);

        Assert.Equal(["evt_1", "evt_2"], told);
        Assert.EndsWith("broke: nothing came for 0.2 s", reason, StringComparison.Ordinal);
        never.SetResult();
    }

    [Fact]
    public async Task What_is_forwarded_is_signed_so_that_the_verifier_takes_it()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /hook", Reply.Json("{}", 202));
        var secret = WebhookForwarder.NewSecret();
        using var forwarder = new WebhookForwarder(new Uri(server.Address + "/hook"), secret);

        Assert.Equal(202, await forwarder.PostAsync(new AccountEvent("evt_1", "video.failed", """{"type":"video.failed","data":{"id":"ż"}}"""u8.ToArray()), Ct));

        var asked = Assert.Single(server.Requests);
        var happened = new WebhookVerifier(secret).Verify(
            asked.Headers["webhook-id"], asked.Headers["webhook-timestamp"], asked.Headers["webhook-signature"], Encoding.UTF8.GetBytes(asked.Body), TimeProvider.System.GetUtcNow());
        Assert.Equal(("evt_1", "video.failed"), (happened.Id, happened.Type));
        Assert.Equal("application/json", asked.Headers["Content-Type"]);
    }

    [Theory]
    [InlineData("whsec_")]
    [InlineData("whsec_c2hvcnQ=")]
    [InlineData("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")]
    [InlineData("whsec_not base 64 at all, and long enough")]
    public void A_secret_that_signs_nothing_well_is_refused_without_being_repeated(string secret)
    {
        var refused = Assert.Throws<ArgumentException>(() => new WebhookForwarder(new Uri("http://localhost/hook"), secret));
        Assert.StartsWith("The secret must be whsec_ and base 64 of 24 to 64 bytes.", refused.Message, StringComparison.Ordinal);
    }

    private static Reply Stream(string text) => new(200, Encoding.UTF8.GetBytes(text), "text/event-stream");
}
