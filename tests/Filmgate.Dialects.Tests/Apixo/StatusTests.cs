using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Apixo;

public sealed class StatusTests(TestGateway gateway)
{
    private static readonly DateTimeOffset Created = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000);

    public static TheoryData<string> States => [.. Literals.Keys];

    private static Dictionary<string, (TaskView Task, string Body)> Literals => new()
    {
        ["pending"] = (
            View("s-pending", TaskState.Pending),
            """{"code":200,"message":"success","data":{"taskId":"s-pending","state":"pending","createTime":1760000000000}}"""),
        ["processing"] = (
            View("s-processing", TaskState.Processing),
            """{"code":200,"message":"success","data":{"taskId":"s-processing","state":"processing","createTime":1760000000000}}"""),
        ["success"] = (
            View("s-success", TaskState.Success) with { CompletedAt = Created.AddSeconds(71), ClipUrl = "https://host.test/v.mp4?exp=1&sig=a+b%20/=" },
            """{"code":200,"message":"success","data":{"taskId":"s-success","state":"success","createTime":1760000000000,"completeTime":1760000071000,"costTime":71000,"resultJson":"{\"resultUrls\":[\"https://host.test/v.mp4?exp=1&sig=a+b%20/=\"]}"}}"""),
        ["failed"] = (
            View("s-failed", TaskState.Failed) with { CompletedAt = Created.AddSeconds(4), Failure = new(FailureCode.InvalidImageUrl, "cannot read <image> 1") },
            """{"code":200,"message":"success","data":{"taskId":"s-failed","state":"failed","createTime":1760000000000,"completeTime":1760000004000,"failCode":"INVALID_IMAGE_URL","failMsg":"cannot read <image> 1"}}"""),
        ["failed with line breaks, quotes and half a surrogate pair"] = (
            View("s-odd", TaskState.Failed) with { CompletedAt = Created, Failure = new(FailureCode.GenerationFailed, "a\r\nX: 1 \"q\" \\ \0 \u001b \ud800 ż") },
            """{"code":200,"message":"success","data":{"taskId":"s-odd","state":"failed","createTime":1760000000000,"completeTime":1760000000000,"failCode":"GENERATION_FAILED","failMsg":"a\r\nX: 1 \"q\" \\ \u0000 \u001B \uFFFD ż"}}"""),
    };

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_status_answer_has_exactly_the_fields_of_its_state(string state)
    {
        var (task, body) = Literals[state];
        gateway.Desk.Put(task);
        Assert.Equal((200, body), await gateway.GetAsync($"/api/v1/statusTask/kling-2-1?taskId={task.Id}"));
        Assert.Equal((200, body), await gateway.GetAsync($"/api/v1/statusTask/kling-2-1/?_=1&taskId={task.Id}"));
    }

    [Theory]
    [MemberData(nameof(States))]
    public void A_callback_body_is_the_status_answer(string state)
    {
        var (task, body) = Literals[state];
        var format = new CallbackFormat(gateway.Desk);
        Assert.Equal("apixo", format.Dialect);
        Assert.Equal(body, Encoding.UTF8.GetString(format.Render(TaskEvents.Completed, Details(task)).Span));
    }

    [Theory]
    [InlineData("https://host.test/v.mp4?a=1&b=2")]
    [InlineData("https://host.test/\"\\<>'\u2028ż🎬\u0001")]
    public void The_result_survives_being_parsed_twice(string url)
    {
        var body = new CallbackFormat(gateway.Desk).Render(
            TaskEvents.Completed, Details(View("t", TaskState.Success) with { CompletedAt = Created, ClipUrl = url }));
        using var outer = JsonDocument.Parse(body);
        using var inner = JsonDocument.Parse(outer.RootElement.GetProperty("data").GetProperty("resultJson").GetString()!);
        Assert.Equal(url, Assert.Single(inner.RootElement.GetProperty("resultUrls").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Another_accounts_task_is_answered_like_one_that_does_not_exist()
    {
        gateway.Desk.Put(View("s-private", TaskState.Pending));
        foreach (var address in new[] { "/api/v1/statusTask/kling-2-1?taskId=", "/api/v1/tasks/" })
        {
            var stranger = await SendAsync(address + "s-private", ScriptedDesk.OtherKey);
            var nothing = await SendAsync(address + "s-nothing", ScriptedDesk.OtherKey);
            Assert.Equal(404, stranger.Status);
            Assert.Equal(nothing.Body, stranger.Body);
        }
    }

    [Fact]
    public async Task The_balance_is_a_number() =>
        Assert.Equal((200, """{"code":200,"message":"success","data":12.34}"""), await gateway.GetAsync("/api/v1/apikeys/current-balance"));

    [Fact]
    public async Task Details_tell_everything_and_leave_out_what_is_not_there()
    {
        var task = new VideoTask
        {
            Key = new TaskKey(ScriptedDesk.Owner.Account, new TaskId("d1")),
            KeyId = ScriptedDesk.Owner.Key,
            IsTest = false,
            Dialect = "apixo",
            Request = new GenerationRequest
            {
                Mode = GenerationMode.MasterTextToVideo,
                Prompt = "a cat",
                DurationSeconds = 5,
                AspectRatio = AspectRatio.Tall,
                CfgScale = 0.5m,
                Provider = "auto",
            },
            State = TaskState.Pending,
            CreatedAt = Created,
        };
        gateway.Desk.Put(new TaskDetails(task, null, null));
        Assert.Equal(
            (200, """{"code":200,"message":"success","data":{"taskId":"d1","model":"kling-2-1","mode":"master-text-to-video","state":"pending","progress":0,"createTime":1760000000000,"cost":0,"hold":0,"input":{"mode":"master-text-to-video","prompt":"a cat","duration":5,"aspect_ratio":"9:16","cfg_scale":0.5,"provider":"auto"},"attempts":[]}}"""),
            await gateway.GetAsync("/api/v1/tasks/d1"));

        var waiting = task with { Priority = 3, WaitingFor = "fal", WaitingSince = Created.AddSeconds(1) };
        gateway.Desk.Put(new TaskDetails(waiting, null, null) { Place = new TaskPlace(7, Created.AddSeconds(90)) });
        Assert.Contains(
            ""","cost":0,"hold":0,"priority":3,"queue":{"provider":"fal","waitingSinceTime":1760000001000,"position":7,"expectedStartTime":1760000090000},"input":""",
            (await gateway.GetAsync("/api/v1/tasks/d1")).Body, StringComparison.Ordinal);

        var doubtful = task with
        {
            State = TaskState.Failed, CompletedAt = Created, Failure = new Failure(FailureCode.GenerationFailed, "Nobody knows."), Hold = Usd.FromDollars(0.28m),
            Attempts = [new Attempt { Id = new AttemptId("a1"), Number = 1, Provider = "fal", State = AttemptState.Abandoned, Unconfirmed = Usd.FromDollars(0.28m), PreparedAt = Created }],
        };
        gateway.Desk.Put(new TaskDetails(doubtful, null, null));
        var body = (await gateway.GetAsync("/api/v1/tasks/d1")).Body;
        Assert.Contains(""","cost":0,"unconfirmedCost":0.28,"hold":0.28,""", body, StringComparison.Ordinal);
        Assert.Contains("""{"number":1,"provider":"fal","state":"abandoned","cost":0,"unconfirmedCost":0.28,""", body, StringComparison.Ordinal);

        var done = task with
        {
            State = TaskState.Success,
            Progress = 100,
            CompletedAt = Created.AddSeconds(9),
            Source = "mcp",
            Request = task.Request with { Mode = GenerationMode.ProImageToVideo, AspectRatio = null, NegativePrompt = "blur", Images = ["https://e.test/a?x=1&y=2"] },
            Clip = new Clip { Id = new ClipId("clip_1"), Sha256 = "00", Length = 123_456, Width = 1080, Height = 1920, Duration = TimeSpan.FromSeconds(5.041), Frames = 121, ExpiresAt = Created },
            Attempts = ImmutableArray.Create(
                new Attempt { Id = new AttemptId("a1"), Number = 1, Provider = "fal", State = AttemptState.Refused, Refusal = RefusalClass.Busy, RouteReason = "It is cheap.", Reason = "full", PreparedAt = Created, SentAt = Created.AddSeconds(1), EndedAt = Created.AddSeconds(2) },
                new Attempt { Id = new AttemptId("a2"), Number = 2, Provider = "kling", State = AttemptState.Completed, UpstreamId = "secret", Cost = Usd.FromDollars(0.28m), UnfetchedSince = Created.AddSeconds(8), PreparedAt = Created.AddSeconds(2), SentAt = Created.AddSeconds(3), AcceptedAt = Created.AddSeconds(4), EndedAt = Created.AddSeconds(8) }),
        };
        gateway.Desk.Put(new TaskDetails(done, "https://h.test/v.mp4?a=1&b=2", "https://h.test/v.jpg"));
        Assert.Equal(
            (200, """{"code":200,"message":"success","data":{"taskId":"d1","model":"kling-2-1","mode":"pro-image-to-video","state":"success","progress":100,"createTime":1760000000000,"completeTime":1760000009000,"costTime":9000,"cost":0.28,"resultUrls":["https://h.test/v.mp4?a=1&b=2"],"posterUrl":"https://h.test/v.jpg","clip":{"width":1080,"height":1920,"duration":5.041,"frames":121,"bytes":123456},"source":"mcp","input":{"mode":"pro-image-to-video","prompt":"a cat","negative_prompt":"blur","duration":5,"image_urls":["https://e.test/a?x=1&y=2"],"cfg_scale":0.5,"provider":"auto"},"attempts":[{"number":1,"provider":"fal","state":"refused","routeReason":"It is cheap.","refusal":"busy","reason":"full","cost":0,"preparedTime":1760000000000,"sentTime":1760000001000,"endedTime":1760000002000},{"number":2,"provider":"kling","state":"completed","cost":0.28,"unfetchedSinceTime":1760000008000,"preparedTime":1760000002000,"sentTime":1760000003000,"acceptedTime":1760000004000,"endedTime":1760000008000}]}}"""),
            await gateway.GetAsync("/api/v1/tasks/d1"));
    }

    private static TaskDetails Details(TaskView view) => new(
        new VideoTask
        {
            Key = new TaskKey(ScriptedDesk.Owner.Account, view.Id),
            KeyId = ScriptedDesk.Owner.Key,
            IsTest = false,
            Dialect = "apixo",
            Request = new GenerationRequest { Mode = GenerationMode.MasterTextToVideo, Prompt = "a cat", DurationSeconds = 5, CfgScale = 0.5m, Provider = "auto" },
            State = view.State,
            CreatedAt = view.CreatedAt,
            CompletedAt = view.CompletedAt,
            Failure = view.Failure,
        },
        view.ClipUrl,
        null);

    private static TaskView View(string id, TaskState state) => new() { Id = new TaskId(id), State = state, CreatedAt = Created };

    private async Task<(int Status, string Body)> SendAsync(string address, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new("Bearer", key);
        using var answer = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
