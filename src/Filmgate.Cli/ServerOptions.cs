using System.CommandLine;
using System.Text.Json;
using Filmgate.Client;

namespace Filmgate.Cli;

/// <summary>The options that every command has which asks a running server: where it is, the key, and the form of the answer.</summary>
/// <param name="keyKind">The kind of key, as it is called after "an".</param>
/// <param name="keyVariable">Where the key stands when it is not given.</param>
internal abstract class ServerOptions(string keyKind, string keyVariable)
{
    private const string UrlsVariable = "FILMGATE_URLS";
    private const string DefaultServer = "http://127.0.0.1:8080";

    /// <summary>The server.</summary>
    public Option<string?> Server { get; } = new("--server")
    {
        HelpName = "URL",
        Description = $"The gateway. Default: {UrlsVariable}, else {DefaultServer}.",
    };

    /// <summary>The key.</summary>
    public Option<string?> Key { get; } = new("--key")
    {
        HelpName = "KEY", Description = $"{char.ToUpperInvariant(keyKind[0])}{keyKind[1..]}. Default: {keyVariable}.",
    };

    /// <summary>The answer as JSON.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Print the data as JSON." };

    /// <summary>Whoever sits before the terminal wants to hear soon that the server is away.</summary>
    protected static FilmgateClientOptions Patience { get; } = new() { ReadTriesMax = 2, RequestTimeout = TimeSpan.FromSeconds(60) };

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Server);
        command.Add(Key);
        command.Add(Json);
    }

    /// <summary>Writes data as JSON where that is asked for, else for people.</summary>
    public void Write(CliTerminal terminal, ParseResult line, JsonElement data, Action writeForPeople)
    {
        if (line.GetValue(Json))
        {
            DataOutput.WriteJson(terminal, data);
        }
        else
        {
            writeForPeople();
        }
    }

    /// <summary>The server and the key that a command line names.</summary>
    /// <exception cref="UsageException">It names none.</exception>
    protected (Uri Server, string Key) Place(ParseResult line, CliTerminal terminal) => Place(line, terminal, keyKind, keyVariable);

    /// <summary>The server and the key of another kind that a command line names.</summary>
    /// <exception cref="UsageException">It names none.</exception>
    protected (Uri Server, string Key) Place(ParseResult line, CliTerminal terminal, string kind, string variable)
    {
        var address = line.GetValue(Server);
        var given = address ?? Callable(terminal.Variable(UrlsVariable)) ?? DefaultServer;
        if (!Uri.TryCreate(given, UriKind.Absolute, out var server) || server.Scheme is not ("http" or "https"))
        {
            throw new UsageException($"{(address is null ? UrlsVariable : "--server")} must be an address such as {DefaultServer}, got '{given}'");
        }

        var key = line.GetValue(Key) is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : terminal.Variable(variable);
        if (key is null)
        {
            throw new UsageException($"an {kind} is needed: give --key or set {variable}");
        }

        return key.Any(character => character is <= ' ' or > '~') ? throw new UsageException("the key has characters that no key has") : (server, key);
    }

    // The variable lists listen addresses; of a wildcard one, the loopback address is the one to call from here.
    private static string? Callable(string? urls) => urls?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault()
        ?.Replace("//*", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//+", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal)
        .Replace("//[::]", "//127.0.0.1", StringComparison.Ordinal);
}
