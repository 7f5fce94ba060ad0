using System.Security.Cryptography;

namespace Filmgate.Engine.Artifacts.S3;

/// <summary>
/// Keeps a sweep of one node from deleting what another node has just stored or renewed. The protocol has no "delete unless it is young", and
/// between a look at an object's age and its deletion anybody may renew it. So both sides leave word before they look: the sweep sets a mark
/// and then looks at the age; whoever renews makes the object young and then looks for a mark. Whichever comes second sees the first, because
/// the service shows every write to every later read.
/// </summary>
internal sealed class DeletionMarks(S3Bucket bucket, TimeProvider time)
{
    /// <summary>Where marks lie, beside the objects.</summary>
    public const string Prefix = "deleting/";

    // A node that stands still for longer than this deletes nothing any more.
    private static readonly TimeSpan DeletionMax = TimeSpan.FromMinutes(1);

    // The mark of a node that was killed. Longer than a deletion by more than clocks differ.
    private static readonly TimeSpan MarkLifetime = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);
    private static readonly byte[] HashOfNothing = SHA256.HashData([]);

    /// <summary>Deletes an object that is older than that, unless anybody makes it young meanwhile.</summary>
    /// <returns>Whether it is gone.</returns>
    public async ValueTask<bool> DeleteAsync(string sha256, string key, DateTimeOffset before, CancellationToken cancellationToken)
    {
        // :: Step 1: most are young, or gone; they cost one look.
        if (await bucket.HeadAsync(key, cancellationToken).ConfigureAwait(false) is not { } seen)
        {
            return true;
        }

        if (seen.LastModified >= before)
        {
            return false;
        }

        // :: Step 2: say what is about to happen, then look again.
        // Each deletion has a mark of its own: two nodes sweep at once, and the one that ends first must not take away the other's.
        var begun = time.GetTimestamp();
        var mark = $"{Prefix}{sha256}/{Guid.NewGuid():n}";
        await bucket.PutAsync(mark, () => new MemoryStream(), HashOfNothing, overwrites: true, cancellationToken).ConfigureAwait(false);
        var isOld = await bucket.HeadAsync(key, cancellationToken).ConfigureAwait(false) is { } still && still.LastModified < before;

        // :: Step 3: delete, while everybody who might mind still sees the mark.
        if (isOld && time.GetElapsedTime(begun) < DeletionMax)
        {
            await bucket.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }

        var isGone = await bucket.HeadAsync(key, cancellationToken).ConfigureAwait(false) is null;
        await bucket.DeleteAsync(mark, cancellationToken).ConfigureAwait(false);
        return isGone;
    }

    /// <summary>To be asked after an object was made young: whether it stays. Waits while a deletion is under way.</summary>
    /// <returns>False when a deletion was under way, so that the object must be looked for again.</returns>
    /// <exception cref="ArtifactStoreUnavailableException">It is still under way after a minute.</exception>
    public async ValueTask<bool> IsClearAsync(string sha256, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        for (var looks = 0; ; looks++)
        {
            if (!await IsMarkedAsync(sha256, cancellationToken).ConfigureAwait(false))
            {
                return looks == 0;
            }

            if (time.GetElapsedTime(begun) > DeletionMax)
            {
                throw new ArtifactStoreUnavailableException("A deletion of the same file was begun and not ended; its mark is waited for.");
            }

            await Task.Delay(LookInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> IsMarkedAsync(string sha256, CancellationToken cancellationToken)
    {
        await foreach (var (key, since) in bucket.ListAsync($"{Prefix}{sha256}/", cancellationToken).ConfigureAwait(false))
        {
            if (time.GetUtcNow() - since <= MarkLifetime)
            {
                return true;
            }

            await bucket.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }
}
