using System.Security.Cryptography;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Engine.Tests.Artifacts;

public sealed class ArtifactFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("filmgate-artifacts-").FullName;
    private readonly FakeTimeProvider _time = new(House.Start);
    private readonly ArtifactFolder _files;

    public ArtifactFolderTests() => _files = new ArtifactFolder(_folder, _time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _files.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_stored_file_is_named_by_the_hash_of_its_bytes()
    {
        byte[] bytes = [1, 2, 3];
        var stored = await _files.StoreAsync(bytes, Cancel);
        Assert.Equal(new StoredFile(Convert.ToHexStringLower(SHA256.HashData(bytes)), 3), stored);
        Assert.Equal(Path.Combine(_folder, "artifacts", stored.Sha256[..2], stored.Sha256), _files.PathOf(stored.Sha256));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_files.PathOf(stored.Sha256), Cancel));
        Assert.True(_files.Contains(stored.Sha256));
        Assert.Empty(Incoming());
    }

    [Fact]
    public async Task An_adopted_file_leaves_its_old_place()
    {
        var path = _files.NewIncomingPath();
        await File.WriteAllBytesAsync(path, [4, 5], Cancel);
        var stored = await _files.AdoptAsync(path, Cancel);
        Assert.False(File.Exists(path));
        Assert.Equal([4, 5], await File.ReadAllBytesAsync(_files.PathOf(stored.Sha256), Cancel));
    }

    [Fact]
    public async Task The_same_bytes_are_one_file_whoever_stores_them()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () => await _files.StoreAsync(new byte[] { 7 }, Cancel), Cancel)));
        Assert.Single(all.Distinct());
        Assert.Single(_files.FilesBefore(House.Start.AddDays(1)));
        Assert.Empty(Incoming());
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
    public void Nothing_but_a_hash_becomes_part_of_a_path(string text)
    {
        Assert.Throws<ArgumentException>(() => _files.PathOf(text));
        Assert.Throws<ArgumentException>(() => _files.Contains(text));
        Assert.Throws<ArgumentException>(() => _files.DeleteBefore(text, House.Start));
    }

    [Fact]
    public async Task An_old_file_is_deleted_and_one_that_was_stored_again_since_is_not()
    {
        var stored = await _files.StoreAsync(new byte[] { 8 }, Cancel);
        _time.Advance(TimeSpan.FromHours(7));
        var limit = _time.GetUtcNow().AddHours(-6);
        Assert.Equal([stored.Sha256], _files.FilesBefore(limit));
        await _files.StoreAsync(new byte[] { 8 }, Cancel);
        Assert.Empty(_files.FilesBefore(limit));
        Assert.False(_files.DeleteBefore(stored.Sha256, limit), "A file was deleted although it had just been stored again.");
        Assert.True(_files.Contains(stored.Sha256));

        _time.Advance(TimeSpan.FromHours(7));
        Assert.True(_files.DeleteBefore(stored.Sha256, _time.GetUtcNow().AddHours(-6)));
        Assert.False(_files.Contains(stored.Sha256));
        Assert.True(_files.DeleteBefore(stored.Sha256, _time.GetUtcNow()), "A file that is gone already counts as gone.");
    }

    [Fact]
    public async Task An_adopted_file_is_young_however_old_its_source_was()
    {
        var path = _files.NewIncomingPath();
        await File.WriteAllBytesAsync(path, [9], Cancel);
        File.SetLastWriteTimeUtc(path, House.Start.AddDays(-3).UtcDateTime);
        var stored = await _files.AdoptAsync(path, Cancel);
        Assert.False(_files.DeleteBefore(stored.Sha256, House.Start.AddHours(-6)), "A sweep deleted a clip whose row was on its way.");
        Assert.Empty(_files.FilesBefore(House.Start.AddHours(-6)));
    }

    [Fact]
    public async Task Storing_and_sweeping_the_same_file_at_once_never_loses_it()
    {
        for (var round = 0; round < 50; round++)
        {
            byte[] bytes = [10, (byte)round];
            var first = await _files.StoreAsync(bytes, Cancel);
            File.SetLastWriteTimeUtc(_files.PathOf(first.Sha256), House.Start.AddDays(-3).UtcDateTime);
            var path = _files.NewIncomingPath();
            await File.WriteAllBytesAsync(path, bytes, Cancel);
            await Task.WhenAll(
                Task.Run(async () => await _files.AdoptAsync(path, Cancel), Cancel),
                Task.Run(() => _files.DeleteBefore(first.Sha256, House.Start.AddHours(-6)), Cancel));
            Assert.True(_files.Contains(first.Sha256), $"Round {round}: a file that was adopted while a sweep looked at its elder is gone.");
        }
    }

    [Fact]
    public async Task What_nobody_finished_for_hours_is_swept()
    {
        var (old, young) = (_files.NewIncomingPath(), _files.NewIncomingPath());
        await File.WriteAllBytesAsync(old, [1], Cancel);
        await File.WriteAllBytesAsync(young, [1], Cancel);
        File.SetLastWriteTimeUtc(old, House.Start.AddHours(-7).UtcDateTime);
        File.SetLastWriteTimeUtc(young, House.Start.AddHours(-5).UtcDateTime);
        _files.DeleteIncomingBefore(House.Start.AddHours(-6));
        Assert.Equal([young], Incoming());
        Assert.Empty(_files.FilesBefore(House.Start.AddYears(1)));
    }

    private string[] Incoming() => [.. Directory.EnumerateFiles(Path.Combine(_folder, "artifacts", "incoming"), "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))];
}
