using System.Collections.Immutable;
using Filmgate.Engine.Admission;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Rehearsal;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Rehearsal;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Storage;

namespace Filmgate.Engine.Tests.Admission;

public sealed class TaskDeskTests : IAsyncLifetime
{
    private static readonly GenerationDraft Words = new() { Mode = "master-text-to-video", Prompt = "A lighthouse" };
    private static readonly Caller Stranger = new(new AccountId("acc_9"), new KeyId("key_9"), KeyKind.Live);

    private House _house = null!;

    private readonly AnswerScripts _scripts = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _house = await House.OpenAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task An_accepted_draft_is_a_task_in_the_store_that_is_due_now_and_was_woken()
    {
        var id = Accepted(await CreateAsync(Words with { Source = "batch 7", CallbackUrl = "https://example.com/hook" }));
        var task = await _house.LoadAsync(new TaskKey(House.Caller.Account, id));
        Assert.Equal(
            (TaskState.Pending, "plain", "batch 7", "https://example.com/hook", House.Start, House.Start, false),
            (task.State, task.Dialect, task.Source, task.CallbackUrl, task.CreatedAt, task.DueAt!.Value, task.IsTest));
        Assert.Equal([task.Key], _house.Waker.Tasks);
        Assert.Equal(
            new TaskView { Id = id, State = TaskState.Pending, CreatedAt = House.Start }, await Desk().FindAsync(House.Caller, id, Cancel));
    }

    [Fact]
    public async Task A_test_keys_task_is_a_test() => Assert.True((await _house.LoadAsync(new TaskKey(
        House.Caller.Account, Accepted(await Desk().CreateAsync(House.Caller with { Kind = KeyKind.Test }, "plain", Words, null, Cancel))))).IsTest);

    [Fact]
    public async Task All_faults_of_fields_pictures_and_callback_come_in_one_answer_and_nothing_is_kept()
    {
        var outcome = await CreateAsync(new GenerationDraft
        {
            Mode = "pro-image-to-video",
            Prompt = "",
            Duration = 7,
            ImageUrls = ["http://10.1.2.3/a.png", TinyPicture.DataUrl(1), "data:image/png;base64,!!"],
            CallbackUrl = "ftp://example.com/hook",
        });
        var refused = Assert.IsType<CreateOutcome.Refused>(outcome);
        Assert.Equal(
            [
                (RequestField.Prompt, null), (RequestField.Duration, null), (RequestField.ImageUrls, null),
                (RequestField.ImageUrls, 0), (RequestField.ImageUrls, 2), (RequestField.CallbackUrl, (int?)null),
            ],
            refused.Faults.Select(fault => (fault.Field, fault.Index)));
        Assert.Empty(await _house.Tasks.FindDueAsync(House.Start.AddYears(1), 10, Cancel));
        Assert.Empty(_house.Files.FilesBefore(House.Start.AddYears(1)));
        Assert.Empty(_house.Waker.Tasks);
    }

    [Fact]
    public async Task A_picture_that_comes_along_lies_on_the_disk_before_the_task_is_accepted()
    {
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(TinyPicture.Png(9)));
        var witness = new WitnessStore(_house.Tasks) { OnAccept = task =>
        {
            Assert.Equal(["stored:" + sha256], task.Request.Images);
            Assert.True(_house.Files.Contains(sha256), "The task was accepted before its picture was on the disk.");
        } };
        Accepted(await CreateAsync(new GenerationDraft { Prompt = "Waves", ImageUrls = [TinyPicture.DataUrl(9)] }, witness));
        Assert.True(witness.WasAsked);
        Assert.True(await _house.Clips.IsNeededAsync(sha256, Cancel));
    }

    [Fact]
    public async Task While_the_store_is_out_of_reach_nothing_is_created_and_nobody_is_woken()
    {
        var down = new WitnessStore(_house.Tasks) { OnAccept = _ => throw new StoreUnavailableException("The disk is full.") };
        var outcome = Assert.IsType<CreateOutcome.Unavailable>(await CreateAsync(Words, down));
        Assert.True(outcome.RetryAfter > TimeSpan.Zero);
        Assert.DoesNotContain("disk", outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(_house.Waker.Tasks);
    }

    [Fact]
    public async Task While_pictures_cannot_be_written_nothing_is_created()
    {
        Directory.Delete(Path.Combine(_house.Folder, "artifacts"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(_house.Folder, "artifacts"), "A file lies where the folder was.", Cancel);
        var outcome = await CreateAsync(new GenerationDraft { Prompt = "Waves", ImageUrls = [TinyPicture.DataUrl(9)] });
        Assert.IsType<CreateOutcome.Unavailable>(outcome);
        Assert.Empty(await _house.Tasks.FindDueAsync(House.Start.AddYears(1), 10, Cancel));
        File.Delete(Path.Combine(_house.Folder, "artifacts"));
    }

    [Fact]
    public async Task An_outcome_is_shown_with_signed_links_to_its_owner_only()
    {
        _house.FfmpegPath = null;
        var id = Accepted(await CreateAsync(Words));
        var task = await _house.RunToEndAsync(new TaskKey(House.Caller.Account, id));
        var view = await Desk().FindAsync(House.Caller, id, Cancel);
        var details = await Desk().FindDetailsAsync(House.Caller, id, Cancel);
        Assert.Equal(TaskState.Success, view!.State);
        Assert.Equal(view.ClipUrl, details!.ClipUrl);
        Assert.StartsWith($"https://gate.example/artifacts/{task.Clip!.Id}.mp4?", view.ClipUrl, StringComparison.Ordinal);
        Assert.StartsWith($"https://gate.example/artifacts/{task.Clip.Id}.jpg?", details.PosterUrl, StringComparison.Ordinal);
        Assert.Null(await Desk().FindAsync(Stranger, id, Cancel));
        Assert.Null(await Desk().FindDetailsAsync(Stranger, id, Cancel));
    }

    [Fact]
    public async Task The_balance_goes_down_by_what_was_paid()
    {
        Assert.Equal(Usd.FromDollars(100), await Desk().BalanceAsync(House.Caller, Cancel));
        await _house.RunToEndAsync(new TaskKey(House.Caller.Account, Accepted(await CreateAsync(Words))));
        Assert.Equal(Usd.FromDollars(99.51m), await Desk().BalanceAsync(House.Caller, Cancel));
    }

    [Fact]
    public async Task A_key_that_was_used_before_gives_the_same_task_and_refuses_another_request()
    {
        var first = await Desk().CreateAsync(House.Caller, "plain", Words, "order-7", Cancel);
        var again = await Desk().CreateAsync(House.Caller, "plain", Words with { Duration = 5.0m }, "order-7", Cancel);
        var twin = await Desk().CreateAsync(House.Caller, "plain", Words with { Duration = 5m }, "order-7", Cancel);
        Assert.IsType<CreateOutcome.KeyReused>(again);
        Assert.IsType<CreateOutcome.KeyReused>(twin);
        Assert.Equal(new CreateOutcome.Accepted(Accepted(first), IsReplay: true), await Desk().CreateAsync(House.Caller, "plain", Words, "order-7", Cancel));
        Assert.IsType<CreateOutcome.KeyReused>(await Desk().CreateAsync(House.Caller, "plain", Words with { Prompt = "A lighthouse." }, "order-7", Cancel));
    }

    [Fact]
    public async Task A_task_that_is_at_no_provider_is_canceled_at_once()
    {
        var id = Accepted(await CreateAsync(Words with { CallbackUrl = "https://example.com/hook" }));
        Assert.Equal(CancelOutcome.Canceled, await Desk().CancelAsync(House.Caller, id, Cancel));
        var task = await _house.LoadAsync(new TaskKey(House.Caller.Account, id));
        Assert.Equal((TaskState.Failed, FailureCode.Canceled), (task.State, task.Failure!.Code));
        Assert.Single(await _house.Deliveries.FindOfTaskAsync(task.Key, Cancel));
        Assert.Equal(CancelOutcome.Canceled, await Desk().CancelAsync(House.Caller, id, Cancel));
        Assert.Null(await Desk().CancelAsync(Stranger, id, Cancel));
    }

    [Fact]
    public async Task A_prepared_attempt_is_withdrawn_and_never_sent()
    {
        var id = Accepted(await CreateAsync(Words));
        var key = new TaskKey(House.Caller.Account, id);
        await _house.RunAsync(key, task => task.LastAttempt?.State == AttemptState.Prepared);
        Assert.Equal(CancelOutcome.Requested, await Desk().CancelAsync(House.Caller, id, Cancel));
        var task = await _house.RunToEndAsync(key);
        Assert.Equal((FailureCode.Canceled, AttemptState.Refused, null), (task.Failure!.Code, task.LastAttempt!.State, task.LastAttempt.SentAt));
    }

    [Fact]
    public async Task A_finished_task_is_too_late_to_cancel()
    {
        var id = Accepted(await CreateAsync(Words));
        await _house.RunToEndAsync(new TaskKey(House.Caller.Account, id));
        Assert.Equal(CancelOutcome.TooLate, await Desk().CancelAsync(House.Caller, id, Cancel));
    }

    [Fact]
    public async Task An_estimate_names_price_provider_and_reason_and_creates_nothing()
    {
        var priced = Assert.IsType<EstimateOutcome.Priced>(await Desk().EstimateAsync(House.Caller, Words, Cancel));
        Assert.Equal("partner", priced.Provider);
        Assert.NotEmpty(priced.Why);
        Assert.IsType<EstimateOutcome.Refused>(await Desk().EstimateAsync(House.Caller, Words with { Duration = 7 }, Cancel));
        Assert.Empty(await _house.Tasks.FindDueAsync(House.Start.AddYears(1), 10, Cancel));
    }

    [Fact]
    public async Task A_test_that_asks_for_it_is_refused_so_often_and_then_taken_and_the_script_begins_anew()
    {
        var draft = Words with { Prompt = "A pier @busy(2) @refuse(outage, 1)" };
        for (var round = 0; round < 2; round++)
        {
            foreach (var answer in (RehearsedAnswer[])[RehearsedAnswer.Busy, RehearsedAnswer.Busy, RehearsedAnswer.Outage])
            {
                Assert.Equal(new CreateOutcome.Rehearsed(answer), await TestAsync(draft));
            }

            Accepted(await TestAsync(draft));
            Assert.Equal(0, _scripts.Count);
        }

        Assert.Equal(2, (await _house.Tasks.FindDueAsync(House.Start, 10, Cancel)).Count);
    }

    [Fact]
    public async Task Each_key_and_each_prompt_has_a_script_of_its_own()
    {
        var draft = Words with { Prompt = "A pier @busy(1)" };
        Assert.IsType<CreateOutcome.Rehearsed>(await TestAsync(draft));
        Assert.IsType<CreateOutcome.Rehearsed>(await TestAsync(draft with { Prompt = "A jetty @busy(1)" }));
        Assert.IsType<CreateOutcome.Rehearsed>(await Desk().CreateAsync(Tester with { Key = new KeyId("key_2") }, "plain", draft, null, Cancel));
        Accepted(await TestAsync(draft));
    }

    [Fact]
    public async Task A_live_key_is_never_refused_for_its_words()
    {
        Accepted(await CreateAsync(Words with { Prompt = "@busy @refuse(balance) @lost-request @lost-answer" }));
        Assert.Equal(0, _scripts.Count);
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_comes_before_what_it_asks_for()
    {
        Assert.IsType<CreateOutcome.Refused>(await TestAsync(Words with { Prompt = "@busy(1)", Duration = 7 }));
        Assert.IsType<CreateOutcome.Rehearsed>(await TestAsync(Words with { Prompt = "@busy(1)" }));
    }

    [Fact]
    public async Task A_lost_request_leaves_nothing_and_a_lost_answer_leaves_its_task()
    {
        Assert.Equal(new CreateOutcome.Unanswered(null), await TestAsync(Words with { Prompt = "@lost-request" }));
        Assert.Empty(await _house.Tasks.FindDueAsync(House.Start, 10, Cancel));

        var lost = Assert.IsType<CreateOutcome.Unanswered>(await TestAsync(Words with { Prompt = "@lost-answer" }));
        Assert.Equal([new TaskKey(House.Caller.Account, lost.Made!.Value)], await _house.Tasks.FindDueAsync(House.Start, 10, Cancel));
    }

    [Fact]
    public async Task A_lost_answer_is_heard_when_the_creation_is_repeated_by_its_key()
    {
        var draft = Words with { Prompt = "@lost-answer" };
        var lost = Assert.IsType<CreateOutcome.Unanswered>(await TestAsync(draft, "order-7"));
        Assert.Equal(new CreateOutcome.Accepted(lost.Made!.Value, IsReplay: true), await TestAsync(draft, "order-7"));
    }

    private static Caller Tester => House.Caller with { Kind = KeyKind.Test };

    private ValueTask<CreateOutcome> TestAsync(GenerationDraft draft, string? idempotencyKey = null) =>
        Desk().CreateAsync(Tester, "plain", draft, idempotencyKey, Cancel);

    private ValueTask<CreateOutcome> CreateAsync(GenerationDraft draft, ITaskStore? store = null) =>
        Desk(store).CreateAsync(House.Caller, "plain", draft, null, Cancel);

    private static TaskId Accepted(CreateOutcome outcome) => Assert.IsType<CreateOutcome.Accepted>(outcome).Id;

    private TaskDesk Desk(ITaskStore? store = null) => new(
        store ?? _house.Tasks, _house.Accounts, _house.Providers, _house.Desks, _house.Routing, _house.RequestImages, House.Egress,
        _house.Links, _house.Callbacks, _scripts, _house.NewDriver(store), _house.Signals, _house.Waker, _house.Ids, _house.Time);

    private sealed class WitnessStore(ITaskStore inner) : ITaskStore
    {
        public ValueTask<int> ForgetKeysAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
            inner.ForgetKeysAsync(now, limit, cancellationToken);

        public required Action<VideoTask> OnAccept { get; init; }

        public bool WasAsked { get; private set; }

        public ValueTask<AdmissionOutcome> AdmitAsync(Model.Tasks.Admission admission, CancellationToken cancellationToken)
        {
            WasAsked = true;
            OnAccept(admission.Task);
            return inner.AdmitAsync(admission, cancellationToken);
        }

        public ValueTask<IReadOnlyList<VideoTask>> ListAsync(AccountId account, TaskFilter filter, CancellationToken cancellationToken) =>
            inner.ListAsync(account, filter, cancellationToken);

        public ValueTask<VideoTask?> FindByExternalIdAsync(AccountId account, string dialect, string externalId, CancellationToken cancellationToken) =>
            inner.FindByExternalIdAsync(account, dialect, externalId, cancellationToken);

        public ValueTask<bool?> DeleteAsync(TaskKey key, DateTimeOffset at, CancellationToken cancellationToken) =>
            inner.DeleteAsync(key, at, cancellationToken);

        public ValueTask<TaskStatusRecord?> FindStatusAsync(TaskKey key, CancellationToken cancellationToken) => inner.FindStatusAsync(key, cancellationToken);

        public ValueTask<VideoTask?> LoadAsync(TaskKey key, CancellationToken cancellationToken) => inner.LoadAsync(key, cancellationToken);

        public ValueTask<StepOutcome> ApplyAsync(VideoTask seen, TaskTransition step, CancellationToken cancellationToken) =>
            inner.ApplyAsync(seen, step, cancellationToken);

        public ValueTask<IReadOnlyList<TaskKey>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
            inner.FindDueAsync(now, limit, cancellationToken);

        public ValueTask<IReadOnlyList<TaskKey>> FindOpenAtAsync(string provider, CancellationToken cancellationToken) =>
            inner.FindOpenAtAsync(provider, cancellationToken);

        public ValueTask<ImmutableArray<WaitingTask>> FindWaitingAsync(string provider, CancellationToken cancellationToken) =>
            inner.FindWaitingAsync(provider, cancellationToken);

        public ValueTask<VideoTask?> FindByAttemptAsync(AttemptId attempt, CancellationToken cancellationToken) =>
            inner.FindByAttemptAsync(attempt, cancellationToken);
    }
}
