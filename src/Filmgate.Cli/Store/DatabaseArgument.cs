using Filmgate.Server;
using Filmgate.Storage.PostgreSql;

namespace Filmgate.Cli.Store;

/// <summary>
/// A PostgreSQL database as a command line names it: by its address, or with the word <c>settings</c> by FILMGATE_DATABASE, which keeps a password out
/// of the list of processes.
/// </summary>
internal static class DatabaseArgument
{
    private const string FromSettings = "settings";

    /// <summary>Reads one.</summary>
    /// <param name="option">The option that names it.</param>
    /// <param name="text">What was given.</param>
    /// <exception cref="UsageException">It names no database that can be read.</exception>
    public static PostgresAddress Read(string option, string text)
    {
        if (text == FromSettings)
        {
            return StorePlace.Find(dataFolder: null).Database
                ?? throw new UsageException($"{option} {FromSettings} takes the database of FILMGATE_DATABASE, which names none of PostgreSQL");
        }

        if (PostgresAddress.LooksLikeOne(text) && PostgresAddress.TryParse(text, out var address, out _))
        {
            return address;
        }

        // It may hold a password, so it is not repeated.
        throw new UsageException($"{option} must be an address such as postgres://filmgate@db.example.com:5432/filmgate, or '{FromSettings}' for the one in FILMGATE_DATABASE");
    }
}
