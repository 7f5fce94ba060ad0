using System.Net;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Artifacts.S3;
using Filmgate.Engine.Tests.Support;

namespace Filmgate.Engine.Tests.Artifacts;

public sealed class S3ArtifactStoreTests : ArtifactStoreConformance
{
    private const string Prefix = "clips/of one house/";

    private S3Server _server = null!;

    protected override int Rounds => 30;

    private S3Settings Settings => new()
    {
        Endpoint = _server.Address,
        Bucket = S3Server.Bucket,
        Prefix = Prefix,
        PathStyle = true,
        AccessKey = S3Server.Key,
        SecretKey = S3Server.Key,
        PartLength = 5 * 1024 * 1024,
    };

    public override async ValueTask InitializeAsync()
    {
        _server = await S3Server.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override IArtifactStore Open(ScratchFolder scratch) => new S3ArtifactStore(Settings, scratch, TimeProvider.System);

    protected override void Age(string sha256, DateTimeOffset storedAt) => File.SetLastWriteTimeUtc(_server.FileOf(KeyOf(sha256)), storedAt.UtcDateTime);

    [Fact]
    public async Task Objects_lie_under_the_prefix_and_nothing_else_is_left()
    {
        var stored = await Store.StoreAsync(new byte[] { 1 }, Cancel);
        Age(stored.Sha256, Now.AddDays(-1));
        Assert.False(await Store.DeleteBeforeAsync(stored.Sha256, Now.AddDays(-2), Cancel));
        Assert.Equal([KeyOf(stored.Sha256)], _server.Keys);
        Assert.True(await Store.DeleteBeforeAsync(stored.Sha256, Now, Cancel));
        Assert.Empty(_server.Keys);
    }

    [Fact]
    public async Task A_service_that_knows_no_conditions_is_asked_without_them()
    {
        await _server.BehaveAsync(new { conditions = "refused" });
        var stored = await Store.StoreAsync(new byte[] { 2 }, Cancel);
        Assert.Equal([2], await ReadAsync(stored.Sha256));
        await File.WriteAllBytesAsync(Path.Combine(Scratch.Path, "long"), new byte[11_000_000], Cancel);
        Assert.Equal(11_000_000, (await ReadAsync((await Store.AdoptAsync(Path.Combine(Scratch.Path, "long"), Cancel)).Sha256)).Length);
    }

    [Fact]
    public async Task What_is_there_is_never_written_over()
    {
        var stored = await Store.StoreAsync(new byte[] { 3, 3 }, Cancel);
        var file = new FileInfo(_server.FileOf(KeyOf(stored.Sha256)));
        var created = file.CreationTimeUtc;
        var path = Scratch.NewPath();
        await File.WriteAllBytesAsync(path, [3, 3], Cancel);

        // The bytes on the service are made to differ, so that a second writing would show.
        await File.WriteAllBytesAsync(file.FullName, [4, 4], Cancel);
        await Store.AdoptAsync(path, Cancel);
        Assert.Equal([4, 4], await File.ReadAllBytesAsync(file.FullName, Cancel));
        Assert.Equal(created, file.CreationTimeUtc);
    }

    [Fact]
    public async Task Other_bytes_than_were_stored_are_given_to_no_program()
    {
        var stored = await Store.StoreAsync(new byte[] { 5, 6 }, Cancel);
        await _server.DamageAsync(KeyOf(stored.Sha256), [6, 5]);
        var error = await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(async () => await Store.LocalPathAsync(stored.Sha256, Cancel));
        Assert.Contains("other bytes", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Scratch.Path));
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_continued_where_it_broke()
    {
        var bytes = new byte[3_000_000];
        new Random(5).NextBytes(bytes);
        var stored = await Store.StoreAsync(bytes, Cancel);
        await _server.BehaveAsync(new { cut = 2 });
        Assert.True((await ReadAsync(stored.Sha256)).AsSpan().SequenceEqual(bytes), "What was read is not what was stored.");
    }

    [Fact]
    public async Task A_service_that_is_busy_is_asked_again()
    {
        await _server.BehaveAsync(new { busy = 2 });
        var stored = await Store.StoreAsync(new byte[] { 7 }, Cancel);
        Assert.Equal([7], await ReadAsync(stored.Sha256));
    }

    [Fact]
    public async Task While_the_service_is_away_every_call_says_so_and_afterwards_all_is_there()
    {
        var stored = await Store.StoreAsync(new byte[] { 8 }, Cancel);
        var file = await Store.FindAsync(stored.Sha256, Cancel);
        await _server.StopAsync();
        var path = Scratch.NewPath();
        await File.WriteAllBytesAsync(path, [9], Cancel);
        Func<Task>[] calls =
        [
            async () => await Store.StoreAsync(new byte[] { 10 }, Cancel),
            async () => await Store.AdoptAsync(path, Cancel),
            async () => await Store.FindAsync(stored.Sha256, Cancel),
            async () => await Store.TryRenewAsync(stored.Sha256, Cancel),
            async () => await Store.LocalPathAsync(stored.Sha256, Cancel),
            async () => await Store.DeleteBeforeAsync(stored.Sha256, Now.AddDays(1), Cancel),
            async () => await ListAsync(Now),
            async () => await file!.OpenRead().ReadExactlyAsync(new byte[1], Cancel),
        ];
        await Task.WhenAll(calls.Select(call => Assert.ThrowsAsync<ArtifactStoreUnavailableException>(call)));
        Assert.Contains("cannot write", Assert.Single(await ArtifactCheck.RunAsync(Store, TimeProvider.System, Cancel)), StringComparison.Ordinal);
        Assert.True(File.Exists(path), "A file that could not be stored is gone.");

        await _server.StartAgainAsync();
        Assert.Equal([8], await ReadAsync(stored.Sha256));
        Assert.Equal([9], await ReadAsync((await Store.AdoptAsync(path, Cancel)).Sha256));
    }

    [Fact]
    public async Task Wrong_keys_are_told_by_the_services_word_and_not_by_themselves()
    {
        using var stranger = new S3ArtifactStore(Settings with { SecretKey = "not-the-secret" }, Scratch, TimeProvider.System);
        var error = await Assert.ThrowsAsync<ArtifactStoreUnavailableException>(async () => await stranger.StoreAsync(new byte[] { 11 }, Cancel));
        Assert.Contains("403", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret", (Settings with { SecretKey = "not-the-secret" }).ToString(), StringComparison.Ordinal);
        Assert.Empty(_server.Keys);
    }

    [Fact]
    public async Task A_missing_bucket_is_told_by_name()
    {
        using var stranger = new S3ArtifactStore(Settings with { Bucket = "nowhere" }, Scratch, TimeProvider.System);
        var finding = Assert.Single(await ArtifactCheck.RunAsync(stranger, TimeProvider.System, Cancel));
        Assert.Contains("nowhere", finding, StringComparison.Ordinal);
        Assert.Contains("NoSuchBucket", finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_direct_link_is_read_without_keys_under_the_type_and_name_that_were_asked_for()
    {
        var stored = await Store.StoreAsync(new byte[] { 12, 13 }, Cancel);
        Assert.Null(await (await Store.FindAsync(stored.Sha256, Cancel))!.DirectLinkAsync("video/mp4", "clip.mp4"));
        using var store = new S3ArtifactStore(Settings with { RedirectsReads = true }, Scratch, TimeProvider.System);
        var link = await (await store.FindAsync(stored.Sha256, Cancel))!.DirectLinkAsync("video/mp4", "clip.mp4");
        using var stranger = new HttpMessageInvoker(new SocketsHttpHandler());
        using var answer = await stranger.SendAsync(new HttpRequestMessage(HttpMethod.Get, link), Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("video/mp4", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("inline; filename=\"clip.mp4\"", answer.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal([12, 13], await answer.Content.ReadAsByteArrayAsync(Cancel));

        using var forged = await stranger.SendAsync(new HttpRequestMessage(HttpMethod.Get, link!.AbsoluteUri.Replace("clip.mp4", "else.mp4", StringComparison.Ordinal)), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, forged.StatusCode);
    }

    [Fact]
    public async Task Whoever_renews_a_file_that_is_being_deleted_waits_for_the_end_of_it()
    {
        var stored = await Store.StoreAsync(new byte[] { 14 }, Cancel);
        var mark = _server.FileOf($"{Prefix}deleting/{stored.Sha256}/of-another-node");
        await MarkAsync(mark, Now);
        var renewal = Store.TryRenewAsync(stored.Sha256, Cancel).AsTask();
        var path = Scratch.NewPath();
        await File.WriteAllBytesAsync(path, [14], Cancel);
        var adoption = Store.AdoptAsync(path, Cancel).AsTask();
        await Task.WhenAny(renewal, adoption, Task.Delay(TimeSpan.FromSeconds(1), Cancel));
        Assert.False(renewal.IsCompleted || adoption.IsCompleted, "A file counted as stored while a deletion of it was under way.");

        // The deletion ends: first the object goes, then its mark.
        File.Delete(_server.FileOf(KeyOf(stored.Sha256)));
        File.Delete(mark);
        await renewal;
        await adoption;
        Assert.Equal([14], await ReadAsync(stored.Sha256));
    }

    [Fact]
    public async Task The_mark_of_a_node_that_was_killed_holds_nobody_up()
    {
        var stored = await Store.StoreAsync(new byte[] { 15 }, Cancel);
        var mark = _server.FileOf($"{Prefix}deleting/{stored.Sha256}/of-a-dead-node");
        await MarkAsync(mark, Now.AddMinutes(-16));
        Assert.True(await Store.TryRenewAsync(stored.Sha256, Cancel));
        Assert.False(File.Exists(mark));
    }

    private static async Task MarkAsync(string mark, DateTimeOffset setAt)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(mark)!);
        await File.WriteAllBytesAsync(mark, [], Cancel);
        await File.WriteAllTextAsync(mark.Replace("_S3rver_object", "_S3rver_metadata.json", StringComparison.Ordinal), "{}", Cancel);
        await File.WriteAllTextAsync(mark + ".md5", "d41d8cd98f00b204e9800998ecf8427e", Cancel);
        File.SetLastWriteTimeUtc(mark, setAt.UtcDateTime);
    }

    private static string KeyOf(string sha256) => $"{Prefix}{sha256[..2]}/{sha256}";
}
