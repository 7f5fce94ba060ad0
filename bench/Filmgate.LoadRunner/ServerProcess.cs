using System.Diagnostics;
using System.Net;
using System.Reflection;

namespace Filmgate.LoadRunner;

/// <summary>A server under measurement: a process of its own on the loopback address. Ended with its owner.</summary>
internal sealed class ServerProcess : IDisposable
{
    private const string Announcement = "Listening on ";
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private ServerProcess(Process process, IPEndPoint address)
    {
        _process = process;
        Address = address;
    }

    public IPEndPoint Address { get; }

    /// <summary>Processor time used so far. On a busy machine it says more than the clock: others slow a server down but do not work in it.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory that lies in the machine's memory, in MB: all of it, and without what other processes share.</summary>
    public (double Resident, double Proportional) Memory()
    {
        double resident = 0, proportional = 0;
        foreach (var line in File.ReadLines($"/proc/{_process.Id}/smaps_rollup"))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            resident = words[0] == "Rss:" ? double.Parse(words[1]) / 1024 : resident;
            proportional = words[0] == "Pss:" ? double.Parse(words[1]) / 1024 : proportional;
        }

        return (resident, proportional);
    }

    /// <summary>Starts the bare server.</summary>
    public static Task<ServerProcess> BareAsync(string readAnswer, string createAnswer) =>
        StartAsync([Assembly.GetExecutingAssembly().Location, "bare", readAnswer, createAnswer], []);

    /// <summary>Starts the gateway.</summary>
    public static Task<ServerProcess> GatewayAsync(
        string gateway, string dataFolder, string key, bool paused, Dictionary<string, string>? settings = null) => StartAsync(
        [gateway, "serve", "--urls", "http://127.0.0.1:0", "--data", dataFolder],
        new(settings ?? [])
        {
            ["FILMGATE_API_KEY"] = key,
            ["Filmgate__Engine__Paused"] = paused ? "true" : "false",
            ["Filmgate__FirstAccount__RequestsPerMinute"] = "100000000",
            ["Filmgate__FirstAccount__TasksInFlight"] = "100000000",
        });

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static async Task<ServerProcess> StartAsync(IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? Environment.ProcessPath : "dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var complaints = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            using var patience = new CancellationTokenSource(StartMax);
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith(Announcement, StringComparison.Ordinal))
                {
                    var server = new ServerProcess(process, IPEndPoint.Parse(new Uri(line[Announcement.Length..]).Authority));
                    _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                    return server;
                }
            }

            throw new InvalidOperationException($"{string.Join(' ', arguments)} ended before it listened: {await complaints}");
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }
}
