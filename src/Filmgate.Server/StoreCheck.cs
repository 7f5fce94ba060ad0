using System.Collections.Immutable;
using Filmgate.Engine.Artifacts;
using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Microsoft.Extensions.Configuration;

namespace Filmgate.Server;

/// <summary>Checks a store without a gateway: what <c>filmgate doctor --data</c> and <c>filmgate doctor --database</c> do.</summary>
public static class StoreCheck
{
    /// <summary>What does not agree, and whether artifacts can be written, read and deleted, in sentences. The database is brought up to date first, as a start of the gateway would.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GatewayStartException">There is no store, it cannot be opened, or a gateway has it open.</exception>
    public static async Task<ImmutableArray<string>> RunAsync(string dataFolder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(dataFolder);
        var path = StorePlace.ExistingFile(dataFolder);
        try
        {
            await using var database = SqliteDatabase.Open(path);
            var findings = await new Books(database).CheckAsync(cancellationToken).ConfigureAwait(false);
            return [.. findings, .. await CheckArtifactsAsync(Path.GetFullPath(dataFolder), cancellationToken).ConfigureAwait(false)];
        }
        catch (Exception error) when (GatewayStartException.Explain(error) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>What does not agree in a PostgreSQL database, in sentences. Gateways may work on it meanwhile: all of it is read as of one moment.</summary>
    /// <param name="address">The database.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="GatewayStartException">It cannot be used.</exception>
    public static async Task<ImmutableArray<string>> RunAsync(PostgresAddress address, CancellationToken cancellationToken)
    {
        try
        {
            await using var database = PostgresDatabase.Open(address, TimeProvider.System);
            return await new Books(database).CheckAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (GatewayStartException.Explain(error) is { } explained)
        {
            throw explained;
        }
    }

    private static async ValueTask<ImmutableArray<string>> CheckArtifactsAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        var settings = new ArtifactSettingsReader(GatewayComposition.ReadConfiguration(new ConfigurationBuilder()).Build(), dataFolder, errors).Read();
        if (errors.Count > 0)
        {
            throw new GatewaySettingsException(errors);
        }

        using var scratch = settings.OpenScratch(TimeProvider.System);
        var store = settings.Open(scratch, TimeProvider.System);
        using (store as IDisposable)
        {
            return await ArtifactCheck.RunAsync(store, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }
}
