using System.CommandLine;
using Filmgate.Cli.Admin;

namespace Filmgate.Cli.Tasks;

/// <summary><c>filmgate tasks unconfirmed</c>: attempts whose charge nobody knows, for the operator to look up at the provider.</summary>
internal static class UnconfirmedCommand
{
    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var provider = new Option<string?>("--provider") { HelpName = "NAME", Description = "Only attempts at that provider." };
        var before = new Option<string?>("--before") { HelpName = "TIME", Description = "Only attempts that ended before it, such as 2026-01-31T12:00:00Z." };
        var limit = new Option<string?>("--limit") { HelpName = "N", Description = "Most attempts, 1 to 1000. Default: 100." };
        var command = AdminCommand.Make(
            "unconfirmed", "List attempts whose charge nobody knows, oldest first; needs an admin key.", options, terminal, async (client, line, cancellationToken) =>
            {
                var query = QueryText.Of(
                    ("unconfirmed", "true"), ("provider", line.GetValue(provider)), ("before", line.GetValue(before)), ("limit", line.GetValue(limit)));
                var data = await client.ReadAsync("attempts" + query, cancellationToken);
                options.Write(terminal, line, data, () =>
                {
                    DataOutput.WriteTable(
                        terminal,
                        ["attempt", "task", "account", "provider", "its id", "USD", "since", "reason"],
                        data.List("attempts").Select(attempt => new[]
                        {
                            attempt.Cell("id"), attempt.Cell("task_id"), attempt.Cell("account_id"), attempt.Cell("provider"), DataOutput.Plain(attempt.Cell("upstream_id")),
                            attempt.Money("amount"), attempt.Moment("since"), DataOutput.Plain(attempt.Cell("reason")),
                        }));
                    if (data.Cell("more") == "true")
                    {
                        terminal.Error.WriteLine("There may be more; --limit shows more of them, and those that are resolved make room");
                    }
                });
            });
        command.Add(provider);
        command.Add(before);
        command.Add(limit);
        return command;
    }
}
