using Filmgate.Engine.Lifecycle;
using Filmgate.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Maintenance;

/// <summary>
/// Wakes tasks whose due time has passed. At a start these are all tasks that the last life left behind; later they are those
/// whose sleep was too long for memory, or whose word was lost.
/// </summary>
public sealed partial class OverdueSweeper(ITaskStore store, IWaker waker, EngineOptions options, EngineStart start, TimeProvider time, ILogger<OverdueSweeper> log)
    : BackgroundService
{
    private const int PageSize = 1000;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A grain that is awake keeps its own time; only what it has missed is the sweeper's.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Paused)
        {
            LogPaused();
            return;
        }

        await start.WaitAsync(stoppingToken).ConfigureAwait(false);
        // No grain is awake yet, so the first look spares nothing.
        await SweepAsync(time.GetUtcNow(), stoppingToken).ConfigureAwait(false);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await SweepAsync(time.GetUtcNow() - Grace, stoppingToken).ConfigureAwait(false);
        }
    }

    private async ValueTask SweepAsync(DateTimeOffset dueBefore, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var task in await store.FindDueAsync(dueBefore, PageSize, cancellationToken).ConfigureAwait(false))
            {
                waker.WakeOverdue(task);
            }
        }
#pragma warning disable CA1031 // The store may be out of reach for a while; the sweeper must outlive that.
        catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
        {
            LogFault(error);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The engine is paused: tasks are admitted, none is started.")]
    private partial void LogPaused();

    [LoggerMessage(Level = LogLevel.Error, Message = "Overdue tasks could not be read; tried again shortly.")]
    private partial void LogFault(Exception error);
}
