using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Reflection;
using Filmgate.Cli.Admin;
using Filmgate.Cli.Store;
using Filmgate.Cli.Tasks;
using Filmgate.Cli.Webhooks;
using Filmgate.Client;
using Filmgate.Server;

namespace Filmgate.Cli;

/// <summary>The <c>filmgate</c> command: its subcommands, and how each kind of failure is told to the user and to the shell.</summary>
internal static class CliApplication
{
    private const string Name = "filmgate";
    private const string TraceVariable = "FILMGATE_TRACE";

    private const string Ending =
        """
        Examples:
          filmgate generate --prompt "Slow push in on a lighthouse at dusk" --out lighthouse.mp4
          filmgate serve

        Exit codes: 0 done; 1 failed, refused or server unreachable; 2 wrong usage or settings; 130 interrupted.
        """;

    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments after the program's name.</param>
    /// <param name="terminal">Where it reads and writes.</param>
    /// <param name="cancellationToken">Cancelled when the user interrupts.</param>
    /// <returns>What the shell is told.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliTerminal terminal, CancellationToken cancellationToken)
    {
        var root = Root(terminal);
        var line = root.Parse(args, new ParserConfiguration
        {
            // A prompt may begin with "@", which would otherwise name a file with further arguments.
            ResponseFileTokenReplacer = null,
            EnablePosixBundling = false,
        });
        var command = Path(line.CommandResult);

        if (line.Errors.Count > 0)
        {
            return Usage(terminal, command, Complaint(line));
        }

        try
        {
            return await line.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = terminal.Out,
                    Error = terminal.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                },
                cancellationToken);
        }
        catch (UsageException exception)
        {
            return Usage(terminal, command, exception.Message);
        }
        catch (GatewaySettingsException exception)
        {
            foreach (var error in exception.Errors)
            {
                terminal.Error.WriteLine($"{command}: {OneLine(error)}");
            }

            return ExitCode.Usage;
        }
        catch (FilmgateException exception)
        {
            terminal.Error.WriteLine($"{command}: {OneLine(Reason(exception))}");
            return ExitCode.Failed;
        }
        catch (GatewayStartException exception)
        {
            terminal.Error.WriteLine($"{command}: {OneLine(exception.Message)}");
            return ExitCode.Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            terminal.Error.WriteLine($"{command}: interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception exception)
        {
            var traced = terminal.Variable(TraceVariable) is not null;
            terminal.Error.WriteLine(traced ? exception.ToString() : $"{command}: {OneLine(exception.Message)} ({TraceVariable}=1 shows the trace)");
            return ExitCode.Failed;
        }
    }

    private static Command Root(CliTerminal terminal)
    {
        // A plain command and not a RootCommand, which would take its name from whatever program runs it.
        var root = new Command(Name, "A self-hosted gateway for AI video: one task API in front, any provider behind it.");
        var generate = GenerateCommand.Create(terminal);
        var serve = ServeCommand.Create(terminal);
        var draw = DrawCommand.Create(terminal);
        root.Add(generate);
        root.Add(serve);
        root.Add(draw);

        var tasks = TasksCommand.Create(terminal);
        root.Add(tasks);

        var listen = ListenCommand.Create(terminal);
        root.Add(listen);

        var accounts = AccountsCommand.Create(terminal);
        var keys = KeysCommand.Create(terminal);
        var spend = SpendCommand.Create(terminal);
        var audit = AuditCommand.Create(terminal);
        var doctor = DoctorCommand.Create(terminal);
        var webhooks = WebhooksCommand.Create(terminal);
        var migrate = MigrateCommand.Create(terminal);
        var copy = CopyStoreCommand.Create(terminal);
        foreach (var command in new[] { webhooks, accounts, keys, spend, audit, doctor, migrate, copy })
        {
            root.Add(command);
        }

        var help = new HelpOption { Recursive = true };
        help.Action = new ExampledHelp(
            (HelpAction)help.Action!,
            new Dictionary<Command, string>
            {
                [root] = Ending, [generate] = GenerateCommand.Ending, [serve] = ServeCommand.Ending, [draw] = DrawCommand.Ending,
                [tasks] = TasksCommand.Ending,
                [accounts] = AccountsCommand.Ending, [keys] = KeysCommand.Ending, [spend] = SpendCommand.Ending, [audit] = AuditCommand.Ending,
                [doctor] = DoctorCommand.Ending, [migrate] = MigrateCommand.Ending, [copy] = CopyStoreCommand.Ending,
                [webhooks] = WebhooksCommand.Ending, [listen] = ListenCommand.Ending,
            });
        root.Add(help);
        root.Add(new VersionOption { Action = new ShowVersion() });
        foreach (var group in new[] { root, tasks, webhooks, accounts, keys })
        {
            group.SetAction(int (_) => throw new UsageException($"a command is missing; there {CommandsInWords(group)}"));
        }

        return root;
    }

    private static int Usage(CliTerminal terminal, string command, string complaint)
    {
        terminal.Error.WriteLine($"{command}: {OneLine(complaint).TrimEnd('.')}. See: {command} --help");
        return ExitCode.Usage;
    }

    // The parser's own words, except where they leave the reader guessing which kind of word was not understood.
    private static string Complaint(ParseResult line) => line.UnmatchedTokens switch
    {
        [var word, ..] when word.StartsWith('-') => $"unknown option {word}",
        [var word, ..] when line.CommandResult.Command is { Subcommands.Count: > 0 } group => $"unknown command '{word}'; there {CommandsInWords(group)}",
        [var word, ..] => $"unexpected '{word}'; a text with spaces needs quotes",
        _ => line.Errors[0].Message,
    };

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : result.Command.Name;

    private static string CommandsInWords(Command group)
    {
        var names = group.Subcommands.Select(command => command.Name).ToArray();
        return $"are {string.Join(", ", names[..^1])} and {names[^1]}";
    }

    private static string Reason(FilmgateException exception)
    {
        var reason = exception.Errors.Count > 0 ? string.Join("; ", exception.Errors) : exception.Message;
        var status = exception.Status is { } code && (int)code is < 200 or > 299 ? $" (HTTP {(int)code})" : "";
        return exception.FailCode is { } failCode ? $"{failCode}: {reason}{status}" : reason + status;
    }

    private static string OneLine(string text) => string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

    private sealed class ShowVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var version = typeof(CliApplication).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

            // The part behind the plus sign is the commit, which the build adds and nobody types.
            parseResult.InvocationConfiguration.Output.WriteLine($"{Name} {version.Split('+')[0]}");
            return ExitCode.Ok;
        }
    }
}
