using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Storage;

/// <summary>Keeps what was uploaded ahead of a task. The files themselves lie in the artifact folder; <see cref="IClipStore.ExpireAsync"/> ends both.</summary>
public interface IUploadStore
{
    /// <summary>Makes an upload durable, unless its account has so many already.</summary>
    /// <param name="upload">The upload; its file is on the disk.</param>
    /// <param name="most">Most uploads that the account may have at a time.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether it was added; one whose id is taken is not.</returns>
    /// <exception cref="StoreUnavailableException">It could not be written.</exception>
    ValueTask<bool> AddAsync(Upload upload, int most, CancellationToken cancellationToken);

    /// <summary>How many uploads an account has whose time is not over.</summary>
    ValueTask<int> CountAsync(AccountId account, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The account's uploads whose time is not over, newest first.</summary>
    ValueTask<ImmutableArray<Upload>> ListAsync(AccountId account, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Ends an upload before its time; false when the account has none of that id whose time is not over.</summary>
    ValueTask<bool> DeleteAsync(AccountId account, UploadId id, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The upload, or null when the account has none of that id whose time is not over.</summary>
    ValueTask<Upload?> FindAsync(AccountId account, UploadId id, DateTimeOffset now, CancellationToken cancellationToken);
}
