using System.CommandLine;
using Filmgate.Client;

namespace Filmgate.Cli.Webhooks;

/// <summary>The options of commands that need a key of an account.</summary>
internal sealed class AccountOptions() : ServerOptions("API key", "FILMGATE_API_KEY")
{
    /// <summary>A client for the server that a command line names.</summary>
    /// <exception cref="UsageException">It names none, or no key.</exception>
    public AccountClient Connect(ParseResult line, CliTerminal terminal)
    {
        var (server, key) = Place(line, terminal);
        return new AccountClient(server, key, Patience);
    }
}
