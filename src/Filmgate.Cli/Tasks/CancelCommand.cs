using System.CommandLine;
using Filmgate.Client;

namespace Filmgate.Cli.Tasks;

/// <summary><c>filmgate tasks cancel</c>: wishes that a task end, and says what came of it.</summary>
internal static class CancelCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var options = new TaskOptions();
        var id = IdArgument.Make("TASK", "The task's id.");
        var command = new Command("cancel", "Cancel a task; ends with 1 when it is too late.") { id };
        options.AddTo(command);
        command.SetAction(async (line, cancellationToken) =>
        {
            var name = IdArgument.Read(line, id);
            using var client = options.Connect(line, terminal);
            var outcome = await client.Rehydrate(name).CancelAsync(cancellationToken);
            var isLate = outcome == VideoCancellation.TooLate;
            if (line.GetValue(options.Json))
            {
                DataOutput.WriteJson(terminal, json =>
                {
                    json.WriteStartObject();
                    json.WriteString("taskId", name);
                    json.WriteString("outcome", outcome.Value);
                    json.WriteEndObject();
                });
            }
            else if (!isLate)
            {
                terminal.Out.WriteLine(InWords(outcome));
            }

            if (isLate)
            {
                terminal.Error.WriteLine("filmgate tasks cancel: too late: the task has ended, or its clip is being taken in");
                return ExitCode.Failed;
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static string InWords(VideoCancellation outcome) =>
        outcome == VideoCancellation.Canceled ? "canceled: no provider has it, and what was held for it is free again"
        : outcome == VideoCancellation.Requested ? "requested: its provider is asked to stop; it ends as canceled, or with a clip that came all the same"
        : DataOutput.Plain(outcome.Value);
}
