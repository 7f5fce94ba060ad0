using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;

namespace Filmgate.Storage.Tests.Conformance;

/// <summary>What every <see cref="IUploadStore"/> does.</summary>
public abstract class UploadStoreConformance(StoresUnderTest stores) : StoreConformance(stores)
{
    private static readonly DateTimeOffset Now = Sample.Start.AddHours(1);

    [Fact]
    public async Task An_upload_is_its_accounts_alone_until_its_time_is_over()
    {
        var upload = Upload("upl_1");
        Assert.True(await Stores.Uploads.AddAsync(upload, 10, Cancel));
        await Stores.ReopenAsync();
        Assert.Equal(upload, await FindAsync("upl_1", Now));
        Assert.Null(await Stores.Uploads.FindAsync(Sample.OtherAccount.Id, upload.Id, Now, Cancel));
        Assert.Empty(await Stores.Uploads.ListAsync(Sample.OtherAccount.Id, Now, Cancel));
        Assert.Null(await FindAsync("upl_1", upload.ExpiresAt));
    }

    [Fact]
    public async Task No_more_are_taken_than_an_account_may_have_at_a_time()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Stores.Uploads.AddAsync(Upload($"upl_{i:d2}"), 7, Cancel).AsTask()));
        Assert.Equal(7, added.Count(one => one));
        Assert.Equal(7, await Stores.Uploads.CountAsync(Sample.Account.Id, Now, Cancel));
        Assert.Equal(0, await Stores.Uploads.CountAsync(Sample.Account.Id, Sample.Start.AddDays(2), Cancel));
    }

    [Fact]
    public async Task An_id_is_stored_once()
    {
        Assert.True(await Stores.Uploads.AddAsync(Upload("upl_1"), 10, Cancel));
        Assert.False(await Stores.Uploads.AddAsync(Upload("upl_1") with { Sha256 = Sample.Sha('f') }, 10, Cancel));
        Assert.Equal(Sample.Sha('a'), (await FindAsync("upl_1", Now))!.Sha256);
    }

    [Fact]
    public async Task A_list_shows_the_newest_first_and_leaves_out_what_is_over()
    {
        foreach (var id in new[] { "upl_1", "upl_2", "upl_3" })
        {
            await Stores.Uploads.AddAsync(Upload(id), 10, Cancel);
        }

        Assert.True(await Stores.Uploads.DeleteAsync(Sample.Account.Id, new UploadId("upl_2"), Now, Cancel));
        Assert.Equal(["upl_3", "upl_1"], (await Stores.Uploads.ListAsync(Sample.Account.Id, Now, Cancel)).Select(upload => upload.Id.Value));
        Assert.Null(await FindAsync("upl_2", Now));
        Assert.False(await Stores.Uploads.DeleteAsync(Sample.Account.Id, new UploadId("upl_2"), Now, Cancel));
        Assert.False(await Stores.Uploads.DeleteAsync(Sample.OtherAccount.Id, new UploadId("upl_1"), Now, Cancel));
        Assert.NotNull(await FindAsync("upl_1", Now));
    }

    private static Upload Upload(string id) => new()
    {
        Id = new UploadId(id),
        Account = Sample.Account.Id,
        Sha256 = Sample.Sha('a'),
        MediaType = "image/png",
        Width = 640,
        Height = 480,
        Length = 12_345,
        CreatedAt = Sample.Start,
        ExpiresAt = Sample.Start.AddHours(24),
    };

    private ValueTask<Upload?> FindAsync(string id, DateTimeOffset now) => Stores.Uploads.FindAsync(Sample.Account.Id, new UploadId(id), now, Cancel);
}
