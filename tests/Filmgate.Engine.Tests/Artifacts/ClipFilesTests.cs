using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Engine.Tests.Artifacts;

public sealed class ClipFilesTests : IDisposable, IClipStore
{
    private static readonly ClipId Id = new("clip_1");

    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-clips-").FullName;
    private readonly ArtifactFolder _files;
    private readonly ClipFiles _clips;
    private ClipRecord? _record;

    public ClipFilesTests()
    {
        _files = new ArtifactFolder(_folder, new FakeTimeProvider(House.Start));
        _clips = new ClipFiles(this, _files, NullLogger<ClipFiles>.Instance);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Clip_and_poster_are_found_by_what_the_row_says()
    {
        var (video, poster) = await StoreAsync();
        Assert.Equal(new ClipFileOutcome.Found(_files.PathOf(video), "video/mp4", video), await _clips.FindAsync(Id, ClipPart.Video, Cancel));
        Assert.Equal(new ClipFileOutcome.Found(_files.PathOf(poster), "image/jpeg", poster), await _clips.FindAsync(Id, ClipPart.Poster, Cancel));
    }

    [Fact]
    public async Task What_never_was_is_absent()
    {
        await StoreAsync();
        Assert.IsType<ClipFileOutcome.Absent>(await _clips.FindAsync(new ClipId("clip_2"), ClipPart.Video, Cancel));
        _record = _record! with { Clip = _record.Clip with { PosterSha256 = null } };
        Assert.IsType<ClipFileOutcome.Absent>(await _clips.FindAsync(Id, ClipPart.Poster, Cancel));
    }

    [Fact]
    public async Task What_is_kept_no_longer_or_is_not_whole_is_gone()
    {
        var (video, _) = await StoreAsync();
        _record = _record! with { IsDeleted = true };
        Assert.IsType<ClipFileOutcome.Gone>(await _clips.FindAsync(Id, ClipPart.Video, Cancel));

        _record = _record with { IsDeleted = false };
        await File.WriteAllBytesAsync(_files.PathOf(video), [1], Cancel);
        Assert.IsType<ClipFileOutcome.Gone>(await _clips.FindAsync(Id, ClipPart.Video, Cancel));
        File.Delete(_files.PathOf(video));
        Assert.IsType<ClipFileOutcome.Gone>(await _clips.FindAsync(Id, ClipPart.Video, Cancel));
    }

    ValueTask<ClipRecord?> IClipStore.FindAsync(ClipId id, CancellationToken cancellationToken) => new(id == Id ? _record : null);

    ValueTask<IReadOnlyList<string>> IClipStore.ExpireAsync(DateTimeOffset now, DateTimeOffset inputsBefore, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    ValueTask<bool> IClipStore.IsNeededAsync(string sha256, CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task<(string Video, string Poster)> StoreAsync()
    {
        var video = await _files.StoreAsync(new byte[] { 1, 2, 3 }, Cancel);
        var poster = await _files.StoreAsync(new byte[] { 4 }, Cancel);
        _record = new ClipRecord(
            new Clip
            {
                Id = Id,
                Sha256 = video.Sha256,
                Length = video.Length,
                Width = 1280,
                Height = 720,
                Duration = TimeSpan.FromSeconds(5),
                Frames = 120,
                PosterSha256 = poster.Sha256,
                ExpiresAt = House.Start.AddDays(15),
            },
            IsDeleted: false);
        return (video.Sha256, poster.Sha256);
    }
}
