using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Artifacts.S3;

namespace Filmgate.Server;

/// <summary>Where clips and pictures are kept: a closed set.</summary>
public abstract record ArtifactSettings
{
    private ArtifactSettings()
    {
    }

    /// <summary>The folder in which this process has its scratch folder.</summary>
    public abstract string Folder { get; }

    /// <summary>Opens this process's scratch folder.</summary>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public ScratchFolder OpenScratch(TimeProvider time) => new(Folder, time);

    /// <summary>Opens the store. A service is not asked anything yet, so that a gateway starts, and answers, while it is away.</summary>
    public abstract IArtifactStore Open(ScratchFolder scratch, TimeProvider time);

    /// <summary>In a folder of this machine, or of a mount that several nodes share.</summary>
    /// <param name="Folder">The folder, as an absolute path.</param>
    public sealed record Disk(string Folder) : ArtifactSettings
    {
        /// <inheritdoc/>
        public override string Folder { get; } = Folder;

        /// <inheritdoc/>
        public override IArtifactStore Open(ScratchFolder scratch, TimeProvider time) => new DiskArtifactStore(Folder, scratch, time);
    }

    /// <summary>In a bucket of an S3-compatible service.</summary>
    /// <param name="Folder">The folder of this machine for files that are on their way.</param>
    /// <param name="Settings">Which bucket, and how it is reached.</param>
    public sealed record S3(string Folder, S3Settings Settings) : ArtifactSettings
    {
        /// <inheritdoc/>
        public override string Folder { get; } = Folder;

        /// <inheritdoc/>
        public override IArtifactStore Open(ScratchFolder scratch, TimeProvider time) => new S3ArtifactStore(Settings, scratch, time);
    }
}
