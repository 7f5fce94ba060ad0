namespace Filmgate.Animatic.Encoding;

/// <summary>A file under a temporary name beside its final one. It gets that name only when it is whole and on the disk; otherwise it is removed.</summary>
internal sealed class UnfinishedFile : IDisposable
{
    private readonly string finalPath;

    /// <summary>Chooses the temporary name; nothing is created yet.</summary>
    public UnfinishedFile(string finalPath)
    {
        this.finalPath = System.IO.Path.GetFullPath(finalPath);
        string folder = System.IO.Path.GetDirectoryName(this.finalPath)!;
        Path = System.IO.Path.Combine(folder, $".{System.IO.Path.GetFileName(finalPath)}.{System.IO.Path.GetRandomFileName()}.part");
    }

    /// <summary>The temporary name.</summary>
    public string Path { get; }

    /// <summary>Flushes the file to the disk and gives it its final name, replacing what was there.</summary>
    public void Finish()
    {
        using (FileStream file = new(Path, FileMode.Open, FileAccess.ReadWrite))
            file.Flush(flushToDisk: true);
        File.Move(Path, finalPath, overwrite: true);
    }

    /// <summary>Removes the file if it was not finished.</summary>
    public void Dispose() => File.Delete(Path);
}
