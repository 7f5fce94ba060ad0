using Filmgate.Engine.Lifecycle;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Storage;

namespace Filmgate.Simulation;

/// <summary>One life of one node.</summary>
internal sealed class Node(int number, int life)
{
    public int Number => number;

    public int Life => life;

    /// <summary>It stands still: nothing of it moves, and it does not know.</summary>
    public bool IsFrozen { get; set; }

    public bool IsDead { get; set; }

    public TaskDriver Driver { get; set; } = null!;

    public ITaskStore Store { get; set; } = null!;

    public override string ToString() => $"n{number}.{life}";
}

/// <summary>
/// A task's home on a node: calls the driver while something is due and sleeps in between, as the grain does. There may be two of them for one
/// task, on two nodes, each believing to be the only one.
/// </summary>
internal sealed class Activation(TaskKey task, Node node, World world)
{
    private TaskCompletionSource? _sleep;

    public TaskKey Task => task;

    public Node Node => node;

    public bool IsOver { get; private set; }

    /// <summary>When it wakes by itself; null while it works.</summary>
    public DateTimeOffset? WakesAt { get; private set; }

    private bool _woken;

    public void Wake()
    {
        _woken = true;
        if (_sleep is { } sleep && !node.IsFrozen && !node.IsDead)
        {
            (_sleep, WakesAt) = (null, null);
            sleep.SetResult();
        }
    }

    public async Task RunAsync()
    {
        VideoTask? record = null;
        while (!node.IsDead)
        {
            try
            {
                record ??= await node.Store.LoadAsync(task, CancellationToken.None).ConfigureAwait(false);
                if (record is null || record.State.IsTerminal())
                {
                    break;
                }

                if (record.DueAt > world.Now && !_woken)
                {
                    await SleepAsync(record.DueAt.Value).ConfigureAwait(false);
                    continue;
                }

                _woken = false;
                var outcome = await node.Driver.StepAsync(record, CancellationToken.None).ConfigureAwait(false);
                record = outcome.Won ? outcome.Task : null;
            }
            catch (Exception error)
            {
                world.Heard(error, task);
                record = null;
                await SleepAsync(world.Now.AddSeconds(2)).ConfigureAwait(false);
            }
        }

        IsOver = true;
    }

    private Task SleepAsync(DateTimeOffset until)
    {
        _sleep = new TaskCompletionSource();
        WakesAt = until;
        return _sleep.Task;
    }
}
