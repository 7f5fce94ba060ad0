using Filmgate.Storage.PostgreSql;
using Filmgate.Storage.Sql;
using Filmgate.Storage.Sqlite;
using Filmgate.Storage.Tests.Conformance;
using Filmgate.Storage.Tests.Sqlite;
using Filmgate.Testing.PostgreSql;
using Npgsql;
using PostgresDatabase = Filmgate.Storage.PostgreSql.PostgresDatabase;

namespace Filmgate.Storage.Tests.PostgreSql;

public sealed class PostgresMigrationsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_several_nodes_that_start_on_an_empty_database_one_makes_the_schema_and_all_work()
    {
        await using var made = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var address = PostgresStores.AddressOf(made.ConnectionString);
        var ran = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PostgresMigrations.Run(address, TimeProvider.System), Cancel)));
        Assert.Single(ran, scripts => scripts.Count > 0);
        await using var database = PostgresDatabase.Open(address, TimeProvider.System);
        Assert.False(await new AccountStore(database).AnyAsync(Cancel));
        Assert.Empty(PostgresMigrations.Run(address, TimeProvider.System));
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_opened_unless_it_says_that_this_version_must_not()
    {
        await using var stores = new PostgresStores();
        await stores.OpenAsync();
        await RunAsync(stores.ConnectionString, "INSERT INTO schema_versions (scriptname, applied) VALUES ('Filmgate.Storage.PostgreSql.Migrations.9998_later.sql', now())");
        await RunAsync(stores.ConnectionString, "ALTER TABLE tasks ADD COLUMN later TEXT");
        await using (var other = stores.OpenAnother())
        {
            Assert.False(await new AccountStore(other).AnyAsync(Cancel));
        }

        await RunAsync(stores.ConnectionString, "UPDATE store_compatibility SET least_version = 9998");
        var error = Assert.Throws<StoreUnavailableException>(stores.OpenAnother);
        Assert.Contains("9998", error.Message, StringComparison.Ordinal);
        Assert.Contains("Start the newer version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_runs_goes_on_while_columns_are_added()
    {
        await using var stores = new PostgresStores();
        await stores.OpenAsync();
        await stores.Accounts.AddAsync(Sample.Account, [Sample.Key], Sample.Audit(Sample.Account.Id.Value), Cancel);
        await stores.Tasks.AcceptAsync(Sample.Task("task_1"), Cancel);
        Assert.NotNull(await stores.Tasks.LoadAsync(Sample.Task("task_1").Key, Cancel));
        await RunAsync(stores.ConnectionString, "ALTER TABLE tasks ADD COLUMN later TEXT; ALTER TABLE attempts ADD COLUMN later BIGINT NOT NULL DEFAULT 0");
        await stores.Tasks.AcceptAsync(Sample.Task("task_2"), Cancel);
        Assert.NotNull(await stores.Tasks.LoadAsync(Sample.Task("task_1").Key, Cancel));
        Assert.Empty(await stores.Books.CheckAsync(Cancel));
    }

    [Fact]
    public async Task Both_databases_have_the_same_tables_with_the_same_columns_of_the_same_kinds()
    {
        await using var stores = new PostgresStores();
        await stores.OpenAsync();
        await using var files = new SqliteStores();
        await files.OpenAsync();
        string[] ofOneOnly = ["writers", "store_compatibility", "schema_versions", "cluster_version", "cluster_members", "secrets"];
        var here = await stores.Database.ReadAsync(
            0,
            static (session, _) => Lines(session, "SELECT table_name || '.' || column_name || ': ' || data_type || ' ' || is_nullable FROM information_schema.columns WHERE table_schema = 'public'"),
            Cancel);
        var there = await files.Database.ReadAsync(
            0,
            static (session, _) => Lines(
                session,
                """
                SELECT t.name || '.' || c.name || ': ' || CASE
                    WHEN c.name IN ('request', 'metadata', 'details') THEN 'json' WHEN c.type = 'INTEGER' THEN 'bigint' WHEN c.type = 'BLOB' THEN 'bytea' ELSE 'text' END
                    || CASE WHEN c."notnull" = 1 THEN ' NO' ELSE ' YES' END
                FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'SchemaVersions'
                """),
            Cancel);
        Assert.NotEmpty(there);
        Assert.Equal(there, here.Where(line => !ofOneOnly.Contains(line.Split('.')[0])));
    }

    [Fact]
    public async Task A_copy_takes_every_table_along()
    {
        await using var files = new SqliteStores();
        await files.OpenAsync();
        var tables = await files.Database.ReadAsync(
            0, static (session, _) => Lines(session, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'SchemaVersions'"), Cancel);
        
        // Of this one there is one row always, which is brought up to date.
        Assert.Equal(tables, StoreCopy.AllTables.Append("forgotten_deliveries").Order(StringComparer.Ordinal));
    }

    private static string[] Lines(SqlSession session, string sql)
    {
        var lines = new List<string>();
        using var row = session.Query(sql);
        while (row.Read())
        {
            lines.Add(row.GetString(0));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
