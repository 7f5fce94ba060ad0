using Npgsql;

namespace Filmgate.LoadRunner;

/// <summary>How much is measured of each cluster.</summary>
internal sealed record NodesPlan(int Rounds, int Reads, int ReadConnections, int Creates, int CreateConnections, int WarmUp)
{
    public static NodesPlan Full { get; } = new(5, 12_000, 48, 4_000, 96, 6_000);

    public static NodesPlan Quick { get; } = new(1, 600, 12, 300, 12, 300);
}

/// <summary>
/// Status read and durable creation of one gateway over SQLite, and of one, two and three nodes over one PostgreSQL, each with a database of its
/// own. All are there all the time and take turns, so that whatever else the machine does meets each; requests are spread evenly over the nodes.
/// </summary>
internal static class NodesMeasurement
{
    private const string Key = "fg_test_000000000000000000000000load";
    private const int NodesMax = 3;

    public static async Task RunAsync(NodesPlan plan, string address, string gatewayPath, string dataRoot, TextWriter output)
    {
        var folder = Directory.CreateDirectory(Path.Combine(dataRoot, $"filmgate-nodes-{Environment.ProcessId}"));
        var databases = new List<string>();
        var clusters = new List<Cluster>();
        try
        {
            clusters.Add(await Cluster.StartAsync("SQLite, one gateway", 1, null, gatewayPath, folder.FullName));
            for (var nodes = 1; nodes <= NodesMax; nodes++)
            {
                var database = await MakeDatabaseAsync(address, nodes);
                databases.Add(database.Database!);
                clusters.Add(await Cluster.StartAsync($"PostgreSQL, {nodes} node{(nodes == 1 ? "" : "s")}", nodes, database.ConnectionString, gatewayPath, folder.FullName));
            }

            foreach (var cluster in clusters)
            {
                cluster.Read(plan.WarmUp, plan.ReadConnections);
                cluster.Create(plan.WarmUp / 2, plan.CreateConnections);
            }

            var rounds = clusters.ToDictionary(cluster => cluster, _ => (Reads: new List<double>(), Creates: new List<double>()));
            for (var round = 0; round < plan.Rounds; round++)
            {
                foreach (var cluster in clusters)
                {
                    rounds[cluster].Reads.Add(cluster.Read(plan.Reads, plan.ReadConnections));
                    rounds[cluster].Creates.Add(cluster.Create(plan.Creates, plan.CreateConnections));
                }
            }

            output.WriteLine($"| store | status reads/s, {plan.ReadConnections} connections (range) | durable creates/s, {plan.CreateConnections} connections (range) |");
            output.WriteLine("| --- | ---: | ---: |");
            foreach (var cluster in clusters)
            {
                var (reads, creates) = rounds[cluster];
                output.WriteLine($"| {cluster.Name} | **{reads.Median():0}** ({reads.Min():0} to {reads.Max():0}) | **{creates.Median():0}** ({creates.Min():0} to {creates.Max():0}) |");
            }
        }
        finally
        {
            clusters.ForEach(cluster => cluster.Dispose());
            foreach (var database in databases)
            {
                await ExecuteAsync(address, $"DROP DATABASE IF EXISTS {database} WITH (FORCE)");
            }

            folder.Delete(recursive: true);
        }
    }

    private static async Task<NpgsqlConnectionStringBuilder> MakeDatabaseAsync(string address, int nodes)
    {
        var name = $"filmgate_load_{Environment.ProcessId}_{nodes}";
        await ExecuteAsync(address, $"CREATE DATABASE {name}");
        return new NpgsqlConnectionStringBuilder(address) { Database = name };
    }

    private static async Task ExecuteAsync(string address, string sql)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class Cluster(string name, IReadOnlyList<ServerProcess> nodes, string task) : IDisposable
    {
        public string Name => name;

        public static async Task<Cluster> StartAsync(string name, int count, string? database, string gatewayPath, string folder)
        {
            var nodes = new List<ServerProcess>();
            for (var number = 1; number <= count; number++)
            {
                var data = Path.Combine(folder, $"{(database is null ? "sqlite" : $"of-{count}")}-{number}");
                nodes.Add(await ServerProcess.GatewayAsync(
                    gatewayPath, data, Key, paused: true, database is null ? null : new Dictionary<string, string> { ["FILMGATE_DATABASE"] = database }));
            }

            using var api = new TaskApi(nodes[0].Address, Key);
            var (task, _) = await api.CreateAsync(TaskApi.TextRequest());
            return new Cluster(name, nodes, task);
        }

        /// <summary>Status reads a second.</summary>
        public double Read(int count, int connections) =>
            Run(count, connections, node => HttpLoad.Request("GET", TaskApi.StatusPath(task), node.Address, Key, null));

        /// <summary>Durable creations a second.</summary>
        public double Create(int count, int connections) =>
            Run(count, connections, node => HttpLoad.Request("POST", TaskApi.CreatePath, node.Address, Key, TaskApi.TextRequest()));

        public void Dispose()
        {
            foreach (var node in nodes)
            {
                node.Dispose();
            }
        }

        private double Run(int count, int connections, Func<ServerProcess, byte[]> request)
        {
            var (each, lines) = (count / nodes.Count, connections / nodes.Count);
            var bursts = new Burst[nodes.Count];
            Parallel.For(0, nodes.Count, new ParallelOptions { MaxDegreeOfParallelism = nodes.Count }, at =>
                bursts[at] = HttpLoad.Run(nodes[at].Address, request(nodes[at]), each, lines));
            return bursts.Sum(burst => burst.Requests) / bursts.Max(burst => burst.Took.TotalSeconds);
        }
    }
}
