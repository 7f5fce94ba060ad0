using Filmgate.Engine.Cluster;
using Filmgate.Engine.Lifecycle;
using Filmgate.Model.Identity;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Engine.Tests.Lifecycle;

public sealed class TaskSignalsTests
{
    private static readonly TaskKey Watched = new(new AccountId("acc_1"), new TaskId("task_1"));
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TaskSignals _signals = new(new NoNews());
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_before_the_watcher_listens_is_heard_and_several_are_one()
    {
        using var watch = _signals.Begin(Watched);
        _signals.Changed(Watched);
        _signals.Changed(Watched);
        await watch.WaitAsync(Patience, _time, Cancel);
        Assert.False(watch.WaitAsync(Patience, _time, Cancel).IsCompleted);
    }

    [Fact]
    public async Task Every_watcher_of_a_task_hears_and_none_of_another()
    {
        using var first = _signals.Begin(Watched);
        using var second = _signals.Begin(Watched);
        using var other = _signals.Begin(Watched with { Task = new TaskId("task_2") });
        _signals.Changed(Watched);
        await first.WaitAsync(Patience, _time, Cancel);
        await second.WaitAsync(Patience, _time, Cancel);
        Assert.False(other.WaitAsync(Patience, _time, Cancel).IsCompleted);
    }

    [Fact]
    public async Task Who_watches_an_account_hears_of_all_its_tasks_and_of_no_other_account()
    {
        using var watch = _signals.Begin(Watched.Account);
        using var other = _signals.Begin(new AccountId("acc_2"));
        _signals.Changed(Watched);
        await watch.WaitAsync(Patience, _time, Cancel);
        _signals.Changed(Watched with { Task = new TaskId("task_2") });
        await watch.WaitAsync(Patience, _time, Cancel);
        Assert.False(other.WaitAsync(Patience, _time, Cancel).IsCompleted);
    }

    [Fact]
    public async Task Patience_ends_without_a_word()
    {
        using var watch = _signals.Begin(Watched);
        var waiting = watch.WaitAsync(Patience, _time, Cancel);
        Assert.False(waiting.IsCompleted);
        _time.Advance(Patience);
        await waiting;
    }

    [Fact]
    public async Task Who_gives_up_is_told_so()
    {
        using var watch = _signals.Begin(Watched);
        using var giveUp = new CancellationTokenSource();
        var waiting = watch.WaitAsync(Patience, _time, giveUp.Token);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Nothing_is_kept_of_watchers_that_have_left()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(
            () =>
            {
                using var watch = _signals.Begin(Watched);
                _signals.Changed(Watched);
            },
            Cancel)));
        Assert.Equal(0, _signals.Count);
    }
}
