using Filmgate.Model.Identity;

namespace Filmgate.Engine.Routing;

/// <summary>
/// Who holds a provider's slots and who waits for them. A free slot goes to the account that holds fewest, so that an account which
/// queues ten thousand tasks keeps nobody waiting behind them; within an account, and between equals, first come is first served.
/// Waiters that do not ask again for a while are forgotten: their tasks have ended or sleep elsewhere, and must not keep a slot from
/// those behind them.
/// </summary>
/// <param name="capacity">Slots.</param>
/// <param name="patience">How long a waiter keeps its place without asking again.</param>
public sealed class SlotQueue(int capacity, TimeSpan patience)
{
    private readonly HashSet<TaskKey> _holders = [];
    private readonly List<Waiter> _waiters = [];

    /// <summary>Tasks that hold a slot.</summary>
    public int Held => _holders.Count;

    /// <summary>Tasks that wait.</summary>
    public int Waiting => _waiters.Count;

    /// <summary>Notes a task that holds a slot since before this queue was made.</summary>
    public void Restore(TaskKey task) => _holders.Add(task);

    /// <summary>Takes a slot if one is free for this task's place in the queue; otherwise the task waits.</summary>
    public bool TryTake(TaskKey task, DateTimeOffset now)
    {
        if (_holders.Contains(task))
        {
            return true;
        }

        _waiters.RemoveAll(waiter => now - waiter.AskedAt > patience && waiter.Task != task);
        var place = _waiters.FindIndex(waiter => waiter.Task == task);
        if (place < 0)
        {
            place = _waiters.Count;
            _waiters.Add(new Waiter(task, now));
        }

        if (!Next().Contains(task))
        {
            _waiters[place] = new Waiter(task, now);
            return false;
        }

        _waiters.RemoveAt(place);
        _holders.Add(task);
        return true;
    }

    /// <summary>Gives a task's slot and place back; the answer is who may take a slot now.</summary>
    public IReadOnlyList<TaskKey> Release(TaskKey task)
    {
        _waiters.RemoveAll(waiter => waiter.Task == task);
        return _holders.Remove(task) ? Next() : [];
    }

    // Those whose turn it is: as many as there are free slots.
    private List<TaskKey> Next()
    {
        var next = new List<TaskKey>();
        var free = capacity - _holders.Count;
        if (free <= 0)
        {
            return next;
        }

        var held = _holders.CountBy(holder => holder.Account).ToDictionary();
        var waiting = _waiters.GroupBy(waiter => waiter.Task.Account).Select(waiters => new Queue<TaskKey>(waiters.Select(waiter => waiter.Task))).ToList();
        while (next.Count < free && waiting.Count > 0)
        {
            // The groups stand in the order of their first waiters, and the least of equals is the first one.
            var turn = waiting.MinBy(queue => held.GetValueOrDefault(queue.Peek().Account))!;
            var task = turn.Dequeue();
            next.Add(task);
            held[task.Account] = held.GetValueOrDefault(task.Account) + 1;
            if (turn.Count == 0)
            {
                waiting.Remove(turn);
            }
        }

        return next;
    }

    private readonly record struct Waiter(TaskKey Task, DateTimeOffset AskedAt);
}
