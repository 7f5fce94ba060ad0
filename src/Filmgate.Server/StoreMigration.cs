using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Sqlite;

namespace Filmgate.Server;

/// <summary>Brings a store up to date without starting a gateway: what <c>filmgate migrate</c> does.</summary>
public static class StoreMigration
{
    /// <summary>Runs the migrations that have not run yet, and makes the store when there is none.</summary>
    /// <param name="place">The store.</param>
    /// <returns>The migrations that ran, in order; none when it was up to date.</returns>
    /// <exception cref="GatewayStartException">It cannot be used, or a gateway has the SQLite file open.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(StorePlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        try
        {
            if (place.Database is { } address)
            {
                return PostgresMigrations.Run(address, TimeProvider.System);
            }

            Directory.CreateDirectory(place.DataFolder);
            await using var database = SqliteDatabase.Open(place.SqlitePath);
            return database.Migrations;
        }
        catch (Exception error) when (GatewayStartException.Explain(error) is { } explained)
        {
            throw explained;
        }
    }
}
