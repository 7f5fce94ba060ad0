using System.IO.Hashing;
using System.Text;
using Filmgate.Engine.Webhooks;

namespace Filmgate.Engine.Cluster;

/// <summary>
/// Duties by rendezvous hashing over the nodes that the cluster believes to live: each node finds the same holder without asking anybody, and a
/// node that comes or goes moves only the duties that become or were its own.
/// </summary>
public sealed class ClusterDuties : INodeDuties, ISiloStatusListener
{
    private readonly ISiloStatusOracle _oracle;
    private readonly DeliverySignal _deliveries;
    private volatile SiloAddress[] _living;

    /// <summary>Begins to follow who lives.</summary>
    /// <param name="oracle">Says who lives.</param>
    /// <param name="deliveries">Is told when duties may have moved, because destinations are duties.</param>
    public ClusterDuties(ISiloStatusOracle oracle, DeliverySignal deliveries)
    {
        ArgumentNullException.ThrowIfNull(oracle);
        _oracle = oracle;
        _deliveries = deliveries;
        _living = Living();
        oracle.SubscribeToSiloStatusEvents(this);
    }

    /// <inheritdoc/>
    public int Nodes => Math.Max(_living.Length, 1);

    /// <inheritdoc/>
    public bool Holds(string duty)
    {
        ArgumentNullException.ThrowIfNull(duty);
        return HolderOf(duty, _living) is { } holder && holder.Equals(_oracle.SiloAddress);
    }

    /// <inheritdoc/>
    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        _living = Living();
        _deliveries.Set();
    }

    /// <summary>The node that holds a duty; null when none lives.</summary>
    public static SiloAddress? HolderOf(string duty, IReadOnlyList<SiloAddress> living)
    {
        var bytes = Encoding.UTF8.GetBytes(duty);
        SiloAddress? holder = null;
        ulong highest = 0;
        foreach (var silo in living)
        {
            var score = XxHash3.HashToUInt64(bytes, silo.GetConsistentHashCode());
            if (holder is null || score > highest || (score == highest && silo.CompareTo(holder) > 0))
            {
                (holder, highest) = (silo, score);
            }
        }

        return holder;
    }

    private SiloAddress[] Living() => [.. _oracle.GetApproximateSiloStatuses(onlyActive: true).Keys];
}
