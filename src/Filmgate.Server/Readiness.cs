using Filmgate.Storage;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime;

namespace Filmgate.Server;

/// <summary>Whether this node should get traffic, and if not, why.</summary>
internal sealed class Readiness(IAccountStore accounts, ISiloStatusOracle cluster, IHostApplicationLifetime lifetime, TimeProvider time)
{
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(2);

    /// <summary>Why not; null when it should.</summary>
    public async ValueTask<string?> WhyNotAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return "this node is draining; it finishes what it has and takes nothing new";
        }

        if (cluster.CurrentStatus != SiloStatus.Active)
        {
            return $"this node is not part of the cluster now ({cluster.CurrentStatus})";
        }

        try
        {
            return await accounts.AnyAsync(cancellationToken).AsTask().WaitAsync(StorePatience, time, cancellationToken).ConfigureAwait(false)
                ? null
                : "the store holds no account";
        }
        catch (Exception error) when (error is StoreUnavailableException or TimeoutException)
        {
            return "the store is out of reach";
        }
    }
}
