using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.OpenAiVideos;

/// <summary>Reading, listing and deleting.</summary>
public sealed class VideoTests(TestGateway gateway)
{
    private const string FromWords = """{"model":"kling-2.1-master","prompt":"a cat","size":"1280x720"}""";

    [Fact]
    public async Task Each_state_has_its_status_progress_times_and_error()
    {
        var (id, _) = await gateway.CreateAsync(FromWords);
        var created = TaskOf(id).CreatedAt.ToUnixTimeSeconds();
        string Literal(string status, int progress, string completed, string expires, string size, string error) =>
            $$"""{"id":"{{id}}","object":"video","model":"kling-2.1-master","status":"{{status}}","progress":{{progress}},"created_at":{{created}},"completed_at":{{completed}},"expires_at":{{expires}},"prompt":"a cat","size":"{{size}}","seconds":"5","remixed_from_video_id":null,"error":{{error}}}""";

        var queued = await gateway.SendAsync("GET", $"{VideosApi.Videos}/{id}");
        Assert.Equal(Literal("queued", 0, "null", "null", "1280x720", "null"), queued.Body);
        Assert.Equal("5000", queued.Header("openai-poll-after-ms"));
        Assert.NotEmpty(queued.Header("x-request-id")!);

        gateway.Desk.Advance(VideosApi.TaskOf(id), task => task with { State = TaskState.Processing, Progress = 42 });
        var working = await gateway.SendAsync("GET", $"{VideosApi.Videos}/{id}/");
        Assert.Equal(Literal("in_progress", 42, "null", "null", "1280x720", "null"), working.Body);
        Assert.Equal("5000", working.Header("openai-poll-after-ms"));

        gateway.Desk.Advance(VideosApi.TaskOf(id), task => VideosApi.Done(task, VideosApi.Clip("clip_state")));
        var done = await gateway.SendAsync("GET", $"{VideosApi.Videos}/{id}");
        Assert.Equal(Literal("completed", 100, "1760000071", "1761296000", "1920x1080", "null"), done.Body);
        Assert.Null(done.Header("openai-poll-after-ms"));

        var (failed, _) = await gateway.CreateAsync(FromWords);
        gateway.Desk.Advance(VideosApi.TaskOf(failed), task => VideosApi.FailedWith(task with { Progress = 7 }, FailureCode.ContentViolation, "It shows \"too much\"."));
        (id, created) = (failed, TaskOf(failed).CreatedAt.ToUnixTimeSeconds());
        var answer = await gateway.SendAsync("GET", $"{VideosApi.Videos}/{id}");
        Assert.Equal(Literal("failed", 7, "1760000009", "null", "1280x720", """{"code":"moderation_blocked","message":"It shows \"too much\"."}"""), answer.Body);
        Assert.Equal(200, answer.Status);
    }

    [Theory]
    [InlineData(FailureCode.ContentViolation, "moderation_blocked")]
    [InlineData(FailureCode.NsfwDetected, "nsfw_detected")]
    [InlineData(FailureCode.PromptTooLong, "string_above_max_length")]
    [InlineData(FailureCode.InvalidPrompt, "invalid_prompt")]
    [InlineData(FailureCode.InvalidImageUrl, "invalid_image_url")]
    [InlineData(FailureCode.ImageTooLarge, "image_too_large")]
    [InlineData(FailureCode.UnsupportedFormat, "invalid_image_format")]
    [InlineData(FailureCode.ImageDownloadFailed, "failed_to_download_image")]
    [InlineData(FailureCode.ProcessingTimeout, "processing_timeout")]
    [InlineData(FailureCode.ModelUnavailable, "model_unavailable")]
    [InlineData(FailureCode.GenerationFailed, "video_generation_failed")]
    [InlineData(FailureCode.InsufficientCredits, "insufficient_quota")]
    [InlineData(FailureCode.Canceled, "canceled")]
    public async Task Every_failure_has_a_code(FailureCode ours, string theirs)
    {
        var (id, _) = await gateway.CreateAsync(FromWords);
        gateway.Desk.Advance(VideosApi.TaskOf(id), task => VideosApi.FailedWith(task, ours, "Why."));
        var (_, body) = await gateway.GetAsync($"{VideosApi.Videos}/{id}");
        Assert.EndsWith($$$"""
            "error":{"code":"{{{theirs}}}","message":"Why."}}
            """.Trim(), body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_of_another_surface_is_a_video_here()
    {
        var create = await gateway.SendAsync(
            "POST", "/api/v1/generateTask/kling-2-1", """{"input":{"mode":"pro-image-to-video","prompt":"a dog","duration":10,"image_urls":["https://e.test/a.png"]}}""", ScriptedDesk.OtherKey);
        var task = JsonElement.Parse(create.Body).GetProperty("data").GetProperty("taskId").GetString()!;
        var id = "video_" + task["task_".Length..];
        var answer = await gateway.SendAsync("GET", $"{VideosApi.Videos}/{id}", key: ScriptedDesk.OtherKey);
        var video = JsonElement.Parse(answer.Body);
        Assert.Equal(
            (id, "kling-2.1-pro", "1920x1080", "10", "a dog"),
            (Text(video, "id"), Text(video, "model"), Text(video, "size"), Text(video, "seconds"), Text(video, "prompt")));

        // A test key renders on this machine, which is quick.
        Assert.Equal("1000", answer.Header("openai-poll-after-ms"));
        Assert.Equal(404, (await gateway.SendAsync("GET", $"{VideosApi.Videos}/{id}")).Status);
    }

    [Theory]
    [InlineData("video_000000000000000000000000000000999999")]
    [InlineData("video_0000000000000000000000000000009999999")]
    [InlineData("video_")]
    [InlineData("video_ABCDEFGHJKMNPQRSTVWXYZ00000000000000")]
    [InlineData("task_000000000000000000000000000000000001")]
    [InlineData("chatcmpl-1")]
    [InlineData("video_%2e%2e%2f")]
    public async Task An_unknown_id_and_somebody_elses_get_one_and_the_same_404(string id)
    {
        const string body = """{"error":{"message":"There is no such video, or it is not one of this account.","type":"invalid_request_error","param":null,"code":"not_found"}}""";
        var other = await gateway.SendAsync("POST", VideosApi.Videos, FromWords, ScriptedDesk.OtherKey);
        foreach (var unknown in new[] { id, JsonElement.Parse(other.Body).GetProperty("id").GetString()! })
        {
            Assert.Equal((404, body), await gateway.GetAsync($"{VideosApi.Videos}/{unknown}"));
            Assert.Equal((404, body), await gateway.GetAsync($"{VideosApi.Videos}/{unknown}/content"));
            var deleted = await gateway.SendAsync("DELETE", $"{VideosApi.Videos}/{unknown}");
            Assert.Equal((404, body), (deleted.Status, deleted.Body));
        }
    }

    [Fact]
    public async Task A_deleted_video_is_gone_and_one_in_flight_cannot_be_deleted()
    {
        var (id, _) = await gateway.CreateAsync(FromWords);
        var early = await gateway.SendAsync("DELETE", $"{VideosApi.Videos}/{id}");

        // 409 would be repeated by the official clients, which does not help.
        Assert.Equal(400, early.Status);
        Assert.Contains("\"code\":\"video_in_progress\"", early.Body, StringComparison.Ordinal);

        gateway.Desk.Advance(VideosApi.TaskOf(id), task => VideosApi.FailedWith(task, FailureCode.GenerationFailed, "Why."));
        var deleted = await gateway.SendAsync("DELETE", $"{VideosApi.Videos}/{id}");
        Assert.Equal((200, $$"""{"id":"{{id}}","object":"video.deleted","deleted":true}"""), (deleted.Status, deleted.Body));
        Assert.Equal(404, (await gateway.GetAsync($"{VideosApi.Videos}/{id}")).Item1);
    }

    [Fact]
    public async Task A_list_is_paged_newest_first_or_oldest_first()
    {
        await ListAsync("", 0);
        for (var i = 0; i < 5; i++)
        {
            await gateway.SendAsync("POST", VideosApi.Videos, FromWords, ScriptedDesk.ListKey);
        }

        var ids = gateway.Desk.TasksOf(ScriptedDesk.Lister).Select(task => "video_" + task.Task.Key.Task.Value["task_".Length..]).ToImmutableArray();
        Assert.Equal([ids[4], ids[3]], await ListAsync("?limit=2", 2, hasMore: true));
        Assert.Equal([ids[2], ids[1]], await ListAsync($"?limit=2&after={ids[3]}", 2, hasMore: true));
        Assert.Equal([ids[0]], await ListAsync($"?limit=2&after={ids[1]}&order=desc", 1));
        Assert.Equal([ids[0], ids[1]], await ListAsync("?order=asc&limit=2", 2, hasMore: true));
        Assert.Equal([ids[2], ids[3], ids[4]], await ListAsync($"?order=asc&after={ids[1]}&unknown=1", 3));
        Assert.Equal(ids.Reverse(), await ListAsync("?limit=100", 5));
        Assert.Empty(await ListAsync("?limit=0", 0, hasMore: true));
        await ListAsync("", 5);
        Assert.Equal(21, gateway.Desk.Filter!.Limit);
    }

    [Theory]
    [InlineData("limit=101", "limit", "limit must be a whole number from 0 to 100, got 101")]
    [InlineData("limit=-1", "limit", "limit must be a whole number from 0 to 100, got -1")]
    [InlineData("limit=", "limit", "limit must be a whole number from 0 to 100, got \\\"\\\"")]
    [InlineData("limit=1&limit=1", "limit", "limit must be given once")]
    [InlineData("order=newest", "order", "order must be asc or desc, got newest")]
    [InlineData("after=task_1", "after", "after must be the id of a video, such as the last_id of the page before, got task_1")]
    public async Task A_wrong_query_is_refused_by_parameter(string query, string param, string message)
    {
        var (status, body) = await gateway.GetAsync($"{VideosApi.Videos}?{query}");
        Assert.Equal((400, $$$"""{"error":{"message":"{{{message}}}","type":"invalid_request_error","param":"{{{param}}}","code":"invalid_value"}}"""), (status, body));
    }

    private async Task<ImmutableArray<string>> ListAsync(string query, int count, bool hasMore = false)
    {
        var answer = await gateway.SendAsync("GET", VideosApi.Videos + query, key: ScriptedDesk.ListKey);
        Assert.True(answer.Status == 200, answer.Body);
        var list = JsonElement.Parse(answer.Body);
        Assert.Equal(["object", "data", "first_id", "last_id", "has_more"], list.EnumerateObject().Select(property => property.Name));
        Assert.Equal("list", Text(list, "object"));
        var ids = list.GetProperty("data").EnumerateArray().Select(video => video.GetProperty("id").GetString()!).ToImmutableArray();
        Assert.Equal(count, ids.Length);
        Assert.Equal((ids.FirstOrDefault(), ids.LastOrDefault()), (Text(list, "first_id"), Text(list, "last_id")));
        Assert.Equal(hasMore, list.GetProperty("has_more").GetBoolean());
        return ids;
    }

    private VideoTask TaskOf(string id) => gateway.Desk.TasksOf(ScriptedDesk.Owner).Single(task => task.Task.Key.Task == VideosApi.TaskOf(id)).Task;

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
