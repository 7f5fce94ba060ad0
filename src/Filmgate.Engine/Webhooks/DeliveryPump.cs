using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Webhooks;

/// <summary>Lets the dispatcher look whenever something is due or somebody says so.</summary>
public sealed partial class DeliveryPump(
    DeliveryDispatcher dispatcher, DeliverySignal signal, DeliveryInstruments instruments, EngineStart start, TimeProvider time, ILogger<DeliveryPump> log) : BackgroundService
{
    private static readonly TimeSpan SleepMax = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        instruments.Watch(() => dispatcher.Traffic);
        await start.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var next = await dispatcher.StartDueAsync(stoppingToken).ConfigureAwait(false);
                var wait = next - time.GetUtcNow() ?? SleepMax;
                await signal.WaitAsync(wait < TimeSpan.Zero ? TimeSpan.Zero : wait < SleepMax ? wait : SleepMax, stoppingToken).ConfigureAwait(false);
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

        await dispatcher.WhenIdleAsync().ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Deliveries could not be looked for; they are looked for again shortly.")]
    private partial void LogFault(Exception error);
}
