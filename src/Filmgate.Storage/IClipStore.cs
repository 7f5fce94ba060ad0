using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Storage;

/// <summary>Knows which stored files are still needed. The files themselves lie in the artifact folder.</summary>
public interface IClipStore
{
    /// <summary>The clip, or null for an id that was never given out. A deleted clip has <see cref="ClipRecord.IsDeleted"/>.</summary>
    ValueTask<ClipRecord?> FindAsync(ClipId id, CancellationToken cancellationToken);

    /// <summary>Gives up clips and uploads whose time is over and terminal tasks' pictures older than that, and names the files that nothing needs any more.</summary>
    /// <param name="now">The present.</param>
    /// <param name="inputsBefore">Pictures of tasks that ended before this are given up.</param>
    /// <param name="limit">Most clips, pictures and uploads each to give up at once.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Hashes of files that no live row names.</returns>
    ValueTask<IReadOnlyList<string>> ExpireAsync(DateTimeOffset now, DateTimeOffset inputsBefore, int limit, CancellationToken cancellationToken);

    /// <summary>Whether any live row names the file.</summary>
    ValueTask<bool> IsNeededAsync(string sha256, CancellationToken cancellationToken);
}

/// <summary>A clip as it is served.</summary>
/// <param name="Clip">The clip.</param>
/// <param name="IsDeleted">Whether its time is over.</param>
public sealed record ClipRecord(Clip Clip, bool IsDeleted);
