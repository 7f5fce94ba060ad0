using Filmgate.Engine.Cluster;
using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Grains;

/// <summary>Wakes tasks through their grains. A paused engine wakes nobody: tasks are admitted and wait.</summary>
public sealed class GrainWaker(IGrainFactory grains, DeliverySignal deliveries, INodeNews news, EngineOptions options) : IWaker
{
    /// <inheritdoc/>
    public void WakeTask(TaskKey key)
    {
        if (!options.Paused)
        {
            grains.GetGrain<ITaskGrain>(key.ToString()).WakeAsync().AsTask().Ignore();
        }
    }

    /// <inheritdoc/>
    public void WakeOverdue(TaskKey key)
    {
        if (!options.Paused)
        {
            grains.GetGrain<ITaskGrain>(key.ToString()).WakeOverdueAsync().AsTask().Ignore();
        }
    }

    /// <inheritdoc/>
    public void WakeDeliveries()
    {
        // Whose duty the destination is, is not asked here.
        deliveries.Set();
        news.DeliveriesDue();
    }
}
