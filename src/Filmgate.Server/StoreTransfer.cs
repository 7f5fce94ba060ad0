using Filmgate.Engine.Artifacts;
using Filmgate.Storage.PostgreSql;

namespace Filmgate.Server;

/// <summary>Copies the store of a stopped gateway into PostgreSQL: what <c>filmgate copy-store</c> does.</summary>
public static class StoreTransfer
{
    /// <summary>Copies it.</summary>
    /// <param name="dataFolder">The data folder of the store in SQLite.</param>
    /// <param name="target">An empty database.</param>
    /// <param name="progress">Told after each table, and within long ones.</param>
    /// <param name="cancellationToken">Gives up; then nothing is copied.</param>
    /// <returns>How many rows were copied.</returns>
    /// <exception cref="GatewayStartException">It was not copied; the message says why.</exception>
    public static async Task<long> RunAsync(string dataFolder, PostgresAddress target, Action<CopyProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataFolder);
        var path = StorePlace.ExistingFile(dataFolder);
        try
        {
            return await StoreCopy.RunAsync(path, target, SigningKey.Find(dataFolder), TimeProvider.System, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreCopyException error)
        {
            throw new GatewayStartException(error.Message, error);
        }
        catch (Exception error) when (GatewayStartException.Explain(error) is { } explained)
        {
            throw explained;
        }
    }
}
