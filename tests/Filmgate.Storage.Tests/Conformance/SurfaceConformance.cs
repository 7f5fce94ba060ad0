using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Money;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What surfaces beside the task API need of every <see cref="ITaskStore"/>.</summary>
public abstract class SurfaceConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    [Fact]
    public async Task An_id_of_the_callers_own_names_one_task_of_its_account_and_dialect()
    {
        var first = Sample.Task("task_1") with { ExternalId = "job 7/ż", Dialect = "kling" };
        await AcceptAsync(first);
        await Stores.ReopenAsync();
        Assert.IsType<AdmissionOutcome.DuplicateExternalId>(await AdmitAsync(first with { Key = Key("task_2") }));
        Assert.Null(await Stores.Tasks.LoadAsync(Key("task_2"), Cancel));
        Assert.Equal(1, (await Stores.Accounts.TotalsAsync(Sample.Account.Id, Sample.Start, Cancel))!.TasksInFlight);

        await AcceptAsync(first with { Key = Key("task_3"), Dialect = "fal" });
        await AcceptAsync(first with { Key = new TaskKey(Sample.OtherAccount.Id, new TaskId("task_4")), KeyId = Sample.OtherKey.Id });
        await AcceptAsync(first with { Key = Key("task_5"), ExternalId = "job 8" });

        Assert.Equal("task_1", await FindAsync("kling", "job 7/ż"));
        Assert.Equal("task_3", await FindAsync("fal", "job 7/ż"));
        Assert.Null(await FindAsync("kling", "JOB 7/ż"));
        Assert.Null(await FindAsync("replicate", "job 7/ż"));
    }

    [Fact]
    public async Task Two_who_give_the_same_id_at_once_make_one_task()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(i =>
            AdmitAsync(Sample.Task("x") with { Key = Key($"task_{i}"), ExternalId = "job", Dialect = "kling" })));
        Assert.Single(outcomes.OfType<AdmissionOutcome.Accepted>());
        Assert.Equal(39, outcomes.OfType<AdmissionOutcome.DuplicateExternalId>().Count());
    }

    [Fact]
    public async Task What_the_surface_remembers_comes_back_as_it_was()
    {
        var task = await AcceptAsync(Sample.Task("task_1") with
        {
            ExternalId = "job",
            Notes = """{"model":"kling-v2-1","emoji":"😀"}""",
            CallbackEvents = TaskEvents.Accepted | TaskEvents.Completed,
        });
        await Stores.ReopenAsync();
        AssertSame(task, await LoadAsync(task));
    }

    [Fact]
    public async Task A_task_in_flight_cannot_be_taken_out_of_sight_and_an_ended_one_is_gone_from_every_look_up()
    {
        var task = await AcceptAsync(Sample.Task("task_1") with { ExternalId = "job", Hold = new Usd(980_000) });
        Assert.False(await Stores.Tasks.DeleteAsync(task.Key, Sample.Start, Cancel));
        Assert.Null(await Stores.Tasks.DeleteAsync(task.Key with { Account = Sample.OtherAccount.Id }, Sample.Start, Cancel));
        Assert.Null(await Stores.Tasks.DeleteAsync(Key("task_9"), Sample.Start, Cancel));

        var clip = Sample.Clip("clip_1", 'c', 'd');
        await ApplyAsync(task, [.. Sample.ToCompleted("att_1"), Sample.Succeed(clip, Sample.Callback("evt_1"))]);
        Assert.NotNull(await Stores.Tasks.FindStatusAsync(task.Key, Cancel));
        Assert.True(await Stores.Tasks.DeleteAsync(task.Key, Sample.Start.AddHours(1), Cancel));

        Assert.Null(await Stores.Tasks.DeleteAsync(task.Key, Sample.Start.AddHours(1), Cancel));
        Assert.Null(await Stores.Tasks.FindStatusAsync(task.Key, Cancel));
        Assert.Null(await Stores.Tasks.LoadAsync(task.Key, Cancel));
        Assert.Null(await FindAsync(task.Dialect, "job"));
        Assert.Empty(await ListAsync(new TaskFilter()));
        Assert.True((await Stores.Clips.FindAsync(clip.Id, Cancel))!.IsDeleted);
        Assert.False(await Stores.Clips.IsNeededAsync(clip.Sha256, Cancel));

        // The money was spent all the same.
        Assert.Empty(await Stores.Books.CheckAsync(Cancel));
        Assert.Equal(new Usd(980_000), (await Stores.Accounts.TotalsAsync(Sample.Account.Id, Sample.Start, Cancel))!.Spent.Total);
    }

    [Fact]
    public async Task A_list_can_be_read_from_either_end_passed_over_in_part_and_narrowed_to_several_modes()
    {
        ImmutableArray<GenerationMode> images = [GenerationMode.ProImageToVideo, GenerationMode.StandardImageToVideo];
        foreach (var i in Enumerable.Range(1, 5))
        {
            var task = Sample.Task($"task_{i}");
            await AcceptAsync(task with { Request = task.Request with { Mode = (GenerationMode)(i % 4 + 1) } });
        }

        Assert.Equal(["task_1", "task_2"], await ListAsync(new TaskFilter { OldestFirst = true, Limit = 2 }));
        Assert.Equal(["task_3", "task_4"], await ListAsync(new TaskFilter { OldestFirst = true, Limit = 2, After = new("task_2") }));
        Assert.Equal(["task_5", "task_4", "task_3"], await ListAsync(new TaskFilter { After = new("task_2") }));
        Assert.Equal(["task_3", "task_2"], await ListAsync(new TaskFilter { Skip = 2, Limit = 2 }));
        Assert.Equal(["task_5", "task_4", "task_1"], await ListAsync(new TaskFilter { Modes = images }));
        Assert.Equal(["task_4"], await ListAsync(new TaskFilter { Modes = images, Skip = 1, Limit = 1 }));
        Assert.Empty(await ListAsync(new TaskFilter { Skip = 5 }));
    }

    private static TaskKey Key(string id) => new(Sample.Account.Id, new TaskId(id));

    private Task<AdmissionOutcome> AdmitAsync(VideoTask task) => Stores.Tasks.AdmitAsync(new Admission(task, Claim: null), Cancel).AsTask();

    private async Task<string?> FindAsync(string dialect, string externalId) =>
        (await Stores.Tasks.FindByExternalIdAsync(Sample.Account.Id, dialect, externalId, Cancel))?.Key.Task.Value;

    private async Task<string[]> ListAsync(TaskFilter filter) =>
        [.. (await Stores.Tasks.ListAsync(Sample.Account.Id, filter, Cancel)).Select(task => task.Key.Task.Value)];
}
