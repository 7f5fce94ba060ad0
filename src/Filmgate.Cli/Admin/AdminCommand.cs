using System.CommandLine;
using Filmgate.Client;

namespace Filmgate.Cli.Admin;

/// <summary>What all commands of the admin API do alike: connect, ask, write.</summary>
internal static class AdminCommand
{
    /// <summary>A command that asks the server.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="options">Its common options.</param>
    /// <param name="terminal">Where the environment is read from.</param>
    /// <param name="run">Asks and writes.</param>
    public static Command Make(
        string name, string description, AdminOptions options, CliTerminal terminal, Func<AdminClient, ParseResult, CancellationToken, Task> run)
    {
        var command = new Command(name, description);
        options.AddTo(command);
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = options.Connect(line, terminal);
            await run(client, line, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
