using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Model.Tests.Tasks;

/// <summary>Every situation that a task can be in, reached by legal steps, and one step of every kind.</summary>
internal static class TaskLife
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 26, 53, TimeSpan.Zero);

    private static readonly AttemptId First = new("att_1");
    private static readonly AttemptId Second = new("att_2");

    public static readonly Failure Failure = new(FailureCode.GenerationFailed, "It did not work.");

    public static readonly NewDelivery Callback = new(new DeliveryId("evt_1"), "https://example.com/hook", TaskEvents.Completed, new byte[] { 1, 2, 3 });

    public static readonly Clip Clip = new()
    {
        Id = new ClipId("clip_1"),
        Sha256 = new string('a', 64),
        Length = 1000,
        Width = 1280,
        Height = 720,
        Duration = TimeSpan.FromSeconds(5),
        Frames = 120,
        ExpiresAt = Start.AddDays(15),
    };

    public static VideoTask New => new()
    {
        Key = new TaskKey(new AccountId("acc_1"), new TaskId("task_1")),
        KeyId = new KeyId("key_1"),
        IsTest = false,
        Dialect = "apixo",
        Request = new GenerationRequest
        {
            Mode = GenerationMode.MasterTextToVideo,
            Prompt = "A lighthouse",
            DurationSeconds = 5,
            CfgScale = 0.5m,
            AspectRatio = AspectRatio.Wide,
            Provider = "auto",
        },
        State = TaskState.Pending,
        CreatedAt = Start,
        DueAt = Start,
    };

    public static TaskTransition StoreInputs => new TaskTransition.StoreInputs(Start.AddSeconds(1), []);
    public static TaskTransition Postpone => new TaskTransition.Postpone(Start.AddSeconds(2), Start.AddSeconds(9), "Nothing is free.");
    public static TaskTransition Prepare(AttemptId id) => new TaskTransition.PrepareAttempt(Start.AddSeconds(3), id, "kling");
    public static TaskTransition Send(AttemptId id) => new TaskTransition.SendAttempt(Start.AddSeconds(4), id);
    public static TaskTransition Accept(AttemptId id) => new TaskTransition.AcceptAttempt(Start.AddSeconds(5), id, "up-1", Start.AddSeconds(20));
    public static TaskTransition Refuse(AttemptId id) => new TaskTransition.RefuseAttempt(Start.AddSeconds(5), id, RefusalClass.Busy, "It is full.", Start.AddSeconds(30));
    public static TaskTransition LoseAnswer(AttemptId id) => new TaskTransition.LoseAnswer(Start.AddSeconds(5), id, "The line went dead.", Start.AddSeconds(6));
    public static TaskTransition NoteProgress(AttemptId id, int percent) => new TaskTransition.NoteProgress(Start.AddSeconds(21), id, percent, Start.AddSeconds(40));
    public static TaskTransition Complete(AttemptId id) => new TaskTransition.CompleteAttempt(
        Start.AddSeconds(60), id, new ClipLocation.Url("https://cdn.example.com/1.mp4"), new Usd(280_000));
    public static TaskTransition FailAttempt(AttemptId id, FailureCode? code) => new TaskTransition.FailAttempt(Start.AddSeconds(60), id, "It broke.", code);
    public static TaskTransition Succeed => new TaskTransition.Succeed(Start.AddSeconds(70), Clip, Callback);
    public static TaskTransition Fail => new TaskTransition.Fail(Start.AddSeconds(70), Failure, Callback);
    public static TaskTransition Cancel => new TaskTransition.RequestCancel(Start.AddSeconds(71));

    public static TaskTransition SendCancel(AttemptId id) => new TaskTransition.SendCancel(Start.AddSeconds(72), id);

    public static TaskTransition Queue => new TaskTransition.Queue(Start.AddSeconds(2), "kling", Start.AddSeconds(32));

    public static TaskTransition HearOf(AttemptId id) => new TaskTransition.HearOf(Start.AddSeconds(7), id, "up-9");

    public static TaskTransition DropCandidate(AttemptId id) => new TaskTransition.DropCandidate(Start.AddSeconds(8), id);

    public static TaskTransition Abandon(AttemptId id, FailureCode? code) =>
        new TaskTransition.AbandonAttempt(Start.AddSeconds(900), id, "Nobody knows.", new Usd(280_000), code);

    public static TaskTransition RelocateClip(AttemptId id) =>
        new TaskTransition.RelocateClip(Start.AddSeconds(61), id, new ClipLocation.Url("https://cdn.example.com/2.mp4"));

    public static TaskTransition ParkClip(AttemptId id) => new TaskTransition.ParkClip(Start.AddSeconds(62), id, "It answers 403.", Start.AddSeconds(662));

    public static TaskTransition Resolve(AttemptId id) => new TaskTransition.ResolveCharge(Start.AddSeconds(1000), id, new Usd(280_000));

    private static VideoTask After(VideoTask task, params ReadOnlySpan<TaskTransition> steps)
    {
        foreach (var step in steps)
        {
            task = step.Apply(task);
        }

        return task;
    }

    public static VideoTask Ready => After(New, StoreInputs);
    public static VideoTask Prepared => After(Ready, Prepare(First));
    public static VideoTask Sent => After(Prepared, Send(First));
    public static VideoTask Unknown => After(Sent, LoseAnswer(First));
    public static VideoTask Accepted => After(Sent, Accept(First));
    public static VideoTask Wished => After(Accepted, Cancel);
    public static VideoTask Refused => After(Sent, Refuse(First));
    public static VideoTask Completed => After(Accepted, Complete(First));
    public static VideoTask Broken => After(Accepted, FailAttempt(First, FailureCode.GenerationFailed));
    public static VideoTask Lost => After(Accepted, FailAttempt(First, null));
    public static VideoTask Abandoned => After(Unknown, Abandon(First, FailureCode.GenerationFailed));
    public static VideoTask Unconfirmed => After(Abandoned, Fail);
    public static VideoTask Success => After(Completed, Succeed);
    public static VideoTask Failed => After(New, Fail);

    public static IReadOnlyList<VideoTask> Situations =>
        [New, Ready, Prepared, Sent, Unknown, Accepted, Wished, Refused, Completed, Broken, Lost, Abandoned, Unconfirmed, Success, Failed];

    /// <summary>One step of every kind, aimed at the task's own last attempt.</summary>
    public static IReadOnlyList<TaskTransition> StepsFor(VideoTask task)
    {
        var last = task.LastAttempt?.Id ?? First;
        return
        [
            StoreInputs, Postpone, Prepare(Second), Send(last), Accept(last), Refuse(last), LoseAnswer(last), NoteProgress(last, 40),
            Complete(last), FailAttempt(last, FailureCode.NsfwDetected), Succeed, Fail, Cancel, SendCancel(last),
            Queue, HearOf(last), DropCandidate(last), Abandon(last, FailureCode.GenerationFailed), RelocateClip(last), ParkClip(last), Resolve(last),
        ];
    }

    /// <summary>A situation in words: the task's state, then its last attempt's; <c>new</c> before intake is done.</summary>
    public static string Describe(VideoTask task) => (task.State, task.LastAttempt) switch
    {
        (TaskState.Success, _) => "success",
        (TaskState.Failed, { Unconfirmed.Micros: > 0 }) => "unconfirmed",
        (TaskState.Failed, _) => "failed",
        (TaskState.Pending, null) => task.Inputs is null ? "new" : "ready",
        (_, { State: AttemptState.Accepted }) when task.CancelRequestedAt is not null => "wished",
        (_, { State: AttemptState.Failed, FailCode: null }) => "lost",
        (_, { State: AttemptState.Failed }) => "broken",
        (_, { } attempt) => attempt.State.ToString().ToLowerInvariant(),
        _ => "impossible",
    };
}
