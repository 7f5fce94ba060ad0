using Spectre.Console;

namespace Filmgate.Cli.Tests;

/// <summary>Runs one command line within the test's process, with an environment of its own, and keeps what it wrote.</summary>
internal sealed record CommandLine(int ExitCode, string Out, string Error)
{
    /// <summary>Runs it.</summary>
    public static Task<CommandLine> RunAsync(params string[] args) => RunAsync(args, new Dictionary<string, string>(), TestContext.Current.CancellationToken);

    /// <summary>Runs it in a given environment.</summary>
    public static async Task<CommandLine> RunAsync(string[] args, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new CliTerminal(
            output,
            error,
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) }),
            environment.GetValueOrDefault);
        var exitCode = await CliApplication.RunAsync(args, terminal, cancellationToken);
        return new(exitCode, output.ToString(), error.ToString());
    }
}
