using System.CommandLine;
using System.Text.Json;
using Filmgate.Cli.Store;
using Filmgate.Server;

namespace Filmgate.Cli.Admin;

/// <summary><c>filmgate doctor</c>: whether totals, ledger, tasks and callbacks agree with one another.</summary>
internal static class DoctorCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        Ends with 0 when the store is sound, and with 1 and one sentence per line when it is not.

        Examples:
          filmgate doctor                          (asks a running gateway)
          filmgate doctor --data /var/lib/filmgate (opens the store of a stopped one)
          filmgate doctor --database settings      (asks the database of FILMGATE_DATABASE itself)
        """;

    private const string Sound = "The store is sound.";

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var folder = new Option<string?>("--data") { HelpName = "DIR", Description = "Data folder of a stopped gateway, to be checked without it." };
        var database = new Option<string?>("--database")
        {
            HelpName = "ADDRESS",
            Description = "PostgreSQL database, to be checked without a gateway; gateways may work on it. 'settings' is the one of FILMGATE_DATABASE.",
        };
        var command = new Command("doctor", "Check that the books agree with one another.") { folder, database };
        options.AddTo(command);
        command.SetAction(async (line, cancellationToken) =>
        {
            var (data, address) = (line.GetValue(folder), line.GetValue(database));
            if (data is null && address is null)
            {
                return await AskAsync(options, line, terminal, cancellationToken);
            }

            if (line.GetValue(options.Server) is not null)
            {
                throw new UsageException(data is null
                    ? "--database is asked without a gateway and has no meaning together with --server"
                    : "--data is the folder of a stopped gateway and has no meaning together with --server");
            }

            if (data is not null && address is not null)
            {
                throw new UsageException("--data and --database name two stores, and one is checked at a time");
            }

            var findings = data is not null
                ? await StoreCheck.RunAsync(data, cancellationToken)
                : await StoreCheck.RunAsync(DatabaseArgument.Read("--database", address!), cancellationToken);
            if (line.GetValue(options.Json))
            {
                DataOutput.WriteJson(terminal, JsonElement.Parse(Answer(findings)));
            }

            return Tell(terminal, findings, isTold: line.GetValue(options.Json));
        });
        return command;
    }

    private static async Task<int> AskAsync(AdminOptions options, ParseResult line, CliTerminal terminal, CancellationToken cancellationToken)
    {
        using var client = options.Connect(line, terminal);
        var data = await client.ReadAsync("doctor", cancellationToken);
        if (line.GetValue(options.Json))
        {
            DataOutput.WriteJson(terminal, data);
        }

        return Tell(terminal, [.. data.List("findings").Select(finding => finding.Cell())], isTold: line.GetValue(options.Json));
    }

    private static int Tell(CliTerminal terminal, IReadOnlyCollection<string> findings, bool isTold)
    {
        if (!isTold)
        {
            foreach (var sentence in findings.DefaultIfEmpty(Sound))
            {
                terminal.Out.WriteLine(sentence);
            }
        }

        return findings.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    // The same form as the gateway's answer, so that a script need not know which of the two was asked.
    private static byte[] Answer(IReadOnlyCollection<string> findings) => AdminBody.Of(json =>
    {
        json.WriteBoolean("ok", findings.Count == 0);
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStringValue(finding);
        }

        json.WriteEndArray();
    });
}
