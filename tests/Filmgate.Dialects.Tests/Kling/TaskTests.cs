using System.Collections.Immutable;
using System.Text;
using Filmgate.Dialects.Kling;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using static Filmgate.Dialects.Tests.Kling.KlingSurface;

namespace Filmgate.Dialects.Tests.Kling;

/// <summary>How tasks are shown, found and listed. The ids in here are 36 characters of base 32; the digits are the same numbers.</summary>
public sealed class TaskTests(TestGateway gateway)
{
    // Ten is a letter in the ids of the house, and the tests' own ids are digits.
    private const string Unknown = "10";

    private const string Prefix = """{"code":0,"message":"SUCCEED","request_id":"R","data":""";

    public static TheoryData<string> States => [.. Literals.Keys];

    private static Dictionary<string, (TaskDetails Task, string Digits, string Body)> Literals => new()
    {
        ["submitted"] = (
            new(Task("000000000000000000000000000000001001") with { ExternalId = "job-7" }, null, null),
            "32769",
            """{"task_id":"32769","task_status":"submitted","task_status_msg":"","task_info":{"external_task_id":"job-7"},"created_at":1760000000000,"updated_at":1760000000000}"""),
        ["processing"] = (
            new(
                Task("000000000000000000000000000000001002") with
                {
                    State = TaskState.Processing,
                    Attempts = ImmutableArray.Create(
                        new Attempt { Id = new AttemptId("a"), Number = 1, Provider = "fal", State = AttemptState.Accepted, PreparedAt = At(1), SentAt = At(2), AcceptedAt = At(3) }),
                },
                null,
                null),
            "32770",
            """{"task_id":"32770","task_status":"processing","task_status_msg":"","task_info":{},"created_at":1760000000000,"updated_at":1760000003000}"""),
        ["succeed"] = (
            new(
                Task("000000000000000000000000000000001003", GenerationMode.ProImageToVideo) with
                {
                    State = TaskState.Success,
                    ExternalId = "job-8",
                    CompletedAt = At(90),
                    DueAt = null,
                    Clip = Clip("clip_00000000000000000000000000000000000z", 5.041),
                    Attempts = ImmutableArray.Create(
                        new Attempt { Id = new AttemptId("a"), Number = 1, Provider = "kling", State = AttemptState.Completed, Cost = new Usd(490_000), PreparedAt = At(1), SentAt = At(2), AcceptedAt = At(3), EndedAt = At(80) }),
                },
                "https://host.test/v.mp4?a=1&b=2",
                "https://host.test/v.jpg"),
            "32771",
            """{"task_id":"32771","task_status":"succeed","task_status_msg":"","task_info":{"external_task_id":"job-8"},"final_unit_deduction":"3.5","created_at":1760000000000,"updated_at":1760000090000,"task_result":{"videos":[{"id":"31","url":"https://host.test/v.mp4?a=1&b=2","duration":"5.041"}]}}"""),
        ["failed"] = (
            new(
                Task("000000000000000000000000000000001004") with
                {
                    State = TaskState.Failed,
                    CompletedAt = At(4),
                    DueAt = null,
                    Failure = new Failure(FailureCode.ContentViolation, "The provider says no."),
                },
                null,
                null),
            "32772",
            """{"task_id":"32772","task_status":"failed","task_status_msg":"Failure to pass the risk control system","task_info":{},"final_unit_deduction":"0","created_at":1760000000000,"updated_at":1760000004000,"task_result":{}}"""),
    };

    [Theory]
    [MemberData(nameof(States))]
    public async Task An_answer_to_a_query_has_exactly_the_fields_of_its_state(string state)
    {
        var (task, digits, body) = Literals[state];
        gateway.Desk.Put(task);
        foreach (var place in new[] { "/kling/v1/videos", "/v1/videos", "/proxy/kling/v1/videos" })
        {
            var answer = await gateway.SendAsync("GET", $"{place}/image2video/{digits}");
            Assert.Equal((200, $"{Prefix}{body}}}"), (answer.Status, Plain(answer.Body)));
        }
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_callback_is_the_bare_task(string state)
    {
        var (task, _, body) = Literals[state];
        Assert.Equal(body, Encoding.UTF8.GetString(new CallbackFormat(gateway.Desk).Render(TaskEvents.Completed, task).Span));
    }

    [Theory]
    [InlineData(FailureCode.NsfwDetected, "x", "Failure to pass the risk control system")]
    [InlineData(FailureCode.ImageTooLarge, "It is too wide.", "The resolution or aspect ratio of the input image is invalid. Please ensure it meets the required specifications. It is too wide.")]
    [InlineData(FailureCode.UnsupportedFormat, "It is a GIF.", "The resolution or aspect ratio of the input image is invalid. Please ensure it meets the required specifications. It is a GIF.")]
    [InlineData(FailureCode.Canceled, "Canceled by the caller.", "Canceled by the caller.")]
    [InlineData(FailureCode.GenerationFailed, "It broke.", "It broke.")]
    public void A_failure_is_told_in_the_sentence_that_clients_know(FailureCode code, string ours, string shown)
    {
        var task = Task("0") with { State = TaskState.Failed, CompletedAt = At(1), Failure = new Failure(code, ours) };
        var body = Encoding.UTF8.GetString(new CallbackFormat(gateway.Desk).Render(TaskEvents.Completed, new(task, null, null)).Span);
        Assert.Contains($"\"task_status_msg\":\"{shown}\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5.0, "5.0")]
    [InlineData(5.1, "5.1")]
    [InlineData(10.0416, "10.042")]
    public void A_clips_duration_is_a_string_of_seconds(double seconds, string shown)
    {
        var task = Task("0") with { State = TaskState.Success, CompletedAt = At(1), Clip = Clip("clip_1", seconds) };
        var body = Encoding.UTF8.GetString(new CallbackFormat(gateway.Desk).Render(TaskEvents.Completed, new(task, "https://h.test/v.mp4", null)).Span);
        Assert.Contains($"\"duration\":\"{shown}\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(280_000, "2")]
    [InlineData(490_000, "3.5")]
    [InlineData(2_800_000, "20")]
    [InlineData(250_000, "1.7857")]
    public void A_charge_is_a_string_of_units(long micros, string units)
    {
        var attempt = new Attempt { Id = new AttemptId("a"), Number = 1, Provider = "fal", State = AttemptState.Completed, Cost = new Usd(micros), PreparedAt = At(1) };
        var task = Task("0") with { State = TaskState.Success, CompletedAt = At(1), Clip = Clip("clip_1", 5), Attempts = [attempt] };
        var body = Encoding.UTF8.GetString(new CallbackFormat(gateway.Desk).Render(TaskEvents.Completed, new(task, "https://h.test/v.mp4", null)).Span);
        Assert.Contains($"\"final_unit_deduction\":\"{units}\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_longest_id_goes_to_digits_and_back()
    {
        gateway.Desk.Put(new TaskDetails(Task("7zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzw"), null, null));
        var answer = await gateway.SendAsync("GET", $"{Image}/383123885216472214589586756787577295904684780545900540");
        Assert.Equal(200, answer.Status);
        Assert.Contains("\"task_id\":\"383123885216472214589586756787577295904684780545900540\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("032773")]
    [InlineData("+32773")]
    [InlineData("-32773")]
    [InlineData("%2032773")]
    [InlineData("32773.0")]
    [InlineData("task_000000000000000000000000000000001005")]
    [InlineData("１")]
    [InlineData("1532495540865888858358347027150309183618739122183602176")]
    [InlineData("9999999999999999999999999999999999999999999999999999999")]
    [InlineData("99999999999999999999999999999999999999999999999999999999999999999999")]
    [InlineData("a%2Fb")]
    [InlineData("%ED%A0%80")]
    public async Task Every_other_id_is_one_and_the_same_404(string id)
    {
        gateway.Desk.Put(new TaskDetails(Task("000000000000000000000000000000001005"), null, null));
        var answer = await gateway.SendAsync("GET", $"{Image}/{id}");
        var unknown = await gateway.SendAsync("GET", $"{Image}/{Unknown}");
        Assert.Equal(404, unknown.Status);
        Assert.StartsWith("""{"code":1203,"message":"There is no such task of this kind""", unknown.Body, StringComparison.Ordinal);
        Assert.Equal((404, Plain(unknown.Body)), (answer.Status, Plain(answer.Body)));
    }

    [Fact]
    public async Task Another_accounts_task_and_one_of_the_other_kind_are_not_found()
    {
        gateway.Desk.Put(new TaskDetails(Task("000000000000000000000000000000001006") with { ExternalId = "mine-6" }, null, null));
        var unknown = await gateway.SendAsync("GET", $"{Image}/{Unknown}");
        foreach (var (address, key) in new[]
        {
            ($"{Image}/32774", ScriptedDesk.OtherKey), ($"{Image}/mine-6", ScriptedDesk.OtherKey), ($"{Text}/32774", ScriptedDesk.LiveKey), ($"{Text}/mine-6", ScriptedDesk.LiveKey),
        })
        {
            var answer = await gateway.SendAsync("GET", address, key: key);
            Assert.Equal((404, Plain(unknown.Body)), (answer.Status, Plain(answer.Body)));
        }
    }

    [Theory]
    [InlineData("job 9/ż?#&%", "job%209%2F%C5%BC%3F%23%26%25")]
    [InlineData("12345678901", "12345678901")]
    [InlineData("a.b~c_d-e", "a.b~c_d-e")]
    public async Task A_task_is_found_by_the_callers_own_id_whatever_it_holds(string externalId, string segment)
    {
        var quoted = System.Text.Json.JsonSerializer.Serialize(externalId);
        var created = await gateway.SendAsync("POST", Text, $$"""{"model_name":"kling-v2-1-master","prompt":"a cat","external_task_id":{{quoted}}}""");
        var found = await gateway.SendAsync("GET", $"{Text}/{segment}");
        Assert.Equal(TaskIdOf(created), TaskIdOf(found));
    }

    [Fact]
    public async Task A_task_that_came_through_another_surface_is_shown_without_its_surfaces_own_id()
    {
        gateway.Desk.Put(new TaskDetails(Task("000000000000000000000000000000001007") with { Dialect = "apixo", ExternalId = "theirs-7" }, null, null));
        Assert.Contains("\"task_info\":{}", (await gateway.SendAsync("GET", $"{Image}/32775")).Body, StringComparison.Ordinal);
        Assert.Equal(404, (await gateway.SendAsync("GET", $"{Image}/theirs-7")).Status);
    }

    [Theory]
    [InlineData("", 0, 30)]
    [InlineData("?", 0, 30)]
    [InlineData("?pageNum=1&pageSize=500", 0, 500)]
    [InlineData("?pageNum=3&pageSize=20&x=1", 40, 20)]
    [InlineData("?pageNum=1000&pageSize=500", 499_500, 500)]
    public async Task A_list_is_a_page_of_one_kind_of_task_newest_first(string query, int skip, int limit)
    {
        var answer = await gateway.SendAsync("GET", Image + query, key: ScriptedDesk.ListKey);
        Assert.Equal((200, $"{Prefix}[]}}"), (answer.Status, Plain(answer.Body)));
        var filter = gateway.Desk.Filter!;
        Assert.Equal((skip, limit, false), (filter.Skip, filter.Limit, filter.OldestFirst));
        Assert.Equal([GenerationMode.StandardImageToVideo, GenerationMode.ProImageToVideo, GenerationMode.MasterImageToVideo], filter.Modes);
    }

    [Fact]
    public async Task A_list_shows_tasks_as_queries_do()
    {
        var (task, _, body) = Literals["succeed"];
        gateway.Desk.Put(task with { Task = task.Task with { Key = task.Task.Key with { Account = ScriptedDesk.Other.Account } } });
        var answer = await gateway.SendAsync("GET", "/v1/videos/image2video?pageSize=500", key: ScriptedDesk.OtherKey);
        Assert.StartsWith(Prefix + "[{", Plain(answer.Body), StringComparison.Ordinal);
        Assert.Contains(body, answer.Body, StringComparison.Ordinal);
        var others = await gateway.SendAsync("GET", "/v1/videos/text2video", key: ScriptedDesk.OtherKey);
        Assert.DoesNotContain("\"32771\"", others.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pageNum=0", "pageNum must be a whole number from 1 to 1000, got 0")]
    [InlineData("pageNum=1001", "pageNum must be a whole number from 1 to 1000, got 1001")]
    [InlineData("pageSize=501", "pageSize must be a whole number from 1 to 500, got 501")]
    [InlineData("pageSize=-1", "pageSize must be a whole number from 1 to 500, got -1")]
    [InlineData("pageSize=", "pageSize must be a whole number from 1 to 500, got \"\"")]
    [InlineData("pageNum=a&pageSize=99999999999999999999", "pageNum must be a whole number from 1 to 1000, got a; pageSize must be a whole number from 1 to 500, got 99999999999999999999")]
    public async Task A_page_out_of_range_is_refused(string query, string message)
    {
        var answer = await gateway.SendAsync("GET", $"{Text}?{query}");
        using var body = System.Text.Json.JsonDocument.Parse(answer.Body);
        Assert.Equal(400, answer.Status);
        Assert.Equal((1201, message), (body.RootElement.GetProperty("code").GetInt32(), body.RootElement.GetProperty("message").GetString()));
        Assert.Equal(["code", "message", "request_id"], body.RootElement.EnumerateObject().Select(member => member.Name));
    }

    private static DateTimeOffset At(int seconds) => ScriptedDesk.Created.AddSeconds(seconds);

    private static Clip Clip(string id, double seconds) => new()
    {
        Id = new ClipId(id), Sha256 = "00", Length = 1, Width = 1080, Height = 1920, Duration = TimeSpan.FromSeconds(seconds), Frames = 1, ExpiresAt = At(1000),
    };
}
