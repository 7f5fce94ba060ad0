using Filmgate.Model.Identity;

namespace Filmgate.Storage;

/// <summary>Keeps what was uploaded ahead of a task. The files themselves lie in the artifact folder; <see cref="IClipStore.ExpireAsync"/> ends both.</summary>
public interface IUploadStore
{
    /// <summary>Makes an upload durable, unless its account has so many already.</summary>
    /// <param name="upload">The upload; its file is on the disk.</param>
    /// <param name="most">Most uploads that the account may have at a time.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether it was added.</returns>
    /// <exception cref="StoreUnavailableException">It could not be written.</exception>
    ValueTask<bool> AddAsync(Upload upload, int most, CancellationToken cancellationToken);

    /// <summary>How many uploads an account has whose time is not over.</summary>
    ValueTask<int> CountAsync(AccountId account, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The upload, or null when the account has none of that id whose time is not over.</summary>
    ValueTask<Upload?> FindAsync(AccountId account, UploadId id, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>A checked picture that may be used in tasks of its account for a while.</summary>
public sealed record Upload
{
    /// <summary>Its id, part of the address under which tasks name it.</summary>
    public required UploadId Id { get; init; }
    /// <summary>Whose it is.</summary>
    public required AccountId Account { get; init; }
    /// <summary>Lower-case hex of its bytes' hash, which is its name in the store.</summary>
    public required string Sha256 { get; init; }
    /// <summary>Such as <c>image/png</c>, by content.</summary>
    public required string MediaType { get; init; }
    /// <summary>Pixels, as shown (orientation applied).</summary>
    public required int Width { get; init; }
    /// <summary>Pixels, as shown.</summary>
    public required int Height { get; init; }
    /// <summary>Bytes.</summary>
    public required long Length { get; init; }
    /// <summary>When it came.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
    /// <summary>From when on no new task may use it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}
