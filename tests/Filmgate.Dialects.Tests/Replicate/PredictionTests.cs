using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Replicate;

/// <summary>What a prediction looks like: created, read and canceled, in every state, whatever surface its task came through.</summary>
public sealed class PredictionTests(OwnGateway gateway) : IClassFixture<OwnGateway>
{
    [Fact]
    public async Task A_new_prediction_has_every_field_of_the_vendors_and_echoes_its_input()
    {
        var answer = await gateway.SendAsync(
            "POST", $"{OwnGateway.Base}/models/kwaivgi/kling-v2.1/predictions",
            """{"input":{"duration":"10","start_image":"https://pictures.test/a.png","prompt":"a cat","negative_prompt":"dogs","mode":"pro","end_image":"https://pictures.test/b.png","seed":7},"webhook":"https://caller.test/hook","webhook_events_filter":["start","completed"],"stream":true}""");
        var id = OwnGateway.IdIn(answer.Body);
        Assert.Equal(201, answer.Status);
        Assert.Equal(OwnGateway.Of(id), answer.Header("Location"));
        Assert.Equal(
            $$$"""{"id":"{{{id}}}","model":"kwaivgi/kling-v2.1","version":"hidden","status":"starting","source":"api","input":{"prompt":"a cat","negative_prompt":"dogs","duration":"10","start_image":"https://pictures.test/a.png","mode":"pro","end_image":"https://pictures.test/b.png","seed":7},"output":null,"error":null,"logs":"","data_removed":false,"created_at":"{{{CreatedAt(id)}}}","started_at":null,"completed_at":null,"deadline":null,"metrics":{},"webhook":"https://caller.test/hook","webhook_events_filter":["start","completed"],"urls":{"get":"{{{OwnGateway.Of(id)}}}","cancel":"{{{OwnGateway.Of(id)}}}/cancel","web":"{{{OwnGateway.Of(id)}}}"}}""",
            answer.Body);
        Assert.Equal(answer.Body, (await gateway.SendAsync("GET", $"{OwnGateway.Base}/predictions/{id}")).Body);
    }

    [Fact]
    public async Task A_prediction_goes_through_the_vendors_states()
    {
        var id = await gateway.CreateAsync();
        var task = new TaskId("task_" + id);
        var created = DateTimeOffset.Parse(CreatedAt(id));
        gateway.Desk.Advance(task, pending => pending with
        {
            State = TaskState.Processing,
            Attempts = [new Attempt { Id = new AttemptId("att_1"), Number = 1, Provider = "animatic", State = AttemptState.Accepted, PreparedAt = created, SentAt = created.AddMilliseconds(1500) }],
        });
        Assert.Contains(
            $"\"status\":\"processing\",\"source\":\"api\",\"input\":{{\"prompt\":\"a cat\",\"start_image\":\"https://pictures.test/a.png\"}},\"output\":null,\"error\":null,\"logs\":\"\",\"data_removed\":false,\"created_at\":\"{CreatedAt(id)}\",\"started_at\":\"{Text(created.AddMilliseconds(1500))}\",\"completed_at\":null,\"deadline\":null,\"metrics\":{{}},\"urls\"",
            await ReadAsync(id), StringComparison.Ordinal);

        gateway.Desk.Advance(task, working => working with { State = TaskState.Success, CompletedAt = created.AddMilliseconds(61_750), DueAt = null }, "https://gate.test/artifacts/c.mp4?expires=1&signature=a+b");
        Assert.Contains(
            $"\"output\":\"https://gate.test/artifacts/c.mp4?expires=1&signature=a+b\",\"error\":null,\"logs\":\"\",\"data_removed\":false,\"created_at\":\"{CreatedAt(id)}\",\"started_at\":\"{Text(created.AddMilliseconds(1500))}\",\"completed_at\":\"{Text(created.AddMilliseconds(61_750))}\",\"deadline\":null,\"metrics\":{{\"predict_time\":60.25,\"total_time\":61.75}}",
            await ReadAsync(id), StringComparison.Ordinal);
        Assert.Contains("\"status\":\"succeeded\"", await ReadAsync(id), StringComparison.Ordinal);

        gateway.Desk.Advance(task, done => done);
        Assert.Contains("\"output\":null,\"error\":null,\"logs\":\"\",\"data_removed\":true", await ReadAsync(id), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailureCode.GenerationFailed, "failed", "\"It went \\\"wrong\\\".\"")]
    [InlineData(FailureCode.ContentViolation, "failed", "\"It went \\\"wrong\\\".\"")]
    [InlineData(FailureCode.ProcessingTimeout, "failed", "\"It went \\\"wrong\\\".\"")]
    [InlineData(FailureCode.Canceled, "canceled", "null")]
    public async Task A_task_that_ended_without_a_clip_has_failed_or_was_canceled(FailureCode code, string status, string error)
    {
        var id = await gateway.CreateAsync();
        gateway.Desk.Advance(new TaskId("task_" + id), task => task with
        {
            State = TaskState.Failed,
            Failure = new Failure(code, "It went \"wrong\"."),
            CompletedAt = task.CreatedAt.AddSeconds(2),
            DueAt = null,
        });
        var body = await ReadAsync(id);
        Assert.Contains($"\"status\":\"{status}\"", body, StringComparison.Ordinal);
        Assert.Contains($"\"output\":null,\"error\":{error},", body, StringComparison.Ordinal);
        Assert.Contains("\"metrics\":{\"total_time\":2}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Canceling_shows_the_prediction_as_it_is_then()
    {
        var waiting = await gateway.CreateAsync();
        var canceled = await gateway.SendAsync("POST", $"{OwnGateway.Base}/predictions/{waiting}/cancel");
        Assert.Equal(200, canceled.Status);
        Assert.Contains("\"status\":\"canceled\"", canceled.Body, StringComparison.Ordinal);

        var again = await gateway.SendAsync("POST", $"{OwnGateway.Base}/predictions/{waiting}/cancel", "{}");
        Assert.Equal((200, canceled.Body), (again.Status, again.Body));

        var working = await gateway.CreateAsync();
        gateway.Desk.Advance(new TaskId("task_" + working), task => task with { State = TaskState.Processing });
        Assert.Contains("\"status\":\"processing\"", (await gateway.SendAsync("POST", $"{OwnGateway.Base}/predictions/{working}/cancel")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "/cancel")]
    public async Task Unknown_foreign_and_malformed_ids_get_the_same_answer(string method, string rest)
    {
        var mine = await gateway.CreateAsync();
        foreach (var id in new[] { mine, new string('9', 36), "x", "task_" + mine, mine.ToUpperInvariant() + "Z", new string('a', 5000), "%25" })
        {
            var answer = await gateway.SendAsync(method, $"{OwnGateway.Base}/predictions/{id}{rest}", key: ScriptedDesk.OtherKey);
            Assert.Equal(
                (404, """{"title":"Not found","detail":"There is no such prediction, or it is not one of this account.","status":404}"""),
                (answer.Status, answer.Body));
        }
    }

    [Theory]
    [InlineData(GenerationMode.StandardImageToVideo, "kwaivgi/kling-v2.1", """{"prompt":"sea","start_image":"https://pictures.test/a.png","mode":"standard","duration":10}""")]
    [InlineData(GenerationMode.ProImageToVideo, "kwaivgi/kling-v2.1", """{"prompt":"sea","start_image":"https://pictures.test/a.png","mode":"pro","duration":10}""")]
    [InlineData(GenerationMode.MasterImageToVideo, "kwaivgi/kling-v2.1-master", """{"prompt":"sea","start_image":"https://pictures.test/a.png","duration":10}""")]
    [InlineData(GenerationMode.MasterTextToVideo, "kwaivgi/kling-v2.1-master", """{"prompt":"sea","duration":10,"aspect_ratio":"9:16"}""")]
    public async Task A_task_of_another_surface_is_shown_as_it_would_have_been_asked_here(GenerationMode mode, string model, string input)
    {
        var id = $"{(int)mode:d36}"[..35] + "z";
        gateway.Desk.Put(new TaskDetails(
            new VideoTask
            {
                Key = new TaskKey(ScriptedDesk.Owner.Account, new TaskId("task_" + id)),
                KeyId = ScriptedDesk.Owner.Key,
                IsTest = false,
                Dialect = "apixo",
                CallbackUrl = "https://caller.test/other-form",
                Notes = "not ours",
                Request = new GenerationRequest
                {
                    Mode = mode,
                    Prompt = "sea",
                    DurationSeconds = 10,
                    AspectRatio = mode == GenerationMode.MasterTextToVideo ? AspectRatio.Tall : null,
                    CfgScale = 0.5m,
                    Images = mode == GenerationMode.MasterTextToVideo ? [] : ["https://pictures.test/a.png", GenerationRequest.StoredImagePrefix + "00"],
                    Provider = "auto",
                },
                State = TaskState.Pending,
                CreatedAt = ScriptedDesk.Created,
            },
            null,
            null));
        var body = await ReadAsync(id);
        Assert.StartsWith($"{{\"id\":\"{id}\",\"model\":\"{model}\",\"version\":\"hidden\",\"status\":\"starting\",\"source\":\"api\",\"input\":{input},\"output\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("webhook", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_in_the_request_is_not_repeated_in_the_answer()
    {
        var id = await gateway.CreateAsync("""{"input":{"prompt":"a cat","start_image":"data:image/png;base64,iVBORw0KGgo="}}""");
        Assert.Equal("data:image/png;base64,iVBORw0KGgo=", Assert.Single(gateway.Desk.Drafts["task_" + id].ImageUrls));
        Assert.Contains("\"input\":{\"prompt\":\"a cat\",\"start_image\":\"data:image/png;base64,...\"}", await ReadAsync(id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_remembered_of_a_request_stays_small_whatever_it_holds()
    {
        var extra = string.Join(',', Enumerable.Range(0, 40).Select(i => $"\"x{i}\":\"{new string('y', 1500)}\""));
        var id = await gateway.CreateAsync($$$"""{"input":{"start_image":"https://pictures.test/a.png","odd":"\ud800\u0000","prompt":"{{{string.Concat(Enumerable.Repeat("\\u0001", 5000))}}}","big":"{{{new string('z', 3000)}}}",{{{extra}}}}}""");
        var notes = gateway.Desk.Drafts["task_" + id].Notes!;
        Assert.True(notes.Length <= GenerationRules.NotesLengthMax / 2 + 200, $"{notes.Length}");
        Assert.DoesNotContain('\0', notes);
        var body = await ReadAsync(id);
        Assert.Contains("\"odd\":\"\\ud800\\u0000\",\"x0\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("\"big\"", body, StringComparison.Ordinal);
    }

    private async Task<string> ReadAsync(string id)
    {
        var answer = await gateway.SendAsync("GET", $"{OwnGateway.Base}/predictions/{id}");
        Assert.Equal(200, answer.Status);
        return answer.Body;
    }

    private string CreatedAt(string id) => Text(gateway.Desk.TasksOf(ScriptedDesk.Owner).Single(task => task.Task.Key.Task.Value == "task_" + id).Task.CreatedAt);

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
}
