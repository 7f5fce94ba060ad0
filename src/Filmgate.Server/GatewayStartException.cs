using System.Net.Sockets;
using Filmgate.Storage;
using Filmgate.Storage.Sqlite;

namespace Filmgate.Server;

/// <summary>The gateway cannot start although its settings are right. The message says why and what to do, in one line.</summary>
public sealed class GatewayStartException : Exception
{
    /// <inheritdoc/>
    public GatewayStartException()
    {
    }

    /// <inheritdoc/>
    public GatewayStartException(string message) : base(message)
    {
    }

    /// <inheritdoc/>
    public GatewayStartException(string message, Exception innerException) : base(message, innerException)
    {
    }

    /// <summary>The one line for an error whose cause is outside; null for a fault of ours.</summary>
    internal static GatewayStartException? Explain(Exception error) => error switch
    {
        DatabaseInUseException or StoreUnavailableException or InvalidDataException => new(error.Message, error),
        UnauthorizedAccessException => new($"The data folder cannot be used: {error.Message}", error),
        IOException { InnerException: SocketException or Microsoft.AspNetCore.Connections.AddressInUseException } => new(
            $"{error.Message} Choose another address with FILMGATE_URLS, or stop what listens there.", error),
        IOException => new($"The data folder cannot be used: {error.Message}", error),
        _ => null,
    };
}
