namespace Filmgate.Engine.Cluster;

/// <summary>
/// Divides what one node is to do among those that live. Nothing rests on it but economy: while nodes disagree about who lives, two may do the
/// same or nobody does it for some seconds, and both are harmless because the row decides.
/// </summary>
public interface INodeDuties
{
    /// <summary>Nodes that live, this one among them; at least 1.</summary>
    int Nodes { get; }

    /// <summary>Whether a duty is this node's now. A node that starts or stops has none.</summary>
    /// <param name="duty">Its name, such as a destination of deliveries.</param>
    bool Holds(string duty);
}

/// <summary>The duties of a node that is alone: all of them.</summary>
public sealed class SoleNode : INodeDuties
{
    /// <inheritdoc/>
    public int Nodes => 1;

    /// <inheritdoc/>
    public bool Holds(string duty) => true;
}
