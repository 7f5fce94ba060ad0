using Filmgate.Engine.Lifecycle;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Grains;

/// <summary>
/// Calls the driver while its task has something due and sleeps in between. What it holds is a cache of the row: when a step
/// loses its race, or throws, the row is read again.
/// </summary>
public sealed partial class TaskGrain(ITaskStore store, TaskDriver driver, TimeProvider time, ILogger<TaskGrain> log) : Grain, ITaskGrain
{
    // A longer sleep is left to the sweeper, so that memory holds only tasks that will soon move.
    private static readonly TimeSpan SleepMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan FaultPause = TimeSpan.FromSeconds(2);

    private VideoTask? _task;
    private IGrainTimer? _timer;
    private bool _running;
    private bool _wokenMeanwhile;

    /// <inheritdoc/>
    public ValueTask WakeAsync()
    {
        if (_running)
        {
            _wokenMeanwhile = true;
        }
        else
        {
            RunAfter(TimeSpan.Zero, isWake: true);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask WakeOverdueAsync()
    {
        // A step that is being made ends with a look at the clock. Taken for a hint, this word would make another step at once, and all those
        // that wait for their turn at a busy provider would go before the ones about which there is news.
        if (!_running)
        {
            // The row says that it is due; what is held here may say otherwise, and then it is old.
            _task = null;
            RunAfter(TimeSpan.Zero, isWake: false);
        }

        return ValueTask.CompletedTask;
    }

    private void RunAfter(TimeSpan delay, bool isWake)
    {
        _timer?.Dispose();
        _timer = this.RegisterGrainTimer(
            RunAsync,
            isWake,
            new GrainTimerCreationOptions { DueTime = delay, Period = Timeout.InfiniteTimeSpan, KeepAlive = true });
    }

    private async Task RunAsync(bool isWake, CancellationToken cancellationToken)
    {
        _running = true;
        try
        {
            await RunDueStepsAsync(isWake, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The silo is stopping; the row says what comes next, and the next start reads it.
        }
#pragma warning disable CA1031 // A fault must cost this task some time, not the grain its life.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFault(error, this.GetPrimaryKeyString());
            await PostponeAfterFaultAsync(error, cancellationToken);
        }
        finally
        {
            _running = false;
        }
    }

    // A wake makes the next step due even when its time has not come: a hint that a read is worth while now.
    private async Task RunDueStepsAsync(bool isWake, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            _task ??= await store.LoadAsync(TaskKey.Parse(this.GetPrimaryKeyString()), cancellationToken);
            if (_task is null || _task.State.IsTerminal())
            {
                DeactivateOnIdle();
                return;
            }

            var wait = _task.DueAt!.Value - time.GetUtcNow();
            if (wait > TimeSpan.Zero && !isWake && !_wokenMeanwhile)
            {
                Sleep(wait);
                return;
            }

            isWake = false;
            _wokenMeanwhile = false;
            var outcome = await driver.StepAsync(_task, cancellationToken);
            _task = outcome.Won ? outcome.Task : null;
        }
    }

    private void Sleep(TimeSpan wait)
    {
        if (wait > SleepMax)
        {
            DeactivateOnIdle();
        }
        else
        {
            RunAfter(wait, isWake: false);
        }
    }

    private async Task PostponeAfterFaultAsync(Exception fault, CancellationToken cancellationToken)
    {
        try
        {
            var task = await store.LoadAsync(TaskKey.Parse(this.GetPrimaryKeyString()), cancellationToken);
            if (task is not null && !task.State.IsTerminal())
            {
                _task = (await driver.PostponeAsync(task, $"A fault of the gateway ({fault.GetType().Name}).", cancellationToken)).Task;
            }
        }
#pragma warning disable CA1031 // The store is out of reach as well; the pause and then the sweeper take care.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFault(error, this.GetPrimaryKeyString());
        }

        _task = null;
        RunAfter(FaultPause, isWake: false);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A step of task {Task} threw; it is tried again later.")]
    private partial void LogFault(Exception error, string task);
}
