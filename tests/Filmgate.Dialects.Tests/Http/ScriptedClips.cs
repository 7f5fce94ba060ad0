using System.Collections.Concurrent;
using System.Security.Cryptography;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Dialects.Tests.Http;

/// <summary>The files of clips that a test has put down; gone with the folder.</summary>
internal sealed class ScriptedClips : IClipFiles, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-clips-").FullName;
    private readonly ConcurrentDictionary<(ClipId, ClipPart), ClipFileOutcome> _files = [];

    /// <summary>Puts a file down and gives its hash.</summary>
    public string Put(ClipId id, ClipPart part, byte[] bytes)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var path = Path.Combine(_folder, sha256);
        File.WriteAllBytes(path, bytes);
        _files[(id, part)] = new ClipFileOutcome.Found(new LaidFile(path, sha256), part == ClipPart.Video ? "video/mp4" : "image/jpeg");
        return sha256;
    }

    /// <summary>Takes a file away.</summary>
    public void Expire(ClipId id, ClipPart part) => _files[(id, part)] = new ClipFileOutcome.Gone();

    public ValueTask<ClipFileOutcome> FindAsync(ClipId id, ClipPart part, CancellationToken cancellationToken) =>
        new(_files.GetValueOrDefault((id, part), new ClipFileOutcome.Absent()));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed record LaidFile(string Path, string Sha256) : IArtifactFile
    {
        public long Length => new FileInfo(Path).Length;

        public DateTimeOffset LastModified => new(File.GetLastWriteTimeUtc(Path));

        public Stream OpenRead() => File.OpenRead(Path);

        public ValueTask<Uri?> DirectLinkAsync(string mediaType, string name) => new((Uri?)null);
    }
}
