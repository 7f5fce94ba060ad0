using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What every <see cref="ITaskStore"/> does.</summary>
public abstract class TaskStoreConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    // Three lives that together take every step there is.
    private static readonly TaskTransition[] LongLife =
    [
        Sample.StoreInputs(Sample.Input(0, '1'), Sample.Input(1, '2')), Sample.Postpone, Sample.Prepare("att_1"), Sample.Send("att_1"),
        Sample.LoseAnswer("att_1"), Sample.Postpone, Sample.Accept("att_1"), Sample.Progress("att_1", 40), Sample.Complete("att_1"),
        Sample.Postpone, Sample.RelocateClip("att_1"), Sample.ParkClip("att_1"), Sample.Succeed(Sample.Clip("clip_1", 'c', 'd'), Sample.Callback("evt_1")),
    ];

    private static readonly TaskTransition[] HardLife =
    [
        Sample.StoreInputs(), Sample.Queue("kling", after: 2), Sample.Prepare("att_1"), Sample.Refuse("att_1", RefusalClass.Outage),
        Sample.Prepare("att_2"), Sample.Send("att_2"), Sample.Refuse("att_2"),
        Sample.Prepare("att_3"), Sample.Send("att_3"), Sample.LoseAnswer("att_3"), Sample.Refuse("att_3", RefusalClass.NotReceived),
        Sample.Prepare("att_4"), Sample.Send("att_4"), Sample.Accept("att_4"), Sample.FailAttempt("att_4", null),
        Sample.Prepare("att_6"), Sample.Send("att_6"), Sample.LoseAnswer("att_6"), Sample.HearOf("att_6"), Sample.DropCandidate("att_6"),
        Sample.Abandon("att_6", new Usd(980_000), again: new Usd(280_000)), Sample.Resolve("att_6", new Usd(980_000)),
        Sample.Prepare("att_5"), Sample.Send("att_5"), Sample.Accept("att_5"),
        new TaskTransition.RequestCancel(Sample.Start.AddSeconds(8)), new TaskTransition.SendCancel(Sample.Start.AddSeconds(8), new AttemptId("att_5")),
        Sample.FailAttempt("att_5", FailureCode.ContentViolation), Sample.Fail(Sample.Callback("evt_1")),
    ];

    [Fact]
    public async Task An_accepted_task_is_there_after_a_restart_with_everything_that_was_asked()
    {
        var task = await AcceptAsync(Sample.Task("task_1", null, "https://example.com/a.png", "stored:" + Sample.Sha('b')));
        await Stores.ReopenAsync();
        AssertSame(task, await LoadAsync(task));
    }

    [Fact]
    public async Task A_task_with_nothing_optional_loads_back_with_nothing_optional()
    {
        var sample = Sample.Task("task_1");
        var task = await AcceptAsync(sample with
        {
            IsTest = true, CallbackUrl = null, Source = null, Request = sample.Request with { NegativePrompt = null, AspectRatio = null },
        });
        await Stores.ReopenAsync();
        AssertSame(task, await LoadAsync(task));
    }

    [Theory]
    [InlineData(GenerationMode.StandardImageToVideo, null)]
    [InlineData(GenerationMode.ProImageToVideo, null)]
    [InlineData(GenerationMode.MasterTextToVideo, AspectRatio.Square)]
    [InlineData(GenerationMode.MasterImageToVideo, null)]
    public async Task Every_mode_and_shape_is_kept(GenerationMode mode, AspectRatio? ratio)
    {
        var sample = Sample.Task("task_1");
        var task = await AcceptAsync(sample with { Request = sample.Request with { Mode = mode, AspectRatio = ratio } });
        AssertSame(task, await LoadAsync(task));
    }

    [Fact]
    public async Task A_successful_life_is_kept_step_by_step() => await LiveAsync(LongLife);

    [Fact]
    public async Task A_life_of_refusals_losses_and_failure_is_kept_step_by_step() => await LiveAsync(HardLife);

    [Fact]
    public async Task A_task_that_fails_before_its_pictures_are_checked_is_kept() => await LiveAsync([Sample.Fail()]);

    [Fact]
    public void The_lives_that_are_kept_take_every_step_there_is() => Assert.Equal(
        typeof(TaskTransition).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(TaskTransition))).Select(type => type.Name).Order(),
        LongLife.Concat(HardLife).Select(step => step.Name).Distinct().Order());

    [Fact]
    public async Task The_status_of_a_task_follows_its_steps()
    {
        var task = await AcceptAsync(Sample.Task("task_1"));
        Assert.Equal(
            new TaskStatusRecord { State = TaskState.Pending, CreatedAt = Sample.Start },
            await Stores.Tasks.FindStatusAsync(task.Key, Cancel));

        var clip = Sample.Clip("clip_1", 'c');
        task = await ApplyAsync(task, [.. Sample.ToCompleted("att_1"), Sample.Succeed(clip)]);
        Assert.Equal(
            new TaskStatusRecord
            {
                State = TaskState.Success, CreatedAt = Sample.Start, CompletedAt = task.CompletedAt, Clip = clip.Id, ClipExpiresAt = clip.ExpiresAt,
            },
            await Stores.Tasks.FindStatusAsync(task.Key, Cancel));

        var failed = await ApplyAsync(await AcceptAsync(Sample.Task("task_2")), Sample.Fail());
        Assert.Equal(
            new TaskStatusRecord { State = TaskState.Failed, CreatedAt = Sample.Start, CompletedAt = failed.CompletedAt, Failure = failed.Failure },
            await Stores.Tasks.FindStatusAsync(failed.Key, Cancel));
    }

    [Fact]
    public async Task Another_account_finds_nothing_and_moves_nothing()
    {
        var task = await AcceptAsync(Sample.Task("task_1"));
        var asOther = task.Key with { Account = Sample.OtherAccount.Id };
        Assert.Null(await Stores.Tasks.LoadAsync(asOther, Cancel));
        Assert.Null(await Stores.Tasks.FindStatusAsync(asOther, Cancel));

        var stolen = await Stores.Tasks.ApplyAsync(task with { Key = asOther }, Sample.Fail(Sample.Callback("evt_1")), Cancel);
        Assert.False(stolen.Won, "A step was applied to a task of another account.");
        AssertSame(task, await LoadAsync(task));
        Assert.Empty(await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel));
    }

    [Fact]
    public async Task A_task_that_was_never_accepted_is_not_found()
    {
        var stranger = Sample.Task("task_unknown");
        Assert.Null(await Stores.Tasks.LoadAsync(stranger.Key, Cancel));
        Assert.Null(await Stores.Tasks.FindStatusAsync(stranger.Key, Cancel));
        Assert.False((await Stores.Tasks.ApplyAsync(stranger, Sample.Fail(), Cancel)).Won);
        Assert.Null(await Stores.Tasks.LoadAsync(stranger.Key, Cancel));
    }

    [Fact]
    public async Task The_same_id_is_not_accepted_twice()
    {
        var task = await AcceptAsync(Sample.Task("task_1"));
        await Assert.ThrowsAnyAsync<Exception>(() => AcceptAsync(Sample.Task("task_1") with { Source = "second" }));
        AssertSame(task, await LoadAsync(task));
    }

    [Fact]
    public async Task Of_fifty_who_prepare_an_attempt_at_once_one_wins_and_the_others_write_nothing()
    {
        var task = await ApplyAsync(await AcceptAsync(Sample.Task("task_1")), Sample.StoreInputs());
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            Task.Run(async () => await Stores.Tasks.ApplyAsync(task, Sample.Prepare($"att_{i}"), Cancel))));

        var winner = Assert.Single(outcomes, outcome => outcome.Won);
        Assert.All(outcomes.Where(outcome => !outcome.Won), outcome => Assert.Same(task, outcome.Task));
        await Stores.ReopenAsync();
        AssertSame(winner.Task, await LoadAsync(task));
        Assert.Equal([task.Key], await Stores.Tasks.FindOpenAtAsync("kling", Cancel));
    }

    [Fact]
    public async Task Of_fifty_who_finish_a_task_at_once_one_wins_and_the_others_leave_no_clip_and_no_callback()
    {
        var task = await ApplyAsync(await AcceptAsync(Sample.Task("task_1")), Sample.ToCompleted("att_1"));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () => await Stores.Tasks.ApplyAsync(
            task,
            i % 2 == 0 ? Sample.Succeed(Sample.Clip($"clip_{i}", 'c'), Sample.Callback($"evt_{i}")) : Sample.Fail(Sample.Callback($"evt_{i}")),
            Cancel))));

        var winner = Array.FindIndex(outcomes, outcome => outcome.Won);
        Assert.Single(outcomes, outcome => outcome.Won);
        AssertSame(outcomes[winner].Task, await LoadAsync(task));
        var delivery = Assert.Single(await Stores.Deliveries.FindOfTaskAsync(task.Key, Cancel));
        Assert.Equal($"evt_{winner}", delivery.Id.Value);
        for (var i = 0; i < outcomes.Length; i += 2)
        {
            Assert.Equal(i == winner, await Stores.Clips.FindAsync(new ClipId($"clip_{i}"), Cancel) is not null);
        }
    }

    [Fact]
    public async Task A_step_decided_upon_an_old_revision_is_not_applied()
    {
        var old = await AcceptAsync(Sample.Task("task_1"));
        var present = await ApplyAsync(old, Sample.Postpone);
        var late = await Stores.Tasks.ApplyAsync(old, Sample.Fail(Sample.Callback("evt_1")), Cancel);
        Assert.False(late.Won);
        AssertSame(present, await LoadAsync(old));
        Assert.Empty(await Stores.Deliveries.FindOfTaskAsync(old.Key, Cancel));
    }

    [Fact]
    public async Task An_illegal_step_is_refused_before_anything_is_written()
    {
        var task = await AcceptAsync(Sample.Task("task_1"));
        await Assert.ThrowsAsync<IllegalTransitionException>(async () => await Stores.Tasks.ApplyAsync(task, Sample.Send("att_1"), Cancel));
        AssertSame(task, await LoadAsync(task));
    }

    [Fact]
    public async Task One_upstream_job_belongs_to_one_attempt_only()
    {
        await ApplyAsync(await AcceptAsync(Sample.Task("task_1")), Sample.StoreInputs(), Sample.Prepare("att_1"), Sample.Send("att_1"), Sample.Accept("att_1", "job-9"));
        var second = await ApplyAsync(await AcceptAsync(Sample.Task("task_2")), Sample.StoreInputs(), Sample.Prepare("att_2"), Sample.Send("att_2"));
        await Assert.ThrowsAnyAsync<Exception>(async () => await Stores.Tasks.ApplyAsync(second, Sample.Accept("att_2", "job-9"), Cancel));
        AssertSame(second, await LoadAsync(second));
    }

    [Fact]
    public async Task Due_tasks_come_longest_overdue_first_and_no_more_than_asked_for()
    {
        for (var i = 0; i < 5; i++)
        {
            await AcceptAsync(Sample.Task($"task_{i}", Sample.Start.AddSeconds((3 * i) % 5)));
        }

        Assert.Equal(["task_0", "task_2", "task_4"], await DueAsync(Sample.Start.AddSeconds(2), 10));
        Assert.Equal(["task_0", "task_2"], await DueAsync(Sample.Start.AddSeconds(60), 2));
        Assert.Equal(["task_0", "task_2", "task_4", "task_1", "task_3"], await DueAsync(Sample.Start.AddSeconds(4), 10));
        Assert.Empty(await DueAsync(Sample.Start.AddMilliseconds(-1), 10));
    }

    [Fact]
    public async Task A_postponed_task_is_due_later_and_a_finished_one_never()
    {
        var task = await ApplyAsync(await AcceptAsync(Sample.Task("task_1")), Sample.Postpone);
        Assert.Empty(await DueAsync(task.DueAt!.Value.AddMilliseconds(-1), 10));
        Assert.Equal(["task_1"], await DueAsync(task.DueAt.Value, 10));
        await ApplyAsync(task, Sample.Fail());
        Assert.Empty(await DueAsync(Sample.Start.AddYears(10), 10));
    }

    [Fact]
    public async Task The_holders_of_a_providers_slots_are_the_tasks_with_an_open_attempt_there()
    {
        TaskTransition[][] lives =
        [
            [],
            [Sample.Prepare("att_1")],
            [Sample.Prepare("att_2"), Sample.Send("att_2")],
            [Sample.Prepare("att_3"), Sample.Send("att_3"), Sample.LoseAnswer("att_3")],
            [Sample.Prepare("att_4"), Sample.Send("att_4"), Sample.Accept("att_4")],
            [Sample.Prepare("att_5"), Sample.Refuse("att_5")],
            [Sample.Prepare("att_6"), Sample.Send("att_6"), Sample.Accept("att_6"), Sample.Complete("att_6")],
            [Sample.Prepare("att_7"), Sample.Send("att_7"), Sample.Accept("att_7"), Sample.FailAttempt("att_7", null)],
            [Sample.Prepare("att_8", "fal")],
        ];
        for (var i = 0; i < lives.Length; i++)
        {
            await ApplyAsync(await AcceptAsync(Sample.Task($"task_{i}")), [Sample.StoreInputs(), .. lives[i]]);
        }

        await Stores.ReopenAsync();
        Assert.Equal(
            ["task_1", "task_2", "task_3", "task_4"],
            (await Stores.Tasks.FindOpenAtAsync("kling", Cancel)).Select(key => key.Task.Value).Order());
        Assert.Equal(["task_8"], (await Stores.Tasks.FindOpenAtAsync("fal", Cancel)).Select(key => key.Task.Value));
        Assert.Empty(await Stores.Tasks.FindOpenAtAsync("nobody", Cancel));
    }

    [Fact]
    public async Task Hundreds_of_writers_and_readers_at_once_lose_nothing()
    {
        const int Count = 300;
        await Parallel.ForEachAsync(Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Cancel }, async (i, _) =>
        {
            var task = await AcceptAsync(Sample.Task($"task_{i:000}"));
            task = await ApplyAsync(task, Sample.StoreInputs(), Sample.Prepare($"att_{i}"));
            AssertSame(task, await LoadAsync(task));
        });
        await Stores.ReopenAsync();
        Assert.Equal(Count, (await Stores.Tasks.FindOpenAtAsync("kling", Cancel)).Distinct().Count());
    }

    private async Task LiveAsync(TaskTransition[] life)
    {
        var task = await AcceptAsync(Sample.Task("task_1", null, "stored:" + Sample.Sha('1'), "https://example.com/b.png"));
        foreach (var step in life)
        {
            task = await ApplyAsync(task, step);
            await Stores.ReopenAsync();
            AssertSame(task, await LoadAsync(task));
        }

        Assert.True(task.State.IsTerminal());
    }

    private async Task<IEnumerable<string>> DueAsync(DateTimeOffset now, int limit) =>
        (await Stores.Tasks.FindDueAsync(now, limit, Cancel)).Select(key => key.Task.Value);
}
