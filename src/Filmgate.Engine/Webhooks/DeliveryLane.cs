using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;

namespace Filmgate.Engine.Webhooks;

/// <summary>What is known and under way of one destination. Whoever reads or changes it holds the dispatcher's gate.</summary>
internal sealed class DeliveryLane(string destination)
{
    /// <summary>The destination.</summary>
    public string Destination => destination;

    /// <summary>What its answers allow.</summary>
    public DestinationCircuit Circuit { get; set; } = DestinationCircuit.Unknown;

    /// <summary>Where it is; null until its first delivery was read.</summary>
    public string? Server { get; set; }

    /// <summary>Its attempts under way.</summary>
    public Dictionary<DeliveryId, Task> UnderWay { get; } = [];

    /// <summary>Ends the attempts under way, and what was read but not begun, when the destination changes.</summary>
    public CancellationTokenSource Life { get; private set; } = new();

    /// <summary>Attempts that may be begun now.</summary>
    public int Room(int most, DateTimeOffset now) =>
        Circuit.NotBefore > now ? 0 : Math.Max(0, Circuit.Concurrency(most) - UnderWay.Count);

    /// <summary>Whether nothing is lost when it is forgotten.</summary>
    public bool IsIdle(DateTimeOffset now) => UnderWay.Count == 0 && Circuit.Failures == 0 && !(Circuit.NotBefore > now);

    /// <summary>Begins anew, as after a change of the destination; what was known of the old one does not count.</summary>
    /// <returns>What ended the old life.</returns>
    public CancellationTokenSource BeginAnew()
    {
        var old = Life;
        (Life, Circuit, Server) = (new CancellationTokenSource(), DestinationCircuit.Unknown, null);
        return old;
    }
}
