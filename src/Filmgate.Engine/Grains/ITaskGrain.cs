using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace Filmgate.Engine.Grains;

/// <summary>The single-threaded home of one task. Its key is <c>account/task</c>.</summary>
[Alias("filmgate.task"), Version(1)]
public interface ITaskGrain : IGrainWithStringKey
{
    /// <summary>The task's time seems to have passed; does nothing when it has not, or when a step is being made.</summary>
    [OneWay]
    [AlwaysInterleave]
    [Alias("wakeOverdue")]
    ValueTask WakeOverdueAsync();

    /// <summary>Something may be due now.</summary>
    [OneWay]
    [AlwaysInterleave]
    [Alias("wake")]
    ValueTask WakeAsync();
}
