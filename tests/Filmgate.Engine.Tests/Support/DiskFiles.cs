using Filmgate.Engine.Artifacts;

namespace Filmgate.Engine.Tests.Support;

/// <summary>Looks past the store at what lies on the disk.</summary>
internal static class DiskFiles
{
    /// <summary>Whether the file is there.</summary>
    public static bool Contains(this DiskArtifactStore files, string sha256) => File.Exists(files.PathOf(sha256));

    /// <summary>What the store lists.</summary>
    public static IEnumerable<string> FilesBefore(this DiskArtifactStore files, DateTimeOffset before) =>
        files.FilesBeforeAsync(before, TestContext.Current.CancellationToken).ToBlockingEnumerable(TestContext.Current.CancellationToken);
}
