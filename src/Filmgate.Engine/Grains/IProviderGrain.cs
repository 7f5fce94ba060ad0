using Filmgate.Engine.Routing;
using Orleans.CodeGeneration;

namespace Filmgate.Engine.Grains;

/// <summary>The home of one provider's desk. Its key is the provider's name.</summary>
[Alias("filmgate.provider"), Version(1)]
public interface IProviderGrain : IGrainWithStringKey
{
    /// <summary>Asks for a slot.</summary>
    [Alias("ask")]
    ValueTask<SlotAnswer> AskAsync(SlotTicket ticket);

    /// <summary>Gives a slot or a place back. The task's key is <c>account/task</c>.</summary>
    [Alias("release")]
    ValueTask ReleaseAsync(string task);

    /// <summary>Takes an experience in.</summary>
    [Alias("note")]
    ValueTask NoteAsync(ProviderNews news);

    /// <summary>How the provider stands.</summary>
    [Alias("standing")]
    ValueTask<ProviderStanding> StandingAsync();

    /// <summary>The place of a task in the queue; null when it does not stand in it.</summary>
    [Alias("place")]
    ValueTask<QueuePlace?> PlaceAsync(string task);

    /// <summary>The positions of many tasks in the queue, in the order in which they are named; 0 for one that does not stand in it.</summary>
    [Alias("positions")]
    ValueTask<int[]> PositionsAsync(string[] tasks);
}
