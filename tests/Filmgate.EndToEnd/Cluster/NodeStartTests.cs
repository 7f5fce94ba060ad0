using Filmgate.EndToEnd.House;
using Filmgate.Testing.PostgreSql;

namespace Filmgate.EndToEnd.Cluster;

/// <summary>How a node starts, and when it does not.</summary>
[Trait("Database", "own")]
public sealed class NodeStartTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_node_whose_database_is_away_is_alive_and_not_ready_until_the_database_is_back()
    {
        await using var server = await PostgresServer.StartAsync();
        var database = await server.CreateDatabaseAsync();
        await server.KillAsync();
        var port = ClosedPort.Find();
        var settings = ServedGateway.Settings(_folder["data"]);
        settings["FILMGATE_DATABASE"] = database.ConnectionString;
        settings["FILMGATE_URLS"] = $"http://127.0.0.1:{port}";
        await using var process = FilmgateProcess.Start(_folder.Path, settings, "serve");
        using var api = new TaskApi(new Uri($"http://127.0.0.1:{port}"), ServedGateway.Key);

        await Eventually.TrueAsync(() => process.Error.Any(line => line.Contains("Waiting for the database", StringComparison.Ordinal)), Patience, "The word that it waits");
        var live = await Eventually.BecomesAsync(() => AskAsync(api, "live"), answer => answer is not null, Patience, "An answer");
        Assert.Equal(200, live!.Status);
        var created = await api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Text("a calm sea")));
        Assert.Equal(503, created.Status);
        Assert.NotNull(created.Response.Headers.RetryAfter);
        Assert.Contains("database is out of reach", (await api.GetAsync("ready")).Text, StringComparison.Ordinal);

        await server.StartAgainAsync();
        await Eventually.TrueAsync(() => process.Out.Contains("Ready."), Patience, "Ready.");
        Assert.Equal(200, (await api.GetAsync("ready")).Status);
        Assert.Single(process.Error, line => line.Contains("Waiting for the database", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("FILMGATE_NODE_ADDRESS", "10.0.0.11", "need TLS")]
    [InlineData("FILMGATE_NODE_ADDRESS", "node-1.example.com", "'node-1.example.com' is no IP address")]
    [InlineData("Filmgate__Cluster__Port", "70000", "'70000' must be a port")]
    [InlineData("Filmgate__Cluster__Plaintext", "perhaps", "'perhaps' must be true or false")]
    [InlineData("Filmgate__Cluster__Certificate", "/nowhere/node.pem", "CertificateKey: it is missing")]
    [InlineData("FILMGATE_SIGNING_KEY", "c2hvcnQ=", "must be 32 bytes in base64")]
    [InlineData("Filmgate__DrainSeconds", "301", "'301' must be a whole number from 0 to 300")]
    public async Task A_wrong_setting_is_told_with_its_name_and_the_way_out(string name, string value, string expected)
    {
        var settings = ServedGateway.Settings(_folder["data"]);
        settings["FILMGATE_DATABASE"] = "Host=127.0.0.1;Port=1;Username=nobody;Database=none";
        settings[name] = value;
        var (code, _, error) = await FilmgateProcess.RunAsync(_folder.Path, settings, Patience, "serve");
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("c2hvcnQ=", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<ApiAnswer?> AskAsync(TaskApi api, string path)
    {
        try
        {
            return await api.GetAsync(path);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
