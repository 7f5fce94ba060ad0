using System.Diagnostics;
using System.Globalization;
using Filmgate.Torture.Faults;

namespace Filmgate.Torture.Driver;

/// <summary>A program of the build output as a process of its own. What it says of errors goes to a file.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const string ListeningOn = "Listening on ";
    private const string Ready = "Ready.";
    private const int SigTerm = 15, SigCont = 18;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What the machine that runs the torture has set does not count.
    private static readonly string[] Switches = ["FILMGATE", "KLING_", "FAL_KEY", "REPLICATE_", "KIE_", "APIXO_"];

    private readonly Process _process;
    private readonly TaskCompletionSource<Uri?> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly System.Threading.Channels.Channel<string> _said = System.Threading.Channels.Channel.CreateUnbounded<string>();
    private readonly Task _reading;

    private ChildProcess(Process process, string errorFile)
    {
        _process = process;
        _reading = Task.WhenAll(ReadOutputAsync(), ReadErrorAsync(errorFile));
    }

    /// <summary>Its id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts one.</summary>
    public static ChildProcess Start(string program, string folder, string errorFile, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => Switches.Any(word => name.StartsWith(word, StringComparison.OrdinalIgnoreCase))).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new ChildProcess(Process.Start(start)!, errorFile);
    }

    /// <summary>Where it listens; null when it ended before it did.</summary>
    public Task<Uri?> AddressAsync() => _address.Task.WaitAsync(Patience);

    /// <summary>Whether it said that it is ready before it ended.</summary>
    public Task<bool> ReadyAsync() => _ready.Task.WaitAsync(Patience);

    /// <summary>What it said besides, so far.</summary>
    public IEnumerable<string> Said()
    {
        while (_said.Reader.TryRead(out var line))
        {
            yield return line;
        }
    }

    /// <summary>Gives it an order and waits until it is carried out.</summary>
    public async Task OrderAsync(Order order)
    {
        await _process.StandardInput.WriteLineAsync(System.Text.Json.JsonSerializer.Serialize(order));
        await _process.StandardInput.FlushAsync();
        while (await _said.Reader.ReadAsync() != Order.Done)
        {
        }
    }

    /// <summary>SIGKILL. One that has ended already stays as it is.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM.</summary>
    public void Terminate() => Trigger.Signal(_process.Id, SigTerm);

    /// <summary>SIGSTOP, and SIGCONT after a while.</summary>
    public async Task PauseAsync(TimeSpan wait, TimeProvider time)
    {
        Stop();
        await Task.Delay(wait, time);
        Continue();
    }

    /// <summary>SIGSTOP. One that stands still already goes on doing so.</summary>
    public void Stop() => Trigger.Signal(_process.Id, Trigger.SigStop);

    /// <summary>SIGCONT.</summary>
    public void Continue() => Trigger.Signal(_process.Id, SigCont);

    /// <summary>Whether it stands still, whoever stopped it.</summary>
    public bool IsStopped
    {
        get
        {
            try
            {
                // The name in brackets may hold anything; the state is the letter after it.
                var status = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/stat"));
                return status[(status.LastIndexOf(')') + 2)] == 'T';
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>Waits for its end and its last words; false when the time is over before.</summary>
    public async Task<bool> ExitsAsync(TimeSpan patience)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(patience);
            await _reading.WaitAsync(Patience);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await ExitsAsync(Patience);
        _process.Dispose();
    }

    private async Task ReadOutputAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(ListeningOn, StringComparison.Ordinal))
            {
                _address.TrySetResult(new Uri(line[ListeningOn.Length..]));
            }
            else if (line == Ready)
            {
                _ready.TrySetResult(true);
            }
            else
            {
                _said.Writer.TryWrite(line);
            }
        }

        _address.TrySetResult(null);
        _ready.TrySetResult(false);
    }

    private async Task ReadErrorAsync(string path)
    {
        await using var file = new StreamWriter(path, append: true);
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            await file.WriteLineAsync(line);
        }
    }
}
