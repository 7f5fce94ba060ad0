using Filmgate.Model.Identity;

namespace Filmgate.Engine.Routing;

/// <summary>
/// Who holds a provider's slots and who waits for them. A free slot is offered to the account that holds fewest for its weight, and among
/// equals to the one that was served least for its weight, so that an account which queues ten thousand tasks keeps nobody waiting behind
/// them. Within an account the higher priority goes first, then who was accepted first. An offer that is not taken in time passes on.
/// </summary>
/// <param name="patience">How long a waiter keeps its place without asking again.</param>
/// <param name="offerLifetime">How long a free slot waits for the task that it was offered to.</param>
public sealed class FairQueue(TimeSpan patience, TimeSpan offerLifetime)
{
    private readonly Dictionary<TaskKey, DateTimeOffset> _holders = [];
    private readonly Dictionary<TaskKey, DateTimeOffset> _offers = [];
    private readonly Dictionary<AccountId, Line> _lines = [];
    private double _clock;

    /// <summary>Tasks that hold a slot.</summary>
    public int Held => _holders.Count;

    /// <summary>Tasks that a free slot was offered to.</summary>
    public int Offered => _offers.Count;

    /// <summary>Tasks that wait.</summary>
    public int Waiting => _lines.Values.Sum(line => line.Waiters.Count);

    /// <summary>Holders and since when they hold.</summary>
    public IReadOnlyDictionary<TaskKey, DateTimeOffset> Holders => _holders;

    /// <summary>When the first offer passes on; null without an offer.</summary>
    public DateTimeOffset? OffersEnd => _offers.Count == 0 ? null : _offers.Values.Min();

    /// <summary>Notes a task that holds a slot since before this queue was made.</summary>
    public void Restore(TaskKey task, DateTimeOffset now)
    {
        if (_holders.TryAdd(task, now))
        {
            LineOf(task.Account).Held++;
        }
    }

    /// <summary>Takes the slot that was offered to a task, or that it holds already; otherwise the task waits.</summary>
    public bool TryTake(TaskKey task, int weight, int priority, DateTimeOffset since, DateTimeOffset now)
    {
        if (_holders.ContainsKey(task))
        {
            return true;
        }

        if (Withdraw(task))
        {
            Restore(task, now);
            return true;
        }

        Wait(task, weight, priority, since, now);
        return false;
    }

    /// <summary>Puts a task into its place in the queue, or notes that it still wants it.</summary>
    public void Wait(TaskKey task, int weight, int priority, DateTimeOffset since, DateTimeOffset now)
    {
        var line = LineOf(task.Account);
        line.Weight = weight;
        if (line.Waiters.Count == 0)
        {
            // Time in which an account asked for nothing is not saved up.
            line.Served = Math.Max(line.Served, _clock);
        }

        if (line.Places.Remove(task, out var place))
        {
            line.Waiters.Remove(place);
        }

        place = new Waiter(task, priority, since, now);
        line.Places[task] = place;
        line.Waiters.Add(place);
    }

    /// <summary>Gives a task's slot, offer or place back. The answer is how long it held a slot; null when it held none.</summary>
    public TimeSpan? Release(TaskKey task, DateTimeOffset now)
    {
        Withdraw(task);
        if (_lines.TryGetValue(task.Account, out var line) && line.Places.Remove(task, out var place))
        {
            line.Waiters.Remove(place);
        }

        TimeSpan? held = null;
        if (_holders.Remove(task, out var since))
        {
            held = now - since;
            LineOf(task.Account).Held--;
        }

        Forget(task.Account);
        return held;
    }

    /// <summary>Offers free slots to those whose turn it is.</summary>
    /// <param name="free">Slots, and no more offers than that in all.</param>
    /// <param name="offersMax">Most offers that may be open at a time.</param>
    /// <param name="now">The present.</param>
    /// <returns>Who was offered one.</returns>
    public List<TaskKey> Offer(int free, int offersMax, DateTimeOffset now)
    {
        foreach (var (task, until) in _offers)
        {
            if (until <= now)
            {
                Withdraw(task);
                Forget(task.Account);
            }
        }

        var offered = new List<TaskKey>();
        while (_offers.Count < Math.Min(free, offersMax) && Next(now) is { } task)
        {
            _offers[task] = now + offerLifetime;
            LineOf(task.Account).Offered++;
            offered.Add(task);
        }

        return offered;
    }

    /// <summary>The place of a waiting task, 1 for the next one; null for one that does not wait.</summary>
    public int? PositionOf(TaskKey task)
    {
        if (!_lines.TryGetValue(task.Account, out var line) || !line.Places.TryGetValue(task, out var place))
        {
            return null;
        }

        return PositionAt(line, line.Waiters.TakeWhile(waiter => waiter != place).Count() + 1);
    }

    /// <summary>The places of many tasks, for one walk along the lines that they stand in; those that do not wait are left out.</summary>
    public Dictionary<TaskKey, int> PositionsOf(IEnumerable<TaskKey> tasks)
    {
        var positions = new Dictionary<TaskKey, int>();
        foreach (var asked in tasks.GroupBy(task => task.Account))
        {
            if (!_lines.TryGetValue(asked.Key, out var line))
            {
                continue;
            }

            var wanted = asked.Where(line.Places.ContainsKey).ToHashSet();
            foreach (var (index, waiter) in line.Waiters.Index())
            {
                if (wanted.Count == 0)
                {
                    break;
                }

                if (wanted.Remove(waiter.Task))
                {
                    positions[waiter.Task] = PositionAt(line, index + 1);
                }
            }
        }

        return positions;
    }

    // Each other account is served in proportion to its weight meanwhile.
    private int PositionAt(Line line, int own) =>
        own + _lines.Values.Where(other => other != line).Sum(other => (int)Math.Min(other.Waiters.Count, (double)own * other.Weight / line.Weight));

    private bool Withdraw(TaskKey task)
    {
        if (!_offers.Remove(task))
        {
            return false;
        }

        LineOf(task.Account).Offered--;
        return true;
    }

    private TaskKey? Next(DateTimeOffset now)
    {
        while (_lines.Where(pair => pair.Value.Waiters.Count > 0).Select(pair => pair.Value).DefaultIfEmpty().Min() is { } line)
        {
            var waiter = line.Waiters.Min!;
            line.Waiters.Remove(waiter);
            line.Places.Remove(waiter.Task);

            // It has not asked for long: its task has ended or sleeps elsewhere, and must not keep a slot from those behind it.
            if (now - waiter.AskedAt > patience)
            {
                Forget(waiter.Task.Account);
                continue;
            }

            _clock = Math.Max(_clock, line.Served);
            line.Served = _clock + 1.0 / line.Weight;
            return waiter.Task;
        }

        return null;
    }

    private Line LineOf(AccountId account) => _lines.TryGetValue(account, out var line) ? line : _lines[account] = new Line();

    private void Forget(AccountId account)
    {
        if (_lines.TryGetValue(account, out var line) && line is { Held: 0, Offered: 0, Waiters.Count: 0 } && line.Served <= _clock)
        {
            _lines.Remove(account);
        }
    }

    private sealed record Waiter(TaskKey Task, int Priority, DateTimeOffset Since, DateTimeOffset AskedAt);

    /// <summary>One account's waiters. The least line is served next.</summary>
    private sealed class Line : IComparable<Line>
    {
        public SortedSet<Waiter> Waiters { get; } = new(Order.Instance);

        public Dictionary<TaskKey, Waiter> Places { get; } = [];

        public int Weight { get; set; } = 1;

        public int Held { get; set; }

        public int Offered { get; set; }

        public double Served { get; set; }

        private double Share => (Held + Offered) / (double)Weight;

        public int CompareTo(Line? other) => other is null ? -1
            : Share.CompareTo(other.Share) is not 0 and var byShare ? byShare
            : Served.CompareTo(other.Served) is not 0 and var byService ? byService
            : Order.Instance.Compare(Waiters.Min, other.Waiters.Min);
    }

    private sealed class Order : IComparer<Waiter>
    {
        public static readonly Order Instance = new();

        public int Compare(Waiter? x, Waiter? y) =>
            y!.Priority.CompareTo(x!.Priority) is not 0 and var byPriority ? byPriority
            : x.Since.CompareTo(y.Since) is not 0 and var byTime ? byTime
            : string.CompareOrdinal(x.Task.Task.Value, y.Task.Task.Value);
    }
}
