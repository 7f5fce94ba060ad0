namespace Filmgate.Client;

/// <summary>A picture of a request: an address that the server can reach, or the picture itself as a data URL.</summary>
public sealed record VideoImage
{
    private VideoImage(string url) => Url = url;

    /// <summary>Largest picture that the service takes, in bytes.</summary>
    public const int LengthMax = 10 * 1024 * 1024;

    /// <summary>What is sent: an http(s) address or a data URL.</summary>
    public string Url { get; }

    /// <summary>A picture that lies at an address which the server can reach.</summary>
    /// <param name="address">An absolute http, https or data URL.</param>
    public static VideoImage FromUrl(string address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(address);
        return new(address);
    }

    /// <summary>A picture at hand.</summary>
    /// <param name="picture">The bytes of a JPEG, PNG or WebP file.</param>
    /// <exception cref="InvalidDataException">It is empty, too large, or not a JPEG, PNG or WebP picture.</exception>
    public static VideoImage FromBytes(ReadOnlySpan<byte> picture)
    {
        if (picture.Length > LengthMax)
        {
            throw TooLarge(picture.Length);
        }

        var mediaType = MediaType(picture)
            ?? throw new InvalidDataException(picture.IsEmpty ? "The file is empty." : "It is not a JPEG, PNG or WebP picture.");
        return new($"data:{mediaType};base64,{Convert.ToBase64String(picture)}");
    }

    /// <summary>A picture in a local file. Its size is checked before it is read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is empty, too large, or not a JPEG, PNG or WebP picture.</exception>
    public static async Task<VideoImage> FromFileAsync(string path, CancellationToken cancellationToken = default)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            throw new FileNotFoundException("There is no such file.", path);
        }

        if (file.Length > LengthMax)
        {
            throw TooLarge(file.Length);
        }

        return FromBytes(await File.ReadAllBytesAsync(path, cancellationToken));
    }

    /// <inheritdoc/>
    public override string ToString() => Url.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? $"data URL, {Url.Length} characters" : Url;

    private static InvalidDataException TooLarge(long length) =>
        new($"The picture has {length / 1048576.0:0.0} MB; at most {LengthMax / 1048576} MB are taken.");

    // By content and not by name: the server looks at the content as well, and a wrong name is a common slip.
    private static string? MediaType(ReadOnlySpan<byte> picture) => picture switch
    {
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => "image/png",
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => "image/webp",
        _ => null,
    };
}
