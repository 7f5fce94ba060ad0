using Filmgate.Engine.Artifacts;
using Filmgate.Model.Gateway;

namespace Filmgate.Engine.Tests.Support;

/// <summary>A store that can be out of reach.</summary>
internal sealed class AwayArtifacts(IArtifactStore files) : IArtifactStore
{
    public bool IsAway { get; set; }

    private IArtifactStore Reached => IsAway ? throw new ArtifactStoreUnavailableException("It is away.") : files;

    public ValueTask<StoredFile> AdoptAsync(string path, CancellationToken cancellationToken) => Reached.AdoptAsync(path, cancellationToken);

    public ValueTask<StoredFile> StoreAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Reached.StoreAsync(bytes, cancellationToken);

    public ValueTask<bool> TryRenewAsync(string sha256, CancellationToken cancellationToken) => Reached.TryRenewAsync(sha256, cancellationToken);

    public ValueTask<IArtifactFile?> FindAsync(string sha256, CancellationToken cancellationToken) => Reached.FindAsync(sha256, cancellationToken);

    public ValueTask<string> LocalPathAsync(string sha256, CancellationToken cancellationToken) => Reached.LocalPathAsync(sha256, cancellationToken);

    public ValueTask<bool> DeleteBeforeAsync(string sha256, DateTimeOffset before, CancellationToken cancellationToken) =>
        Reached.DeleteBeforeAsync(sha256, before, cancellationToken);

    public IAsyncEnumerable<string> FilesBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken) => Reached.FilesBeforeAsync(before, cancellationToken);
}
