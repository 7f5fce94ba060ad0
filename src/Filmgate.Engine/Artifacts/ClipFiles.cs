using Filmgate.Engine.Rehearsal;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Rehearsal;
using Filmgate.Storage;
using Microsoft.Extensions.Logging;

namespace Filmgate.Engine.Artifacts;

/// <summary>Finds the files of clips in the artifact store. The row says which file, if it is still kept; ids are looked up, never joined to a path.</summary>
public sealed partial class ClipFiles(IClipStore clips, IArtifactStore files, ClipFaults faults, ILogger<ClipFiles> log) : IClipFiles
{
    /// <inheritdoc/>
    public async ValueTask<ClipFileOutcome> FindAsync(ClipId id, ClipPart part, CancellationToken cancellationToken)
    {
        var record = await clips.FindAsync(id, cancellationToken).ConfigureAwait(false);
        var sha256 = part == ClipPart.Poster ? record?.Clip.PosterSha256 : record?.Clip.Sha256;
        if (record is null || sha256 is null)
        {
            return new ClipFileOutcome.Absent();
        }

        if (record.IsDeleted)
        {
            return new ClipFileOutcome.Gone();
        }

        var file = await files.FindAsync(sha256, cancellationToken).ConfigureAwait(false);
        if (file is null || (part == ClipPart.Video && file.Length != record.Clip.Length))
        {
            LogDamaged(id.Value);
            return new ClipFileOutcome.Gone();
        }

        return part == ClipPart.Poster ? new ClipFileOutcome.Found(file, "image/jpeg")
            : faults.Next(id) is not { } fault ? new ClipFileOutcome.Found(file, "video/mp4")
            : fault == ClipFault.Unfetchable ? new ClipFileOutcome.Absent()
            : new ClipFileOutcome.Found(file, "video/mp4") { Fault = fault };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The file of clip {Clip} is missing or has another length than it was stored with.")]
    private partial void LogDamaged(string clip);
}
