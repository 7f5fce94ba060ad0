using System.Collections.Immutable;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;

namespace Filmgate.Engine.Routing;

/// <summary>
/// The desk before one provider: its slots, the queue before them, and its health. Plain memory without a clock of its own; a grain keeps it in a
/// cluster, a simulation on a virtual clock. Every call says who is to be woken.
/// </summary>
/// <param name="slots">Tasks that the provider takes at a time.</param>
/// <param name="chance">Spreads pauses.</param>
public sealed class ProviderDesk(int slots, Random chance)
{
    /// <summary>How long a waiter keeps its place without asking again; longer than any wait that <see cref="Ask"/> tells it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>How long a free slot waits for the task that it was offered to.</summary>
    public static readonly TimeSpan OfferLifetime = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan AskAgainMin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AskAgainMax = TimeSpan.FromMinutes(5);

    private readonly FairQueue _queue = new(Patience, OfferLifetime);
    private readonly SlotEstimate _slots = new(slots);
    private readonly ProviderHealth _health = new();

    // The task that was let through to see whether the provider is well again, until it has news.
    private TaskKey? _trial;

    // Long enough for a first guess; what is seen replaces it soon.
    private TimeSpan _usualHold = TimeSpan.FromSeconds(90);

    /// <summary>Holders of slots and since when.</summary>
    public IReadOnlyDictionary<TaskKey, DateTimeOffset> Holders => _queue.Holders;

    /// <summary>Whether a free read has to go well before a task is risked.</summary>
    public bool NeedsProbe(DateTimeOffset now) => _health.NeedsProbe(now);

    /// <summary>When something changes by time alone: a pause ends, or an offer passes on. Null when nothing does.</summary>
    public DateTimeOffset? NextChange(DateTimeOffset now) =>
        _queue.Waiting == 0 ? null : new[] { _health.IsCooling(now) ? _health.CoolsUntil : null, _queue.OffersEnd }.Min();

    /// <summary>Takes over what the store knows: who is at the provider, and who waits.</summary>
    public void Restore(IEnumerable<TaskKey> holders, IEnumerable<(TaskKey Task, int Weight, int Priority, DateTimeOffset Since)> waiters, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(holders);
        ArgumentNullException.ThrowIfNull(waiters);
        foreach (var holder in holders)
        {
            _queue.Restore(holder, now);
        }

        foreach (var (task, weight, priority, since) in waiters)
        {
            _queue.Wait(task, weight, priority, since, now);
        }
    }

    /// <summary>Takes a slot if it is this task's turn; otherwise it keeps its place.</summary>
    public SlotAnswer Ask(SlotTicket ticket, DateTimeOffset now, out IReadOnlyList<TaskKey> woken)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var task = TaskKey.Parse(ticket.Task);
        var granted = Take();
        var offered = Offer(now);
        if (!granted && offered.Remove(task))
        {
            granted = Take();
        }

        woken = offered;
        return granted ? new SlotAnswer(true, TimeSpan.Zero) : new SlotAnswer(false, AskAgain(task, now));

        bool Take()
        {
            var taken = _queue.TryTake(task, ticket.Weight, ticket.Priority, ticket.Since, now);
            if (taken && _health.Cause is not null)
            {
                _trial ??= task;
            }

            return taken;
        }
    }

    /// <summary>Gives a slot, an offer or a place back.</summary>
    public IReadOnlyList<TaskKey> Release(TaskKey task, DateTimeOffset now)
    {
        EndTrial(task);
        if (_queue.Release(task, now) is { } held)
        {
            const double Weight = 0.1;
            _usualHold += (held - _usualHold) * Weight;
        }

        return Offer(now);
    }

    /// <summary>Takes an experience in.</summary>
    public IReadOnlyList<TaskKey> Note(ProviderNews news, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(news);
        if (news.Kind is NewsKind.Accepted or NewsKind.Refused or NewsKind.Lost)
        {
            EndTrial(_trial);
        }

        _health.Note(news, now, chance.NextDouble());
        if (news.Kind == NewsKind.Accepted)
        {
            _slots.NoteTaken();
        }
        else if (news.Refusal == RefusalClass.Busy)
        {
            // The one that was refused still holds its slot.
            _slots.NoteBusy(_queue.Held - 1);
        }

        return Offer(now);
    }

    /// <summary>Takes the outcome of a free read in.</summary>
    public IReadOnlyList<TaskKey> NoteProbe(bool wentWell, DateTimeOffset now)
    {
        _health.NoteProbe(wentWell, now, chance.NextDouble());
        return Offer(now);
    }

    /// <summary>Time has passed.</summary>
    public IReadOnlyList<TaskKey> Tick(DateTimeOffset now) => Offer(now);

    /// <summary>How the provider stands.</summary>
    public ProviderStanding Standing(DateTimeOffset now) => new()
    {
        Cooling = _health.IsCooling(now) ? _health.Cause : null,
        CoolsUntil = _health.IsCooling(now) ? _health.CoolsUntil : null,
        UnwellSince = _health.UnwellSince,
        SuccessRate = _health.SuccessRate,
        Slots = _slots.Slots,
        Held = _queue.Held,
        Waiting = _queue.Waiting,
        ExpectedWait = WaitAt(_queue.Waiting + 1),
    };

    /// <summary>The place of a waiting task; null for one that does not wait.</summary>
    public QueuePlace? PlaceOf(TaskKey task) => _queue.PositionOf(task) is { } position ? new QueuePlace(position, WaitAt(position)) : null;

    /// <summary>The positions of many tasks in the order in which they are named, 0 for one that does not wait.</summary>
    public int[] PositionsOf(IReadOnlyCollection<TaskKey> tasks)
    {
        var positions = _queue.PositionsOf(tasks);
        return [.. tasks.Select(task => positions.GetValueOrDefault(task))];
    }

    // Free slots are there at once; then one becomes free in each part of the usual hold.
    private TimeSpan WaitAt(int position)
    {
        var behind = position - Math.Max(0, _slots.Slots - _queue.Held);
        return behind <= 0 ? TimeSpan.Zero : _usualHold * ((double)behind / _slots.Slots);
    }

    private TimeSpan AskAgain(TaskKey task, DateTimeOffset now)
    {
        var wait = WaitAt(_queue.PositionOf(task) ?? 1) / 2;
        var pause = _health.IsCooling(now) ? _health.CoolsUntil!.Value - now : TimeSpan.Zero;
        wait = wait > pause ? wait : pause;
        return (wait < AskAgainMin ? AskAgainMin : wait > AskAgainMax ? AskAgainMax : wait) * (0.9 + 0.2 * chance.NextDouble());
    }

    private List<TaskKey> Offer(DateTimeOffset now) =>
        _queue.Offer(_slots.Slots - _queue.Held, _health.SubmissionsMax(now) - (_trial is null ? 0 : 1), now);

    private void EndTrial(TaskKey? task)
    {
        if (_trial == task)
        {
            _trial = null;
        }
    }
}
