using Filmgate.Model.Gateway;

namespace Filmgate.Engine.Artifacts.S3;

/// <summary>A file of an <see cref="S3ArtifactStore"/>.</summary>
internal sealed class S3File(S3Bucket bucket, S3Settings settings, string key, TimeProvider time) : IArtifactFile
{
    // Players come back for more of a clip under the same address while it is watched.
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public required string Sha256 { get; init; }

    /// <inheritdoc/>
    public required long Length { get; init; }

    /// <inheritdoc/>
    public required DateTimeOffset LastModified { get; init; }

    /// <inheritdoc/>
    public string? Path => null;

    /// <inheritdoc/>
    public Stream OpenRead() => new S3ReadStream(bucket, key, Length, time);

    /// <inheritdoc/>
    public async ValueTask<Uri?> DirectLinkAsync(string mediaType, string name) =>
        settings.RedirectsReads ? await bucket.LinkAsync(key, mediaType, name, time.GetUtcNow() + LinkLifetime).ConfigureAwait(false) : null;
}
