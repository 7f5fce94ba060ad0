using System.CommandLine;
using System.Runtime.ExceptionServices;
using Filmgate.Client;

namespace Filmgate.Cli;

/// <summary><c>filmgate generate</c>: asks for a clip, shows how it comes along, and writes it to a file.</summary>
internal static class GenerateCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        Without --server a gateway runs inside this command and the local renderer makes the clip: nothing to
        install, nothing to pay, no network needed.

        Examples:
          filmgate generate --prompt "Slow push in on a lighthouse at dusk" --out lighthouse.mp4
          filmgate generate --image portrait.jpg --prompt "She looks up and smiles" --out smile.mp4
          filmgate generate --image day.png --end-image night.png --prompt "Night falls" --duration 10 --out fall.mp4
          filmgate generate --server http://127.0.0.1:8080 --key fg_live_… --prompt "Rain on a tin roof" --out rain.mp4 --json
        """;

    // The built-in gateway is asked often, because asking costs nothing and a bar that moves is pleasant to watch.
    private static readonly FilmgateClientOptions BuiltInPace = new()
    {
        PollIntervalMin = TimeSpan.FromMilliseconds(100),
        PollIntervalMax = TimeSpan.FromMilliseconds(400),
    };

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var options = new GenerateOptions();
        var command = new Command("generate", "Make one clip from a prompt and pictures.");
        foreach (var option in options.All)
        {
            command.Add(option);
        }

        command.SetAction(async (line, cancellationToken) =>
            await RunAsync(await GenerateArguments.ReadAsync(line, options, terminal, cancellationToken), terminal, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(GenerateArguments arguments, CliTerminal terminal, CancellationToken cancellationToken)
    {
        VideoTask task;
        long length;
        try
        {
            (task, length) = await TaskProgress.ShowAsync(
                terminal,
                progress => arguments.Server is { } server
                    ? AtServerAsync(arguments, server, progress, cancellationToken)
                    : BuiltInAsync(arguments, progress, cancellationToken));
        }
        catch (LeftBehindException left)
        {
            // The task may have been paid for, so its name must not be lost with this process.
            terminal.Error.WriteLine($"filmgate generate: {left.Message}");
            ExceptionDispatchInfo.Throw(left.InnerException!);
            throw;
        }

        if (task.State == VideoTaskState.Success)
        {
            await GenerateReport.Of(task, arguments, length).WriteAsync(terminal.Out, arguments.Json);
            return ExitCode.Ok;
        }

        if (arguments.Json)
        {
            await GenerateReport.Of(task, arguments, length: null).WriteAsync(terminal.Out, json: true);
        }

        terminal.Error.WriteLine($"filmgate generate: {task.FailCode ?? "FAILED"}: {task.FailMessage ?? "the server gave no reason"} (task {task.Id})");
        return ExitCode.Failed;
    }

    private static async Task<(VideoTask Task, long Length)> AtServerAsync(
        GenerateArguments arguments, Uri server, TaskProgress progress, CancellationToken cancellationToken)
    {
        using var client = new FilmgateClient(server, arguments.Key!);
        var task = await client.CreateAsync(arguments.Request, cancellationToken);
        try
        {
            return await FinishAsync(task, arguments, progress, cancellationToken);
        }
        catch (Exception exception)
        {
            throw new LeftBehindException($"task {task.Id} stays at {server.GetLeftPart(UriPartial.Authority)}", exception);
        }
    }

    private static async Task<(VideoTask Task, long Length)> BuiltInAsync(
        GenerateArguments arguments, TaskProgress progress, CancellationToken cancellationToken)
    {
        await using var gateway = await BuiltInGateway.StartAsync(arguments.DataFolder, cancellationToken);
        using var client = new FilmgateClient(gateway.Address, arguments.Key ?? gateway.Key, BuiltInPace);
        return await FinishAsync(await client.CreateAsync(arguments.Request, cancellationToken), arguments, progress, cancellationToken);
    }

    private static async Task<(VideoTask Task, long Length)> FinishAsync(
        VideoTask task, GenerateArguments arguments, TaskProgress progress, CancellationToken cancellationToken)
    {
        await task.WaitForCompletionAsync(progress, cancellationToken);
        if (task.State != VideoTaskState.Success)
        {
            return (task, 0);
        }

        if (Path.GetDirectoryName(Path.GetFullPath(arguments.Out)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        return (task, await task.DownloadAsync(arguments.Out, cancellationToken));
    }

    /// <summary>A server goes on with a task that this command no longer waits for.</summary>
    /// <param name="message">Which task, and where.</param>
    /// <param name="cause">Why the command gave up.</param>
    private sealed class LeftBehindException(string message, Exception cause) : Exception(message, cause);
}
