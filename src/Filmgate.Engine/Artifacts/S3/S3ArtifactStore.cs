using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Filmgate.Model.Gateway;

namespace Filmgate.Engine.Artifacts.S3;

/// <summary>
/// Objects of an S3-compatible service: <c>prefix/ab/abcdef…</c>. An object appears whole or not at all by the protocol itself, and is
/// durable when the service has answered. Its age is the service's: renewing copies it onto itself.
/// </summary>
public sealed class S3ArtifactStore : IArtifactStore, IDisposable
{
    // A file that another node deletes and stores again, over and over, is none that exists; the bound is for services that contradict themselves.
    private const int RoundsMax = 10;

    private readonly S3Settings _settings;
    private readonly ScratchFolder _scratch;
    private readonly TimeProvider _time;
    private readonly S3Bucket _bucket;
    private readonly DeletionMarks _marks;

    /// <summary>Nothing is asked of the service yet.</summary>
    /// <param name="settings">Where and how.</param>
    /// <param name="scratch">Where files are written before they are sent, and copies are kept for programs that read files.</param>
    /// <param name="time">The clock; it must agree with the service's to a quarter of an hour, which signatures demand as well.</param>
    public S3ArtifactStore(S3Settings settings, ScratchFolder scratch, TimeProvider time)
    {
        _settings = settings;
        _scratch = scratch;
        _time = time;
        _bucket = new S3Bucket(settings);
        _marks = new DeletionMarks(_bucket, time);
    }

    /// <inheritdoc/>
    public async ValueTask<StoredFile> AdoptAsync(string path, CancellationToken cancellationToken)
    {
        byte[] hash;
        long length;
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using (file.ConfigureAwait(false))
        {
            hash = await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false);
            length = file.Length;
        }

        var sha256 = Convert.ToHexStringLower(hash);
        await SendAsync(
            sha256,
            () => length > 2 * _settings.PartLength
                ? _bucket.PutInPartsAsync(KeyOf(sha256), path, length, sha256, cancellationToken)
                : _bucket.PutAsync(KeyOf(sha256), () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read), hash, overwrites: false, cancellationToken),
            cancellationToken).ConfigureAwait(false);
        File.Delete(path);
        return new StoredFile(sha256, length);
    }

    /// <inheritdoc/>
    public async ValueTask<StoredFile> StoreAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(bytes.Span);
        var sha256 = Convert.ToHexStringLower(hash);
        if (!await TryRenewAsync(sha256, cancellationToken).ConfigureAwait(false))
        {
            var held = bytes.ToArray();
            await SendAsync(sha256, () => _bucket.PutAsync(KeyOf(sha256), () => new MemoryStream(held), hash, overwrites: false, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }

        return new StoredFile(sha256, bytes.Length);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TryRenewAsync(string sha256, CancellationToken cancellationToken)
    {
        for (var rounds = 0; rounds < RoundsMax && await _bucket.RenewAsync(KeyOf(sha256), sha256, cancellationToken).ConfigureAwait(false); rounds++)
        {
            if (await _marks.IsClearAsync(sha256, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<IArtifactFile?> FindAsync(string sha256, CancellationToken cancellationToken) =>
        await _bucket.HeadAsync(KeyOf(sha256), cancellationToken).ConfigureAwait(false) is { } found
            ? new S3File(_bucket, _settings, KeyOf(sha256), _time) { Sha256 = sha256, Length = found.Length, LastModified = found.LastModified }
            : null;

    /// <inheritdoc/>
    public async ValueTask<string> LocalPathAsync(string sha256, CancellationToken cancellationToken)
    {
        // A copy lies under its hash in the folder that is swept by age, so using it is what keeps it.
        var copy = Path.Combine(_scratch.Path, ArtifactName.Checked(sha256));
        if (TryTouch(copy))
        {
            return copy;
        }

        var incoming = _scratch.NewPath();
        try
        {
            var file = new FileStream(incoming, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                await CopyAsync(sha256, file, cancellationToken).ConfigureAwait(false);
                file.Seek(0, SeekOrigin.Begin);
                if (Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false)) != sha256)
                {
                    throw new ArtifactStoreUnavailableException($"The artifact store gave other bytes for {sha256} than were stored.");
                }
            }

            File.SetLastWriteTimeUtc(incoming, _time.GetUtcNow().UtcDateTime);
            File.Move(incoming, copy, overwrite: true);
            return copy;
        }
        finally
        {
            File.Delete(incoming);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteBeforeAsync(string sha256, DateTimeOffset before, CancellationToken cancellationToken) =>
        _marks.DeleteAsync(ArtifactName.Checked(sha256), KeyOf(sha256), before, cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> FilesBeforeAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (key, lastModified) in _bucket.ListAsync("", cancellationToken).ConfigureAwait(false))
        {
            var sha256 = key[(key.LastIndexOf('/') + 1)..];
            if (lastModified < before && ArtifactName.IsHash(sha256) && key == KeyOf(sha256))
            {
                yield return sha256;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _bucket.Dispose();

    // Until the object is ours and young, and no sweep is about to delete it.
    private async ValueTask SendAsync(string sha256, Func<ValueTask<bool>> putAsync, CancellationToken cancellationToken)
    {
        for (var rounds = 0; rounds < RoundsMax; rounds++)
        {
            if (await putAsync().ConfigureAwait(false) ? await _marks.IsClearAsync(sha256, cancellationToken).ConfigureAwait(false)
                : await TryRenewAsync(sha256, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        throw new ArtifactStoreUnavailableException($"The artifact store says of {sha256} that it is there and that it is not.");
    }

    private async ValueTask CopyAsync(string sha256, Stream target, CancellationToken cancellationToken)
    {
        var file = await FindAsync(sha256, cancellationToken).ConfigureAwait(false)
            ?? throw new FileNotFoundException("The artifact store has no such file.", sha256);
        var body = file.OpenRead();
        await using (body.ConfigureAwait(false))
        {
            await body.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool TryTouch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static string KeyOf(string sha256) => $"{ArtifactName.Checked(sha256)[..2]}/{sha256}";
}
