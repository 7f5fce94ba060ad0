using System.Diagnostics;
using Filmgate.EndToEnd.House;
using Filmgate.Testing.PostgreSql;

namespace Filmgate.EndToEnd.Store;

/// <summary>The same program over PostgreSQL.</summary>
[Trait("Database", "own")]
public sealed class PostgresGatewayTests : IDisposable
{
    private const string Database = "FILMGATE_DATABASE";
    private const string Sound = "The store is sound.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_accepted_survives_kill_9_and_ends_in_a_clip()
    {
        await using var made = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        string task;
        await using (var gateway = await ServedGateway.StartAsync(_folder["data"], (Database, made.ConnectionString)))
        {
            task = await gateway.Api.CreateAsync(TaskApi.Text("@delay(1s) pan left"));
            await gateway.KillAsync();
        }

        await using var next = await ServedGateway.StartAsync(_folder["data"], (Database, UriOf(made)));
        await next.Api.ClipOfAsync(task);
        Assert.False(File.Exists(Path.Combine(_folder["data"], "filmgate.db")), "The store is in SQLite after all.");

        var (code, output, error) = await RunAsync(made, "doctor", "--database", "settings");
        Assert.Equal((0, Sound, ""), (code, output, error));
    }

    [Fact]
    public async Task A_database_that_goes_away_is_said_to_be_away_and_found_again_when_it_is_back()
    {
        await using var server = await PostgresServer.StartAsync();
        var made = await server.CreateDatabaseAsync();
        await using var gateway = await ServedGateway.StartAsync(_folder["data"], (Database, made.ConnectionString));
        Assert.Equal(200, (await gateway.Api.GetAsync("ready")).Status);

        await server.KillAsync();
        var began = Stopwatch.GetTimestamp();
        var refused = await gateway.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Text("pan left")));
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(503, refused.Status);
        Assert.NotNull(refused.Response.Headers.RetryAfter);
        Assert.Equal(503, (await gateway.Api.GetAsync("ready")).Status);

        await server.StartAgainAsync();
        await Eventually.BecomesAsync(() => gateway.Api.GetAsync("ready"), answer => answer.Status == 200, Patience, "The return of the database");
        await gateway.Api.ClipOfAsync(await gateway.Api.CreateAsync(TaskApi.Text("pan left")));
    }

    [Fact]
    public async Task A_store_moves_from_sqlite_to_postgresql_and_the_gateway_goes_on_with_it()
    {
        await using var made = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        string finished;
        await using (var gateway = await ServedGateway.StartAsync(_folder["data"]))
        {
            finished = await gateway.Api.CreateAsync(TaskApi.Text("pan left"));
            await gateway.Api.ClipOfAsync(finished);
            gateway.Process.Send(FilmgateProcess.SigTerm);
            Assert.Equal(0, await gateway.Process.ExitAsync(Patience));
        }

        var migrated = await RunAsync(made, "migrate");
        Assert.Equal((0, ""), (migrated.Code, migrated.Error));
        Assert.Contains("Ran 0001_store.sql", migrated.Out, StringComparison.Ordinal);
        var again = await RunAsync(made, "migrate");
        Assert.DoesNotContain("Ran ", again.Out, StringComparison.Ordinal);
        Assert.Contains("The store is up to date: PostgreSQL 127.0.0.1:", again.Out, StringComparison.Ordinal);

        var copied = await RunAsync(made, "copy-store", "--to", "settings");
        Assert.True(copied.Code == 0, copied.Error);
        Assert.Contains("counts, sums and books agree", copied.Out, StringComparison.Ordinal);
        Assert.Contains("tasks: 1 rows", copied.Error, StringComparison.Ordinal);
        var twice = await RunAsync(made, "copy-store", "--to", "settings");
        Assert.Equal(1, twice.Code);
        Assert.Contains("not empty", twice.Error, StringComparison.Ordinal);

        await using var next = await ServedGateway.StartAsync(_folder["data"], (Database, made.ConnectionString));
        Assert.Equal("success", (await next.Api.StatusAsync(finished)).Data.GetProperty("state").GetString());
        await next.Api.ClipOfAsync(finished);
        await next.Api.ClipOfAsync(await next.Api.CreateAsync(TaskApi.Text("pan right")));
        Assert.Equal((0, Sound, ""), await RunAsync(made, "doctor", "--database", "settings"));
    }

    private static string UriOf(PostgresDatabase made)
    {
        var parts = made.ConnectionString.Split(';').ToDictionary(part => part.Split('=')[0], part => part.Split('=')[1]);
        return $"postgres://{parts["Username"]}@{parts["Host"]}:{parts["Port"]}/{parts["Database"]}";
    }

    private Task<(int Code, string Out, string Error)> RunAsync(PostgresDatabase made, params string[] arguments)
    {
        var environment = ServedGateway.Settings(_folder["data"]);
        environment[Database] = UriOf(made);
        return FilmgateProcess.RunAsync(_folder.Path, environment, Patience, arguments);
    }
}
