using Filmgate.Model.Identity;

namespace Filmgate.Engine.Routing;

/// <summary>Rights to have a task in flight at a provider.</summary>
public interface ISlots
{
    /// <summary>Takes a slot, or a place in the queue. A task that holds one already is told yes again.</summary>
    ValueTask<bool> TryTakeAsync(string provider, TaskKey task, CancellationToken cancellationToken);

    /// <summary>Gives a slot back and wakes who waits for it. Does nothing for a task that holds none.</summary>
    ValueTask ReleaseAsync(string provider, TaskKey task, CancellationToken cancellationToken);
}
