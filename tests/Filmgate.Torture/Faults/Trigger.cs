using System.Runtime.InteropServices;

namespace Filmgate.Torture.Faults;

/// <summary>What an armed trigger waits for.</summary>
/// <param name="Point">The point.</param>
/// <param name="Process">The process that is killed there.</param>
/// <param name="Skip">How often the point passes before it counts.</param>
/// <param name="Percent">How much of a body has passed by then, for points in the middle of one: 1 to 100.</param>
/// <param name="SlackMilliseconds">How long after the point the kill falls.</param>
internal sealed record Arming(KillPoint Point, int Process, int Skip, int Percent, int SlackMilliseconds);

/// <summary>Kills a process with SIGKILL at one point, once.</summary>
internal sealed class Trigger(TimeProvider time)
{
    private const int SigKill = 9;

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

    /// <summary>Notes that a point is reached; the answer is the arming that is now due, for one caller only.</summary>
    public Arming? Take(KillPoint point)
    {
        lock (_gate)
        {
            if (_armed?.Point != point || _skipped++ < _armed.Skip)
            {
                return null;
            }

            var taken = _armed;
            _armed = null;
            return taken;
        }
    }

    /// <summary>Kills for an arming that was taken.</summary>
    public async Task PullAsync(Arming arming)
    {
        if (arming.SlackMilliseconds > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(arming.SlackMilliseconds), time);
        }

        Signal(arming.Process, SigKill);
    }

    /// <summary>Notes that a point is reached and kills there if it is the one; the answer is whether it did.</summary>
    public async Task<bool> PassAsync(KillPoint point)
    {
        if (Take(point) is not { } arming)
        {
            return false;
        }

        await PullAsync(arming);
        return true;
    }

    /// <summary>Sends a signal. A process that has ended by itself meanwhile is not a fault of the sender.</summary>
    public static void Signal(int process, int signal) => _ = Kill(process, signal);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
