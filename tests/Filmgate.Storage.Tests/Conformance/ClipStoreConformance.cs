using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What every <see cref="IClipStore"/> does: a file is named for deletion exactly when no live row needs it.</summary>
public abstract class ClipStoreConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    private static readonly DateTimeOffset Early = Sample.Start.AddDays(1);
    private static readonly DateTimeOffset Late = Sample.Start.AddDays(10);

    [Fact]
    public async Task A_clip_is_found_by_its_id_until_and_after_its_time_is_over()
    {
        var clip = Sample.Clip("clip_1", 'c', 'd', Early);
        await FinishAsync("1", clip);
        Assert.Equal(new ClipRecord(clip, IsDeleted: false), await Stores.Clips.FindAsync(clip.Id, Cancel));
        Assert.Equal([Sample.Sha('c'), Sample.Sha('d')], await ExpireAsync(Early));
        await Stores.ReopenAsync();
        Assert.Equal(new ClipRecord(clip, IsDeleted: true), await Stores.Clips.FindAsync(clip.Id, Cancel));
        Assert.Null(await Stores.Clips.FindAsync(new ClipId("clip_unknown"), Cancel));
    }

    [Fact]
    public async Task A_clip_whose_time_is_not_over_is_not_named()
    {
        await FinishAsync("1", Sample.Clip("clip_1", 'c', 'd', Late));
        Assert.Empty(await ExpireAsync(Late.AddMilliseconds(-1)));
        Assert.True(await Stores.Clips.IsNeededAsync(Sample.Sha('c'), Cancel));
        Assert.True(await Stores.Clips.IsNeededAsync(Sample.Sha('d'), Cancel));
    }

    [Fact]
    public async Task A_file_is_named_once()
    {
        await FinishAsync("1", Sample.Clip("clip_1", 'c', null, Early));
        Assert.Equal([Sample.Sha('c')], await ExpireAsync(Early));
        Assert.Empty(await ExpireAsync(Late));
        Assert.False(await Stores.Clips.IsNeededAsync(Sample.Sha('c'), Cancel));
    }

    [Fact]
    public async Task A_file_that_two_clips_share_is_named_only_with_the_last_of_them()
    {
        await FinishAsync("1", Sample.Clip("clip_1", 'c', 'd', Early));
        await FinishAsync("2", Sample.Clip("clip_2", 'c', 'e', Late));
        Assert.Equal([Sample.Sha('d')], await ExpireAsync(Early));
        Assert.True(await Stores.Clips.IsNeededAsync(Sample.Sha('c'), Cancel));
        Assert.Equal([Sample.Sha('c'), Sample.Sha('e')], await ExpireAsync(Late));
    }

    [Fact]
    public async Task A_poster_that_is_somebodys_picture_stays()
    {
        await FinishAsync("1", Sample.Clip("clip_1", 'c', 'd', Early));
        await AcceptAsync(Sample.Task("task_2", null, "stored:" + Sample.Sha('d')));
        Assert.Equal([Sample.Sha('c')], await ExpireAsync(Early));
    }

    [Fact]
    public async Task Pictures_of_a_task_that_has_not_ended_are_never_named()
    {
        var unchecked_ = await AcceptAsync(Sample.Task("task_1", null, "stored:" + Sample.Sha('1'), "stored:" + Sample.Sha('2')));
        await ApplyAsync(await AcceptAsync(Sample.Task("task_2")), Sample.ToCompleted("att_2", Sample.Input(0, '3')));
        Assert.Empty(await Stores.Clips.ExpireAsync(Sample.Start.AddYears(5), Sample.Start.AddYears(5), 100, Cancel));
        foreach (var digit in "123")
        {
            Assert.True(await Stores.Clips.IsNeededAsync(Sample.Sha(digit), Cancel), $"The picture {digit} of an open task counts as not needed.");
        }

        await ApplyAsync(unchecked_, Sample.StoreInputs(Sample.Input(0, '1'), Sample.Input(1, '2')));
        Assert.True(await Stores.Clips.IsNeededAsync(Sample.Sha('2'), Cancel));
    }

    [Fact]
    public async Task Pictures_are_given_up_once_their_task_ended_long_enough_ago()
    {
        await FinishAsync("1", Sample.Clip("clip_1", 'c', null, Late), Sample.Input(0, '1'), Sample.Input(1, '2'));
        var ended = Sample.Start.AddSeconds(9);
        Assert.Empty(await Stores.Clips.ExpireAsync(Early, ended.AddMilliseconds(-1), 100, Cancel));
        Assert.Equal([Sample.Sha('1'), Sample.Sha('2')], (await Stores.Clips.ExpireAsync(Early, ended, 100, Cancel)).Order());
        Assert.False(await Stores.Clips.IsNeededAsync(Sample.Sha('1'), Cancel));
        Assert.True(await Stores.Clips.IsNeededAsync(Sample.Sha('c'), Cancel));
    }

    [Fact]
    public async Task A_picture_that_an_open_task_shares_with_an_ended_one_stays()
    {
        await FinishAsync("1", Sample.Clip("clip_1", 'c', null, Early), Sample.Input(0, '1'));
        var open = await AcceptAsync(Sample.Task("task_2", null, "stored:" + Sample.Sha('1')));
        Assert.Equal([Sample.Sha('c')], await Stores.Clips.ExpireAsync(Late, Late, 100, Cancel));
        Assert.True(await Stores.Clips.IsNeededAsync(Sample.Sha('1'), Cancel));
        await ApplyAsync(open, Sample.Fail());
        Assert.Equal([Sample.Sha('1')], await Stores.Clips.ExpireAsync(Late, Late, 100, Cancel));
    }

    [Fact]
    public async Task Pictures_of_a_failed_task_that_were_never_checked_are_given_up_as_well()
    {
        await ApplyAsync(await AcceptAsync(Sample.Task("task_1", null, "stored:" + Sample.Sha('1'))), Sample.Fail());
        Assert.Equal([Sample.Sha('1')], await Stores.Clips.ExpireAsync(Late, Late, 100, Cancel));
    }

    [Fact]
    public async Task No_more_are_given_up_at_once_than_asked_for_and_the_oldest_first()
    {
        for (var i = 0; i < 4; i++)
        {
            await FinishAsync($"{i}", Sample.Clip($"clip_{i}", "abcd"[i], null, Early.AddHours(-i)));
        }

        Assert.Equal([Sample.Sha('c'), Sample.Sha('d')], (await Stores.Clips.ExpireAsync(Late, Sample.Start, 2, Cancel)).Order());
        Assert.Equal([Sample.Sha('a'), Sample.Sha('b')], (await Stores.Clips.ExpireAsync(Late, Sample.Start, 2, Cancel)).Order());
        Assert.Empty(await Stores.Clips.ExpireAsync(Late, Sample.Start, 2, Cancel));
    }

    [Fact]
    public async Task A_file_that_no_row_names_is_not_needed() => Assert.False(await Stores.Clips.IsNeededAsync(Sample.Sha('9'), Cancel));

    private async Task FinishAsync(string name, Clip clip, params InputImage[] inputs) => await ApplyAsync(
        await AcceptAsync(Sample.Task("task_" + name)), [.. Sample.ToCompleted("att_" + name, [.. inputs]), Sample.Succeed(clip)]);

    private async Task<IEnumerable<string>> ExpireAsync(DateTimeOffset now) =>
        (await Stores.Clips.ExpireAsync(now, Sample.Start, 100, Cancel)).Order();
}
