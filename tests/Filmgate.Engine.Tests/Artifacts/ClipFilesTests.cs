using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Rehearsal;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Rehearsal;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Engine.Tests.Artifacts;

public sealed class ClipFilesTests : IDisposable, IClipStore
{
    private static readonly ClipId Id = new("clip_1");

    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-clips-").FullName;
    private readonly ScratchFolder _scratch;
    private readonly DiskArtifactStore _files;
    private readonly ClipFaults _faults = new();
    private readonly ClipFiles _clips;
    private ClipRecord? _record;

    public ClipFilesTests()
    {
        var time = new FakeTimeProvider(House.Start);
        _scratch = new ScratchFolder(_folder, time);
        _files = new DiskArtifactStore(_folder, _scratch, time);
        _clips = new ClipFiles(this, _files, _faults, NullLogger<ClipFiles>.Instance);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _scratch.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Clip_and_poster_are_found_by_what_the_row_says()
    {
        var (video, poster) = await StoreAsync();
        Assert.Equal(await FoundAsync(video, "video/mp4"), await _clips.FindAsync(Id, ClipPart.Video, Cancel));
        Assert.Equal(await FoundAsync(poster, "image/jpeg"), await _clips.FindAsync(Id, ClipPart.Poster, Cancel));
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

    [Fact]
    public async Task A_test_makes_so_many_fetches_of_its_clip_go_wrong_and_then_none()
    {
        var (video, _) = await StoreAsync();
        var whole = await FoundAsync(video, "video/mp4");
        _faults.Note(Asked("A pier @unfetchable(2) @truncated-clip(1) @broken-download(1)", isTest: true), Id);

        Assert.IsType<ClipFileOutcome.Absent>(await _clips.FindAsync(Id, ClipPart.Video, Cancel));
        Assert.IsType<ClipFileOutcome.Found>(await _clips.FindAsync(Id, ClipPart.Poster, Cancel));
        Assert.IsType<ClipFileOutcome.Absent>(await _clips.FindAsync(Id, ClipPart.Video, Cancel));
        Assert.Equal(whole with { Fault = ClipFault.Truncated }, await _clips.FindAsync(Id, ClipPart.Video, Cancel));
        Assert.Equal(whole with { Fault = ClipFault.BrokenOff }, await _clips.FindAsync(Id, ClipPart.Video, Cancel));
        Assert.Equal(whole, await _clips.FindAsync(Id, ClipPart.Video, Cancel));
        Assert.Equal(whole, await _clips.FindAsync(Id, ClipPart.Video, Cancel));
    }

    [Fact]
    public async Task Without_a_number_no_fetch_ever_goes_right()
    {
        await StoreAsync();
        _faults.Note(Asked("@unfetchable", isTest: true), Id);
        for (var fetch = 0; fetch < 20; fetch++)
        {
            Assert.IsType<ClipFileOutcome.Absent>(await _clips.FindAsync(Id, ClipPart.Video, Cancel));
        }
    }

    [Fact]
    public async Task The_clip_of_a_live_key_is_served_whole_whatever_its_prompt_says()
    {
        await StoreAsync();
        _faults.Note(Asked("@unfetchable @truncated-clip", isTest: false), Id);
        Assert.True(await _clips.FindAsync(Id, ClipPart.Video, Cancel) is ClipFileOutcome.Found { Fault: null });
    }

    private static VideoTask Asked(string prompt, bool isTest) => new()
    {
        Key = new TaskKey(House.Caller.Account, new TaskId("task_1")),
        KeyId = House.Caller.Key,
        IsTest = isTest,
        Dialect = "plain",
        Request = new GenerationRequest { Mode = GenerationMode.MasterTextToVideo, Prompt = prompt, DurationSeconds = 5, CfgScale = 0.5m, Provider = "auto" },
        State = TaskState.Processing,
        CreatedAt = House.Start,
    };

    ValueTask<ClipRecord?> IClipStore.FindAsync(ClipId id, CancellationToken cancellationToken) => new(id == Id ? _record : null);

    ValueTask<IReadOnlyList<string>> IClipStore.ExpireAsync(DateTimeOffset now, DateTimeOffset inputsBefore, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    ValueTask<bool> IClipStore.IsNeededAsync(string sha256, CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task<ClipFileOutcome.Found> FoundAsync(string sha256, string mediaType) =>
        new((await _files.FindAsync(sha256, Cancel))!, mediaType);

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
