using System.Collections.Immutable;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Routing;

/// <summary>The desks before the providers, one each: slots, queue and health.</summary>
public interface IProviderDesks
{
    /// <summary>How the named providers stand.</summary>
    ValueTask<ImmutableDictionary<string, ProviderStanding>> StandingsAsync(IReadOnlyCollection<string> providers, CancellationToken cancellationToken);

    /// <summary>Asks for a slot; without one the task keeps its place in the queue and is woken when its turn comes. One that holds a slot is told so again.</summary>
    ValueTask<SlotAnswer> AskAsync(string provider, SlotTicket ticket, CancellationToken cancellationToken);

    /// <summary>Gives a slot, or a place in the queue, back and wakes whose turn it is. Does nothing for a task that has neither.</summary>
    ValueTask ReleaseAsync(string provider, TaskKey task, CancellationToken cancellationToken);

    /// <summary>Tells what a task experienced there.</summary>
    ValueTask NoteAsync(string provider, ProviderNews news, CancellationToken cancellationToken);

    /// <summary>The place of a task in the queue; null when it does not stand in it.</summary>
    ValueTask<QueuePlace?> PlaceAsync(string provider, TaskKey task, CancellationToken cancellationToken);

    /// <summary>The positions of many tasks in a queue, in the order in which they are named; 0 for one that does not stand in it.</summary>
    ValueTask<int[]> PositionsAsync(string provider, IReadOnlyCollection<TaskKey> tasks, CancellationToken cancellationToken);
}

/// <summary>What is asked of the desks together.</summary>
public static class ProviderDesks
{
    /// <summary>Ranks providers for a task as they stand now; only those are asked that can take it.</summary>
    public static async ValueTask<Ranking> RankAsync(this IProviderDesks desks, RoutingCase asked, RoutingOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(desks);
        ArgumentNullException.ThrowIfNull(asked);
        var standings = await desks.StandingsAsync(Router.Candidates(asked), cancellationToken).ConfigureAwait(false);
        return Router.Rank(asked with { Standings = standings }, options);
    }
}
