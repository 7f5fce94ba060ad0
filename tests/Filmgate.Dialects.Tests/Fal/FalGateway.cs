using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Fal;

/// <summary>A gateway whose queue no other test fills, and fal's way to call it.</summary>
public sealed class FalGateway : TestGateway
{
    public const string Queue = "/fal/queue";
    public const string Root = "fal-ai/kling-video";
    public const string Words = Root + "/v2.1/master/text-to-video";
    public const string Standard = Root + "/v2.1/standard/image-to-video";
    public const string Pro = Root + "/v2.1/pro/image-to-video";
    public const string Master = Root + "/v2.1/master/image-to-video";

    /// <summary>Where callers of this gateway find requests.</summary>
    public const string Address = $"{ScriptedDesk.PublicAddress}{Queue}/{Root}/requests";

    private const int ClipLength = 12_345;

    public static async Task<FalGateway> StartAsync()
    {
        var gateway = new FalGateway();
        await gateway.InitializeAsync();
        return gateway;
    }

    /// <summary>Calls with a key in fal's header; null for none.</summary>
    public Task<Transcript> CallAsync(
        string method, string address, string? body = null, string? key = ScriptedDesk.LiveKey, params (string Name, string Value)[] headers) =>
        SendAsync(method, address, body, key: null, key is null ? headers : [("Authorization", $"Key {key}"), .. headers]);

    /// <summary>Submits and gives the request's id.</summary>
    public async Task<string> SubmitAsync(string prompt = "sea")
    {
        var answer = await CallAsync("POST", $"{Queue}/{Words}", $$"""{"prompt":"{{prompt}}"}""");
        Assert.True(answer.Status == 200, answer.Body);
        return JsonElement.Parse(answer.Body).GetProperty("request_id").GetString()!;
    }

    /// <summary>The task of a request.</summary>
    public static TaskId TaskOf(string request) => new("task_" + request);

    /// <summary>Moves a request's task to a provider, ten seconds after it came.</summary>
    internal TaskDetails Start(string request) => Desk.Advance(TaskOf(request), task => task with
    {
        State = TaskState.Processing,
        Attempts =
        [
            new Attempt
            {
                Id = new AttemptId("att_1"), Number = 1, Provider = "animatic", State = AttemptState.Accepted, UpstreamId = "u",
                PreparedAt = task.CreatedAt, SentAt = task.CreatedAt.AddSeconds(10), AcceptedAt = task.CreatedAt.AddSeconds(11),
            },
        ],
    });

    /// <summary>Ends a started request with a clip, 81.4 seconds after it came.</summary>
    internal TaskDetails Finish(string request, string? clipUrl = "https://gate.test/artifacts/clip_1.mp4?expires=1&signature=s") => Desk.Advance(
        TaskOf(request),
        task => task with
        {
            State = TaskState.Success,
            CompletedAt = task.CreatedAt.AddSeconds(81.4),
            DueAt = null,
            Clip = new Clip
            {
                Id = new ClipId("clip_1"), Sha256 = new string('a', 64), Length = ClipLength, Width = 1280, Height = 720,
                Duration = TimeSpan.FromSeconds(5), Frames = 120, ExpiresAt = task.CreatedAt.AddDays(15),
            },
        },
        clipUrl);

    /// <summary>Ends a request without a clip.</summary>
    internal TaskDetails Fail(string request, FailureCode code, string message = "It did not work.") => Desk.Advance(
        TaskOf(request), task => task with { State = TaskState.Failed, Failure = new Failure(code, message), CompletedAt = task.CreatedAt.AddSeconds(20), DueAt = null });
}
