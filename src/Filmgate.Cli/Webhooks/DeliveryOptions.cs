using System.CommandLine;
using Filmgate.Client;

namespace Filmgate.Cli.Webhooks;

/// <summary>The options of commands about deliveries: those of the key's own account, or with an admin key those of any.</summary>
internal sealed class DeliveryOptions() : ServerOptions("API key", "FILMGATE_API_KEY")
{
    private const string AdminVariable = "FILMGATE_ADMIN_KEY";

    private readonly Option<string?> _account = new("--account")
    {
        HelpName = "ACCOUNT", Description = $"Those of this account, by an admin key: --key, else {AdminVariable}. Default: those of the key's own.",
    };

    /// <summary>A command that asks the server.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="terminal">Where the environment is read from.</param>
    /// <param name="run">Asks and writes, below the path that it is given.</param>
    public Command Make(string name, string description, CliTerminal terminal, Func<PathClient, string, ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        AddTo(command);
        command.Add(_account);
        command.SetAction(async (line, cancellationToken) =>
        {
            var account = line.GetValue(_account);
            var path = account is null ? "webhooks" : $"accounts/{IdArgument.Segment(_account.Name, account)}/webhooks";
            var (server, key) = account is null ? Place(line, terminal) : Place(line, terminal, "admin key", AdminVariable);
            using PathClient client = account is null ? new AccountClient(server, key, Patience) : new AdminClient(server, key, Patience);
            return await run(client, path, line, cancellationToken);
        });
        return command;
    }
}
