namespace Filmgate.Engine;

/// <summary>Holds background work back until the gateway listens: a callback that went out earlier could not name its address.</summary>
public sealed class EngineStart
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether work may begin.</summary>
    public bool IsSet => _started.Task.IsCompleted;

    /// <summary>Work may begin.</summary>
    public void Set() => _started.TrySetResult();

    /// <summary>Returns when work may begin.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _started.Task.WaitAsync(cancellationToken);
}
