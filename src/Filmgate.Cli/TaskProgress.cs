using Filmgate.Client;
using Spectre.Console;

namespace Filmgate.Cli;

/// <summary>Shows on standard error how a task comes along: a bar for who watches, a line per change of state for a log.</summary>
internal abstract class TaskProgress : IProgress<VideoTask>
{
    /// <summary>Does something that takes a while, and shows how it comes along.</summary>
    /// <param name="terminal">Where it is shown.</param>
    /// <param name="work">What is done.</param>
    public static Task<T> ShowAsync<T>(CliTerminal terminal, Func<TaskProgress, Task<T>> work) =>
        terminal.IsWatched
            ? terminal.ErrorConsole.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .StartAsync(context => work(new Bar(context.AddTask("starting", maxValue: 100))))
            : work(new Lines(terminal.Error));

    /// <inheritdoc/>
    public abstract void Report(VideoTask value);

    private sealed class Bar(ProgressTask bar) : TaskProgress
    {
        public override void Report(VideoTask value)
        {
            bar.Description = Markup.Escape(value.State == VideoTaskState.Success ? "downloading" : value.State.Value);

            // A server that does not tell its progress gets a bar that runs to and fro instead of one that stands still.
            bar.IsIndeterminate = value.Progress is null && !value.State.IsTerminal;
            bar.Value = value.State == VideoTaskState.Success ? 100 : value.Progress ?? bar.Value;
        }
    }

    private sealed class Lines(TextWriter error) : TaskProgress
    {
        private VideoTaskState? _last;

        public override void Report(VideoTask value)
        {
            if (value.State != _last)
            {
                _last = value.State;
                error.WriteLine($"{value.Id} {value.State}");
            }
        }
    }
}
