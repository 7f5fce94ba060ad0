using System.CommandLine;
using System.Text.Json;

namespace Filmgate.Cli.Tasks;

/// <summary><c>filmgate tasks show</c>: all that is known of one task.</summary>
internal static class ShowCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var options = new TaskOptions();
        var id = IdArgument.Make("TASK", "The task's id.");
        var command = new Command("show", "Show a task: what was asked, its attempts, its cost and what happened when.") { id };
        options.AddTo(command);
        command.SetAction(async (line, cancellationToken) =>
        {
            var name = IdArgument.Read(line, id);
            using var client = options.Connect(line, terminal);
            var task = client.Rehydrate(name);
            await task.UpdateAsync(cancellationToken);
            options.Write(terminal, line, JsonElement.Parse(task.RawResponse!).GetProperty("data"), () => TaskSheet.Write(terminal, task));
            return ExitCode.Ok;
        });
        return command;
    }
}
