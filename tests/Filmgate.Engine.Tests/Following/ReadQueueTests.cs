using System.Collections.Immutable;
using Filmgate.Engine.Following;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Providers;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Engine.Tests.Following;

/// <summary>The queue by a clock that the test moves: every turn is given within the call that makes it due.</summary>
public sealed class ReadQueueTests
{
    private readonly FakeTimeProvider _time = new(House.Start);
    private readonly List<ImmutableArray<FollowedTask>> _lists = [];
    private Func<FollowedTask, Reading?> _listed = _ => new Reading.InProgress(null);
    private bool _hasNoList;
    private string[] _shown = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_quiet_provider_is_read_at_once()
    {
        using var queue = Queue(10);
        Assert.Same(ReadTurn.Now.Value, Turn(queue.WaitAsync(Task("a"), Cancel)));
    }

    [Fact]
    public void Reads_beyond_the_budget_wait_for_it_and_those_that_would_wait_long_are_sent_away_in_their_order()
    {
        using var queue = Queue(10);
        var turns = Enumerable.Range(0, 100).Select(i => queue.WaitAsync(Task($"t{i}"), Cancel)).ToArray();
        var stay = turns.TakeWhile(turn => !turn.IsCompleted || Turn(turn) is ReadTurn.Now).Count();
        Assert.InRange(stay, 6, 8);
        var waits = turns[stay..].Select(turn => Assert.IsType<ReadTurn.Later>(Turn(turn)).Wait).ToArray();
        Assert.All(waits.Zip(waits.Skip(1)), pair => Assert.Equal(TimeSpan.FromMilliseconds(100), pair.Second - pair.First));

        Pass(ReadQueue.Patience);
        Assert.All(turns[..stay], turn => Assert.Same(ReadTurn.Now.Value, Turn(turn)));
    }

    [Fact]
    public void Who_comes_back_at_the_promised_time_is_let_in_before_those_who_are_new()
    {
        using var queue = Queue(10);
        var waits = Enumerable.Range(0, 100)
            .Select(i => (Id: $"t{i}", Turn: queue.WaitAsync(Task($"t{i}"), Cancel)))
            .Where(each => each.Turn.IsCompleted).Select(each => (each.Id, Wait: (Turn(each.Turn) as ReadTurn.Later)?.Wait)).Where(each => each.Wait is not null).ToArray();
        var begin = _time.GetUtcNow();
        var mines = new List<Task<ReadTurn>>();
        foreach (var (id, wait) in waits)
        {
            Pass(begin + wait!.Value - _time.GetUtcNow());
            var mine = queue.WaitAsync(Task(id), Cancel);
            var stranger = Assert.IsType<ReadTurn.Later>(Turn(queue.WaitAsync(Task("new " + id), Cancel)));
            Assert.True(begin + waits[^1].Wait!.Value < _time.GetUtcNow() + stranger.Wait, "A stranger gets a time after all that were promised.");
            mines.Add(mine);
        }

        Pass(ReadQueue.Patience);
        Assert.All(mines, mine => Assert.Same(ReadTurn.Now.Value, Turn(mine)));
    }

    [Fact]
    public void A_turn_that_its_task_does_not_need_any_more_is_given_to_the_next_who_comes()
    {
        using var queue = Queue(10);
        var waits = Enumerable.Range(0, 100)
            .Select(i => (Id: $"t{i}", Turn: queue.WaitAsync(Task($"t{i}"), Cancel)))
            .Where(each => each.Turn is { IsCompletedSuccessfully: true, Result: ReadTurn.Later }).Select(each => (each.Id, ((ReadTurn.Later)each.Turn.Result).Wait)).ToArray();
        var (id, wait) = waits[waits.Length / 2];
        _ = queue.WaitAsync(Task(id) with { IsHinted = true }, Cancel);
        var next = Assert.IsType<ReadTurn.Later>(Turn(queue.WaitAsync(Task("next"), Cancel))).Wait;
        Assert.InRange(next, wait - ReadQueue.Patience, wait + ReadQueue.Patience);
        Assert.True(Assert.IsType<ReadTurn.Later>(Turn(queue.WaitAsync(Task("after it"), Cancel))).Wait > waits[^1].Wait, "One place was free.");
    }

    [Fact]
    public void Whoever_is_there_when_the_budget_lies_idle_is_read_whatever_is_promised_to_others()
    {
        using var queue = Queue(10);
        foreach (var i in Enumerable.Range(0, 100))
        {
            _ = queue.WaitAsync(Task($"t{i}"), Cancel);
        }

        // Those whose time has come do not come.
        Pass(TimeSpan.FromSeconds(3));
        Assert.Same(ReadTurn.Now.Value, Turn(queue.WaitAsync(Task("stranger"), Cancel)));
        Assert.IsType<ReadTurn.Later>(Turn(queue.WaitAsync(Task("another"), Cancel)));
    }

    [Fact]
    public void A_crowd_that_comes_back_late_is_sent_away_one_after_the_other()
    {
        using var queue = Queue(10);
        var promised = Enumerable.Range(0, 100).Select(i => (Id: $"t{i}", Turn: queue.WaitAsync(Task($"t{i}"), Cancel)))
            .Where(each => each.Turn is { IsCompletedSuccessfully: true, Result: ReadTurn.Later }).Select(each => each.Id).ToArray();
        Pass(TimeSpan.FromSeconds(20));
        var waits = promised.Select(id => queue.WaitAsync(Task(id), Cancel))
            .Where(turn => turn is { IsCompletedSuccessfully: true, Result: ReadTurn.Later }).Select(turn => ((ReadTurn.Later)turn.Result).Wait).ToArray();
        Assert.InRange(waits.Length, promised.Length - 10, promised.Length - 5);
        Assert.Equal(ReadQueue.Patience, waits[0]);
        Assert.All(waits.Zip(waits.Skip(1)), pair => Assert.Equal(TimeSpan.FromMilliseconds(100), pair.Second - pair.First));
    }

    [Fact]
    public void Who_comes_back_too_early_keeps_the_promised_time()
    {
        using var queue = Queue(1);
        Assert.Same(ReadTurn.Now.Value, Turn(queue.WaitAsync(Task("a"), Cancel)));
        for (var i = 0; i < 5; i++)
        {
            _ = queue.WaitAsync(Task($"t{i}"), Cancel);
        }

        var wait = Assert.IsType<ReadTurn.Later>(Turn(queue.WaitAsync(Task("b"), Cancel))).Wait;
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(wait - TimeSpan.FromSeconds(1), Assert.IsType<ReadTurn.Later>(Turn(queue.WaitAsync(Task("b"), Cancel))).Wait);
    }

    [Fact]
    public void A_hinted_read_goes_before_those_that_are_merely_due_and_is_never_sent_away()
    {
        using var queue = Queue(10);
        var due = Enumerable.Range(0, 100).Select(i => queue.WaitAsync(Task($"t{i}"), Cancel)).ToArray();
        var hinted = Enumerable.Range(0, 30).Select(i => queue.WaitAsync(Task($"h{i}") with { IsHinted = true }, Cancel)).ToArray();
        var waiting = due.Count(turn => !turn.IsCompleted);
        Pass(TimeSpan.FromSeconds(2.95));
        Assert.Equal(29, hinted.Count(turn => turn.IsCompleted));
        Assert.Equal(waiting, due.Count(turn => !turn.IsCompleted));
        Pass(TimeSpan.FromSeconds(2.5));
        Assert.All(hinted, turn => Assert.Same(ReadTurn.Now.Value, Turn(turn)));
        Assert.All(due, turn => Assert.True(turn.IsCompleted));
    }

    [Fact]
    public void Who_gives_up_costs_nothing()
    {
        using var queue = Queue(4);
        using var giveUp = new CancellationTokenSource();
        Assert.Same(ReadTurn.Now.Value, Turn(queue.WaitAsync(Task("a"), Cancel)));
        Assert.Same(ReadTurn.Now.Value, Turn(queue.WaitAsync(Task("a too"), Cancel)));
        var left = queue.WaitAsync(Task("b"), giveUp.Token);
        var stayed = queue.WaitAsync(Task("c"), Cancel);
        giveUp.Cancel();
        Assert.True(left.IsCanceled);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Same(ReadTurn.Now.Value, Turn(stayed));
    }

    [Fact]
    public void A_provider_that_says_it_is_asked_too_often_is_left_in_peace_for_as_long_as_it_says()
    {
        using var queue = Queue(10);
        queue.Pause(TimeSpan.FromSeconds(30));
        var hinted = queue.WaitAsync(Task("h") with { IsHinted = true }, Cancel);
        Assert.InRange(Assert.IsType<ReadTurn.Later>(Turn(queue.WaitAsync(Task("a"), Cancel))).Wait, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(31));
        _time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromMilliseconds(1));
        Assert.False(hinted.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Same(ReadTurn.Now.Value, Turn(hinted));
    }

    [Fact]
    public void Due_reads_wait_a_moment_for_company_and_are_made_by_one_request()
    {
        using var queue = Queue(10, tasksPerRead: 100);
        var first = queue.WaitAsync(Task("a"), Cancel);
        _time.Advance(ReadQueue.Window / 2);
        var second = queue.WaitAsync(Task("b"), Cancel);
        Assert.False(first.IsCompleted);
        _time.Advance(ReadQueue.Window / 2);
        Assert.All([first, second], turn => Assert.Equal(new ReadTurn.Read(new Reading.InProgress(null)), Turn(turn)));
        Assert.Equal(["a", "b"], Assert.Single(_lists).Select(task => task.UpstreamId));
    }

    [Fact]
    public void Nobody_is_read_in_company_who_is_alone_and_a_hinted_read_waits_for_no_company()
    {
        using var queue = Queue(10, tasksPerRead: 100);
        Assert.Same(ReadTurn.Now.Value, Turn(queue.WaitAsync(Task("h") with { IsHinted = true }, Cancel)));
        var alone = queue.WaitAsync(Task("a"), Cancel);
        _time.Advance(ReadQueue.Window);
        Assert.Same(ReadTurn.Now.Value, Turn(alone));
        Assert.Empty(_lists);
    }

    [Fact]
    public void Who_is_not_in_the_list_is_read_alone_and_next()
    {
        _listed = task => task.UpstreamId == "b" ? null : new Reading.InProgress(null);
        using var queue = Queue(10, tasksPerRead: 100);
        Task<ReadTurn>[] turns = [.. new[] { "a", "b", "c", "d" }.Select(id => queue.WaitAsync(Task(id), Cancel))];
        _time.Advance(ReadQueue.Window);
        Pass(TimeSpan.FromMilliseconds(100));
        Assert.All(turns.Where((_, i) => i != 1), turn => Assert.IsType<ReadTurn.Read>(Turn(turn)));
        Assert.Same(ReadTurn.Now.Value, Turn(turns[1]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_list_that_is_none_or_saves_nothing_is_not_asked_for_again_soon(bool hasNoList)
    {
        _hasNoList = hasNoList;
        _listed = _ => null;
        using var queue = Queue(100, tasksPerRead: 100);
        for (var round = 0; round < 12; round++)
        {
            Task<ReadTurn>[] turns = [.. new[] { "a", "b", "c", "d" }.Select(id => queue.WaitAsync(Task(id), Cancel))];
            Pass(ReadQueue.Window + TimeSpan.FromSeconds(1));
            Assert.All(turns, turn => Assert.Same(ReadTurn.Now.Value, Turn(turn)));
        }

        Assert.Equal(hasNoList ? 1 : 4, _lists.Count);
    }

    [Fact]
    public void While_tasks_are_read_alone_each_turn_is_a_whole_read()
    {
        _hasNoList = true;
        using var queue = Queue(10, tasksPerRead: 100);
        Task<ReadTurn>[] listed = [.. new[] { "a", "b" }.Select(id => queue.WaitAsync(Task(id), Cancel))];
        Pass(ReadQueue.Window + TimeSpan.FromSeconds(1));
        Assert.All(listed, turn => Assert.Same(ReadTurn.Now.Value, Turn(turn)));
        var waits = Enumerable.Range(0, 50).Select(i => queue.WaitAsync(Task($"t{i}"), Cancel))
            .Where(turn => turn is { IsCompletedSuccessfully: true, Result: ReadTurn.Later }).Select(turn => ((ReadTurn.Later)turn.Result).Wait).ToArray();
        Assert.InRange(waits.Length, 40, 45);
        Assert.All(waits.Zip(waits.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, TimeSpan.FromMilliseconds(99), TimeSpan.FromMilliseconds(101)));
    }

    [Fact]
    public void Those_are_read_together_who_were_accepted_together()
    {
        using var queue = Queue(2, tasksPerRead: 3);
        _ = queue.WaitAsync(Task("first") with { IsHinted = true }, Cancel);
        _ = queue.WaitAsync(Task("second") with { IsHinted = true }, Cancel);
        foreach (var (id, seconds) in new[] { ("a", 0), ("far", 600), ("b", 1), ("farther", 900), ("c", 2), ("d", 3) })
        {
            _ = queue.WaitAsync(Task(id) with { IsHinted = true, AcceptedAt = House.Start.AddSeconds(seconds) }, Cancel);
        }

        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(["a", "b", "c"], _lists[^1].Select(task => task.UpstreamId));
        _time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(["far"], _lists[^1].Select(task => task.UpstreamId));
    }

    [Fact]
    public void What_a_list_says_of_a_task_that_nobody_asked_for_is_its_next_read_once_and_for_a_moment()
    {
        _shown = ["a", "b", "c", "d"];
        using var queue = Queue(10, tasksPerRead: 100);
        _ = queue.WaitAsync(Task("a"), Cancel);
        _ = queue.WaitAsync(Task("b"), Cancel);
        _time.Advance(ReadQueue.Window);
        Assert.IsType<ReadTurn.Read>(Turn(queue.WaitAsync(Task("c"), Cancel)));
        Assert.False(queue.WaitAsync(Task("c"), Cancel).IsCompleted);
        Assert.Single(_lists);

        // Whoever is hinted at wants what is said now, and not what was said a moment ago.
        Assert.IsType<ReadTurn.Read>(Turn(queue.WaitAsync(Task("d") with { IsHinted = true }, Cancel)));
        Assert.Equal(["d", "c"], _lists[1].Select(task => task.UpstreamId));
        Pass(ReadQueue.Freshness + ReadQueue.Window + ReadQueue.Window);
        Assert.False(queue.WaitAsync(Task("d"), Cancel).IsCompleted);
    }

    [Theory]
    [InlineData(50, 1)]
    [InlineData(8, 1)]
    [InlineData(10, 100)]
    public void Ten_thousand_tasks_at_one_provider_keep_its_budget_and_all_get_their_turn(double perSecond, int tasksPerRead)
    {
        const int Tasks = 10_000;
        var seconds = tasksPerRead > 1 ? 120 : 1500;
        var requests = new List<DateTimeOffset>();
        _listed = _ => new Reading.InProgress(null);
        using var queue = Queue(perSecond, tasksPerRead, () => requests.Add(_time.GetUtcNow()));
        var chance = new Random(5);
        var due = new PriorityQueue<string, DateTimeOffset>();
        var reads = new Dictionary<string, int>();
        for (var i = 0; i < Tasks; i++)
        {
            due.Enqueue($"t{i}", House.Start.AddSeconds(chance.NextDouble() * 60));
        }

        var waiting = new List<(string Id, Task<ReadTurn> Turn)>();
        for (var step = 0; step < seconds * 20; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            var now = _time.GetUtcNow();
            while (due.TryPeek(out var id, out var at) && at <= now)
            {
                due.Dequeue();
                waiting.Add((id, queue.WaitAsync(Task(id), Cancel)));
            }

            waiting.RemoveAll(each =>
            {
                if (!each.Turn.IsCompleted)
                {
                    return false;
                }

                switch (Turn(each.Turn))
                {
                    case ReadTurn.Later later:
                        due.Enqueue(each.Id, now + later.Wait);
                        return true;
                    case ReadTurn.Now:
                        requests.Add(now);
                        break;
                }

                reads[each.Id] = reads.GetValueOrDefault(each.Id) + 1;
                due.Enqueue(each.Id, now.AddSeconds(5));
                return true;
            });

            // Nobody stands here in memory who has long to wait.
            Assert.InRange(waiting.Count, 0, perSecond * tasksPerRead * 4);
        }

        // :: The budget: in no second more than the rate and its tenth, and what there is is used.
        var bySecond = requests.GroupBy(at => (int)(at - House.Start).TotalSeconds).Select(second => second.Count()).ToArray();
        Assert.InRange(bySecond.Max(), 1, perSecond + Math.Max(2, perSecond / 10));

        // :: Justice: nobody was passed over, and nobody was read much more often than another.
        if (tasksPerRead == 1)
        {
            Assert.InRange(requests.Count, seconds * perSecond * 0.95, seconds * perSecond * 1.05);
            Assert.Equal(Tasks, reads.Count);
            Assert.InRange(reads.Values.Max() - reads.Values.Min(), 0, 3);
        }
        else
        {
            // Several at once, and everybody is read as often as wished.
            Assert.Equal(Tasks, reads.Count);
            Assert.InRange(reads.Values.Sum(), (seconds - 60) * perSecond * tasksPerRead * 0.8, seconds * perSecond * tasksPerRead);
            Assert.InRange(reads.Values.Min(), (seconds - 60) / 20, seconds / 5);
        }
    }

    private ReadQueue Queue(double perSecond, int tasksPerRead = 1, Action? requested = null) => new(new ReadBudget(perSecond), tasksPerRead, tasks =>
    {
        _lists.Add(tasks);
        requested?.Invoke();
        return System.Threading.Tasks.Task.FromResult<IReadOnlyDictionary<string, Reading>?>(_hasNoList ? null : tasks.Concat(_shown.Select(Task)).DistinctBy(task => task.UpstreamId)
            .Select(task => (task.UpstreamId, Reading: _listed(task))).Where(each => each.Reading is not null).ToDictionary(each => each.UpstreamId, each => each.Reading!));
    }, _time);

    // By small steps, as timers pass: a turn that is given at one moment makes the next one due at another.
    private void Pass(TimeSpan time)
    {
        var step = TimeSpan.FromMilliseconds(5);
        for (var passed = TimeSpan.Zero; passed < time; passed += step)
        {
            _time.Advance(time - passed < step ? time - passed : step);
        }
    }

    private static FollowedTask Task(string id) => new(id, House.NewTask().Request, House.Start, IsHinted: false);

    private static ReadTurn Turn(Task<ReadTurn> turn) => turn.IsCompletedSuccessfully ? turn.Result : throw new InvalidOperationException("The turn has not come.");
}
