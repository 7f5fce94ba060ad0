using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Cluster;

/// <summary>Passes the words of other nodes on to those on this node whom they concern.</summary>
public sealed class NewsEars(TaskSignals tasks, DeliverySignal deliveries, DeliveryDispatcher dispatcher) : INodeEars
{
    /// <inheritdoc/>
    public void Hear(NodeWord word)
    {
        switch (word.Kind)
        {
            case NodeWordKind.Task when TaskKey.TryParse(word.Subject, out var task):
                tasks.Heard(task);
                break;
            case NodeWordKind.Deliveries:
                deliveries.Set();
                break;
            case NodeWordKind.Destination:
                _ = dispatcher.ChangedAsync(word.Subject);
                break;
        }
    }

    /// <inheritdoc/>
    public void Missed() => deliveries.Set();
}
