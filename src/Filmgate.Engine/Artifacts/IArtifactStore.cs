using Filmgate.Model.Gateway;

namespace Filmgate.Engine.Artifacts;

/// <summary>
/// Keeps finished files under the SHA-256 of their bytes. A file appears whole or not at all, and is durable before the call that stores it
/// returns, so callers commit their rows only after that. Files that are still being written lie in a <see cref="ScratchFolder"/>.
/// </summary>
/// <remarks>
/// Nothing here counts who needs a file: rows do. A file that is stored or renewed is young, and a sweep deletes only files that are old and
/// that no row names. Whoever commits a row for a file therefore stores or renews it first, and may then take hours.
/// </remarks>
public interface IArtifactStore
{
    /// <summary>Makes a finished file of this machine ours. It is gone from its place afterwards.</summary>
    /// <param name="path">A file in the scratch folder.</param>
    /// <param name="cancellationToken">Gives up; the file may then be gone or not.</param>
    /// <returns>Hash and length.</returns>
    /// <exception cref="IOException">The store cannot take it now; <see cref="ArtifactStoreUnavailableException"/> when the store is a service.</exception>
    ValueTask<StoredFile> AdoptAsync(string path, CancellationToken cancellationToken);

    /// <summary>Stores bytes that are in memory.</summary>
    /// <exception cref="IOException">The store cannot take them now.</exception>
    ValueTask<StoredFile> StoreAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes a file that is there young again, so that no sweep deletes it before a row for it is committed.</summary>
    /// <returns>Whether it is there.</returns>
    /// <exception cref="ArgumentException">The text is no hash.</exception>
    /// <exception cref="IOException">The store cannot be asked now.</exception>
    ValueTask<bool> TryRenewAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>The file, or null when it is not there.</summary>
    /// <exception cref="ArgumentException">The text is no hash.</exception>
    /// <exception cref="IOException">The store cannot be asked now.</exception>
    ValueTask<IArtifactFile?> FindAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>A path on this machine under which the file can be read for the next <see cref="LocalPathLifetime"/>. Nobody may write to it.</summary>
    /// <exception cref="ArgumentException">The text is no hash.</exception>
    /// <exception cref="FileNotFoundException">It is not there; opening the path may say the same.</exception>
    /// <exception cref="IOException">The store cannot give it now, or what it gave are other bytes.</exception>
    ValueTask<string> LocalPathAsync(string sha256, CancellationToken cancellationToken);

    /// <summary>Deletes a file unless it was stored or renewed since, wherever that was done: a row for it may then be on its way.</summary>
    /// <returns>Whether it is gone.</returns>
    /// <exception cref="ArgumentException">The text is no hash.</exception>
    /// <exception cref="IOException">The store cannot be asked now.</exception>
    ValueTask<bool> DeleteBeforeAsync(string sha256, DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Hashes of files that were last stored or renewed before that.</summary>
    /// <exception cref="IOException">The store cannot be asked now.</exception>
    IAsyncEnumerable<string> FilesBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>How long a local path can be read.</summary>
    static readonly TimeSpan LocalPathLifetime = TimeSpan.FromHours(6);
}

/// <summary>A stored file.</summary>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct StoredFile(string Sha256, long Length);
