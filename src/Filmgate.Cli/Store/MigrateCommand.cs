using System.CommandLine;
using Filmgate.Server;

namespace Filmgate.Cli.Store;

/// <summary><c>filmgate migrate</c>: brings the store up to date before gateways of this version start.</summary>
internal static class MigrateCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        A gateway does the same when it starts. Run beforehand, it is done at a moment of your choice and under a database user of
        your choice. Gateways of the version before go on working; running it again does nothing.

        Examples:
          filmgate migrate                          (the store of FILMGATE_DATABASE or FILMGATE_DATA)
          filmgate migrate --data /var/lib/filmgate
        """;

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var data = new Option<string?>("--data") { HelpName = "DIR", Description = "Data folder. Default: FILMGATE_DATA, else ./data." };
        var command = new Command("migrate", "Bring the store up to date.") { data };
        command.SetAction(async (line, _) =>
        {
            var place = StorePlace.Find(line.GetValue(data));
            var done = await StoreMigration.RunAsync(place);
            foreach (var migration in done)
            {
                terminal.Out.WriteLine($"Ran {migration}");
            }

            var store = place.Database is { } address ? $"PostgreSQL {address}" : place.SqlitePath;
            terminal.Out.WriteLine($"The store is up to date: {store}");
            return ExitCode.Ok;
        });
        return command;
    }
}
