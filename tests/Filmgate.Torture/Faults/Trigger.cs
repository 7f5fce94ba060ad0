using System.Runtime.InteropServices;

namespace Filmgate.Torture.Faults;

/// <summary>What an armed trigger waits for.</summary>
/// <param name="Point">The point.</param>
/// <param name="Processes">Who may be struck there: the one that is at the other end, or the first where the point does not tell.</param>
/// <param name="Skip">How often the point passes before it counts.</param>
/// <param name="Percent">How much of a body has passed by then, for points in the middle of one: 1 to 100.</param>
/// <param name="SlackMilliseconds">How long after the point the kill falls.</param>
/// <param name="Signal">What it is struck with.</param>
internal sealed record Arming(KillPoint Point, int[] Processes, int Skip, int Percent, int SlackMilliseconds, int Signal = Trigger.SigKill);

/// <summary>Sends one process a signal, SIGKILL as a rule, at one point, once.</summary>
internal sealed class Trigger(TimeProvider time)
{
    /// <summary>Ends it at once.</summary>
    public const int SigKill = 9;

    /// <summary>Makes it stand still.</summary>
    public const int SigStop = 19;

    private readonly Lock _gate = new();
    private Arming? _armed;
    private int _skipped;

    /// <summary>Arms it; whatever it was armed for before is forgotten.</summary>
    public void Arm(Arming arming)
    {
        lock (_gate)
        {
            (_armed, _skipped) = (arming, 0);
        }
    }

    /// <summary>Takes the arming away.</summary>
    public void Disarm()
    {
        lock (_gate)
        {
            _armed = null;
        }
    }

    /// <summary>Whether it waits for a point.</summary>
    public bool IsArmedFor(KillPoint point)
    {
        lock (_gate)
        {
            return _armed?.Point == point;
        }
    }

    /// <summary>Who is at the other end of a connection, where that decides about the strike; otherwise 0.</summary>
    public int PeerAt(int theirPort, int ourPort)
    {
        int[] candidates;
        lock (_gate)
        {
            candidates = _armed?.Processes ?? [];
        }

        return candidates.Length > 1 ? PeerProcess.Find(candidates, theirPort, ourPort) : 0;
    }

    /// <summary>Notes that a point is reached; the answer is the arming that is now due, for one caller only.</summary>
    /// <param name="point">The point.</param>
    /// <param name="peer">Who is at the other end; 0 for nobody that is known. Where several may be struck it takes one of them to reach a point.</param>
    public Arming? Take(KillPoint point, int peer = 0)
    {
        lock (_gate)
        {
            if (_armed?.Point != point || (point.TellsWho() && _armed.Processes is { Length: > 1 } candidates && !candidates.Contains(peer)) || _skipped++ < _armed.Skip)
            {
                return null;
            }

            var taken = _armed;
            _armed = null;
            return taken;
        }
    }

    /// <summary>Strikes for an arming that was taken.</summary>
    public async Task PullAsync(Arming arming, int peer = 0)
    {
        if (arming.SlackMilliseconds > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(arming.SlackMilliseconds), time);
        }

        Signal(arming.Processes.Contains(peer) ? peer : arming.Processes[0], arming.Signal);
    }

    /// <summary>Notes that a point is reached and strikes there if it is the one; the answer is whether it did.</summary>
    public async Task<bool> PassAsync(KillPoint point, int peer = 0)
    {
        if (Take(point, peer) is not { } arming)
        {
            return false;
        }

        await PullAsync(arming, peer);
        return true;
    }

    /// <summary>Sends a signal. A process that has ended by itself meanwhile is not a fault of the sender.</summary>
    public static void Signal(int process, int signal) => _ = Kill(process, signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
