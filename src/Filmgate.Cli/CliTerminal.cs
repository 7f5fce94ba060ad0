using Spectre.Console;

namespace Filmgate.Cli;

/// <summary>What a command writes to and reads its surroundings from; a test puts its own in place.</summary>
/// <param name="Out">Results, for people and for pipes.</param>
/// <param name="Error">Progress and failures.</param>
/// <param name="ErrorConsole">The same stream as <paramref name="Error"/>, for what moves.</param>
/// <param name="Environment">Reads an environment variable; null when it is not set.</param>
internal sealed record CliTerminal(TextWriter Out, TextWriter Error, IAnsiConsole ErrorConsole, Func<string, string?> Environment)
{
    /// <summary>Whether somebody watches: a bar can be drawn and redrawn.</summary>
    public bool IsWatched => ErrorConsole.Profile.Out.IsTerminal && ErrorConsole.Profile.Capabilities.Ansi;

    /// <summary>The terminal of this process.</summary>
    public static CliTerminal OfProcess() => new(
        Console.Out,
        Console.Error,
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }),
        System.Environment.GetEnvironmentVariable);

    /// <summary>The value of an environment variable, or null when it is unset or blank.</summary>
    /// <param name="name">Its name.</param>
    public string? Variable(string name) => Environment(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
}
