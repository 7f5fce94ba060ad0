using System.CommandLine;

namespace Filmgate.Cli.Admin;

/// <summary><c>filmgate spend</c>: what was spent, by day, account, key, provider and mode.</summary>
internal static class SpendCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        Days are those of UTC on which the clips were asked for. Without --from and --to it is the present month.

        Examples:
          filmgate spend
          filmgate spend --from 2026-01-01 --to 2026-01-31 --account acc_…
          filmgate spend --csv > january.csv
        """;

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var from = new Option<string?>("--from") { HelpName = "DAY", Description = "First day, such as 2026-01-01." };
        var to = new Option<string?>("--to") { HelpName = "DAY", Description = "Last day. Default: today." };
        var account = new Option<string?>("--account") { HelpName = "ACCOUNT", Description = "Only this account." };
        var csv = new Option<bool>("--csv") { Description = "Print comma-separated values for a spreadsheet." };
        var command = AdminCommand.Make("spend", "Show what was spent on what.", options, terminal, async (client, line, cancellationToken) =>
        {
            if (line.GetValue(csv) && line.GetValue(options.Json))
            {
                throw new UsageException("--csv and --json exclude each other");
            }

            var path = "spend" + QueryText.Of(
                ("from", line.GetValue(from)), ("to", line.GetValue(to)), ("account", line.GetValue(account)), ("format", line.GetValue(csv) ? "csv" : null));
            if (line.GetValue(csv))
            {
                await terminal.Out.WriteAsync(await client.ReadTextAsync(path, cancellationToken));
                return;
            }

            var data = await client.ReadAsync(path, cancellationToken);
            options.Write(terminal, line, data, () =>
            {
                DataOutput.WriteTable(
                    terminal,
                    ["day", "account", "key", "provider", "mode", "tasks", "USD"],
                    data.List("lines").Select(spent => new[]
                    {
                        spent.Cell("day"), spent.Cell("account_name"), spent.Cell("key_name"), spent.Cell("provider"), spent.Cell("mode"),
                        spent.Cell("tasks"), spent.Money("cost"),
                    }));
                terminal.Out.WriteLine($"{data.Cell("from")} to {data.Cell("to")}: {data.Cell("totals", "tasks")} tasks, {data.Money("totals", "cost")} USD");
            });
        });
        command.Add(from);
        command.Add(to);
        command.Add(account);
        command.Add(csv);
        return command;
    }
}
