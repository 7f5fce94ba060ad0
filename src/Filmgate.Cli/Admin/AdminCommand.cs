using System.CommandLine;
using System.Text.Json;
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

    /// <summary>An argument that names an account or a key.</summary>
    public static Argument<string> Id(string name, string description) => new(name) { Description = description };

    /// <summary>The argument as a segment of a path.</summary>
    /// <exception cref="UsageException">It cannot be an id.</exception>
    public static string Segment(ParseResult line, Argument<string> id) => Segment(id.Name, line.GetRequiredValue(id));

    /// <summary>An id as a segment of a path.</summary>
    /// <exception cref="UsageException">It cannot be an id.</exception>
    public static string Segment(string name, string id)
    {
        // A dot segment would be folded away before it is sent, and the request would go to another path.
        var text = id.Trim();
        return text is "" or "." or ".." ? throw new UsageException($"{name} must be an id, got '{text}'") : Uri.EscapeDataString(text);
    }

    /// <summary>Writes data as JSON where that is asked for, else for people.</summary>
    public static void Write(CliTerminal terminal, ParseResult line, AdminOptions options, JsonElement data, Action writeForPeople)
    {
        if (line.GetValue(options.Json))
        {
            AdminOutput.WriteJson(terminal, data);
        }
        else
        {
            writeForPeople();
        }
    }
}
