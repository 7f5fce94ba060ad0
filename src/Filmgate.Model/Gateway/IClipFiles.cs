using Filmgate.Model.Identity;
using Filmgate.Model.Rehearsal;

namespace Filmgate.Model.Gateway;

/// <summary>What is kept of a clip.</summary>
public enum ClipPart
{
    /// <summary>The clip itself, an MP4.</summary>
    Video = 1,
    /// <summary>Its poster, a JPEG.</summary>
    Poster = 2,
}

/// <summary>
/// Finds the files of clips, for surfaces that hand the bytes out themselves instead of naming an address. Whether the caller may have them
/// is decided before: by the task that the clip belongs to, or by a signature.
/// </summary>
public interface IClipFiles
{
    /// <summary>The file.</summary>
    /// <param name="id">The clip.</param>
    /// <param name="part">What of it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<ClipFileOutcome> FindAsync(ClipId id, ClipPart part, CancellationToken cancellationToken);
}

/// <summary>What came of looking for a file: a closed set.</summary>
public abstract record ClipFileOutcome
{
    private ClipFileOutcome()
    {
    }

    /// <summary>It is there, whole.</summary>
    /// <param name="File">The file.</param>
    /// <param name="MediaType"><c>video/mp4</c> or <c>image/jpeg</c>.</param>
    public sealed record Found(IArtifactFile File, string MediaType) : ClipFileOutcome
    {
        /// <summary>What the prompt of a test wants to be wrong with this fetch: <see cref="ClipFault.Truncated"/>, <see cref="ClipFault.BrokenOff"/>, or nothing.</summary>
        public ClipFault? Fault { get; init; }
    }

    /// <summary>There is no such clip, or it has no such part.</summary>
    public sealed record Absent : ClipFileOutcome;

    /// <summary>It is kept no longer, or was damaged; a short file is never given out as if it were whole.</summary>
    public sealed record Gone : ClipFileOutcome;
}
