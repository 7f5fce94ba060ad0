using Filmgate.Engine.Routing;
using Filmgate.Model.Identity;
using Filmgate.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Lifecycle;

/// <summary>
/// Looks for all who watch tasks on this node, so that not each of thousands has to: every two seconds, whether any of their tasks was brought
/// further by another node, or has another place in its queue. Whose picture is out of date is told and looks for itself. While nothing
/// happens a watcher costs its part of one read and nothing else.
/// </summary>
public sealed partial class TaskLookout(
    ITaskRevisions revisions, IProviderDesks desks, TaskSignals signals, EngineStart start, TimeProvider time, ILogger<TaskLookout> log) : BackgroundService
{
    /// <summary>How often it looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private const int PageSize = 1000;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WaitAsync(stoppingToken).ConfigureAwait(false);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                await LookAsync(stoppingToken).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // The store or a desk may be out of reach for a while; the next look sees the same.
            catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFault(error);
            }
        }
    }

    /// <summary>One look.</summary>
    public async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        var waiting = new List<(TaskKey Task, TaskSignals.Watch Watch, TaskSignals.Sight Last)>();
        foreach (var page in signals.Watched().Chunk(PageSize))
        {
            var present = await revisions.ReadAsync([.. page.Select(watched => watched.Task)], cancellationToken).ConfigureAwait(false);
            foreach (var (task, watches) in page)
            {
                // One that is gone is told as well: whoever watches it is to hear that there is nothing more.
                long? revision = present.TryGetValue(task, out var found) ? found : null;
                foreach (var watch in watches)
                {
                    if (watch.Last is not { } last)
                    {
                        continue;
                    }

                    if (last.Revision != revision)
                    {
                        watch.Set();
                    }
                    else if (last.WaitingFor is not null)
                    {
                        waiting.Add((task, watch, last));
                    }
                }
            }
        }

        foreach (var queue in waiting.GroupBy(watched => watched.Last.WaitingFor!))
        {
            await LookAtQueueAsync(queue.Key, [.. queue], cancellationToken).ConfigureAwait(false);
        }
    }

    // A place changes when others leave the queue, which is no step of the task itself.
    private async ValueTask LookAtQueueAsync(
        string provider, (TaskKey Task, TaskSignals.Watch Watch, TaskSignals.Sight Last)[] watched, CancellationToken cancellationToken)
    {
        var positions = await desks.PositionsAsync(provider, [.. watched.Select(one => one.Task)], cancellationToken).ConfigureAwait(false);
        foreach (var (index, (_, watch, last)) in watched.Index())
        {
            if (last.Position != positions[index])
            {
                watch.Set();
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Tasks that are watched could not be looked for; they are looked for again soon.")]
    private partial void LogFault(Exception error);
}
