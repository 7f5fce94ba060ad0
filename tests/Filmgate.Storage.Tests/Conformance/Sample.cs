using System.Collections.Immutable;
using Filmgate.Model.Accounts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>Accounts, tasks and steps to fill a store with. Times are whole milliseconds, which is what stores keep.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 9, 26, 53, 589, TimeSpan.Zero);

    public static readonly Account Account = new(new AccountId("acc_1"), "first", AccountLimits.Default, new Budget(Usd.FromDollars(100)), Start);
    public static readonly Account OtherAccount = new(new AccountId("acc_2"), "second", AccountLimits.Default, new Budget(Usd.FromDollars(5)), Start.AddSeconds(1));
    public static readonly StoredKey Key = NewKey("key_1", Account.Id, "fg_live_AAAA", 1);
    public static readonly StoredKey OtherKey = NewKey("key_2", OtherAccount.Id, "fg_live_BBBB", 2);

    public static AuditEntry Audit(string subject, string action = "test.change") => new(Start, "key_admin", action, subject);

    public static StoredKey NewKey(string id, AccountId? account, string prefix, byte hash, KeyKind kind = KeyKind.Live) => new()
    {
        Id = new KeyId(id),
        Account = account,
        Kind = kind,
        Name = $"name of {id}",
        Prefix = prefix,
        Hash = [.. Enumerable.Repeat(hash, 32)],
        CreatedAt = Start,
    };

    public static VideoTask Task(string id, DateTimeOffset? due = null, params ReadOnlySpan<string> images) => new()
    {
        Key = new TaskKey(Account.Id, new TaskId(id)),
        KeyId = Key.Id,
        IsTest = false,
        Dialect = "apixo",
        Request = new GenerationRequest
        {
            Mode = images.Length > 0 ? GenerationMode.ProImageToVideo : GenerationMode.MasterTextToVideo,
            Prompt = "Zażółć gęślą jaźń 😀 \"quoted\" \\ \r\n '; DROP TABLE tasks; --",
            NegativePrompt = "blur",
            DurationSeconds = 10,
            AspectRatio = images.Length > 0 ? null : AspectRatio.Tall,
            CfgScale = 0.35m,
            Images = [.. images],
            Provider = "auto",
        },
        CallbackUrl = "https://example.com/hook?a=1",
        Source = "batch 7",
        State = TaskState.Pending,
        CreatedAt = Start,
        DueAt = due ?? Start,
    };

    public static string Sha(char digit) => new(digit, 64);

    public static InputImage Input(int position, char digit) => new(position, Sha(digit), "image/png", 1024, 768, 123_456);

    public static Clip Clip(string id, char digit, char? poster = null, DateTimeOffset? expires = null) => new()
    {
        Id = new ClipId(id),
        Sha256 = Sha(digit),
        Length = 7_654_321,
        Width = 1080,
        Height = 1920,
        Duration = TimeSpan.FromMilliseconds(10_042),
        Frames = 241,
        PosterSha256 = poster is { } of ? Sha(of) : null,
        ExpiresAt = expires ?? Start.AddDays(15),
    };

    public static NewDelivery Callback(string id) => new(new DeliveryId(id), "https://example.com/hook?a=1", TaskEvents.Completed, new byte[] { 0, 1, 2, 0xff, 0xc3, 0x28 });

    public static TaskTransition StoreInputs(params ImmutableArray<InputImage> inputs) => new TaskTransition.StoreInputs(Start.AddSeconds(1), inputs);

    public static TaskTransition Postpone => new TaskTransition.Postpone(Start.AddSeconds(2), Start.AddSeconds(32), "No slot is free.");

    public static TaskTransition Prepare(string id, string provider = "kling") =>
        new TaskTransition.PrepareAttempt(Start.AddSeconds(3), new AttemptId(id), provider);

    public static TaskTransition Send(string id) => new TaskTransition.SendAttempt(Start.AddSeconds(4), new AttemptId(id));

    public static TaskTransition Accept(string id, string? upstream = null) =>
        new TaskTransition.AcceptAttempt(Start.AddSeconds(5), new AttemptId(id), upstream ?? "up-" + id, Start.AddSeconds(15));

    public static TaskTransition LoseAnswer(string id) =>
        new TaskTransition.LoseAnswer(Start.AddSeconds(5), new AttemptId(id), "The line went dead.", Start.AddSeconds(6));

    public static TaskTransition Queue(string provider, int after) =>
        new TaskTransition.Queue(Start.AddSeconds(after), provider, Start.AddSeconds(after + 30));

    public static TaskTransition HearOf(string id) => new TaskTransition.HearOf(Start.AddSeconds(7), new AttemptId(id), "heard-" + id);

    public static TaskTransition DropCandidate(string id) => new TaskTransition.DropCandidate(Start.AddSeconds(8), new AttemptId(id));

    public static TaskTransition RelocateClip(string id) =>
        new TaskTransition.RelocateClip(Start.AddSeconds(8), new AttemptId(id), new ClipLocation.Url("https://cdn.example.com/2.mp4"));

    public static TaskTransition ParkClip(string id) =>
        new TaskTransition.ParkClip(Start.AddSeconds(8), new AttemptId(id), "It answers 403.", Start.AddSeconds(608));

    public static TaskTransition Abandon(string id, Usd unconfirmed, Usd again = default) => new TaskTransition.AbandonAttempt(
        Start.AddSeconds(8), new AttemptId(id), "Nobody knows.", unconfirmed, again > Usd.Zero ? null : FailureCode.GenerationFailed, again);

    public static TaskTransition Resolve(string id, Usd charged) => new TaskTransition.ResolveCharge(Start.AddSeconds(20), new AttemptId(id), charged);

    public static TaskTransition Refuse(string id, RefusalClass refusal = RefusalClass.Busy) =>
        new TaskTransition.RefuseAttempt(Start.AddSeconds(6), new AttemptId(id), refusal, "It is full.", Start.AddSeconds(16));

    public static TaskTransition Progress(string id, int percent) =>
        new TaskTransition.NoteProgress(Start.AddSeconds(7), new AttemptId(id), percent, Start.AddSeconds(17));

    public static TaskTransition Complete(string id, long micros = 980_000) => new TaskTransition.CompleteAttempt(
        Start.AddSeconds(8), new AttemptId(id), new ClipLocation.Url("https://cdn.example.com/1.mp4?sig=ż"), new Usd(micros));

    public static TaskTransition FailAttempt(string id, FailureCode? code) =>
        new TaskTransition.FailAttempt(Start.AddSeconds(8), new AttemptId(id), "It broke.", code);

    public static TaskTransition Succeed(Clip clip, NewDelivery? callback = null, DateTimeOffset? at = null) =>
        new TaskTransition.Succeed(at ?? Start.AddSeconds(9), clip, callback);

    public static TaskTransition Fail(NewDelivery? callback = null, DateTimeOffset? at = null) =>
        new TaskTransition.Fail(at ?? Start.AddSeconds(9), new Failure(FailureCode.NsfwDetected, "It was refused: ż."), callback);

    /// <summary>The way from acceptance to a finished clip at the provider.</summary>
    public static TaskTransition[] ToCompleted(string attempt, params ImmutableArray<InputImage> inputs) =>
        [StoreInputs(inputs), Prepare(attempt), Send(attempt), Accept(attempt), Complete(attempt)];
}
