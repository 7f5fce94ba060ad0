using System.Collections.Concurrent;
using System.Text;
using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Filmgate.Testing.PostgreSql;
using Microsoft.Data.Sqlite;
using Npgsql;
using TestDatabase = Filmgate.Testing.PostgreSql.PostgresDatabase;

namespace Filmgate.EndToEnd.House;

/// <summary>
/// The database in which the gateways of this run keep their tasks: one file for each data folder or, when <c>FILMGATE_TEST_DATABASE</c> is
/// <c>postgresql</c>, one database for each at a real server that this run starts. A test that is about the file itself says <see cref="Sqlite"/>.
/// </summary>
internal static class StoreUnderTest
{
    /// <summary>What <c>FILMGATE_DATABASE</c> is for a gateway over one file.</summary>
    public const string Sqlite = "sqlite";

    private static readonly bool OverPostgreSql = Environment.GetEnvironmentVariable("FILMGATE_TEST_DATABASE") switch
    {
        null or "" or Sqlite => false,
        "postgresql" => true,
        var other => throw new InvalidOperationException($"FILMGATE_TEST_DATABASE: '{other}' must be {Sqlite} or postgresql."),
    };

    private static readonly ConcurrentDictionary<string, Lazy<Task<TestDatabase>>> Databases = new(StringComparer.Ordinal);
    private static readonly Lazy<Task<string>> Template = new(MakeTemplateAsync);

    /// <summary>What <c>FILMGATE_DATABASE</c> is for a gateway with that data folder.</summary>
    // A process is started where nobody awaits; the server is up after the first call.
    public static string SettingFor(string dataFolder) => OverPostgreSql ? DatabaseOf(dataFolder).GetAwaiter().GetResult().ConnectionString : Sqlite;

    /// <summary>Whether one file holds it, which one process at a time may open.</summary>
    public static bool IsOneFile => !OverPostgreSql;

    /// <summary>The command line that checks the store without a gateway.</summary>
    public static string[] Doctor(string dataFolder) =>
        OverPostgreSql ? ["doctor", "--database", SettingFor(dataFolder)] : ["doctor", "--data", dataFolder];

    /// <summary>Opens the store of a gateway that is stopped.</summary>
    public static async Task<SqlDatabase> OpenAsync(string dataFolder) => OverPostgreSql
        ? Storage.PostgreSql.PostgresDatabase.Open(await AddressOfAsync(dataFolder), TimeProvider.System)
        : SqliteDatabase.Open(FileOf(dataFolder));

    /// <summary>Changes rows behind the gateway's back.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> ExecuteAsync(string dataFolder, string sql)
    {
        if (OverPostgreSql)
        {
            await using var line = new NpgsqlConnection((await DatabaseOf(dataFolder)).ConnectionString + ";Pooling=false");
            await line.OpenAsync();
            await using var change = new NpgsqlCommand(sql, line);
            return await change.ExecuteNonQueryAsync();
        }

        await using var connection = new SqliteConnection($"Data Source={FileOf(dataFolder)};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>All that the database holds, each byte one character, but for what nodes share as a secret.</summary>
    public static async Task<string> ContentAsync(string dataFolder)
    {
        if (!OverPostgreSql)
        {
            var files = Directory.GetFiles(dataFolder, "filmgate.db*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal));
            return string.Concat(files.Select(File.ReadAllBytes).Select(Encoding.Latin1.GetString));
        }

        await using var line = new NpgsqlConnection((await DatabaseOf(dataFolder)).ConnectionString + ";Pooling=false");
        await line.OpenAsync();
        var content = new StringBuilder();
        foreach (var table in await TextsAsync(line, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'secrets'"))
        {
            foreach (var row in await TextsAsync(line, $"SET bytea_output = 'escape'; SELECT t::text FROM \"{table}\" t"))
            {
                content.AppendLine(row);
            }
        }

        return content.ToString();
    }

    /// <summary>The key by which the gateway signs links.</summary>
    public static async Task<byte[]> SigningKeyAsync(string dataFolder)
    {
        if (!OverPostgreSql)
        {
            return await File.ReadAllBytesAsync(Path.Combine(dataFolder, "signing.key"));
        }

        await using var line = new NpgsqlConnection((await DatabaseOf(dataFolder)).ConnectionString + ";Pooling=false");
        await line.OpenAsync();
        await using var query = new NpgsqlCommand("SELECT value FROM secrets WHERE name = 'signing-key'", line);
        return (byte[])(await query.ExecuteScalarAsync())!;
    }

    private static string FileOf(string dataFolder) => Path.Combine(dataFolder, "filmgate.db");

    private static async Task<PostgresAddress> AddressOfAsync(string dataFolder) => Read((await DatabaseOf(dataFolder)).ConnectionString);

    private static PostgresAddress Read(string text) =>
        PostgresAddress.TryParse(text, out var address, out var error) ? address : throw new InvalidOperationException(error);

    private static Task<TestDatabase> DatabaseOf(string dataFolder) => Databases.GetOrAdd(
        Path.GetFullPath(dataFolder), _ => new Lazy<Task<TestDatabase>>(() => Task.Run(MakeAsync))).Value;

    private static async Task<TestDatabase> MakeAsync() => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(await Template.Value);

    // Migrated once; each test's database begins as a copy of it.
    private static async Task<string> MakeTemplateAsync()
    {
        var template = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await Task.Run(() => PostgresMigrations.Run(Read(template.ConnectionString), TimeProvider.System));
        return template.Name;
    }

    private static async Task<List<string>> TextsAsync(NpgsqlConnection line, string sql)
    {
        await using var query = new NpgsqlCommand(sql, line);
        await using var row = await query.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await row.ReadAsync())
        {
            texts.Add(row.GetString(0));
        }

        return texts;
    }
}
