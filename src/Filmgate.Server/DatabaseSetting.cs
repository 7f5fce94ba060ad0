using System.Diagnostics.CodeAnalysis;
using Filmgate.Storage.PostgreSql;

namespace Filmgate.Server;

/// <summary>Reads what <c>FILMGATE_DATABASE</c> says. It may hold a password, so no message repeats it.</summary>
public static class DatabaseSetting
{
    private const string Sqlite = "sqlite";
    private const string WayOut =
        "Use 'sqlite', or the address of a PostgreSQL database, such as postgres://filmgate:PASSWORD@db.example.com:5432/filmgate.";

    /// <summary>Reads the setting.</summary>
    /// <param name="text">The setting; null when there is none.</param>
    /// <param name="address">The database; null for SQLite in the data folder.</param>
    /// <param name="error">What is wrong, in sentences, when something is.</param>
    public static bool TryRead(string? text, out PostgresAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = null;
        if (text is null or Sqlite)
        {
            return true;
        }

        if (!PostgresAddress.LooksLikeOne(text))
        {
            error = $"the value given names no store. {WayOut}";
            return false;
        }

        if (PostgresAddress.TryParse(text, out address, out var wrong))
        {
            return true;
        }

        error = $"the address given is no use: {wrong}. {WayOut}";
        return false;
    }
}
