using System.Security.Cryptography;

namespace Filmgate.Engine.Artifacts;

/// <summary>
/// Files named by the SHA-256 of their bytes: <c>artifacts/ab/abcdef…</c>. A file appears whole or not at all: it is written
/// under another name, flushed, then renamed. Callers commit their rows only after that.
/// </summary>
public sealed class ArtifactFolder : IDisposable
{
    private readonly string _root;
    private readonly ScratchFolder _scratch;
    private readonly TimeProvider _time;

    // Between a look at a file's age and its deletion nobody may make it young again.
    private readonly Lock _aging = new();

    /// <summary>Opens the folder, and makes it when it is missing.</summary>
    public ArtifactFolder(string dataFolder, TimeProvider time)
    {
        _time = time;
        _root = Path.Combine(Path.GetFullPath(dataFolder), "artifacts");
        _scratch = new ScratchFolder(_root, time);
    }

    /// <summary>Where the file with that hash lies, or would lie.</summary>
    /// <exception cref="ArgumentException">The text is no lower-case hex SHA-256: nothing else may become part of a path.</exception>
    public string PathOf(string sha256)
    {
        ArgumentNullException.ThrowIfNull(sha256);
        return sha256.Length == SHA256.HashSizeInBytes * 2 && sha256.All(char.IsAsciiHexDigitLower)
            ? Path.Combine(_root, sha256[..2], sha256)
            : throw new ArgumentException("A stored file is named by its lower-case hex SHA-256.", nameof(sha256));
    }

    /// <summary>Whether the file is there.</summary>
    public bool Contains(string sha256) => File.Exists(PathOf(sha256));

    /// <summary>A name in the folder for a file that is still being written; left-overs of a crash are removed at the next start.</summary>
    public string NewIncomingPath() => _scratch.NewPath();

    /// <summary>Makes a finished file ours: flushes it, then gives it the name of its hash. The source is gone afterwards.</summary>
    /// <param name="path">A file on the same disk.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Hash and length.</returns>
    public async ValueTask<StoredFile> AdoptAsync(string path, CancellationToken cancellationToken)
    {
        string sha256;
        long length;
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        await using (file.ConfigureAwait(false))
        {
            sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
            length = file.Length;
            file.Flush(flushToDisk: true);
        }

        var target = PathOf(sha256);
        var folder = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            DirectoryFlush.Flush(_root);
        }

        lock (_aging)
        {
            // A copy carries the age of its source, and a sweep must not delete it before our row is committed.
            File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
            File.Move(path, target, overwrite: true);
        }

        DirectoryFlush.Flush(folder);
        return new StoredFile(sha256, length);
    }

    /// <summary>Stores bytes that are in memory.</summary>
    public async ValueTask<StoredFile> StoreAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
        if (TryRenew(sha256))
        {
            return new StoredFile(sha256, bytes.Length);
        }

        var incoming = NewIncomingPath();
        await File.WriteAllBytesAsync(incoming, bytes, cancellationToken).ConfigureAwait(false);
        return await AdoptAsync(incoming, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a file unless it was written or stored again since; a row for it may then be on its way.</summary>
    /// <returns>Whether it is gone.</returns>
    public bool DeleteBefore(string sha256, DateTimeOffset before)
    {
        var path = PathOf(sha256);
        lock (_aging)
        {
            if (File.Exists(path) && File.GetLastWriteTimeUtc(path) >= before.UtcDateTime)
            {
                return false;
            }

            File.Delete(path);
            return true;
        }
    }

    /// <summary>Deletes unfinished files older than that, and those of processes that are gone.</summary>
    public void DeleteIncomingBefore(DateTimeOffset before) => _scratch.Sweep(before);

    /// <summary>Removes what this process has left unfinished.</summary>
    public void Dispose() => _scratch.Dispose();

    /// <summary>Hashes of finished files last written before that.</summary>
    public IEnumerable<string> FilesBefore(DateTimeOffset before) => Directory.EnumerateDirectories(_root)
        .Where(folder => Path.GetFileName(folder).Length == 2)
        .SelectMany(Directory.EnumerateFiles)
        .Where(path => File.GetLastWriteTimeUtc(path) < before.UtcDateTime)
        .Select(path => Path.GetFileName(path)!);

    /// <summary>Makes a file that is there young again, so that no sweep deletes it before a row for it is committed.</summary>
    /// <returns>Whether it is there.</returns>
    public bool TryRenew(string sha256)
    {
        var path = PathOf(sha256);
        lock (_aging)
        {
            if (!File.Exists(path))
            {
                return false;
            }

            File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
            return true;
        }
    }
}

/// <summary>A file in the artifact folder.</summary>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Length">Bytes.</param>
public readonly record struct StoredFile(string Sha256, long Length);
