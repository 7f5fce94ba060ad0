using System.Collections.Concurrent;
using System.Collections.Immutable;
using Filmgate.Engine.Egress;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Webhooks;
using Filmgate.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Webhooks;

/// <summary>
/// Sends what is due. The rows are the queue, so a crash loses nothing: at worst an event whose answer was not recorded is
/// sent again under the same id.
/// </summary>
public sealed partial class DeliveryPump(
    IDeliveryStore store,
    CallbackWriter callbacks,
    GuardedHttp http,
    DeliverySignal signal,
    ImmutableArray<TimeSpan> waits,
    EngineStart start,
    TimeProvider time,
    Random chance,
    ILogger<DeliveryPump> log) : BackgroundService
{
    /// <summary>Most deliveries under way at once.</summary>
    public const int ConcurrencyMax = 32;

    private static readonly TimeSpan SleepMax = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<DeliveryId, Task> _underWay = new();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await start.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StartDueAsync(stoppingToken).ConfigureAwait(false);
                await signal.WaitAsync(await SleepAsync(stoppingToken).ConfigureAwait(false), stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // The store may be out of reach for a while; the pump must outlive that.
            catch (Exception error)
#pragma warning restore CA1031
            {
                LogFault(error);
                await Task.Delay(SleepMax, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_underWay.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async ValueTask StartDueAsync(CancellationToken cancellationToken)
    {
        // Those under way are still due by their rows, so the page must be larger than they are. One that ends while the page
        // is read may stand in it as it was before; whoever was under way by then is left to the next page.
        var underWay = _underWay.Keys.ToHashSet();
        foreach (var delivery in await store.FindDueAsync(time.GetUtcNow(), 2 * ConcurrencyMax, cancellationToken).ConfigureAwait(false))
        {
            if (_underWay.Count >= ConcurrencyMax)
            {
                return;
            }

            if (underWay.Contains(delivery.Id))
            {
                continue;
            }

            // Entered before it begins: one that ended at once would otherwise be entered after its end, and for ever.
            var sending = new Task<Task>(() => DeliverAsync(delivery, cancellationToken), CancellationToken.None);
            _underWay[delivery.Id] = sending.Unwrap();
            sending.Start(TaskScheduler.Default);
        }
    }

    private async ValueTask<TimeSpan> SleepAsync(CancellationToken cancellationToken)
    {
        var due = await store.NextDueAsync(cancellationToken).ConfigureAwait(false);
        var wait = due - time.GetUtcNow() ?? SleepMax;

        // What is overdue but under way will set the signal when it is done.
        return wait <= TimeSpan.Zero || wait > SleepMax ? SleepMax : wait;
    }

    private async Task DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            var attempt = await PostAsync(delivery, cancellationToken).ConfigureAwait(false);
            var wait = attempt.Succeeded ? null : DeliverySchedule.NextWait(waits, delivery.Attempts + 1, attempt, chance.NextDouble());
            await store.RecordAsync(delivery, attempt, attempt.At + attempt.Took + wait, cancellationToken).ConfigureAwait(false);
            LogAttempt(delivery.Id.Value, delivery.Attempts + 1, attempt.Status, attempt.Error, wait);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Not recorded, so the next start sends it again under the same id.
        }
#pragma warning disable CA1031 // One delivery's fault must not end the pump; its row is still due.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFault(error);
            await Task.Delay(SleepMax, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _underWay.TryRemove(delivery.Id, out _);
            signal.Set();
        }
    }

    private async ValueTask<DeliveryAttempt> PostAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        var started = time.GetTimestamp();
        try
        {
            var answer = await http.PostAsync(
                new Uri(delivery.Url),
                callbacks.FormatOf(delivery.Dialect).Headers(new OutgoingCallback(delivery.Id, delivery.Task, delivery.Body, at)),
                delivery.Body,
                cancellationToken).ConfigureAwait(false);
            return new DeliveryAttempt(at, time.GetElapsedTime(started), answer.StatusCode, Error: null, answer.RetryAfter);
        }
        catch (EgressException error)
        {
            return new DeliveryAttempt(at, time.GetElapsedTime(started), Status: null, error.Message, RetryAfter: null);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Delivery {Delivery}, attempt {Number}: status {Status}, error {Error}, next after {Wait}.")]
    private partial void LogAttempt(string delivery, int number, int? status, string? error, TimeSpan? wait);

    [LoggerMessage(Level = LogLevel.Error, Message = "Deliveries could not be worked on; they are tried again shortly.")]
    private partial void LogFault(Exception error);
}
