using System.Text.Json;

namespace Filmgate.Torture.Books;

/// <summary>An append-only file of lines. A line is on the disk when <see cref="Write"/> returns.</summary>
internal sealed class Book : IDisposable
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web);

    private readonly Lock _gate = new();
    private readonly FileStream _file;

    /// <summary>Opens a book, or begins one.</summary>
    public Book(string path) => _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);

    /// <summary>Adds a line and flushes it to the disk.</summary>
    public void Write(Line line)
    {
        byte[] bytes = [.. JsonSerializer.SerializeToUtf8Bytes(line, Form), (byte)'\n'];
        lock (_gate)
        {
            _file.Write(bytes);
            _file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Everything that stands in a book, oldest first.</summary>
    public static IReadOnlyList<Line> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var lines = new List<Line>();
        while (reader.ReadLine() is { } text)
        {
            lines.Add(JsonSerializer.Deserialize<Line>(text, Form)!);
        }

        return lines;
    }

    /// <summary>What has come into a book since a position, oldest first; a line that is half written comes with the next call.</summary>
    /// <param name="path">The book.</param>
    /// <param name="position">Where to begin; afterwards, where to go on.</param>
    public static IReadOnlyList<Line> ReadOn(string path, ref long position)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = position;
        using var read = new MemoryStream();
        file.CopyTo(read);
        var whole = read.GetBuffer().AsSpan(0, (int)read.Length);
        whole = whole[..(whole.LastIndexOf((byte)'\n') + 1)];
        position += whole.Length;
        var lines = new List<Line>();
        foreach (var line in whole.Split((byte)'\n'))
        {
            if (whole[line].Length > 0)
            {
                lines.Add(JsonSerializer.Deserialize<Line>(whole[line], Form)!);
            }
        }

        return lines;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
