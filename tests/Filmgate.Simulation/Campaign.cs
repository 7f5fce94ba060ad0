using System.Collections.Concurrent;
using System.Diagnostics;

namespace Filmgate.Simulation;

/// <summary>What a number of simulations came to.</summary>
/// <param name="Seeds">Simulations.</param>
/// <param name="Lives">Tasks that were lived to their end.</param>
/// <param name="Passages">Steps through the turnstile.</param>
/// <param name="Failures">Seeds with a violation, and what was wrong.</param>
/// <param name="Took">How long it took.</param>
internal sealed record CampaignResult(int Seeds, long Lives, long Passages, IReadOnlyList<(int Seed, string Violation)> Failures, TimeSpan Took);

/// <summary>Runs many seeds, on as many threads as there are processors.</summary>
internal static class Campaign
{
    /// <summary>Most failures that are kept; what is found so often need not be found more often.</summary>
    public const int FailuresMax = 20;

    public static CampaignResult Run(int firstSeed, int seeds, int tasks, Sabotage sabotage, TimeSpan? atMost = null, Action<int>? progress = null)
    {
        var watch = Stopwatch.StartNew();
        var failures = new ConcurrentQueue<(int Seed, string Violation)>();
        var next = firstSeed - 1;
        long passages = 0;
        var done = 0;
        var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () =>
            {
                using var stage = new Stage();
                while (failures.Count < FailuresMax && !(watch.Elapsed > atMost) && Interlocked.Increment(ref next) is var seed && seed < firstSeed + seeds)
                {
                    var (violations, _, count) = RunSeed(stage, seed, tasks, sabotage, traces: false);
                    Interlocked.Add(ref passages, count);
                    foreach (var violation in violations)
                    {
                        failures.Enqueue((seed, violation));
                    }

                    var number = Interlocked.Increment(ref done);
                    progress?.Invoke(number);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray();
        Task.WaitAll(threads);
        return new CampaignResult(done, (long)done * tasks, passages, [.. failures.OrderBy(failure => failure.Seed)], watch.Elapsed);
    }

    /// <summary>One seed, with its trace when that is asked for.</summary>
    public static (IReadOnlyList<string> Violations, IReadOnlyList<string> Trace, int Passages) RunSeed(Stage stage, int seed, int tasks, Sabotage sabotage, bool traces)
    {
        var world = new World(stage, seed, sabotage, traces);
        try
        {
            world.RunAsync(tasks).GetAwaiter().GetResult();
        }
        finally
        {
            world.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        return (world.Violations, world.Trace, world.Passages);
    }
}
