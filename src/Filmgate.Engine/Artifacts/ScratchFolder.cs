namespace Filmgate.Engine.Artifacts;

/// <summary>
/// Where one process writes files that are not finished yet: <c>incoming/&lt;random&gt;/</c>. Beside it lies a lock file that the process
/// keeps locked while it lives. The operating system ends that lock however the process ends, so whatever lies in a folder without one was
/// left by a process that is gone and is removed, here and on every other node of a shared mount.
/// </summary>
public sealed class ScratchFolder : IDisposable
{
    private const string LockEnding = ".lock";
    private const int ClaimTriesMax = 10;

    // For mounts without locks: how long the lock file of a process that lives may go without being touched.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromHours(6);

    private readonly string _incoming;
    private readonly TimeProvider _time;
    private readonly FileStream _lock;
    private readonly bool _locksHold;

    /// <summary>Makes a folder for this process and removes those of processes that are gone.</summary>
    /// <param name="root">The folder in which <c>incoming</c> lies; on the file system on which the files end up.</param>
    /// <param name="time">The clock by which files age.</param>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public ScratchFolder(string root, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _incoming = System.IO.Path.Combine(System.IO.Path.GetFullPath(root), "incoming");
        Directory.CreateDirectory(_incoming);
        _lock = Claim();
        Path = _lock.Name[..^LockEnding.Length];
        Directory.CreateDirectory(Path);

        // Some network mounts take no locks and say nothing of it. One that holds keeps out its own process as well.
        var second = TryLock(_lock.Name);
        second?.Dispose();
        _locksHold = second is null;
        RemoveAbandoned();
    }

    /// <summary>This process's folder.</summary>
    public string Path { get; }

    /// <summary>A name for a file that is still being written. Whoever writes it removes it.</summary>
    public string NewPath() => System.IO.Path.Combine(Path, System.IO.Path.GetRandomFileName());

    /// <summary>Removes the folders of processes that are gone, and what is older than that in our own.</summary>
    /// <param name="before">Nobody writes for as long as that at a file of ours.</param>
    public void Sweep(DateTimeOffset before)
    {
        File.SetLastWriteTimeUtc(_lock.Name, _time.GetUtcNow().UtcDateTime);
        foreach (var file in Directory.EnumerateFiles(Path))
        {
            if (File.GetLastWriteTimeUtc(file) < before.UtcDateTime)
            {
                File.Delete(file);
            }
        }

        RemoveAbandoned();
    }

    /// <summary>Removes this process's folder. What cannot be removed now is abandoned, and removed as such.</summary>
    public void Dispose()
    {
        var isGone = TryRemove(Path);
        _lock.Dispose();
        if (isGone && Directory.Exists(_incoming))
        {
            File.Delete(_lock.Name);
        }
    }

    // Between our making the file and our locking it somebody may look whether its owner lives, and would remove it.
    private FileStream Claim()
    {
        for (var tries = 1; ; tries++)
        {
            var path = System.IO.Path.Combine(_incoming, System.IO.Path.GetRandomFileName() + LockEnding);
            try
            {
                var claimed = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime);
                return claimed;
            }
            catch (IOException) when (tries < ClaimTriesMax)
            {
                // Another name.
            }
        }
    }

    private void RemoveAbandoned()
    {
        foreach (var path in Directory.EnumerateFiles(_incoming, "*" + LockEnding).Where(path => path != _lock.Name))
        {
            using var claimed = TryLock(path);
            if (claimed is null || (!_locksHold && File.GetLastWriteTimeUtc(path) >= (_time.GetUtcNow() - SilenceMax).UtcDateTime))
            {
                continue;
            }

            if (TryRemove(path[..^LockEnding.Length]))
            {
                claimed.Dispose();
                File.Delete(path);
            }
        }
    }

    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Locked, gone since, or of a node that runs as somebody else.
            return null;
        }
    }

    // What cannot be removed costs room and nothing else, and the next sweep tries again.
    private static bool TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
