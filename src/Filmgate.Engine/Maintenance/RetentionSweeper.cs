using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Cluster;
using Filmgate.Engine.Events;
using Filmgate.Engine.Webhooks;
using Filmgate.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Maintenance;

/// <summary>
/// Deletes files, idempotency keys, events and deliveries whose time is over. Rows are marked first and files follow, so that a crash in between leaves a file too many
/// rather than a row without its file; such files are found by the second pass, which asks the store about every old file.
/// </summary>
public sealed partial class RetentionSweeper(
    IClipStore clips, ITaskStore tasks, IEventLog events, IDeliveryStore deliveries, IArtifactStore files, ScratchFolder scratch, INodeDuties duties,
    EngineOptions options, WebhookOptions webhooks, EngineStart start, TimeProvider time, ILogger<RetentionSweeper> log)
    : BackgroundService
{
    private const string Duty = "retention";
    private const int PageSize = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    // Longer than any request or take-in lasts: a younger file may belong to a row that is about to be committed.
    private static readonly TimeSpan Grace = TimeSpan.FromHours(6);

    // No row names a picture that was converted for a provider, and the link to it must not end before its day.
    private static readonly TimeSpan UnnamedGrace = InputLinks.Lifetime + TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WaitAsync(stoppingToken).ConfigureAwait(false);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                // What lies about on this machine is this node's own affair.
                SweepScratch();
                if (duties.Holds(Duty))
                {
                    await SweepAsync(stoppingToken).ConfigureAwait(false);
                }
            }
#pragma warning disable CA1031 // Whatever went wrong, the next round sees the same rows and files.
            catch (Exception error) when (error is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogFault(error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    /// <summary>One round: expired clips and pictures, expired keys, events and deliveries, then files that no row names.</summary>
    public async ValueTask SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        IReadOnlyList<string> expired;
        do
        {
            expired = await clips.ExpireAsync(now, now - options.Retention, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (var sha256 in expired)
            {
                await files.DeleteBeforeAsync(sha256, now - Grace, cancellationToken).ConfigureAwait(false);
            }

            LogExpired(expired.Count);
        }
        while (expired.Count >= PageSize);

        while (await tasks.ForgetKeysAsync(now, PageSize, cancellationToken).ConfigureAwait(false) >= PageSize)
        {
            // There are more of them.
        }

        while (await events.ForgetAsync(now - EventFeeds.Kept, PageSize, cancellationToken).ConfigureAwait(false) >= PageSize)
        {
            // And of these.
        }

        while (await deliveries.ForgetAsync(now - webhooks.Retention, PageSize, cancellationToken).ConfigureAwait(false) >= PageSize)
        {
            // And of these, too.
        }

        await foreach (var sha256 in files.FilesBeforeAsync(now - UnnamedGrace, cancellationToken).ConfigureAwait(false))
        {
            if (!await clips.IsNeededAsync(sha256, cancellationToken).ConfigureAwait(false))
            {
                await files.DeleteBeforeAsync(sha256, now - UnnamedGrace, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes unfinished files that nobody on this machine works on any more.</summary>
    public void SweepScratch() => scratch.Sweep(time.GetUtcNow() - IArtifactStore.LocalPathLifetime);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Count} files were given up.")]
    private partial void LogExpired(int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "The retention sweep failed; the next round repeats it.")]
    private partial void LogFault(Exception error);
}
