using System.Collections.Immutable;
using Filmgate.Engine.Routing;
using Filmgate.Model.Identity;

namespace Filmgate.Simulation;

/// <summary>The cluster's desks as one node reaches them.</summary>
internal sealed class SteppedDesks(Desks desks, Node node, Turnstile turnstile) : IProviderDesks
{
    public ValueTask<ImmutableDictionary<string, ProviderStanding>> StandingsAsync(IReadOnlyCollection<string> providers, CancellationToken cancellationToken) =>
        ValueTask.FromResult(providers.ToImmutableDictionary(provider => provider, desks.Standing));

    public ValueTask<SlotAnswer> AskAsync(string provider, SlotTicket ticket, CancellationToken cancellationToken) =>
        turnstile.PassAsync(node, $"asks {provider} for a slot", _ => ValueTask.FromResult(desks.Ask(provider, ticket)));

    public async ValueTask ReleaseAsync(string provider, TaskKey task, CancellationToken cancellationToken) =>
        await turnstile.PassAsync(node, $"releases {task.Task} at {provider}", _ => ValueTask.FromResult(desks.Release(provider, task))).ConfigureAwait(false);

    public async ValueTask NoteAsync(string provider, ProviderNews news, CancellationToken cancellationToken) =>
        await turnstile.PassAsync(node, $"tells {provider}'s desk of {news.Kind}", _ => ValueTask.FromResult(desks.Note(provider, news))).ConfigureAwait(false);

    public ValueTask<QueuePlace?> PlaceAsync(string provider, TaskKey task, CancellationToken cancellationToken) => ValueTask.FromResult<QueuePlace?>(null);

    public ValueTask<int[]> PositionsAsync(string provider, IReadOnlyCollection<TaskKey> tasks, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new int[tasks.Count]);
}

/// <summary>All desks of the cluster. Each may be lost with its node, and is then made anew from what the store says.</summary>
internal sealed class Desks(ImmutableArray<Vendor> vendors, World world)
{
    private readonly Dictionary<string, ProviderDesk> _desks = [];

    public ProviderStanding Standing(string provider) => DeskOf(provider).Standing(world.Now);

    public SlotAnswer Ask(string provider, SlotTicket ticket)
    {
        var answer = DeskOf(provider).Ask(ticket, world.Now, out var woken);
        world.Wake(woken);
        return answer;
    }

    public bool Release(string provider, TaskKey task)
    {
        world.Wake(DeskOf(provider).Release(task, world.Now));
        return true;
    }

    public bool Note(string provider, ProviderNews news)
    {
        world.Wake(DeskOf(provider).Note(news, world.Now));
        return true;
    }

    /// <summary>Offers pass on, pauses end, and who cools after an outage is read for free.</summary>
    public void Tick()
    {
        foreach (var vendor in vendors)
        {
            var desk = DeskOf(vendor.Name);
            world.Wake(desk.NeedsProbe(world.Now) ? desk.NoteProbe(world.Chance.NextDouble() >= vendor.Trouble, world.Now) : desk.Tick(world.Now));
        }
    }

    public DateTimeOffset? NextChange() => vendors.Select(vendor => DeskOf(vendor.Name).NextChange(world.Now)).Min();

    /// <summary>Gives back what no attempt on record explains.</summary>
    public async ValueTask ReconcileAsync()
    {
        foreach (var vendor in vendors)
        {
            var really = (await world.Store.FindOpenAtAsync(vendor.Name, CancellationToken.None).ConfigureAwait(false)).ToHashSet();
            foreach (var (task, since) in DeskOf(vendor.Name).Holders.ToArray())
            {
                if (!really.Contains(task) && world.Now - since > TimeSpan.FromMinutes(1))
                {
                    Release(vendor.Name, task);
                }
            }
        }
    }

    public void Lose(string provider) => _desks.Remove(provider);

    private ProviderDesk DeskOf(string provider)
    {
        if (_desks.TryGetValue(provider, out var known))
        {
            return known;
        }

        var desk = _desks[provider] = new ProviderDesk(vendors.First(vendor => vendor.Name == provider).Facts.Slots, world.Chance);
        desk.Restore(
            world.Store.FindOpenAtAsync(provider, CancellationToken.None).AsTask().Result,
            world.Store.FindWaitingAsync(provider, CancellationToken.None).AsTask().Result.Select(waiting => (waiting.Task, 1, waiting.Priority, waiting.Since)),
            world.Now);
        return desk;
    }
}
