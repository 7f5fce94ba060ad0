using System.Collections.Immutable;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Routing;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Tests.Support;

/// <summary>The desks of all providers in memory, with as many slots each, on the test's clock.</summary>
internal sealed class MemoryDesks(int slots, TimeProvider time, IWaker waker) : IProviderDesks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ProviderDesk> _desks = [];
    private readonly Random _chance = new(3);

    /// <summary>Slots of desks that nobody has asked yet.</summary>
    public int Slots { get; set; } = slots;

    public int Held(string provider)
    {
        lock (_gate)
        {
            return DeskOf(provider).Holders.Count;
        }
    }

    /// <summary>A free read went well, or not.</summary>
    public void Probe(string provider, bool wentWell) => Do(provider, desk => desk.NoteProbe(wentWell, Now));

    public ValueTask<ImmutableDictionary<string, ProviderStanding>> StandingsAsync(IReadOnlyCollection<string> providers, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(providers.ToImmutableDictionary(provider => provider, provider => DeskOf(provider).Standing(Now)));
        }
    }

    public ValueTask<SlotAnswer> AskAsync(string provider, SlotTicket ticket, CancellationToken cancellationToken)
    {
        SlotAnswer answer = null!;
        Do(provider, desk =>
        {
            answer = desk.Ask(ticket, Now, out var woken);
            return woken;
        });
        return ValueTask.FromResult(answer);
    }

    public ValueTask ReleaseAsync(string provider, TaskKey task, CancellationToken cancellationToken)
    {
        Do(provider, desk => desk.Release(task, Now));
        return ValueTask.CompletedTask;
    }

    public ValueTask NoteAsync(string provider, ProviderNews news, CancellationToken cancellationToken)
    {
        Do(provider, desk => desk.Note(news, Now));
        return ValueTask.CompletedTask;
    }

    public ValueTask<QueuePlace?> PlaceAsync(string provider, TaskKey task, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(DeskOf(provider).PlaceOf(task));
        }
    }

    public ValueTask<int[]> PositionsAsync(string provider, IReadOnlyCollection<TaskKey> tasks, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(DeskOf(provider).PositionsOf(tasks));
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private void Do(string provider, Func<ProviderDesk, IReadOnlyList<TaskKey>> act)
    {
        lock (_gate)
        {
            foreach (var task in act(DeskOf(provider)))
            {
                waker.WakeTask(task);
            }
        }
    }

    private ProviderDesk DeskOf(string provider) => _desks.TryGetValue(provider, out var desk) ? desk : _desks[provider] = new ProviderDesk(Slots, _chance);
}
