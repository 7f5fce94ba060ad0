using System.Diagnostics;

namespace Filmgate.LoadRunner;

/// <summary>From starting the process to the first authenticated answer, and what the process then holds in memory.</summary>
internal static class StartMeasurement
{
    private const string Key = "fg_test_000000000000000000000000load";

    public static async Task RunAsync(int starts, TimeSpan idle, string gatewayPath, string dataRoot, TextWriter output)
    {
        var fresh = new List<double>();
        var again = new List<double>();
        var processor = new List<double>();
        var resident = new List<double>();
        var proportional = new List<double>();
        for (var i = 0; i < starts; i++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(dataRoot, $"filmgate-start-{Environment.ProcessId}-{i}"));
            try
            {
                var (first, _, _) = await StartAsync(gatewayPath, folder.FullName, TimeSpan.Zero);
                fresh.Add(first);
                var (second, used, memory) = await StartAsync(gatewayPath, folder.FullName, i == 0 ? idle : TimeSpan.Zero);
                again.Add(second);
                processor.Add(used);
                if (i == 0)
                {
                    resident.Add(memory.Resident);
                    proportional.Add(memory.Proportional);
                }
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }

        output.WriteLine("| measured | median | range |");
        output.WriteLine("| --- | ---: | ---: |");
        output.WriteLine($"| start to first answer, empty data folder | **{fresh.Median():0.00} s** | {fresh.Range()} |");
        output.WriteLine($"| start to first answer, existing data | **{again.Median():0.00} s** | {again.Range()} |");
        output.WriteLine($"| processor time of a start with existing data | {processor.Median():0.00} s | {processor.Range()} |");
        output.WriteLine($"| memory after {idle.TotalSeconds:0} s idle, resident / proportional | **{resident.Median():0} MB** / {proportional.Median():0} MB | – |");
    }

    private static async Task<(double Seconds, double Processor, (double Resident, double Proportional) Memory)> StartAsync(
        string gatewayPath, string data, TimeSpan idle)
    {
        var began = Stopwatch.GetTimestamp();
        using var gateway = await ServerProcess.GatewayAsync(gatewayPath, data, Key, paused: false);
        HttpLoad.Run(gateway.Address, HttpLoad.Request("GET", "/api/v1/apikeys/current-balance", gateway.Address, Key, null), 1, 1);
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var used = gateway.ProcessorTime.TotalSeconds;
        await Task.Delay(idle);
        return (seconds, used, gateway.Memory());
    }
}
