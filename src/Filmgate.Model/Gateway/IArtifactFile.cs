namespace Filmgate.Model.Gateway;

/// <summary>A stored file as it is handed out, wherever its bytes lie. It never changes: it is named by the hash of its bytes.</summary>
public interface IArtifactFile
{
    /// <summary>Lower-case hex of its bytes' SHA-256.</summary>
    string Sha256 { get; }

    /// <summary>Bytes.</summary>
    long Length { get; }

    /// <summary>When it was stored, or stored again.</summary>
    DateTimeOffset LastModified { get; }

    /// <summary>Absolute path on this machine, never shown to anybody; null when it does not lie here.</summary>
    string? Path { get; }

    /// <summary>Opens it for reading from the first byte.</summary>
    /// <returns>A stream that can seek and fetches no more than what is read of it.</returns>
    /// <exception cref="IOException">It cannot be had now. Reading may throw the same.</exception>
    Stream OpenRead();

    /// <summary>An address from which a client may fetch it itself, for a short time.</summary>
    /// <param name="mediaType">The type under which it is to be answered.</param>
    /// <param name="name">The name under which a browser is to save it.</param>
    /// <returns>Null where clients are to be sent the bytes.</returns>
    /// <exception cref="IOException">No address can be made now.</exception>
    ValueTask<Uri?> DirectLinkAsync(string mediaType, string name);
}
