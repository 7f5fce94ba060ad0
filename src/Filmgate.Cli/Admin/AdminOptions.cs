using System.CommandLine;
using Filmgate.Client;

namespace Filmgate.Cli.Admin;

/// <summary>The options that every command of the admin API has.</summary>
internal sealed class AdminOptions() : ServerOptions("admin key", "FILMGATE_ADMIN_KEY")
{
    /// <summary>A client for the server that a command line names.</summary>
    /// <exception cref="UsageException">It names none, or no key.</exception>
    public AdminClient Connect(ParseResult line, CliTerminal terminal)
    {
        var (server, key) = Place(line, terminal);
        return new AdminClient(server, key, Patience);
    }
}
