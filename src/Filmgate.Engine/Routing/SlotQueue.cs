using Filmgate.Model.Identity;

namespace Filmgate.Engine.Routing;

/// <summary>
/// Who holds a provider's slots and who waits for them, first come first served. Waiters that do not ask again for a while
/// are forgotten: their tasks have ended or sleep elsewhere, and must not keep a slot from those behind them.
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

        if (place >= capacity - _holders.Count)
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
        return _holders.Remove(task)
            ? [.. _waiters.Take(Math.Max(capacity - _holders.Count, 0)).Select(waiter => waiter.Task)]
            : [];
    }

    private readonly record struct Waiter(TaskKey Task, DateTimeOffset AskedAt);
}
