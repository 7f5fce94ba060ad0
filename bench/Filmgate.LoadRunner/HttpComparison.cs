using System.Net;

namespace Filmgate.LoadRunner;

/// <summary>How much is measured.</summary>
internal sealed record HttpPlan(int Rounds, int Reads, int ReadConnections, int Creates, int CreateConnections, int WarmUp, bool WithFinishedTask)
{
    public static HttpPlan Full { get; } = new(11, 40_000, 64, 12_000, 192, 30_000, true);

    public static HttpPlan Quick { get; } = new(1, 2_000, 16, 500, 32, 500, false);
}

/// <summary>
/// The gateway's status read and durable creation beside a bare Kestrel that answers the same bytes. Rounds take turns,
/// so that whatever else the machine does meets both; the ratio is the median of the rounds' ratios.
/// </summary>
internal static class HttpComparison
{
    private const string Key = "fg_test_000000000000000000000000load";

    public static async Task RunAsync(HttpPlan plan, string gatewayPath, string samplePicture, string dataRoot, TextWriter output)
    {
        var folder = Directory.CreateDirectory(Path.Combine(dataRoot, $"filmgate-load-{Environment.ProcessId}"));
        try
        {
            var data = Path.Combine(folder.FullName, "data");

            // :: Step 1: a finished task, made by a gateway that works.
            var finished = plan.WithFinishedTask ? await MakeFinishedAsync(gatewayPath, data, samplePicture) : null;

            // :: Step 2: a gateway that only admits and shows, so that no rendering takes part in the measurement.
            using var gateway = await ServerProcess.GatewayAsync(gatewayPath, data, Key, paused: true);
            using var api = new TaskApi(gateway.Address, Key);
            var (pending, created) = await api.CreateAsync(TaskApi.TextRequest());

            output.WriteLine("| measured | gateway req/s | bare req/s | gateway p50 / p99 ms | bare p50 / p99 ms | ratio of req/s (range) | server CPU gateway / bare, µs |");
            output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
            foreach (var (name, task) in new[] { ("status read, pending task", pending), ("status read, finished task", finished) })
            {
                if (task is not null)
                {
                    using var bare = await BareAsync(folder.FullName, await api.StatusAsync(task), created);
                    Compare(
                        name, plan, plan.Reads, plan.ReadConnections,
                        new(gateway, HttpLoad.Request("GET", TaskApi.StatusPath(task), gateway.Address, Key, null)),
                        new(bare, HttpLoad.Request("GET", BareServer.ReadPath, bare.Address, null, null)),
                        output);
                }
            }

            using (var bare = await BareAsync(folder.FullName, created, created))
            {
                Compare(
                    "durable create", plan, plan.Creates, plan.CreateConnections,
                    new(gateway, HttpLoad.Request("POST", TaskApi.CreatePath, gateway.Address, Key, TaskApi.TextRequest())),
                    new(bare, HttpLoad.Request("POST", BareServer.CreatePath, bare.Address, null, TaskApi.TextRequest())),
                    output);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> MakeFinishedAsync(string gatewayPath, string data, string samplePicture)
    {
        using var gateway = await ServerProcess.GatewayAsync(gatewayPath, data, Key, paused: false);
        using var api = new TaskApi(gateway.Address, Key);
        var (task, _) = await api.CreateAsync(TaskApi.PictureRequest(samplePicture));
        await api.WaitForClipAsync(task);
        return task;
    }

    private static async Task<ServerProcess> BareAsync(string folder, byte[] read, byte[] created)
    {
        var (readFile, createFile) = (Path.Combine(folder, "read.json"), Path.Combine(folder, "create.json"));
        await File.WriteAllBytesAsync(readFile, read);
        await File.WriteAllBytesAsync(createFile, created);
        return await ServerProcess.BareAsync(readFile, createFile);
    }

    private static void Compare(string name, HttpPlan plan, int count, int connections, Side gateway, Side bare, TextWriter output)
    {
        gateway.Measure(plan.WarmUp, connections);
        bare.Measure(plan.WarmUp, connections);
        var rounds = new List<(Round Gateway, Round Bare)>();
        for (var i = 0; i < plan.Rounds; i++)
        {
            // Who goes first changes, so that a slope in the machine's load favours nobody.
            if (i % 2 == 0)
            {
                var first = gateway.Measure(count, connections);
                rounds.Add((first, bare.Measure(count, connections)));
            }
            else
            {
                var first = bare.Measure(count, connections);
                rounds.Add((gateway.Measure(count, connections), first));
            }
        }

        var ratios = rounds.Select(round => round.Gateway.Burst.PerSecond / round.Bare.Burst.PerSecond).ToArray();
        output.WriteLine(
            $"| {name}, {connections} connections | {rounds.Select(r => r.Gateway.Burst.PerSecond).Median():0} | {rounds.Select(r => r.Bare.Burst.PerSecond).Median():0} "
            + $"| {Times(rounds.Select(r => r.Gateway))} | {Times(rounds.Select(r => r.Bare))} | **{ratios.Median():0.00}** ({ratios.Range()}) "
            + $"| {rounds.Select(r => r.Gateway.Processor).Median():0.0} / {rounds.Select(r => r.Bare.Processor).Median():0.0} |");
    }

    private static string Times(IEnumerable<Round> rounds) =>
        $"{rounds.Select(r => r.Burst.Median.TotalMilliseconds).Median():0.00} / {rounds.Select(r => r.Burst.Slowest1Percent.TotalMilliseconds).Median():0.00}";

    private readonly record struct Round(Burst Burst, double Processor);

    private sealed record Side(ServerProcess Server, byte[] Request)
    {
        public Round Measure(int count, int connections)
        {
            var before = Server.ProcessorTime;
            var burst = HttpLoad.Run(Server.Address, Request, count, connections);
            return new Round(burst, (Server.ProcessorTime - before).TotalMicroseconds / count);
        }
    }
}
