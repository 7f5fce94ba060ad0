using Microsoft.Extensions.Hosting;

namespace Filmgate.Server;

/// <summary>The lifetime of an embedded gateway: signals belong to the command around it.</summary>
internal sealed class SilentLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
