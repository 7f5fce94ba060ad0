using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.Kie;

/// <summary>What the tests of this surface need again and again.</summary>
internal static class KieSurface
{
    public const string Create = "/kie/api/v1/jobs/createTask";

    public const string Standard = "kling/v2-1-standard";
    public const string Pro = "kling/v2-1-pro";
    public const string MasterImage = "kling/v2-1-master-image-to-video";
    public const string MasterText = "kling/v2-1-master-text-to-video";
    public const string AllModels = $"{Standard}, {Pro}, {MasterImage}, {MasterText}";

    /// <summary>A creation of words alone that nothing is wrong with.</summary>
    public const string Words = $$$"""{"model":"{{{MasterText}}}","input":{"prompt":"a cat"}}""";

    /// <summary>The address that shows a task.</summary>
    public static string Record(string id) => $"/kie/api/v1/jobs/recordInfo?taskId={id}";

    /// <summary>A body for that model; the fields of <c>input</c> without their braces.</summary>
    public static string Body(string model, string input) => $$$"""{"model":"{{{model}}}","input":{ {{{input}}} }}""";

    public static string TaskIdOf(Transcript answer)
    {
        Assert.StartsWith("""{"code":200,""", answer.Body, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.GetProperty("data").GetProperty("taskId").GetString()!;
    }

    /// <summary>A task of the owner's that begins with a picture, as the desk shows it.</summary>
    public static VideoTask Task(string id, GenerationMode mode = GenerationMode.StandardImageToVideo) => new()
    {
        Key = new TaskKey(ScriptedDesk.Owner.Account, new TaskId(id)),
        KeyId = ScriptedDesk.Owner.Key,
        IsTest = false,
        Dialect = "kie",
        Request = new GenerationRequest
        {
            Mode = mode,
            Prompt = "a cat",
            DurationSeconds = 5,
            CfgScale = 0.5m,
            Provider = "auto",
            Images = mode == GenerationMode.MasterTextToVideo ? [] : ["https://e.test/a.png"],
        },
        State = TaskState.Pending,
        CreatedAt = ScriptedDesk.Created,
        DueAt = ScriptedDesk.Created,
    };

    /// <summary>The same with its clip, 71.9 seconds after its creation.</summary>
    public static TaskDetails Done(string id, Usd cost, GenerationMode mode = GenerationMode.StandardImageToVideo) => new(
        Task(id, mode) with
        {
            State = TaskState.Success,
            CompletedAt = ScriptedDesk.Created.AddSeconds(71.9),
            Clip = new Clip { Id = new ClipId("clip_1"), Sha256 = "00", Length = 1, Width = 1, Height = 1, Duration = TimeSpan.FromSeconds(5), Frames = 1, ExpiresAt = ScriptedDesk.Created },
            Attempts = [Attempt(AttemptState.Completed, cost)],
        },
        "https://gate.test/artifacts/clip_1.mp4?expires=1&signature=s",
        null);

    /// <summary>The same after a failure, 4 seconds after its creation.</summary>
    public static TaskDetails Failed(string id, FailureCode code, string message) => new(
        Task(id) with { State = TaskState.Failed, CompletedAt = ScriptedDesk.Created.AddSeconds(4), Failure = new Failure(code, message) }, null, null);

    /// <summary>A submission, sent 2 seconds after the task's creation.</summary>
    public static Attempt Attempt(AttemptState state, Usd cost) => new()
    {
        Id = new AttemptId("att_1"),
        Number = 1,
        Provider = "kling",
        State = state,
        Cost = cost,
        PreparedAt = ScriptedDesk.Created,
        SentAt = ScriptedDesk.Created.AddSeconds(2),
    };
}
