using Orleans.Concurrency;

namespace Filmgate.Engine.Grains;

/// <summary>The single-threaded home of one task. Its key is <c>account/task</c>.</summary>
[Alias("filmgate.task")]
public interface ITaskGrain : IGrainWithStringKey
{
    /// <summary>Something may be due now.</summary>
    [OneWay]
    [AlwaysInterleave]
    [Alias("wake")]
    ValueTask WakeAsync();
}
