using Filmgate.Model.Identity;

namespace Filmgate.Engine.Cluster;

/// <summary>
/// Carries words to the other nodes: that a task has changed, that something may be due. A word may be lost or come twice; whoever waits for
/// one looks for himself after a while.
/// </summary>
public interface INodeNews
{
    /// <summary>A task has changed.</summary>
    void TaskChanged(TaskKey task);

    /// <summary>Deliveries may be due.</summary>
    void DeliveriesDue();

    /// <summary>A destination has a new address, or none: what is under way to the old one ends.</summary>
    void DestinationChanged(string destination);
}

/// <summary>The news of a node that is alone: nobody hears them.</summary>
public sealed class NoNews : INodeNews
{
    /// <inheritdoc/>
    public void TaskChanged(TaskKey task)
    {
    }

    /// <inheritdoc/>
    public void DeliveriesDue()
    {
    }

    /// <inheritdoc/>
    public void DestinationChanged(string destination)
    {
    }
}
