using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Filmgate.Engine.Artifacts;

/// <summary>Tries an artifact store out: writes a small file, finds it, reads it, deletes it.</summary>
public static class ArtifactCheck
{
    /// <summary>What does not work, in sentences.</summary>
    /// <param name="store">The store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async ValueTask<ImmutableArray<string>> RunAsync(IArtifactStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(time);

        // Of its own, so that it is nobody else's file that is deleted.
        var bytes = RandomNumberGenerator.GetBytes(32);
        var doing = "write";
        try
        {
            var stored = await store.StoreAsync(bytes, cancellationToken).ConfigureAwait(false);
            doing = "renew";
            var isThere = await store.TryRenewAsync(stored.Sha256, cancellationToken).ConfigureAwait(false);
            doing = "read";
            var isSame = await store.FindAsync(stored.Sha256, cancellationToken).ConfigureAwait(false) is { } file
                && (await ReadAsync(file.OpenRead(), cancellationToken).ConfigureAwait(false)).SequenceEqual(bytes);
            doing = "delete";
            var isGone = await store.DeleteBeforeAsync(stored.Sha256, time.GetUtcNow() + TimeSpan.FromDays(1), cancellationToken).ConfigureAwait(false);
            return
            [
                .. isThere && isSame ? [] : ImmutableArray.Create("The artifact store does not give back what was written to it."),
                .. isGone ? [] : ImmutableArray.Create("The artifact store does not delete."),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [$"The artifact store cannot {doing}: {error.Message}"];
        }
    }

    private static async ValueTask<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using (stream.ConfigureAwait(false))
        {
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
            return copy.ToArray();
        }
    }
}
