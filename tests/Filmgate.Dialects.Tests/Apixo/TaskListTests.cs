using System.Collections.Immutable;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>Our own operations on tasks: list, cancel, estimate. One class, so that the lister's account is used by one test at a time.</summary>
public sealed class TaskListTests(TestGateway gateway)
{
    private static readonly DateTimeOffset Created = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    private const string Waiting =
        """{"taskId":"task_l1","model":"kling-2-1","mode":"master-text-to-video","state":"processing","progress":40,"createTime":1760000000000,"cancelRequestedTime":1760000001000,"cost":0,"hold":1.4,"source":"mcp","metadata":{"film":"ż & \"q\"","shot":"7"},"input":{"mode":"master-text-to-video","prompt":"a cat","duration":5,"aspect_ratio":"16:9","cfg_scale":0.5,"provider":"auto"},"attempts":[]}""";

    private const string Done =
        """{"taskId":"task_l2","model":"kling-2-1","mode":"master-text-to-video","state":"failed","progress":0,"createTime":1760000000000,"completeTime":1760000002000,"failCode":"CANCELED","failMsg":"Canceled by the caller.","cost":0.28,"input":{"mode":"master-text-to-video","prompt":"a cat","duration":5,"aspect_ratio":"16:9","cfg_scale":0.5,"provider":"auto"},"attempts":[{"number":1,"provider":"kling","state":"failed","cost":0.28,"preparedTime":1760000000000}]}""";

    [Fact]
    public async Task Pages_follow_one_another_and_the_last_one_has_no_cursor()
    {
        PutBoth();
        var first = await ListAsync("?limit=1", ScriptedDesk.PageKey);
        Assert.Equal($$$"""{"code":200,"message":"success","data":{"tasks":[{{{Done}}}],"nextCursor":"task_l2"}}""", first);
        Assert.Equal($$$"""{"code":200,"message":"success","data":{"tasks":[{{{Waiting}}}]}}""", await ListAsync("?limit=1&cursor=task_l2", ScriptedDesk.PageKey));
        Assert.Equal($$$"""{"code":200,"message":"success","data":{"tasks":[{{{Done}}},{{{Waiting}}}]}}""", await ListAsync("/?limit=2", ScriptedDesk.PageKey));
        Assert.Equal("""{"code":200,"message":"success","data":{"tasks":[]}}""", await ListAsync("?cursor=task_l1", ScriptedDesk.PageKey));
    }

    [Fact]
    public async Task Details_have_the_same_words()
    {
        PutBoth();
        var answer = await gateway.SendAsync("GET", "/api/v1/tasks/task_l1", key: ScriptedDesk.PageKey);
        Assert.Equal($$$"""{"code":200,"message":"success","data":{{{Waiting}}}}""", answer.Body);
    }

    [Fact]
    public async Task Every_filter_reaches_the_desk()
    {
        await ListAsync("?limit=100&cursor=task_9&state=success&mode=pro-image-to-video&created_from=1760000000000&created_before=2025-10-09T12:30:00%2B02:00"
            + "&prompt=a+cat%20%26&source=mcp&metadata.shot=7&metadata.a%20b=%C5%BC");
        var filter = gateway.Desk.Filter!;
        Assert.Equal(
            new TaskFilter
            {
                Limit = 101,
                Before = new TaskId("task_9"),
                State = TaskState.Success,
                Modes = filter.Modes,
                CreatedFrom = Created,
                CreatedBefore = new DateTimeOffset(2025, 10, 9, 10, 30, 0, TimeSpan.Zero),
                Prompt = "a cat &",
                Source = "mcp",
                Metadata = filter.Metadata,
            },
            filter);
        Assert.Equal([GenerationMode.ProImageToVideo], filter.Modes);
        Assert.Equal([new("a b", "ż"), new("shot", "7")], filter.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        await ListAsync("");
        Assert.Equal(new TaskFilter { Limit = 21, Metadata = gateway.Desk.Filter!.Metadata }, gateway.Desk.Filter);
        Assert.Empty(gateway.Desk.Filter.Metadata);
    }

    [Theory]
    [InlineData("2026-01-31", "2026-01-31T00:00:00Z")]
    [InlineData("2026-01-31T12:00Z", "2026-01-31T12:00:00Z")]
    [InlineData("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.5Z")]
    [InlineData("2026-01-31T12:00:00-01:00", "2026-01-31T13:00:00Z")]
    [InlineData("0", "1970-01-01T00:00:00Z")]
    public async Task A_time_may_be_written_in_several_ways(string text, string meant)
    {
        await ListAsync($"?created_from={text}");
        Assert.Equal(DateTimeOffset.Parse(meant), gateway.Desk.Filter!.CreatedFrom);
    }

    [Theory]
    [InlineData("c-waiting", "canceled")]
    [InlineData("c-working", "requested")]
    [InlineData("c-done", "too_late")]
    public async Task A_cancellation_says_what_came_of_it(string id, string outcome)
    {
        var answer = await gateway.SendAsync("POST", $"/api/v1/tasks/{id}/cancel");
        Assert.Equal((200, $$$"""{"code":200,"message":"success","data":{"taskId":"{{{id}}}","outcome":"{{{outcome}}}"}}"""), (answer.Status, answer.Body));
        Assert.Equal(404, (await gateway.SendAsync("POST", $"/api/v1/tasks/{id}/cancel", key: ScriptedDesk.OtherKey)).Status);
    }

    [Theory]
    [InlineData("a cat", 5, """{"price":1.4,"hold":3,"currency":"USD","provider":"kling","reason":"It is the first official provider for 'auto'."}""")]
    [InlineData("a cat", 10, """{"price":2.8,"hold":3,"currency":"USD","provider":"kling","reason":"It is the first official provider for 'auto'."}""")]
    [InlineData("@nobody", 5, """{"price":0,"hold":0,"currency":"USD","reason":"No configured provider fits 'auto'."}""")]
    public async Task An_estimate_says_price_provider_and_reason(string prompt, int seconds, string data)
    {
        var answer = await gateway.SendAsync(
            "POST", "/api/v1/estimate/kling-2-1", $$$"""{"input":{"mode":"master-text-to-video","prompt":"{{{prompt}}}","duration":{{{seconds}}}}}""");
        Assert.Equal((200, $$$"""{"code":200,"message":"success","data":{{{data}}}}"""), (answer.Status, answer.Body));
    }

    private void PutBoth()
    {
        var task = new VideoTask
        {
            Key = new TaskKey(ScriptedDesk.Pager.Account, new TaskId("task_l1")),
            KeyId = ScriptedDesk.Pager.Key,
            IsTest = false,
            Dialect = "apixo",
            Request = new GenerationRequest
            {
                Mode = GenerationMode.MasterTextToVideo,
                Prompt = "a cat",
                DurationSeconds = 5,
                AspectRatio = AspectRatio.Wide,
                CfgScale = 0.5m,
                Provider = "auto",
            },
            Source = "mcp",
            Metadata = ImmutableSortedDictionary<string, string>.Empty.Add("shot", "7").Add("film", "ż & \"q\""),
            Hold = new Usd(1_400_000),
            CancelRequestedAt = Created.AddSeconds(1),
            State = TaskState.Processing,
            Progress = 40,
            CreatedAt = Created,
        };
        gateway.Desk.Put(new TaskDetails(task, null, null));
        gateway.Desk.Put(new TaskDetails(
            task with
            {
                Key = task.Key with { Task = new TaskId("task_l2") },
                State = TaskState.Failed,
                Progress = 0,
                Source = null,
                Metadata = ImmutableSortedDictionary<string, string>.Empty,
                CancelRequestedAt = null,
                CompletedAt = Created.AddSeconds(2),
                Failure = new(FailureCode.Canceled, "Canceled by the caller."),
                Attempts = [new Attempt { Id = new AttemptId("a1"), Number = 1, Provider = "kling", State = AttemptState.Failed, Cost = new Usd(280_000), PreparedAt = Created }],
            },
            null,
            null));
    }

    private async Task<string> ListAsync(string query, string key = ScriptedDesk.ListKey)
    {
        var answer = await gateway.SendAsync("GET", "/api/v1/tasks" + query, key: key);
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Body;
    }
}
