namespace Filmgate.Engine.Intake;

/// <summary>The picture formats that models take.</summary>
public enum ImageFormat
{
    /// <summary>JPEG (ITU T.81), 8 bits a sample, baseline, extended or progressive.</summary>
    Jpeg = 1,
    /// <summary>PNG, one still picture.</summary>
    Png = 2,
    /// <summary>WebP, lossy or lossless, one still picture.</summary>
    WebP = 3,
}

/// <summary>Names of <see cref="ImageFormat"/> on the wire and on disk.</summary>
public static class ImageFormats
{
    /// <summary>The media type, such as <c>image/png</c>.</summary>
    /// <param name="format">A format.</param>
    public static string MediaType(this ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "image/jpeg",
        ImageFormat.Png => "image/png",
        _ => "image/webp",
    };

    /// <summary>The file ending with its dot, such as <c>.png</c>.</summary>
    /// <param name="format">A format.</param>
    public static string FileEnding(this ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => ".jpg",
        ImageFormat.Png => ".png",
        _ => ".webp",
    };
}

/// <summary>What the bytes of an accepted picture say about it.</summary>
/// <param name="Format">The real format, whatever name or media type it came with.</param>
/// <param name="Width">Pixels from left to right as a viewer shows it, that is after <paramref name="Orientation"/>.</param>
/// <param name="Height">Pixels from top to bottom as a viewer shows it.</param>
/// <param name="Orientation">The EXIF orientation, 1 to 8; 1 when there is none or it is not valid. 5 to 8 lie on their side.</param>
/// <param name="Bytes">The size of the file.</param>
public sealed record ImageFacts(ImageFormat Format, int Width, int Height, int Orientation, long Bytes);
