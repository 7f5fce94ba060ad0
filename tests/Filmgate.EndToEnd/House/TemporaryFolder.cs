namespace Filmgate.EndToEnd.House;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("filmgate-e2e-");

    /// <summary>Where it is.</summary>
    public string Path => _folder.FullName;

    /// <summary>A path within it.</summary>
    public string this[string name] => System.IO.Path.Combine(_folder.FullName, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process that was killed a moment ago may still be letting go of a file; the system's folder is swept anyway.
        }
    }
}
