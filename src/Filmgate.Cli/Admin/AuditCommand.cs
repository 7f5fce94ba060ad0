using System.CommandLine;

namespace Filmgate.Cli.Admin;

/// <summary><c>filmgate audit</c>: who changed what, newest first.</summary>
internal static class AuditCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        Examples:
          filmgate audit
          filmgate audit --limit 20 --before 417
        """;

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var limit = new Option<string?>("--limit") { HelpName = "N", Description = "Most entries, 1 to 1000. Default: 100." };
        var before = new Option<string?>("--before") { HelpName = "NUMBER", Description = "Only entries with a smaller number." };
        var command = AdminCommand.Make("audit", "Show who changed what, newest first.", options, terminal, async (client, line, cancellationToken) =>
        {
            var data = await client.ReadAsync("audit" + QueryText.Of(("limit", line.GetValue(limit) ?? "100"), ("before", line.GetValue(before))), cancellationToken);
            options.Write(terminal, line, data, () => DataOutput.WriteTable(
                terminal,
                ["number", "at", "actor", "action", "subject", "details"],
                data.List("entries").Select(entry => new[]
                {
                    entry.Cell("number"), entry.Moment("at"), entry.Cell("actor"), entry.Cell("action"), entry.Cell("subject"), entry.Cell("details"),
                })));
        });
        command.Add(limit);
        command.Add(before);
        return command;
    }
}
