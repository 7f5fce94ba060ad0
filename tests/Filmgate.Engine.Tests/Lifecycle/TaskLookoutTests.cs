using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Routing;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Engine.Tests.Lifecycle;

/// <summary>One look for all who watch: who is told, who is left alone, and what that costs.</summary>
public sealed class TaskLookoutTests : IAsyncLifetime
{
    private House _house = null!;
    private CountedRevisions _revisions = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _house = await House.OpenAsync();
        _revisions = new CountedRevisions(_house.Revisions);
    }

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task Whoever_watches_a_task_that_another_node_brought_further_is_told_and_nobody_else()
    {
        var (moved, still, ended) = (await _house.AcceptAsync(House.NewTask("task_1")), await _house.AcceptAsync(House.NewTask("task_2")), await _house.AcceptAsync(House.NewTask("task_3")));
        using var first = Watch(moved);
        using var second = Watch(moved);
        using var third = Watch(still);
        using var fourth = Watch(ended);
        await LookAsync();
        Assert.DoesNotContain(true, await AreToldAsync(first, second, third, fourth));

        await _house.Tasks.ApplyAsync(moved, new TaskTransition.RequestCancel(House.Start), Cancel);
        ended = (await _house.Tasks.ApplyAsync(ended, new TaskTransition.Fail(House.Start, new Failure(FailureCode.Canceled, "Over."), Callback: null), Cancel)).Task;
        Assert.True(await _house.Tasks.DeleteAsync(ended.Key, House.Start, Cancel));
        await LookAsync();
        Assert.Equal((bool[])[true, true, false, true], await AreToldAsync(first, second, third, fourth));
    }

    [Fact]
    public async Task Thousands_of_watchers_to_whom_nothing_happens_cost_one_read_and_are_left_alone()
    {
        var watches = new List<TaskSignals.Watch>();
        for (var number = 0; number < 900; number++)
        {
            var task = await _house.AcceptAsync(House.NewTask($"task_{number}"));
            watches.AddRange([Watch(task), Watch(task), Watch(task)]);
        }

        await LookAsync();
        Assert.Equal(1, _revisions.Reads);
        Assert.DoesNotContain(true, await AreToldAsync(watches));
        watches.ForEach(watch => watch.Dispose());
        await LookAsync();
        Assert.Equal(1, _revisions.Reads);
    }

    [Fact]
    public async Task Whoever_begins_to_watch_while_another_one_leaves_hears_of_the_next_change()
    {
        // The two meet within a few instructions, so they meet often.
        var key = House.NewTask().Key;
        for (var round = 0; round < 20_000; round++)
        {
            var leaving = _house.Signals.Begin(key);
            TaskSignals.Watch? joining = null;
            await Task.WhenAll(Task.Run(leaving.Dispose, Cancel), Task.Run(() => joining = _house.Signals.Begin(key), Cancel));
            _house.Signals.Changed(key);
            Assert.True(await IsToldAsync(joining!), $"Round {round}");
            joining!.Dispose();
        }

        Assert.Equal(0, _house.Signals.Count);
    }

    [Fact]
    public async Task Whose_place_in_the_queue_has_changed_is_told()
    {
        const string Provider = "partner";
        _house.Desks.Slots = 1;
        var tasks = new List<VideoTask>();
        for (var number = 0; number < 4; number++)
        {
            tasks.Add(await _house.AcceptAsync(House.NewTask($"task_{number}")));
            await _house.Desks.AskAsync(Provider, new SlotTicket(tasks[^1].Key.ToString(), 1, 0, House.Start.AddSeconds(number)), Cancel);
        }

        var watches = new List<TaskSignals.Watch>();
        foreach (var (index, task) in tasks.Skip(1).Index())
        {
            Assert.Equal(index + 1, (await _house.Desks.PlaceAsync(Provider, task.Key, Cancel))?.Position);
            watches.Add(Watch(task, Provider, index + 1));
        }

        await LookAsync();
        Assert.DoesNotContain(true, await AreToldAsync(watches));
        await _house.Desks.ReleaseAsync(Provider, tasks[2].Key, Cancel);
        await LookAsync();
        Assert.Equal((bool[])[false, true, true], await AreToldAsync(watches));
    }

    [Fact]
    public async Task Whoever_has_not_looked_yet_is_left_to_its_own_look()
    {
        var task = await _house.AcceptAsync();
        using var watch = _house.Signals.Begin(task.Key);
        using var account = _house.Signals.Begin(task.Key.Account);
        await LookAsync();
        Assert.Equal((bool[])[false, false], await AreToldAsync(watch, account));
    }

    private TaskSignals.Watch Watch(VideoTask task, string? waitingFor = null, int position = 0)
    {
        var watch = _house.Signals.Begin(task.Key);
        watch.Saw(new TaskSignals.Sight(task.Revision, waitingFor, position));
        return watch;
    }

    private async Task LookAsync()
    {
        using var lookout = new TaskLookout(_revisions, _house.Desks, _house.Signals, new EngineStart(), _house.Time, NullLogger<TaskLookout>.Instance);
        await lookout.LookAsync(Cancel);
    }

    // A word that was given is there at once; a wait in vain is given up and over, so that it takes no later word.
    private static async Task<bool> IsToldAsync(TaskSignals.Watch watch)
    {
        using var end = new CancellationTokenSource();
        var wait = watch.WaitAsync(end.Token);
        await end.CancelAsync();
        await wait.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return wait.IsCompletedSuccessfully;
    }

    private static async Task<bool[]> AreToldAsync(params IEnumerable<TaskSignals.Watch> watches) => await Task.WhenAll(watches.Select(IsToldAsync));

    private sealed class CountedRevisions(ITaskRevisions inner) : ITaskRevisions
    {
        public int Reads { get; private set; }

        public ValueTask<IReadOnlyDictionary<TaskKey, long>> ReadAsync(IReadOnlyCollection<TaskKey> tasks, CancellationToken cancellationToken)
        {
            Reads++;
            return inner.ReadAsync(tasks, cancellationToken);
        }
    }
}
