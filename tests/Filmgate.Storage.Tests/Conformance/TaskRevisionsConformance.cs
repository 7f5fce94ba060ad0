using Filmgate.Model.Identity;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What every <see cref="ITaskRevisions"/> does.</summary>
public abstract class TaskRevisionsConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    [Fact]
    public async Task The_revisions_of_many_tasks_are_read_at_once_and_follow_each_step()
    {
        var tasks = new List<TaskKey>();
        for (var number = 0; number < 1000; number++)
        {
            tasks.Add((await AcceptAsync(Sample.Task($"task_{number}"))).Key);
        }

        var before = await Stores.Revisions.ReadAsync(tasks, Cancel);
        Assert.Equal(1000, before.Count);
        var ended = await ApplyAsync((await Stores.Tasks.LoadAsync(tasks[7], Cancel))!, Sample.Fail());
        var after = await Stores.Revisions.ReadAsync(tasks, Cancel);
        Assert.Equal([tasks[7]], tasks.Where(task => before[task] != after[task]));
        Assert.Equal(ended.Revision, after[tasks[7]]);
        Assert.Equal((await Stores.Tasks.LoadAsync(tasks[8], Cancel))!.Revision, after[tasks[8]]);
    }

    [Fact]
    public async Task What_is_deleted_unknown_or_of_another_account_is_left_out()
    {
        var mine = await AcceptAsync(Sample.Task("task_1"));
        var deleted = await ApplyAsync(await AcceptAsync(Sample.Task("task_2")), Sample.Fail());
        Assert.True(await Stores.Tasks.DeleteAsync(deleted.Key, Sample.Start.AddMinutes(1), Cancel));
        var found = await Stores.Revisions.ReadAsync(
            [mine.Key, deleted.Key, new TaskKey(Sample.Account.Id, new TaskId("task_' OR 1=1")), mine.Key with { Account = Sample.OtherAccount.Id, Task = new TaskId("task_3") }], Cancel);
        Assert.Equal([mine.Key], found.Keys);
        Assert.Empty(await Stores.Revisions.ReadAsync([mine.Key with { Account = Sample.OtherAccount.Id }], Cancel));
        Assert.Empty(await Stores.Revisions.ReadAsync([], Cancel));
    }
}
