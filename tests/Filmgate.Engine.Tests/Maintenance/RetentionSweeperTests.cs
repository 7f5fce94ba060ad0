using Filmgate.Engine.Cluster;
using Filmgate.Engine.Maintenance;
using Filmgate.Engine.Tests.Support;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Engine.Tests.Maintenance;

public sealed class RetentionSweeperTests : IAsyncLifetime
{
    private House _house = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _house = await House.OpenAsync();

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task Clips_posters_and_pictures_go_when_their_time_is_over_and_not_before()
    {
        _house.FfmpegPath = null;
        var picture = await _house.Files.StoreAsync(TinyPicture.Png(1), Cancel);
        var task = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask("task_1", "stored:" + picture.Sha256))).Key);
        string[] files = [picture.Sha256, task.Clip!.Sha256, task.Clip.PosterSha256!];

        _house.Time.SetUtcNow(task.Clip.ExpiresAt.AddSeconds(-1));
        await SweepAsync();
        Assert.All(files, file => Assert.True(_house.Files.Contains(file), $"{file} went before its time."));

        _house.Time.SetUtcNow(task.Clip.ExpiresAt.AddSeconds(1));
        await SweepAsync();
        Assert.All(files, file => Assert.False(_house.Files.Contains(file), $"{file} outlived its time."));
        Assert.True((await _house.Clips.FindAsync(task.Clip.Id, Cancel))!.IsDeleted);
    }

    [Fact]
    public async Task Pictures_of_a_task_that_is_not_over_stay_however_old_they_are()
    {
        var picture = await _house.Files.StoreAsync(TinyPicture.Png(1), Cancel);
        await _house.AcceptAsync(House.NewTask("task_1", "stored:" + picture.Sha256));
        var checkedPicture = await _house.Files.StoreAsync(TinyPicture.Png(2), Cancel);
        var accepted = await _house.AcceptAsync(House.NewTask("task_2", "stored:" + checkedPicture.Sha256));
        await _house.RunAsync(accepted.Key, task => task.LastAttempt?.State == AttemptState.Accepted);

        _house.Time.Advance(TimeSpan.FromDays(400));
        await SweepAsync();
        Assert.True(_house.Files.Contains(picture.Sha256));
        Assert.True(_house.Files.Contains(checkedPicture.Sha256));
    }

    [Fact]
    public async Task A_file_that_two_clips_share_stays_with_the_younger()
    {
        var first = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask("task_1"))).Key);
        _house.Time.Advance(TimeSpan.FromDays(5));
        var second = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask("task_2"))).Key);
        Assert.Equal(first.Clip!.Sha256, second.Clip!.Sha256);

        _house.Time.SetUtcNow(first.Clip.ExpiresAt.AddHours(1));
        await SweepAsync();
        Assert.True((await _house.Clips.FindAsync(first.Clip.Id, Cancel))!.IsDeleted);
        Assert.True(_house.Files.Contains(first.Clip.Sha256));

        _house.Time.SetUtcNow(second.Clip.ExpiresAt.AddHours(1));
        await SweepAsync();
        Assert.False(_house.Files.Contains(first.Clip.Sha256));
    }

    [Fact]
    public async Task A_file_that_no_row_names_goes_once_it_is_old_enough_to_belong_to_nobody()
    {
        var orphan = await _house.Files.StoreAsync(new byte[] { 1 }, Cancel);
        var unfinished = _house.Scratch.NewPath();
        await File.WriteAllBytesAsync(unfinished, [1], Cancel);
        File.SetLastWriteTimeUtc(unfinished, House.Start.UtcDateTime);

        _house.Time.Advance(TimeSpan.FromHours(5));
        await SweepAsync();
        Assert.True(_house.Files.Contains(orphan.Sha256));
        Assert.True(File.Exists(unfinished));

        _house.Time.Advance(TimeSpan.FromHours(2));
        await SweepAsync();
        Assert.True(_house.Files.Contains(orphan.Sha256), "A picture converted for a provider went before the link to it ended.");
        Assert.False(File.Exists(unfinished));

        _house.Time.Advance(TimeSpan.FromHours(19));
        await SweepAsync();
        Assert.False(_house.Files.Contains(orphan.Sha256));
    }

    [Fact]
    public async Task A_delivery_goes_thirty_days_after_its_end_and_one_that_waits_does_not()
    {
        var ended = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask("task_1"))).Key);
        var waits = await _house.RunToEndAsync((await _house.AcceptAsync(House.NewTask("task_2"))).Key);
        var delivery = Assert.Single(await _house.Deliveries.FindOfTaskAsync(ended.Key, Cancel));
        var attempt = new DeliveryAttempt(_house.Time.GetUtcNow(), TimeSpan.Zero, 200, null, null);
        await _house.Deliveries.RecordAsync(delivery, attempt, null, DisablingRule.Default, _ => throw new NotSupportedException(), Cancel);

        _house.Time.Advance(TimeSpan.FromDays(30));
        await SweepAsync();
        Assert.Single(await _house.Deliveries.FindOfTaskAsync(ended.Key, Cancel));
        _house.Time.Advance(TimeSpan.FromDays(1));
        await SweepAsync();
        Assert.Empty(await _house.Deliveries.FindOfTaskAsync(ended.Key, Cancel));
        Assert.Single(await _house.Deliveries.FindOfTaskAsync(waits.Key, Cancel));
    }

    private async Task SweepAsync()
    {
        using var sweeper = new RetentionSweeper(
            _house.Clips, _house.Tasks, _house.Events, _house.Deliveries, _house.Files, _house.Scratch, new SoleNode(), _house.Options, new WebhookOptions(), new EngineStart(), _house.Time,
            NullLogger<RetentionSweeper>.Instance);
        sweeper.SweepScratch();
        await sweeper.SweepAsync(Cancel);
    }
}
