using Filmgate.Engine.Intake;
using Filmgate.Engine.Tests.Support;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using static Filmgate.Engine.Tests.Intake.PictureFiles;

namespace Filmgate.Engine.Tests.Uploads;

/// <summary>Uploads between desk, store and sweeper, with a clock that the tests move.</summary>
public sealed class UploadDeskTests
{
    private static async Task<UploadOutcome.Stored> UploadAsync(SmallHouse house, Caller caller, byte[]? picture = null) =>
        Assert.IsType<UploadOutcome.Stored>(await house.UploadAsync(caller, picture ?? Png()));

    private static async Task<CreateOutcome> CreateAsync(SmallHouse house, Caller caller, params string[] images) => await house.Desk.CreateAsync(
        caller, "apixo", new GenerationDraft { Mode = "pro-image-to-video", Prompt = "push in", ImageUrls = [.. images] }, null, SmallHouse.Token);

    private static void AssertUnknown(CreateOutcome outcome)
    {
        var fault = Assert.Single(Assert.IsType<CreateOutcome.Refused>(outcome).Faults);
        Assert.Equal((RequestField.ImageUrls, 0, FailureCode.InvalidImageUrl), (fault.Field, fault.Index, fault.Code));
        Assert.Contains("upload that this account does not have or that has expired", fault.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_is_named_under_our_address_and_kept_for_a_day()
    {
        await using var house = new SmallHouse();
        var stored = await UploadAsync(house, await house.AddAccountAsync(), Jpeg(640, 480));
        Assert.StartsWith($"{SmallHouse.PublicUrl}/uploads/upl_", stored.Url, StringComparison.Ordinal);
        Assert.Equal(("image/jpeg", 640, 480), (stored.Upload.MediaType, stored.Upload.Width, stored.Upload.Height));
        Assert.Equal(house.Time.GetUtcNow() + TimeSpan.FromHours(24), stored.Upload.ExpiresAt);
        Assert.Equal(Jpeg(640, 480), await File.ReadAllBytesAsync(house.Files.PathOf(stored.Upload.Sha256), SmallHouse.Token));
    }

    [Fact]
    public async Task A_picture_against_the_rules_is_refused_and_leaves_nothing()
    {
        await using var house = new SmallHouse();
        var caller = await house.AddAccountAsync();
        var small = Assert.IsType<UploadOutcome.Refused>(await house.UploadAsync(caller, Png(200, 200)));
        Assert.Equal((FailureCode.UnsupportedFormat, true), (small.Failure.Code, small.IsPicture));
        var text = Assert.IsType<UploadOutcome.Refused>(await house.UploadAsync(caller, "GIF89a"u8.ToArray()));
        Assert.Equal((FailureCode.UnsupportedFormat, false), (text.Failure.Code, text.IsPicture));
        var empty = Assert.IsType<UploadOutcome.Refused>(await house.UploadAsync(caller, []));
        Assert.False(empty.IsPicture);
        Assert.Empty(house.Files.FilesBefore(DateTimeOffset.MaxValue));
    }

    [Fact]
    public async Task A_task_uses_its_accounts_upload_without_a_word_to_the_network()
    {
        await using var house = new SmallHouse();
        var caller = await house.AddAccountAsync();
        var start = await UploadAsync(house, caller);
        var end = await UploadAsync(house, caller, Jpeg());
        var id = Assert.IsType<CreateOutcome.Accepted>(await CreateAsync(house, caller, start.Url, end.Url)).Id;

        var task = await house.Tasks.LoadAsync(new(caller.Account, id), SmallHouse.Token);
        Assert.Equal(["stored:" + start.Upload.Sha256, "stored:" + end.Upload.Sha256], task!.Request.Images);
        task = await house.StepAsync(task);
        Assert.Equal(["image/png", "image/jpeg"], task.Inputs!.Value.Select(input => input.MediaType));
    }

    [Fact]
    public async Task A_test_key_and_a_live_key_of_one_account_share_uploads()
    {
        await using var house = new SmallHouse();
        var caller = await house.AddAccountAsync();
        var stored = await UploadAsync(house, caller);
        Assert.IsType<CreateOutcome.Accepted>(await CreateAsync(house, caller with { Kind = KeyKind.Test }, stored.Url));
    }

    [Fact]
    public async Task Another_account_cannot_use_an_upload_nor_learn_of_it()
    {
        await using var house = new SmallHouse();
        var stored = await UploadAsync(house, await house.AddAccountAsync());
        AssertUnknown(await CreateAsync(house, await house.AddAccountAsync(), stored.Url));
    }

    [Theory]
    [InlineData("upl_0000000000000000000000000000000000000000"), InlineData(""), InlineData("upl_x?y"), InlineData("../etc/passwd")]
    public async Task What_is_no_upload_of_ours_is_never_fetched(string name)
    {
        await using var house = new SmallHouse();
        AssertUnknown(await CreateAsync(house, await house.AddAccountAsync(), $"{SmallHouse.PublicUrl}/uploads/{name}"));
    }

    [Fact]
    public async Task An_estimate_knows_uploads_too()
    {
        await using var house = new SmallHouse();
        var caller = await house.AddAccountAsync();
        var stored = await UploadAsync(house, caller);
        var draft = new GenerationDraft { Mode = "pro-image-to-video", Prompt = "push in", ImageUrls = [stored.Url] };
        Assert.IsType<EstimateOutcome.Priced>(await house.Desk.EstimateAsync(caller, draft, SmallHouse.Token));
    }

    [Fact]
    public async Task An_upload_expires_and_its_file_goes()
    {
        await using var house = new SmallHouse();
        var caller = await house.AddAccountAsync();
        var stored = await UploadAsync(house, caller);

        house.Time.Advance(TimeSpan.FromHours(23));
        await house.Sweeper.SweepAsync(SmallHouse.Token);
        Assert.True(house.Files.Contains(stored.Upload.Sha256), "An upload whose time is not over was swept.");

        house.Time.Advance(TimeSpan.FromHours(1));
        AssertUnknown(await CreateAsync(house, caller, stored.Url));
        await house.Sweeper.SweepAsync(SmallHouse.Token);
        Assert.False(house.Files.Contains(stored.Upload.Sha256), "The file of an expired upload is still there.");
        AssertUnknown(await CreateAsync(house, caller, stored.Url));
    }

    [Fact]
    public async Task The_file_of_an_expired_upload_stays_as_long_as_a_task_needs_it()
    {
        await using var house = new SmallHouse();
        var caller = await house.AddAccountAsync();
        var stored = await UploadAsync(house, caller);
        var id = Assert.IsType<CreateOutcome.Accepted>(await CreateAsync(house, caller, stored.Url)).Id;

        house.Time.Advance(TimeSpan.FromHours(48));
        await house.Sweeper.SweepAsync(SmallHouse.Token);
        Assert.True(house.Files.Contains(stored.Upload.Sha256), "A task has lost its picture.");

        await house.Desk.CancelAsync(caller, id, SmallHouse.Token);
        house.Time.Advance(TimeSpan.FromDays(16));
        await house.Sweeper.SweepAsync(SmallHouse.Token);
        Assert.False(house.Files.Contains(stored.Upload.Sha256), "Nothing needs the file any more.");
    }

    [Fact]
    public async Task Of_two_uploads_of_the_same_bytes_the_later_one_keeps_the_file()
    {
        await using var house = new SmallHouse();
        await UploadAsync(house, await house.AddAccountAsync());
        house.Time.Advance(TimeSpan.FromHours(12));
        var caller = await house.AddAccountAsync();
        var later = await UploadAsync(house, caller);
        house.Time.Advance(TimeSpan.FromHours(13));
        await house.Sweeper.SweepAsync(SmallHouse.Token);
        Assert.True(house.Files.Contains(later.Upload.Sha256), "The first upload's end took the second one's file.");
        Assert.IsType<CreateOutcome.Accepted>(await CreateAsync(house, caller, later.Url));
    }

    [Fact]
    public async Task An_account_cannot_fill_the_disk()
    {
        await using var house = new SmallHouse();
        var caller = await house.AddAccountAsync();
        await Task.WhenAll(Enumerable.Range(0, UploadDesk.UploadsMax).Select(_ => house.UploadAsync(caller, Png()).AsTask()));
        Assert.IsType<UploadOutcome.TooMany>(await house.UploadAsync(caller, Jpeg()));
        Assert.Single(house.Files.FilesBefore(DateTimeOffset.MaxValue));
        await UploadAsync(house, await house.AddAccountAsync());

        house.Time.Advance(UploadDesk.Lifetime);
        await UploadAsync(house, caller);
    }
}
