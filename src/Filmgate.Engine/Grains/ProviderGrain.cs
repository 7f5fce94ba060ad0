using Filmgate.Engine.Lifecycle;
using Filmgate.Engine.Routing;
using Filmgate.Model.Identity;
using Filmgate.Storage;

namespace Filmgate.Engine.Grains;

/// <summary>Holds a provider's slot queue. Its memory is rebuilt from the open attempts in the store.</summary>
public sealed class ProviderGrain(ITaskStore store, ProviderDirectory providers, IWaker waker, TimeProvider time) : Grain, IProviderGrain
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private SlotQueue _queue = new(0, Patience);

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var name = this.GetPrimaryKeyString();
        if (providers.TryGet(name, out var provider))
        {
            _queue = new SlotQueue(provider.Facts.Slots, Patience);
        }

        foreach (var holder in await store.FindOpenAtAsync(name, cancellationToken))
        {
            _queue.Restore(holder);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryTakeSlotAsync(string task) => ValueTask.FromResult(_queue.TryTake(TaskKey.Parse(task), time.GetUtcNow()));

    /// <inheritdoc/>
    public ValueTask ReleaseSlotAsync(string task)
    {
        foreach (var next in _queue.Release(TaskKey.Parse(task)))
        {
            waker.WakeTask(next);
        }

        return ValueTask.CompletedTask;
    }
}
