using Filmgate.Storage.PostgreSql;
using Microsoft.Extensions.Configuration;

namespace Filmgate.Server;

/// <summary>Where a store is, for commands that work on it without a gateway.</summary>
/// <param name="DataFolder">The data folder, as an absolute path.</param>
/// <param name="Database">The PostgreSQL database; null for SQLite in the data folder.</param>
public sealed record StorePlace(string DataFolder, PostgresAddress? Database)
{
    /// <summary>The database file of a store in SQLite.</summary>
    public string SqlitePath => Path.Combine(DataFolder, GatewayComposition.DatabaseFile);

    /// <summary>The database file of a store in SQLite that a command names by its data folder.</summary>
    /// <exception cref="GatewayStartException">There is none.</exception>
    public static string ExistingFile(string dataFolder)
    {
        var path = new StorePlace(Path.GetFullPath(dataFolder), null).SqlitePath;
        return File.Exists(path)
            ? path
            : throw new GatewayStartException($"There is no store at '{path}'. Name the data folder of a gateway, which is its FILMGATE_DATA.");
    }

    /// <summary>The store that a command names, or else the one that the settings name, as <c>filmgate serve</c> reads them.</summary>
    /// <param name="dataFolder">The data folder that the command names; null for the settings'.</param>
    /// <exception cref="GatewaySettingsException">The settings name none that can be read.</exception>
    public static StorePlace Find(string? dataFolder)
    {
        var configuration = GatewayComposition.ReadConfiguration(new ConfigurationBuilder()).Build();
        var folder = dataFolder ?? configuration["FILMGATE_DATA"] ?? configuration["Filmgate:Data"];
        var text = configuration["FILMGATE_DATABASE"] ?? configuration["Filmgate:Database"];
        return DatabaseSetting.TryRead(string.IsNullOrWhiteSpace(text) ? null : text.Trim(), out var database, out var error)
            ? new StorePlace(Path.GetFullPath(string.IsNullOrWhiteSpace(folder) ? "data" : folder), database)
            : throw new GatewaySettingsException([$"FILMGATE_DATABASE: {error}"]);
    }
}
