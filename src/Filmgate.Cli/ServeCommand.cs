using System.CommandLine;
using Filmgate.Server;

namespace Filmgate.Cli;

/// <summary><c>filmgate serve</c>: runs the gateway until it is told to stop.</summary>
internal static class ServeCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        Settings also come from the environment (FILMGATE_URLS, FILMGATE_DATA, …) and from filmgate.json.
        At the first start with an empty data folder, new keys are printed; that is the only time they are shown.
        SIGTERM and Ctrl-C stop the gateway after it has finished what it is writing.

        Examples:
          filmgate serve
          filmgate serve --urls http://0.0.0.0:8080 --data /var/lib/filmgate
        """;

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var urls = new Option<string?>("--urls") { HelpName = "URL", Description = "Listen address. Default: FILMGATE_URLS, else http://127.0.0.1:8080." };
        var data = new Option<string?>("--data") { HelpName = "DIR", Description = "Data folder. Default: FILMGATE_DATA, else ./data." };
        var command = new Command("serve", "Run the gateway.") { urls, data };
        command.SetAction((line, cancellationToken) =>
            RunAsync(new GatewaySettings { Urls = line.GetValue(urls), DataFolder = line.GetValue(data) }, terminal, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(GatewaySettings settings, CliTerminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            await using var gateway = await Gateway.StartAsync(settings, cancellationToken);
            terminal.Out.WriteLine($"Listening on {gateway.Address.ToString().TrimEnd('/')}");
            foreach (var key in gateway.NewKeys)
            {
                terminal.Out.WriteLine($"{key.Name}: {key.Secret}");
            }

            terminal.Out.WriteLine("Ready.");
            await terminal.Out.FlushAsync(CancellationToken.None);
            await gateway.WaitForShutdownAsync();
            if (gateway.Fate is { } fate)
            {
                throw new GatewayStartException(fate);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to stop before it was up: for a service that is as good a stop as any other.
        }

        return ExitCode.Ok;
    }
}
