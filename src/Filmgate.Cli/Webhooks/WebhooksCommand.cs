using System.CommandLine;
using Filmgate.Client;

namespace Filmgate.Cli.Webhooks;

/// <summary><c>filmgate webhooks</c>: endpoints of an account, and what was delivered.</summary>
internal static class WebhooksCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        A callback goes to the callback_url of one task; an endpoint hears of all tasks of its account. Both are signed and
        repeated for about 28 hours; docs/webhooks.md shows how to check a signature. The commands need a key of the account;
        list, show and resend do the same for any account by --account and an admin key.

        Examples:
          filmgate webhooks add https://shop.example/hooks --events video.completed,video.failed
          filmgate webhooks test ep_…
          filmgate webhooks endpoints
          filmgate webhooks list --state failed
          filmgate webhooks show evt_…
          filmgate webhooks resend evt_…
          filmgate webhooks resend --endpoint ep_… --from 2026-01-31T12:00:00Z
          filmgate webhooks rotate ep_… --grace 3600
          filmgate webhooks list --account acc_… --state failed
        """;

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal) => new("webhooks", "List, test and repeat webhooks, and administer endpoints.")
    {
        DeliveryCommands.List(terminal), DeliveryCommands.Show(terminal), DeliveryCommands.Resend(terminal), EndpointCommands.List(terminal),
        EndpointCommands.Add(terminal), EndpointCommands.Update(terminal), EndpointCommands.Remove(terminal), EndpointCommands.Rotate(terminal),
        EndpointCommands.Test(terminal), EndpointCommands.Secret(terminal),
    };

    /// <summary>A command that asks the server with a key of an account.</summary>
    public static Command Make(
        string name, string description, AccountOptions options, CliTerminal terminal, Func<AccountClient, ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description);
        options.AddTo(command);
        command.SetAction(async (line, cancellationToken) =>
        {
            using var client = options.Connect(line, terminal);
            return await run(client, line, cancellationToken);
        });
        return command;
    }
}
