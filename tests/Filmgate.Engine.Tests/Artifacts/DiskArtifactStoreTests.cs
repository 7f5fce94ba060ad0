using Filmgate.Engine.Artifacts;

namespace Filmgate.Engine.Tests.Artifacts;

public sealed class DiskArtifactStoreTests : ArtifactStoreConformance
{
    protected override int Rounds => 500;

    private string DyingOf(string sha256) => PathOf(sha256) + ".k3j.dying";

    private string PathOf(string sha256) => Path.Combine(Root, sha256[..2], sha256);

    protected override IArtifactStore Open(ScratchFolder scratch) => new DiskArtifactStore(Root, scratch, TimeProvider.System);

    protected override void Age(string sha256, DateTimeOffset storedAt) => File.SetLastWriteTimeUtc(PathOf(sha256), storedAt.UtcDateTime);

    [Fact]
    public async Task A_file_lies_under_its_hash_and_is_handed_out_by_its_path()
    {
        var stored = await Store.StoreAsync(new byte[] { 1 }, Cancel);
        Assert.Equal(PathOf(stored.Sha256), (await Store.FindAsync(stored.Sha256, Cancel))!.Path);
        Assert.Equal(PathOf(stored.Sha256), await Store.LocalPathAsync(stored.Sha256, Cancel));
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(0)]
    public async Task A_deletion_that_a_killed_node_began_is_undone_and_judged_anew(int daysOld)
    {
        var stored = await Store.StoreAsync(new byte[] { 2 }, Cancel);
        Age(stored.Sha256, Now.AddDays(daysOld));
        File.Move(PathOf(stored.Sha256), DyingOf(stored.Sha256));
        Assert.Equal(daysOld < 0 ? [stored.Sha256] : [], await ListAsync(Now.AddHours(-25)));
        Assert.Equal([2], await ReadAsync(stored.Sha256));
    }

    [Fact]
    public async Task What_was_stored_again_since_a_killed_node_began_to_delete_it_stays_young()
    {
        var stored = await Store.StoreAsync(new byte[] { 3 }, Cancel);
        File.Copy(PathOf(stored.Sha256), DyingOf(stored.Sha256));
        File.SetLastWriteTimeUtc(DyingOf(stored.Sha256), Now.AddDays(-3).UtcDateTime);
        Assert.Empty(await ListAsync(Now.AddHours(-25)));
        Assert.Equal([PathOf(stored.Sha256)], Directory.GetFiles(Path.GetDirectoryName(PathOf(stored.Sha256))!));
    }

    [Fact]
    public async Task A_file_that_is_being_deleted_is_renewed_if_it_is_asked_for_in_time()
    {
        var stored = await Store.StoreAsync(new byte[] { 4 }, Cancel);
        File.Move(PathOf(stored.Sha256), DyingOf(stored.Sha256));
        Assert.True(await Store.TryRenewAsync(stored.Sha256, Cancel));
        Assert.Equal([4], await ReadAsync(stored.Sha256));
    }
}
