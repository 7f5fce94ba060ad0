using Filmgate.Engine.Routing;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Grains;

/// <summary>Slots as the provider grains keep them.</summary>
public sealed class GrainSlots(IGrainFactory grains) : ISlots
{
    /// <inheritdoc/>
    public ValueTask<bool> TryTakeAsync(string provider, TaskKey task, CancellationToken cancellationToken) =>
        grains.GetGrain<IProviderGrain>(provider).TryTakeSlotAsync(task.ToString());

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(string provider, TaskKey task, CancellationToken cancellationToken) =>
        grains.GetGrain<IProviderGrain>(provider).ReleaseSlotAsync(task.ToString());
}
