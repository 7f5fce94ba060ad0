using System.CommandLine;
using Filmgate.Client;

namespace Filmgate.Cli.Admin;

/// <summary>The options that every command of the admin API has: where the server is, the key, and the form of the answer.</summary>
internal sealed class AdminOptions
{
    private const string UrlsVariable = "FILMGATE_URLS";
    private const string KeyVariable = "FILMGATE_ADMIN_KEY";
    private const string DefaultServer = "http://127.0.0.1:8080";

    // Whoever administers sits before the terminal and wants to hear soon that the server is away.
    private static readonly FilmgateClientOptions Patience = new() { ReadTriesMax = 2, RequestTimeout = TimeSpan.FromSeconds(60) };

    /// <summary>The server.</summary>
    public Option<string?> Server { get; } = new("--server")
    {
        HelpName = "URL",
        Description = $"The gateway. Default: {UrlsVariable}, else {DefaultServer}.",
    };

    /// <summary>The key.</summary>
    public Option<string?> Key { get; } = new("--key") { HelpName = "KEY", Description = $"Admin key. Default: {KeyVariable}." };

    /// <summary>The answer as JSON.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print the data as JSON." };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Server);
        command.Add(Key);
        command.Add(Json);
    }

    /// <summary>A client for the server that a command line names.</summary>
    /// <exception cref="UsageException">It names none, or no key.</exception>
    public AdminClient Connect(ParseResult line, CliTerminal terminal)
    {
        var address = line.GetValue(Server);
        var given = address ?? Callable(terminal.Variable(UrlsVariable)) ?? DefaultServer;
        if (!Uri.TryCreate(given, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"{(address is null ? UrlsVariable : "--server")} must be an address such as {DefaultServer}, got '{given}'");
        }

        var key = line.GetValue(Key) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : terminal.Variable(KeyVariable);
        if (key is null)
        {
            throw new UsageException($"an admin key is needed: give --key or set {KeyVariable}");
        }

        return key.Any(character => character is <= ' ' or > '~')
            ? throw new UsageException("the key has characters that no key has")
            : new AdminClient(server, key, Patience);
    }

    // The variable lists listen addresses; of a wildcard one, the loopback address is the one to call from here.
    private static string? Callable(string? urls) => urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault()
        ?.Replace("//*", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//+", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//[::]", "//127.0.0.1", StringComparison.Ordinal);
}
