using System.Security.Cryptography;
using Filmgate.Engine.Artifacts;
using Filmgate.Storage;
using Npgsql;

namespace Filmgate.Server.Cluster;

/// <summary>
/// The signing key of a cluster, which all nodes must share: a link that one gave out is opened by another. It lies in the database unless
/// <c>FILMGATE_SIGNING_KEY</c> names one.
/// </summary>
internal static class SharedSigningKey
{
    /// <summary>Reads the key; the first node brings the one of its data folder, or makes one.</summary>
    /// <exception cref="StoreUnavailableException">The database is out of reach.</exception>
    public static SigningKey Open(NpgsqlDataSource database, string dataFolder)
    {
        try
        {
            return Find(database) ?? Offer(database, SigningKey.Find(dataFolder) ?? RandomNumberGenerator.GetBytes(SigningKey.Length));
        }
        catch (NpgsqlException error)
        {
            throw new StoreUnavailableException("The database cannot be used now.", error);
        }
    }

    private static SigningKey? Find(NpgsqlDataSource database)
    {
        using var command = database.CreateCommand("SELECT value FROM secrets WHERE name = 'signing-key'");
        return command.ExecuteScalar() is byte[] bytes ? new SigningKey(bytes) : null;
    }

    // Two nodes that start at once offer two keys; whichever was first is that of both.
    private static SigningKey Offer(NpgsqlDataSource database, byte[] bytes)
    {
        using var command = database.CreateCommand("INSERT INTO secrets (name, value) VALUES ('signing-key', $1) ON CONFLICT DO NOTHING");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = bytes });
        command.ExecuteNonQuery();
        return Find(database)!;
    }
}
