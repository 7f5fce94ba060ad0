using System.Collections.Immutable;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Following;

/// <summary>
/// Gives turns to read one provider, within its budget and several tasks at once where its API can. Hinted reads go first. Who would have to
/// wait long is sent away with the first time that is promised to nobody yet, so that no crowd stands here in memory; and whoever is there when the
/// budget lies idle is read, whatever is promised to others, for what is not used is lost to all.
/// </summary>
public sealed class ReadQueue : IDisposable
{
    /// <summary>Longest time that a read which is merely due waits here. Short, because a task that waits is deaf to hints.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a due read waits for company, where several are read at once.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMilliseconds(250);

    /// <summary>How long what a list said of a task that nobody asked for then counts as a read of it.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    // A list shows those who were made around one moment; with others it is not asked for.
    private static readonly TimeSpan CompanySpan = TimeSpan.FromSeconds(2);

    // After an answer that was no list, or lists that save nothing, tasks are read alone for this long.
    private static readonly TimeSpan AlonePeriod = TimeSpan.FromMinutes(5);
    private const double YieldHoped = 2;
    private const double YieldHope = 0.1;
    private const double YieldDoubt = 0.25;
    private const double YieldMin = 1.2;

    private readonly Lock _gate = new();
    private readonly ReadBudget _budget;
    private readonly int _tasksPerRead;
    private readonly Func<ImmutableArray<FollowedTask>, Task<IReadOnlyDictionary<string, Reading>?>> _readMany;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    private readonly Queue<Waiter> _alone = [];
    private readonly Queue<Waiter> _hinted = [];
    private readonly Queue<Waiter> _due = [];
    private readonly PromisedTurns _promises;
    private readonly Dictionary<string, (Reading Reading, DateTimeOffset At)> _fresh = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, DateTimeOffset At)> _freshInOrder = [];
    private int _freshReads;
    private DateTimeOffset _lastPutOff;
    private DateTimeOffset _aloneUntil;

    // Tasks that one request brings, as observed.
    private double _yield = 1;

    /// <summary>Opens a queue.</summary>
    /// <param name="budget">The provider's budget.</param>
    /// <param name="tasksPerRead">Most tasks that one request reads.</param>
    /// <param name="readMany">Makes such a request; must not throw.</param>
    /// <param name="time">The clock.</param>
    public ReadQueue(
        ReadBudget budget, int tasksPerRead, Func<ImmutableArray<FollowedTask>, Task<IReadOnlyDictionary<string, Reading>?>> readMany, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(budget);
        ArgumentNullException.ThrowIfNull(time);
        _budget = budget;
        _promises = new PromisedTurns(budget.Interval * Math.Ceiling(Patience / budget.Interval));
        _tasksPerRead = tasksPerRead;
        _yield = tasksPerRead > 1 ? YieldHoped : 1;
        _readMany = readMany;
        _time = time;
        _timer = time.CreateTimer(_ => Pump(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits for the turn of a task.</summary>
    public Task<ReadTurn> WaitAsync(FollowedTask task, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(task);
        var now = _time.GetUtcNow();
        Waiter waiter;
        lock (_gate)
        {
            if (!task.IsHinted && TakeFresh(task.UpstreamId, now) is { } reading)
            {
                return Task.FromResult<ReadTurn>(new ReadTurn.Read(reading));
            }

            if (!task.IsHinted && PutOff(task.UpstreamId, now) is { } wait)
            {
                return Task.FromResult<ReadTurn>(new ReadTurn.Later(wait));
            }

            _promises.GiveBack(task.UpstreamId, now);
            waiter = new Waiter(task, now);
            (task.IsHinted ? _hinted : _due).Enqueue(waiter);
        }

        return TurnOf(waiter, cancellationToken);
    }

    /// <summary>Waits for the turn of a read that is no task's, or of one that cannot wait: it goes before all others.</summary>
    public Task<ReadTurn> WaitAloneAsync(CancellationToken cancellationToken)
    {
        var waiter = new Waiter(Task: null, _time.GetUtcNow());
        lock (_gate)
        {
            _alone.Enqueue(waiter);
        }

        return TurnOf(waiter, cancellationToken);
    }

    /// <summary>Gives no turn for that long: the provider has said that it is asked too often.</summary>
    public void Pause(TimeSpan wait)
    {
        lock (_gate)
        {
            _budget.PauseUntil(_time.GetUtcNow() + wait);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private Task<ReadTurn> TurnOf(Waiter waiter, CancellationToken cancellationToken)
    {
        Pump();
        var turn = waiter.Turn.Task;
        if (cancellationToken.CanBeCanceled && !turn.IsCompleted)
        {
            var giveUp = cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Turn.TrySetCanceled(token), waiter);
            _ = turn.ContinueWith(
                static (_, state) => ((CancellationTokenRegistration)state!).Unregister(), giveUp, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return turn;
    }

    // Those who were promised a time come before those who come for the first time, who get what is left.
    private TimeSpan? PutOff(string id, DateTimeOffset now)
    {
        _promises.Sweep(now);
        var waiting = _alone.Count + _hinted.Count + _due.Count;
        var readsMany = ReadsMany(now);
        if (waiting < (readsMany ? _tasksPerRead : 1) && _budget.IsFull(now))
        {
            return null;
        }

        var each = readsMany ? _budget.Interval / _yield : _budget.Interval;
        var wait = _budget.WaitFor(now) + waiting * each;
        if (_promises.Of(id) is { } promised)
        {
            if (promised <= now && wait > Patience)
            {
                // Hinted reads have come between, or lists show less than when it was promised. Those to whom that happens come back one after the
                // other, not as a crowd, and what they need then is no longer there for those who come later.
                _promises.Take(now + wait, each);
                promised = now + Patience > _lastPutOff + each ? now + Patience : _lastPutOff + each;
                _lastPutOff = promised;
                _promises.PutOff(id, promised);
            }

            return promised > now ? promised - now : null;
        }

        if (_promises.FirstFree(now + wait, each) - now <= Patience)
        {
            _promises.Take(now + wait, each);
            return null;
        }

        return _promises.Promise(id, now + wait, each) - now;
    }

    // What is said once counts once: the next read wants news.
    private Reading? TakeFresh(string id, DateTimeOffset now)
    {
        if (!_fresh.Remove(id, out var fresh) || now - fresh.At > Freshness)
        {
            return null;
        }

        _promises.GiveBack(id, now);
        _freshReads++;
        return fresh.Reading;
    }

    private void Keep(string id, Reading reading, DateTimeOffset now)
    {
        while (_freshInOrder.TryPeek(out var oldest) && now - oldest.At > Freshness)
        {
            _freshInOrder.Dequeue();
            if (_fresh.TryGetValue(oldest.Id, out var kept) && kept.At == oldest.At)
            {
                _fresh.Remove(oldest.Id);
            }
        }

        _fresh[id] = (reading, now);
        _freshInOrder.Enqueue((id, now));
    }

    private void Pump()
    {
        List<ImmutableArray<Waiter>>? companies = null;
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            while (Next() is { } queue)
            {
                var readsMany = ReadsMany(now);
                if (readsMany && queue == _due && _due.Count < _tasksPerRead && now - _due.Peek().Since < Window)
                {
                    WakeAfter(_due.Peek().Since + Window - now);
                    break;
                }

                if (!_budget.TryTake(now))
                {
                    WakeAfter(_budget.WaitFor(now));
                    break;
                }

                var first = queue.Dequeue();
                if (readsMany && first.Task is not null && _hinted.Count + _due.Count > 0)
                {
                    (companies ??= []).Add(Company(first));
                }
                else
                {
                    first.Turn.TrySetResult(ReadTurn.Now.Value);
                }
            }
        }

        // Their requests are begun after the lock is given back.
        companies?.ForEach(company => _ = ReadManyAsync(company));
    }

    private bool ReadsMany(DateTimeOffset now) => _tasksPerRead > 1 && now >= _aloneUntil;

    // Who gave up has no turn and costs none.
    private Queue<Waiter>? Next()
    {
        foreach (var queue in (ReadOnlySpan<Queue<Waiter>>)[_alone, _hinted, _due])
        {
            while (queue.TryPeek(out var first) && first.Turn.Task.IsCompleted)
            {
                queue.Dequeue();
            }

            if (queue.Count > 0)
            {
                return queue;
            }
        }

        return null;
    }

    // Lists go by the time at which tasks were made, so those of about the same time are read together.
    private ImmutableArray<Waiter> Company(Waiter first)
    {
        var at = first.Task!.AcceptedAt;
        var company = _hinted.Concat(_due).Where(waiter => !waiter.Turn.Task.IsCompleted)
            .Where(waiter => (waiter.Task!.AcceptedAt - at).Duration() <= CompanySpan)
            .OrderBy(waiter => (waiter.Task!.AcceptedAt - at).Duration()).Take(_tasksPerRead - 1).Prepend(first).ToImmutableArray();
        var taken = company.ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var queue in (ReadOnlySpan<Queue<Waiter>>)[_hinted, _due])
        {
            for (var left = queue.Count; left > 0; left--)
            {
                var waiter = queue.Dequeue();
                if (!taken.Contains(waiter))
                {
                    queue.Enqueue(waiter);
                }
            }
        }

        return company;
    }

    private async Task ReadManyAsync(ImmutableArray<Waiter> company)
    {
        var found = await _readMany([.. company.Select(waiter => waiter.Task!)]).ConfigureAwait(false);
        lock (_gate)
        {
            var missing = 0;
            var now = _time.GetUtcNow();
            foreach (var (id, reading) in found ?? ImmutableDictionary<string, Reading>.Empty)
            {
                Keep(id, reading, now);
            }

            foreach (var waiter in company)
            {
                if (found is not null && found.TryGetValue(waiter.Task!.UpstreamId, out var reading))
                {
                    _fresh.Remove(waiter.Task.UpstreamId);
                    waiter.Turn.TrySetResult(new ReadTurn.Read(reading));
                }
                else
                {
                    missing++;
                    _alone.Enqueue(waiter with { Task = null });
                }
            }

            // Hoped for slowly and doubted at once: who was promised too early a turn is sent away again, and a turn too many is given to whoever comes.
            var seen = (double)(company.Length + _freshReads) / (1 + missing);
            _yield += (seen - _yield) * (seen > _yield ? YieldHope : YieldDoubt);
            _freshReads = 0;
            if (found is null || _yield < YieldMin)
            {
                _aloneUntil = now + AlonePeriod;
                _yield = YieldHoped;
            }
        }

        Pump();
    }

    private void WakeAfter(TimeSpan wait) => _timer.Change(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, Timeout.InfiniteTimeSpan);

    // A waiter that is moved to another line keeps its turn.
    private sealed record Waiter(FollowedTask? Task, DateTimeOffset Since)
    {
        public TaskCompletionSource<ReadTurn> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
