using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Filmgate.Model.Gateway;

namespace Filmgate.Engine.Artifacts;

/// <summary>
/// Files in a folder: <c>ab/abcdef…</c>. Each is written in the scratch folder, flushed, and then renamed. Several nodes may share the
/// folder on a mount that renames atomically and keeps the times that files are given: no lock of one node is needed for another's safety.
/// </summary>
/// <param name="root">The folder.</param>
/// <param name="scratch">Where files are written; on the same file system.</param>
/// <param name="time">The clock by which files age; nodes that share a folder must agree about it to the hour.</param>
public sealed class DiskArtifactStore(string root, ScratchFolder scratch, TimeProvider time) : IArtifactStore
{
    // A file on its way out: abcdef….random.dying. The name says which, so that any node can undo what another one began; and each deletion has a
    // name of its own, because two that shared one could delete what the other has put there.
    private const string DyingEnding = ".dying";

    private readonly string _root = Path.GetFullPath(root);

    /// <summary>Where the file with that hash lies, or would lie.</summary>
    /// <exception cref="ArgumentException">The text is no hash.</exception>
    public string PathOf(string sha256) => Path.Combine(_root, ArtifactName.Checked(sha256)[..2], sha256);

    /// <inheritdoc/>
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

        // A copy carries the age of its source, and a sweep must not delete it before our row is committed.
        File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
        File.Move(path, target, overwrite: true);
        DirectoryFlush.Flush(folder);
        return new StoredFile(sha256, length);
    }

    /// <inheritdoc/>
    public async ValueTask<StoredFile> StoreAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
        if (TryTouch(PathOf(sha256)))
        {
            return new StoredFile(sha256, bytes.Length);
        }

        var incoming = scratch.NewPath();
        await File.WriteAllBytesAsync(incoming, bytes, cancellationToken).ConfigureAwait(false);
        return await AdoptAsync(incoming, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryRenewAsync(string sha256, CancellationToken cancellationToken) => new(TryTouch(PathOf(sha256)) || TryRescue(sha256));

    /// <inheritdoc/>
    public ValueTask<IArtifactFile?> FindAsync(string sha256, CancellationToken cancellationToken)
    {
        var file = new FileInfo(PathOf(sha256));
        return new(file.Exists ? new DiskFile(sha256, file.Length, new DateTimeOffset(file.LastWriteTimeUtc), file.FullName) : null);
    }

    /// <inheritdoc/>
    public ValueTask<string> LocalPathAsync(string sha256, CancellationToken cancellationToken) => new(PathOf(sha256));

    /// <inheritdoc/>
    public ValueTask<bool> DeleteBeforeAsync(string sha256, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var path = PathOf(sha256);
        if (File.Exists(path) && File.GetLastWriteTimeUtc(path) >= before.UtcDateTime)
        {
            return new(false);
        }

        // Between a look at its age and its deletion anybody, here or on another node, may make it young again. Once it has another name
        // nobody can: whoever comes later does not find it and stores it anew, and whoever came before has left his mark on what is renamed.
        var dying = $"{path}.{Path.GetRandomFileName()}{DyingEnding}";
        if (!TryMove(path, dying))
        {
            return new(true);
        }

        if (File.GetLastWriteTimeUtc(dying) >= before.UtcDateTime)
        {
            TryMove(dying, path);
            return new(false);
        }

        File.Delete(dying);
        return new(true);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> FilesBeforeAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var entry in Directory.EnumerateDirectories(_root).Where(folder => Path.GetFileName(folder).Length == 2).SelectMany(Directory.EnumerateFiles))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = IsDying(entry) ? Undo(entry) : entry;
            if (ArtifactName.IsHash(Path.GetFileName(path)) && File.GetLastWriteTimeUtc(path) < before.UtcDateTime)
            {
                yield return Path.GetFileName(path);
            }
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    private static bool IsDying(string path)
    {
        var name = Path.GetFileName(path);
        return name.EndsWith(DyingEnding, StringComparison.Ordinal) && name.Length > ArtifactName.Length && ArtifactName.IsHash(name.AsSpan(0, ArtifactName.Length));
    }

    // A node was killed between the two steps of a deletion. Put back, the file is judged anew, by its age and by who needs it.
    private string Undo(string dying)
    {
        var path = PathOf(Path.GetFileName(dying)[..ArtifactName.Length]);
        try
        {
            File.Move(dying, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Somebody has stored it again: the same bytes. The younger of the two stays.
            if (File.GetLastWriteTimeUtc(dying) > File.GetLastWriteTimeUtc(path))
            {
                TryMove(dying, path);
            }
            else
            {
                File.Delete(dying);
            }
        }
        catch (FileNotFoundException)
        {
            // Another node is deleting it at this moment.
        }

        return path;
    }

    // It may have been claimed for a deletion by somebody who has not yet looked at its age. Touched first, it is young wherever it turns up.
    private bool TryRescue(string sha256)
    {
        var folder = Path.GetDirectoryName(PathOf(sha256))!;
        if (!Directory.Exists(folder))
        {
            return false;
        }

        foreach (var dying in Directory.EnumerateFiles(folder, $"{sha256}.*{DyingEnding}"))
        {
            if (TryTouch(dying))
            {
                Undo(dying);
            }
        }

        return TryTouch(PathOf(sha256));
    }

    private bool TryTouch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);

            // The system finds the file by its name first and sets its time then. A deletion may have claimed it, and looked, in between.
            return File.Exists(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static bool TryMove(string from, string to)
    {
        try
        {
            File.Move(from, to, overwrite: true);
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}

/// <summary>A file of a <see cref="DiskArtifactStore"/>.</summary>
/// <param name="Sha256">Lower-case hex.</param>
/// <param name="Length">Bytes.</param>
/// <param name="LastModified">When it was stored or renewed.</param>
/// <param name="Path">Absolute.</param>
internal sealed record DiskFile(string Sha256, long Length, DateTimeOffset LastModified, string Path) : IArtifactFile
{
    /// <inheritdoc/>
    public Stream OpenRead() => new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);

    /// <inheritdoc/>
    public ValueTask<Uri?> DirectLinkAsync(string mediaType, string name) => new((Uri?)null);
}
