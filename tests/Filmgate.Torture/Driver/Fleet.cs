using System.Globalization;
using Filmgate.Torture.Faults;

namespace Filmgate.Torture.Driver;

/// <summary>The gateways of a run, one or several nodes over one database, each in life after life, and the proxy that leads to those that live.</summary>
/// <param name="folder">Where their logs go.</param>
/// <param name="count">How many.</param>
/// <param name="settings">The environment of a node.</param>
/// <param name="proxy">Led to those that are ready.</param>
/// <param name="time">The clock.</param>
internal sealed class Fleet(string folder, int count, Func<int, IReadOnlyDictionary<string, string>> settings, CountingProxy proxy, TimeProvider time) : IAsyncDisposable
{
    private const int ExitsMax = 5;
    private const string GivenUpWords = "have given this one up";
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(20);

    private readonly Lock _gate = new();
    private readonly Seat[] _seats = [.. Enumerable.Range(0, count).Select(_ => new Seat())];
    private readonly List<string> _exits = [];
    private TimeSpan _slowestStart;

    /// <summary>How many nodes there are.</summary>
    public int Count => count;

    /// <summary>Whether one lives at least.</summary>
    public bool IsAnyUp => _seats.Any(seat => seat.IsUp);

    /// <summary>Lives that ended although nobody struck them, with their last words.</summary>
    public IReadOnlyList<string> Exits => _exits;

    /// <summary>How often a node ended because the others had given it up, as it must then.</summary>
    public int GivenUp { get; private set; }

    /// <summary>From the start of a process to its word that it is ready.</summary>
    public TimeSpan SlowestStart => _slowestStart;

    /// <summary>The process of a node's present or last life.</summary>
    public ChildProcess this[int node] => _seats[node].Process!;

    /// <summary>The name of the log of a node's present life, without its ending.</summary>
    public string LifeOf(int node) => count == 1
        ? string.Create(CultureInfo.InvariantCulture, $"gateway-{_seats[node].Life}")
        : string.Create(CultureInfo.InvariantCulture, $"gateway-{node + 1}-{_seats[node].Life}");

    /// <summary>When a node's present life began.</summary>
    public DateTime BegunOf(int node) => _seats[node].Began;

    /// <summary>The processes that live, a given node's first.</summary>
    public int[] ProcessesFrom(int node) =>
        [.. Enumerable.Range(0, count).Select(step => _seats[(node + step) % count]).Where(seat => seat.IsUp).Select(seat => seat.Process!.Id)];

    /// <summary>Starts a node without waiting for anything.</summary>
    public ChildProcess Exec(int node)
    {
        var seat = _seats[node];
        (seat.Began, seat.Address) = (time.GetUtcNow().UtcDateTime, null);
        seat.Life++;
        return seat.Process = ChildProcess.Start("filmgate.dll", folder, LogOf(node), settings(node), "serve");
    }

    /// <summary>Gives every node that has ended a new life, and waits until all are ready.</summary>
    public Task EnsureUpAsync() => Task.WhenAll(Enumerable.Range(0, count).Select(EnsureUpAsync));

    /// <summary>Takes a node out of the proxy: nobody new is led to it.</summary>
    public void TakeOut(int node)
    {
        _seats[node].Address = null;
        Lead();
    }

    /// <summary>Leads to a node again that was taken out and lives.</summary>
    public async Task BringBackAsync(int node)
    {
        _seats[node].Address = await _seats[node].Process!.AddressAsync();
        Lead();
    }

    /// <summary>SIGKILL, and its end.</summary>
    public async Task KillAsync(int node)
    {
        TakeOut(node);
        if (_seats[node].Process is { } process)
        {
            process.Kill();
            await process.ExitsAsync(ExitPatience);
        }
    }

    /// <summary>Notes that a node has ended by itself. One that the others gave up has to; every other end is a fault.</summary>
    public async Task NoteExitAsync(int node, string what)
    {
        TakeOut(node);
        var process = _seats[node].Process!;
        await process.ExitsAsync(ExitPatience);
        var words = (await File.ReadAllLinesAsync(LogOf(node))).LastOrDefault();
        lock (_gate)
        {
            if (count > 1 && process.ExitCode == 1 && words?.Contains(GivenUpWords, StringComparison.Ordinal) == true)
            {
                GivenUp++;
                return;
            }

            _exits.Add($"{LifeOf(node)}, {what}, exit code {process.ExitCode}: {words}");
            if (_exits.Count > ExitsMax)
            {
                throw new InvalidOperationException($"The gateway does not stay up: {string.Join("; ", _exits)}");
            }
        }
    }

    /// <summary>Notes every node that has ended although nobody struck it.</summary>
    public async Task NoteExitsAsync(string what)
    {
        for (var node = 0; node < count; node++)
        {
            if (_seats[node] is { Address: not null, Process.HasExited: true })
            {
                await NoteExitAsync(node, what);
            }
        }
    }

    /// <summary>Tells all to stop; notes those that do not do so well.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(async node =>
        {
            var process = _seats[node].Process!;
            TakeOut(node);
            process.Terminate();
            if (!await process.ExitsAsync(patience) || process.ExitCode != 0)
            {
                lock (_gate)
                {
                    _exits.Add($"{LifeOf(node)} did not stop well at the end");
                }
            }
        }));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _seats.Select(seat => seat.Process).OfType<ChildProcess>())
        {
            await process.DisposeAsync();
        }
    }

    private string LogOf(int node) => Path.Combine(folder, LifeOf(node) + ".log");

    private async Task EnsureUpAsync(int node)
    {
        // One that was started without waiting is waited for now.
        while (_seats[node] is not { IsUp: true, Address: not null })
        {
            var began = time.GetTimestamp();
            var process = _seats[node].IsUp ? _seats[node].Process! : Exec(node);
            if (await process.AddressAsync() is { } address && await process.ReadyAsync())
            {
                _seats[node].Address = address;
                Lead();
                lock (_gate)
                {
                    _slowestStart = new[] { _slowestStart, time.GetElapsedTime(began) }.Max();
                }

                return;
            }

            await NoteExitAsync(node, "it did not start");
        }
    }

    private void Lead()
    {
        lock (_gate)
        {
            proxy.Lead([.. _seats.Where(seat => seat.Address is not null).Select(seat => new ProxyTarget(seat.Address!, seat.Process!.Id))]);
        }
    }

    private sealed class Seat
    {
        public ChildProcess? Process { get; set; }
        public Uri? Address { get; set; }
        public int Life { get; set; }
        public DateTime Began { get; set; }
        public bool IsUp => Process is { HasExited: false };
    }
}
