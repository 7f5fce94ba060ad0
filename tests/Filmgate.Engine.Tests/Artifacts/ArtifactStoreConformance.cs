using System.Security.Cryptography;
using Filmgate.Engine.Artifacts;

namespace Filmgate.Engine.Tests.Artifacts;

/// <summary>What every artifact store keeps to. Time is the system's, because a service has a clock of its own; files are made old instead.</summary>
public abstract class ArtifactStoreConformance : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-artifacts-").FullName;
    private ScratchFolder _scratch = null!;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Where the store may keep what it keeps on this machine.</summary>
    protected string Root => Path.Combine(_folder, "artifacts");

    protected IArtifactStore Store { get; private set; } = null!;

    protected ScratchFolder Scratch => _scratch;

    /// <summary>A store over the same files, as another node opens it.</summary>
    protected abstract IArtifactStore Open(ScratchFolder scratch);

    /// <summary>Makes a stored file look as if it had been stored then.</summary>
    protected abstract void Age(string sha256, DateTimeOffset storedAt);

    /// <summary>How often a race is run: as often as it needs to be lost by a store that does not look twice.</summary>
    protected abstract int Rounds { get; }

    protected static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public virtual ValueTask InitializeAsync()
    {
        _scratch = new ScratchFolder(Root, TimeProvider.System);
        Store = Open(_scratch);
        return ValueTask.CompletedTask;
    }

    public virtual ValueTask DisposeAsync()
    {
        (Store as IDisposable)?.Dispose();
        _scratch.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Stored_bytes_are_named_by_their_hash_and_come_back_as_they_were()
    {
        byte[] bytes = [1, 2, 3];
        var stored = await Store.StoreAsync(bytes, Cancel);
        Assert.Equal(new StoredFile(Convert.ToHexStringLower(SHA256.HashData(bytes)), 3), stored);
        var found = await Store.FindAsync(stored.Sha256, Cancel);
        Assert.Equal((stored.Sha256, 3L), (found!.Sha256, found.Length));
        Assert.InRange(found.LastModified, Now.AddMinutes(-1), Now.AddMinutes(1));
        Assert.Equal(bytes, await ReadAsync(stored.Sha256));
        Assert.Empty(Directory.EnumerateFiles(Scratch.Path));
    }

    [Fact]
    public async Task Nothing_is_a_file_as_well()
    {
        var stored = await Store.StoreAsync(ReadOnlyMemory<byte>.Empty, Cancel);
        Assert.Equal(0, (await Store.FindAsync(stored.Sha256, Cancel))!.Length);
        Assert.Empty(await ReadAsync(stored.Sha256));
    }

    [Fact]
    public async Task An_adopted_file_leaves_its_old_place()
    {
        var path = Scratch.NewPath();
        await File.WriteAllBytesAsync(path, [4, 5], Cancel);
        var stored = await Store.AdoptAsync(path, Cancel);
        Assert.False(File.Exists(path));
        Assert.Equal([4, 5], await ReadAsync(stored.Sha256));
    }

    [Fact]
    public async Task A_long_file_comes_back_whole_and_from_any_byte_on()
    {
        var bytes = new byte[21_000_001];
        new Random(11).NextBytes(bytes);
        var path = Scratch.NewPath();
        await File.WriteAllBytesAsync(path, bytes, Cancel);
        var stored = await Store.AdoptAsync(path, Cancel);
        Assert.Equal(new StoredFile(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length), stored);
        Assert.True((await ReadAsync(stored.Sha256)).AsSpan().SequenceEqual(bytes), "The file came back with other bytes.");

        var file = await Store.FindAsync(stored.Sha256, Cancel);
        foreach (var (first, count) in new[] { (0, 1), (1, 70_000), (8_388_607, 2), (8_388_608, 9_000_000), (bytes.Length - 1, 1) })
        {
            await using var stream = file!.OpenRead();
            stream.Seek(first, SeekOrigin.Begin);
            var part = new byte[count];
            await stream.ReadExactlyAsync(part, Cancel);
            Assert.True(bytes.AsSpan(first, count).SequenceEqual(part), $"{count} bytes from {first} on are others.");
        }

        await using var end = file!.OpenRead();
        end.Seek(0, SeekOrigin.End);
        Assert.Equal(0, await end.ReadAsync(new byte[1], Cancel));
    }

    [Fact]
    public async Task The_same_bytes_are_one_file_whoever_stores_them()
    {
        using var scratch = new ScratchFolder(Root, TimeProvider.System);
        var other = Open(scratch);
        using (other as IDisposable)
        {
            var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(
                number => Task.Run(async () => await (number % 2 == 0 ? Store : other).StoreAsync(new byte[] { 7 }, Cancel), Cancel)));
            Assert.Single(all.Distinct());
            Assert.Single(await ListAsync(Now.AddDays(1)));
            Assert.Equal([7], await ReadAsync(all[0].Sha256));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("../../../../../../../../../../../../../../../../../../../../../etc")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    [InlineData("abcdef0123456789abcdef0123456789abcdef0123456789abcdef012345678")]
    [InlineData("abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567890")]
    [InlineData("abcdef0123456789abcdef0123456789abcdef0123456789abcdef012345678\n")]
    [InlineData("a٣cdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789")]
    public async Task Nothing_but_a_hash_names_a_file(string text)
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.FindAsync(text, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.TryRenewAsync(text, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.LocalPathAsync(text, Cancel));
        await Assert.ThrowsAsync<ArgumentException>(async () => await Store.DeleteBeforeAsync(text, Now, Cancel));
    }

    [Fact]
    public async Task What_is_not_there_is_neither_found_nor_renewed_and_counts_as_deleted()
    {
        var absent = Convert.ToHexStringLower(SHA256.HashData("absent"u8));
        Assert.Null(await Store.FindAsync(absent, Cancel));
        Assert.False(await Store.TryRenewAsync(absent, Cancel));
        Assert.True(await Store.DeleteBeforeAsync(absent, Now.AddDays(1), Cancel));
        await Assert.ThrowsAnyAsync<IOException>(async () => File.OpenRead(await Store.LocalPathAsync(absent, Cancel)).Dispose());
        Assert.Empty(await ListAsync(Now.AddDays(1)));
        Assert.Empty(Directory.EnumerateFiles(Scratch.Path));
    }

    [Fact]
    public async Task An_old_file_is_deleted_and_one_that_was_renewed_or_stored_again_since_is_not()
    {
        var stored = await Store.StoreAsync(new byte[] { 8 }, Cancel);
        var limit = Now.AddHours(-6);
        Assert.False(await Store.DeleteBeforeAsync(stored.Sha256, limit, Cancel), "A young file was deleted.");
        Assert.Empty(await ListAsync(limit));

        Age(stored.Sha256, Now.AddHours(-7));
        Assert.Equal([stored.Sha256], await ListAsync(limit));
        Assert.True(await Store.TryRenewAsync(stored.Sha256, Cancel));
        Assert.Empty(await ListAsync(limit));
        Assert.False(await Store.DeleteBeforeAsync(stored.Sha256, limit, Cancel), "A file was deleted although it had just been renewed.");

        Age(stored.Sha256, Now.AddHours(-7));
        await Store.StoreAsync(new byte[] { 8 }, Cancel);
        Assert.False(await Store.DeleteBeforeAsync(stored.Sha256, limit, Cancel), "A file was deleted although it had just been stored again.");
        Assert.Equal([8], await ReadAsync(stored.Sha256));

        Age(stored.Sha256, Now.AddHours(-7));
        Assert.True(await Store.DeleteBeforeAsync(stored.Sha256, limit, Cancel));
        Assert.Null(await Store.FindAsync(stored.Sha256, Cancel));
        Assert.Empty(await ListAsync(Now.AddDays(1)));
    }

    [Fact]
    public async Task An_adopted_file_is_young_however_old_its_source_was_and_whether_or_not_it_was_there()
    {
        for (var round = 0; round < 2; round++)
        {
            var path = Scratch.NewPath();
            await File.WriteAllBytesAsync(path, [9], Cancel);
            File.SetLastWriteTimeUtc(path, Now.AddDays(-3).UtcDateTime);
            var stored = await Store.AdoptAsync(path, Cancel);
            Assert.False(await Store.DeleteBeforeAsync(stored.Sha256, Now.AddHours(-6), Cancel), "A sweep deleted a clip whose row was on its way.");
            Assert.Empty(await ListAsync(Now.AddHours(-6)));
            Age(stored.Sha256, Now.AddDays(-3));
        }
    }

    [Fact]
    public async Task Storing_on_one_node_and_sweeping_on_two_others_at_once_never_loses_a_file()
    {
        using var scratch = new ScratchFolder(Root, TimeProvider.System);
        var (second, third) = (Open(scratch), Open(scratch));
        using (second as IDisposable)
        using (third as IDisposable)
        {
            for (var round = 0; round < Rounds; round++)
            {
                byte[] bytes = [10, (byte)round, (byte)(round >> 8)];
                var stored = await Store.StoreAsync(bytes, Cancel);
                Age(stored.Sha256, Now.AddDays(-3));
                var path = Scratch.NewPath();
                await File.WriteAllBytesAsync(path, bytes, Cancel);
                await Task.WhenAll(
                    Task.Run(async () => await (round % 2 == 0 ? Store.AdoptAsync(path, Cancel) : Store.StoreAsync(bytes, Cancel)), Cancel),
                    Task.Run(async () => await second.DeleteBeforeAsync(stored.Sha256, Now.AddHours(-6), Cancel), Cancel),
                    Task.Run(async () => await third.DeleteBeforeAsync(stored.Sha256, Now.AddHours(-6), Cancel), Cancel));
                Assert.True(await Store.FindAsync(stored.Sha256, Cancel) is not null, $"Round {round}: a file that was stored while two sweeps looked at its elder is gone.");
            }
        }
    }

    [Fact]
    public async Task Programs_read_a_file_by_a_path_on_this_machine()
    {
        var stored = await Store.StoreAsync(new byte[] { 11, 12 }, Cancel);
        var path = await Store.LocalPathAsync(stored.Sha256, Cancel);
        Assert.Equal([11, 12], await File.ReadAllBytesAsync(path, Cancel));

        // A sweep of what nobody finished leaves it, as long as the path is promised to last.
        Scratch.Sweep(Now - IArtifactStore.LocalPathLifetime);
        Assert.Equal([11, 12], await File.ReadAllBytesAsync(await Store.LocalPathAsync(stored.Sha256, Cancel), Cancel));
    }

    [Fact]
    public async Task A_check_finds_nothing_and_leaves_nothing()
    {
        Assert.Empty(await ArtifactCheck.RunAsync(Store, TimeProvider.System, Cancel));
        Assert.Empty(await ListAsync(Now.AddDays(1)));
    }

    protected async Task<byte[]> ReadAsync(string sha256)
    {
        await using var stream = (await Store.FindAsync(sha256, Cancel))!.OpenRead();
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancel);
        return copy.ToArray();
    }

    protected async Task<string[]> ListAsync(DateTimeOffset before)
    {
        var found = new List<string>();
        await foreach (var sha256 in Store.FilesBeforeAsync(before, Cancel))
        {
            found.Add(sha256);
        }

        return [.. found];
    }
}
