using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Filmgate.Engine.Tests.Artifacts;

public sealed class ScratchFolderTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("filmgate-scratch-").FullName;
    private readonly FakeTimeProvider _time = new(House.Start);

    private string Incoming => Path.Combine(_root, "incoming");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_a_killed_process_left_is_gone_after_the_next_start()
    {
        var left = LeaveBehind("killed");
        using var scratch = new ScratchFolder(_root, _time);
        Assert.False(File.Exists(left));
        Assert.Equal([scratch.Path], Directory.GetDirectories(Incoming));
        Assert.Equal([scratch.Path + ".lock"], Directory.GetFiles(Incoming));
    }

    [Fact]
    public void What_another_process_is_writing_is_left_alone_at_a_start_and_at_a_sweep()
    {
        using var other = new ScratchFolder(_root, _time);
        var half = other.NewPath();
        File.WriteAllText(half, "half");
        using var scratch = new ScratchFolder(_root, _time);
        _time.Advance(TimeSpan.FromDays(2));
        scratch.Sweep(_time.GetUtcNow());
        Assert.True(File.Exists(half));
    }

    [Fact]
    public void A_sweep_removes_what_a_process_left_that_ended_since()
    {
        using var scratch = new ScratchFolder(_root, _time);
        var own = scratch.NewPath();
        File.WriteAllText(own, "half");
        File.SetLastWriteTimeUtc(own, _time.GetUtcNow().UtcDateTime);
        var left = LeaveBehind("killed");
        scratch.Sweep(_time.GetUtcNow().AddHours(-6));
        Assert.False(File.Exists(left));
        Assert.True(File.Exists(own), "A sweep deleted a young file of its own process.");
    }

    [Fact]
    public void Processes_that_start_at_once_each_have_a_folder_of_their_own()
    {
        var all = new ScratchFolder[8];
        Parallel.For(0, all.Length, place => all[place] = new ScratchFolder(_root, _time));
        Assert.Equal(all.Select(scratch => scratch.Path).Order(), Directory.GetDirectories(Incoming).Order());
        foreach (var scratch in all)
        {
            scratch.Dispose();
        }
    }

    [Fact]
    public void A_process_that_ends_well_leaves_nothing()
    {
        var scratch = new ScratchFolder(_root, _time);
        File.WriteAllText(scratch.NewPath(), "half");
        scratch.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(Incoming));
    }

    // A lock file that nobody holds is what every end of a process leaves, kill -9 included.
    private string LeaveBehind(string name)
    {
        Directory.CreateDirectory(Path.Combine(Incoming, name));
        File.WriteAllText(Path.Combine(Incoming, name + ".lock"), "");
        var left = Path.Combine(Incoming, name, ".poster.part");
        File.WriteAllText(left, "half");
        return left;
    }
}
