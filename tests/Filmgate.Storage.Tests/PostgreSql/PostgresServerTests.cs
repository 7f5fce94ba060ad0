using Filmgate.Testing.PostgreSql;
using Npgsql;

namespace Filmgate.Storage.Tests.PostgreSql;

public sealed class PostgresServerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_of_the_shared_server_takes_statements_and_is_gone_afterwards()
    {
        var server = await PostgresServer.SharedAsync();
        string name;
        await using (var database = await server.CreateDatabaseAsync())
        {
            name = database.Name;
            Assert.Equal(name, await ScalarAsync(database.ConnectionString, "SELECT current_database()"));
        }

        Assert.Equal(0L, await ScalarAsync(server.ConnectionString("postgres"), $"SELECT COUNT(*) FROM pg_database WHERE datname = '{name}'"));
    }

    [Fact]
    public async Task A_server_that_was_killed_comes_back_with_what_was_committed()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var database = await server.CreateDatabaseAsync();
        await ScalarAsync(database.ConnectionString, "CREATE TABLE t AS SELECT 7 AS n");
        await server.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ScalarAsync(database.ConnectionString, "SELECT n FROM t"));
        await server.StartAgainAsync();
        Assert.Equal(7, await ScalarAsync(database.ConnectionString, "SELECT n FROM t"));
    }

    private static async Task<object?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Cancel);
    }
}
