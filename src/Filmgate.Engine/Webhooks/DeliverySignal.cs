namespace Filmgate.Engine.Webhooks;

/// <summary>Wakes the delivery pump. Setting it twice before it is seen is the same as once.</summary>
public sealed class DeliverySignal : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    /// <summary>Something may be due.</summary>
    public void Set()
    {
        try
        {
            _set.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is set already.
        }
    }

    /// <summary>Returns when the signal is set or the time is over.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _set.WaitAsync(atMost, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _set.Dispose();
}
