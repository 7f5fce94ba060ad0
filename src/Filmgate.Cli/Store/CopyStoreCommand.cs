using System.CommandLine;
using Filmgate.Server;

namespace Filmgate.Cli.Store;

/// <summary><c>filmgate copy-store</c>: takes a store from SQLite to PostgreSQL.</summary>
internal static class CopyStoreCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        Stop the gateway first. Every row is copied with its ids and numbers, all or nothing; counts, sums and books are compared before it
        counts. Files stay in the data folder, which the gateway goes on using. The store in SQLite is left as it is.

        Examples:
          FILMGATE_DATABASE=postgres://filmgate:PASSWORD@db.example.com/filmgate filmgate copy-store --data /var/lib/filmgate --to settings
          filmgate copy-store --to postgres://filmgate@localhost/filmgate
        """;

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var data = new Option<string?>("--data") { HelpName = "DIR", Description = "Data folder of the stopped gateway. Default: FILMGATE_DATA, else ./data." };
        var to = new Option<string>("--to")
        {
            HelpName = "ADDRESS",
            Required = true,
            Description = "An empty PostgreSQL database; 'settings' is the one of FILMGATE_DATABASE.",
        };
        var command = new Command("copy-store", "Copy a store from SQLite to PostgreSQL.") { data, to };
        command.SetAction(async (line, cancellationToken) =>
        {
            var target = DatabaseArgument.Read("--to", line.GetValue(to)!);
            var folder = StorePlace.Find(line.GetValue(data)).DataFolder;
            var rows = await StoreTransfer.RunAsync(
                folder,
                target,
                step => terminal.Error.WriteLine($"{step.Table}: {step.Rows} rows{(step.IsDone ? "" : " …")}"),
                cancellationToken);
            terminal.Out.WriteLine($"Copied {rows} rows to PostgreSQL {target}; counts, sums and books agree.");
            return ExitCode.Ok;
        });
        return command;
    }
}
