namespace Filmgate.Engine.Cluster;

/// <summary>Who on this node hears what the others say.</summary>
public interface INodeEars
{
    /// <summary>Another node said this.</summary>
    void Hear(NodeWord word);

    /// <summary>Words may have been missed.</summary>
    void Missed();
}
