using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Filmgate.EndToEnd.House;

/// <summary>One real <c>filmgate</c> process, started from the build output, with everything that it wrote.</summary>
internal sealed class FilmgateProcess : IAsyncDisposable
{
    /// <summary>Signals that the tests send.</summary>
    public const int SigInt = 2, SigKill = 9, SigTerm = 15;

    private readonly Process _process;
    private readonly List<string> _out = [];
    private readonly List<string> _error = [];
    private readonly Task _reading;

    private FilmgateProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _out), ReadAsync(process.StandardError, _error));
    }

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote to standard output so far.</summary>
    public IReadOnlyList<string> Out => Copy(_out);

    /// <summary>What it wrote to standard error so far.</summary>
    public IReadOnlyList<string> Error => Copy(_error);

    /// <summary>
    /// Starts one in a folder of its own, with no settings but these: what the machine that runs the tests has set does not count.
    /// </summary>
    public static FilmgateProcess Start(string workingFolder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "filmgate.dll"), .. arguments])
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] switches = ["KLING_", "FAL_KEY", "REPLICATE_", "KIE_", "APIXO_"];
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("FILMGATE", StringComparison.OrdinalIgnoreCase)
            || switches.Any(vendor => name.StartsWith(vendor, StringComparison.Ordinal))).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        if (arguments is ["serve", ..] && environment.TryGetValue("FILMGATE_DATA", out var data))
        {
            start.Environment.TryAdd("FILMGATE_DATABASE", StoreUnderTest.SettingFor(data));
        }

        return new FilmgateProcess(Process.Start(start)!);
    }

    /// <summary>Runs one to its end.</summary>
    public static async Task<(int Code, string Out, string Error)> RunAsync(
        string workingFolder, IReadOnlyDictionary<string, string> environment, TimeSpan patience, params string[] arguments)
    {
        await using var process = Start(workingFolder, environment, arguments);
        var code = await process.ExitAsync(patience);
        return (code, string.Join('\n', process.Out), string.Join('\n', process.Error));
    }

    /// <summary>Sends it a signal.</summary>
    public void Send(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    /// <summary>Waits for its end and for its last words.</summary>
    public async Task<int> ExitAsync(TimeSpan patience)
    {
        try
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(patience, TestContext.Current.CancellationToken);
            await _reading.WaitAsync(patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"filmgate did not end within {patience.TotalSeconds} s. It wrote:\n{string.Join('\n', [.. Out, .. Error])}");
        }

        return _process.ExitCode;
    }

    /// <summary>FFmpeg processes that work on files below a folder, whoever their parent is by now.</summary>
    public static IReadOnlyList<int> FfmpegAt(string folder) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out var id) ? id : 0)
            .Where(id => id > 0 && CommandLineOf(id) is var line && line.Contains("ffmpeg", StringComparison.Ordinal)
                && !line.Contains("filmgate.dll", StringComparison.Ordinal) && line.Contains(folder, StringComparison.Ordinal)),
    ];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await _reading;
        _process.Dispose();
    }

    private static string CommandLineOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline");
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }

    private static List<string> Copy(List<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
    }

    private static async Task ReadAsync(StreamReader reader, List<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (lines)
            {
                lines.Add(line);
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
