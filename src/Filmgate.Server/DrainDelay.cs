using Microsoft.Extensions.Hosting;

namespace Filmgate.Server;

/// <summary>
/// Keeps a node that was told to stop serving for a while, during which <c>/ready</c> already says no: whoever spreads the traffic needs that
/// long to notice, and a caller that comes meanwhile is served as ever.
/// </summary>
internal sealed class DrainDelay(GatewayOptions options, TimeProvider time) : IHostedLifecycleService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken) =>
        await Task.Delay(options.DrainDelay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
