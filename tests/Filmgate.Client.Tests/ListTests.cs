using Filmgate.Testing;

namespace Filmgate.Client.Tests;

public sealed class ListTests
{
    private const string List = "GET /api/v1/tasks";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static FilmgateClient ClientOf(ScriptedServer server) => new(new Uri(server.Address), "fg_test_key", new FilmgateClientOptions { Time = new HastyTime() });

    [Fact]
    public async Task A_listed_task_tells_all_that_a_read_one_does()
    {
        await using var server = await ScriptedServer.StartAsync();
        const string Entry = """
            {"taskId":"t1","model":"kling-2-1","mode":"pro-image-to-video","state":"processing","progress":40,"createTime":1760000000000,
            "cancelRequestedTime":1760000000500,"cost":0,"hold":0.49,"source":"reel 7","metadata":{"shot":"3"},
            "input":{"mode":"pro-image-to-video","prompt":"p","negative_prompt":"n","duration":10,"image_urls":["http://h/a.jpg"],"cfg_scale":0.5,"provider":"auto"},
            "attempts":[{"number":1,"provider":"fal","state":"refused","reason":"Full.","preparedTime":1760000000100,"sentTime":1760000000200,"endedTime":1760000000300},
            {"number":2,"provider":"kie","state":"accepted","preparedTime":1760000000600,"sentTime":1760000000700,"acceptedTime":1760000000800}],"novelty":true}
            """;
        server.On(List, Reply.Data($$"""{"tasks":[{{Entry}}],"nextCursor":"task_9"}"""));
        using var client = ClientOf(server);

        var page = await client.ListAsync(cancellationToken: Ct);

        Assert.Equal("", server.Requests[0].Query);
        Assert.Equal("task_9", page.NextCursor);
        Assert.Contains("novelty", page.RawResponse, StringComparison.Ordinal);
        var task = Assert.Single(page.Tasks);
        Assert.Equal(("t1", VideoTaskState.Processing, 40.0, 0m, 0.49m, "reel 7"), (task.Id, task.State, task.Progress, task.Cost, task.Held, task.Source));
        Assert.Equal(Moment(500), task.CancelRequestedAt);
        Assert.Equal("3", Assert.Single(task.Metadata, entry => entry.Key == "shot").Value);
        Assert.Equal(
            new VideoInput { Mode = VideoMode.ProImageToVideo, Prompt = "p", NegativePrompt = "n", DurationSeconds = 10, CfgScale = 0.5m, Provider = "auto", ImageUrls = task.Input!.ImageUrls },
            task.Input);
        Assert.Equal(["http://h/a.jpg"], task.Input.ImageUrls);
        Assert.Equal(
            [
                new VideoAttempt(null, "fal", "refused") { Number = 1, Reason = "Full.", PreparedAt = Moment(100), SentAt = Moment(200), EndedAt = Moment(300) },
                new VideoAttempt(null, "kie", "accepted") { Number = 2, PreparedAt = Moment(600), SentAt = Moment(700), AcceptedAt = Moment(800) },
            ],
            task.Attempts);
        Assert.Equal(Entry, task.RawResponse);
    }

    [Fact]
    public async Task All_filters_are_sent_escaped_and_what_is_not_given_is_not()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(List, Reply.Data("""{"tasks":[]}"""));
        using var client = ClientOf(server);

        var page = await client.ListAsync(
            new VideoTaskQuery
            {
                State = VideoTaskState.Failed,
                Mode = VideoMode.MasterTextToVideo,
                CreatedFrom = Moment(1),
                CreatedBefore = Moment(2),
                Prompt = "50% & more",
                Source = "reel+7",
                Metadata = new Dictionary<string, string> { ["żuk & co"] = "a=b" },
                Limit = 5,
                Cursor = "task_9",
            },
            Ct);

        Assert.Empty(page.Tasks);
        Assert.Null(page.NextCursor);
        Assert.Equal(
            "?limit=5&cursor=task_9&state=failed&mode=master-text-to-video&created_from=1760000000001&created_before=1760000000002"
            + "&prompt=50%25%20%26%20more&source=reel%2B7&metadata.%C5%BCuk%20%26%20co=a%3Db",
            server.Requests[0].Query);
    }

    [Fact]
    public async Task All_tasks_are_read_page_by_page_with_the_same_filter_and_no_further_than_they_are_taken()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(
            List,
            Reply.Data("""{"tasks":[{"taskId":"t3","state":"failed"},{"taskId":"t2","state":"failed"}],"nextCursor":"t2"}"""),
            Reply.Data("""{"tasks":[{"taskId":"t1","state":"failed"}]}"""));
        using var client = ClientOf(server);
        var seen = new List<string>();

        await foreach (var task in client.ListAllAsync(new VideoTaskQuery { State = VideoTaskState.Failed }, Ct))
        {
            seen.Add(task.Id);
            Assert.Equal(seen.Count <= 2 ? 1 : 2, server.Requests.Count);
        }

        Assert.Equal(["t3", "t2", "t1"], seen);
        Assert.Equal(["?state=failed", "?cursor=t2&state=failed"], server.Requests.Select(request => request.Query));
    }

    [Theory]
    [InlineData("""{"tasks":[{"state":"failed"}]}""")]
    [InlineData("""{"tasks":[{"taskId":"t1"}]}""")]
    [InlineData("""{"tasks":["t1"]}""")]
    [InlineData("""{"tasks":7}""")]
    public async Task A_list_that_is_none_is_an_error_with_the_answer_as_it_came(string data)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(List, Reply.Data(data));
        using var client = ClientOf(server);

        var error = await Assert.ThrowsAsync<FilmgateException>(() => client.ListAsync(cancellationToken: Ct));

        Assert.NotNull(error.RawResponse);
    }

    private static DateTimeOffset Moment(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(1760000000000 + milliseconds);
}
