using System.CommandLine;
using Filmgate.Client;

namespace Filmgate.Cli.Tasks;

/// <summary>The options of every command that asks for tasks with the key of their account.</summary>
internal sealed class TaskOptions() : ServerOptions("API key", "FILMGATE_API_KEY")
{
    /// <summary>A client for the server that a command line names.</summary>
    /// <exception cref="UsageException">It names none, or no key.</exception>
    public FilmgateClient Connect(ParseResult line, CliTerminal terminal)
    {
        var (server, key) = Place(line, terminal);
        return new FilmgateClient(server, key, Patience);
    }
}
