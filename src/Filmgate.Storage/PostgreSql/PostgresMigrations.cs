using System.Collections.Immutable;
using System.Reflection;
using DbUp;
using DbUp.Engine.Output;
using DbUp.Postgresql;
using Npgsql;

namespace Filmgate.Storage.PostgreSql;

/// <summary>
/// Brings a database up to date: numbered scripts, each run once and in a transaction of its own, by one node at a time. Nodes of the version before
/// go on working meanwhile and afterwards; what a script may do so that they can is in docs/decisions/expand-then-contract.md.
/// </summary>
public static class PostgresMigrations
{
    private const string Journal = "schema_versions";
    private const string Folder = ".PostgreSql.Migrations.";

    // Any fixed number: it keeps nodes apart that start at the same moment.
    private const long LockNumber = 0x46_49_4C_4D_47_41_54_45;

    private static readonly ImmutableArray<string> Scripts =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.Contains(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The number of the newest migration that this version knows.</summary>
    public static int Version { get; } = NumberOf(Scripts[^1]);

    /// <summary>Runs what has not run yet.</summary>
    /// <param name="address">The database.</param>
    /// <param name="time">The clock.</param>
    /// <returns>The names of the scripts that ran, in order; none when the database was up to date.</returns>
    /// <exception cref="StoreUnavailableException">It is out of reach, a script failed, or the store asks for a newer version than this one.</exception>
    public static IReadOnlyList<string> Run(PostgresAddress address, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(address);
        var line = new PostgresLine(address, time, LineUse.Inspection);
        try
        {
            using var connection = line.Open();
            try
            {
                // Most starts find nothing to do, and need not wait for a node that is at it.
                return IsUpToDate(connection) ? [] : RunAlone(line.Source, connection);
            }
            catch (NpgsqlException error)
            {
                throw new StoreUnavailableException($"The database cannot be brought up to date: {error.Message}", error);
            }
        }
        finally
        {
            line.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static IReadOnlyList<string> RunAlone(NpgsqlDataSource source, NpgsqlConnection connection)
    {
        // The lock is the connection's: it is free again when this node is done, or dead.
        Execute(connection, "SET lock_timeout = '120s'");
        Execute(connection, $"SELECT pg_advisory_lock({LockNumber})");
        try
        {
            if (IsUpToDate(connection))
            {
                return [];
            }

            var result = DeployChanges.To
                .PostgresqlDatabase(new PostgresqlConnectionManager(source))
                .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly(), name => name.Contains(Folder, StringComparison.Ordinal))
                .JournalToPostgresqlTable(null, Journal)
                .WithTransactionPerScript()
                .WithVariablesDisabled()
                .LogTo(new NoOpUpgradeLog())
                .Build()
                .PerformUpgrade();
            return result.Successful
                ? [.. result.Scripts.Select(script => ShortName(script.Name))]
                : throw new StoreUnavailableException($"The database cannot be brought up to date: {ShortName(result.ErrorScript?.Name ?? "")}: {result.Error.Message}", result.Error);
        }
        finally
        {
            Execute(connection, $"SELECT pg_advisory_unlock({LockNumber})");
        }
    }

    // A store with migrations that this version does not know is fine unless it says that this version must not touch it.
    private static bool IsUpToDate(NpgsqlConnection connection)
    {
        if (Scalar(connection, $"SELECT to_regclass('{Journal}') IS NOT NULL") is not true)
        {
            return false;
        }

        if (Scalar(connection, "SELECT to_regclass('store_compatibility') IS NOT NULL") is true
            && Scalar(connection, "SELECT least_version FROM store_compatibility") is long least && least > Version)
        {
            throw new StoreUnavailableException(
                $"The store needs a version of Filmgate that knows migration {least}; this one knows up to {Version}. Start the newer version.");
        }

        var done = new HashSet<string>(StringComparer.Ordinal);
        using var command = new NpgsqlCommand($"SELECT scriptname FROM {Journal}", connection);
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            done.Add(row.GetString(0));
        }

        return Scripts.All(done.Contains);
    }

    private static int NumberOf(string script) => int.Parse(ShortName(script)[..4], System.Globalization.CultureInfo.InvariantCulture);

    private static string ShortName(string script) => script[(script.IndexOf(Folder, StringComparison.Ordinal) is var at && at >= 0 ? at + Folder.Length : 0)..];

    private static void Execute(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Constants of this class.
        using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private static object? Scalar(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Constants of this class.
        using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }
}
