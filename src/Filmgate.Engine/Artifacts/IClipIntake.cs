using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;

namespace Filmgate.Engine.Artifacts;

/// <summary>Takes finished clips in.</summary>
public interface IClipIntake
{
    /// <summary>Fetches, checks and stores.</summary>
    /// <param name="task">The task.</param>
    /// <param name="location">Where the clip is.</param>
    /// <param name="provider">The provider that made it, for clips behind its own door.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<ClipOutcome> TakeInAsync(VideoTask task, ClipLocation location, IVideoProvider provider, CancellationToken cancellationToken);
}
