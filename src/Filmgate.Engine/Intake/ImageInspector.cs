namespace Filmgate.Engine.Intake;

/// <summary>
/// Judges a picture by its bytes alone: what it is, how large, whether the file is whole. Pixels are never decoded, so no
/// decoder of pictures runs in this process on bytes from outside.
/// </summary>
public static class ImageInspector
{
    /// <summary>Inspects a picture in memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="rules">What it must satisfy.</param>
    /// <returns>Facts or a refusal; never an exception, whatever the bytes are.</returns>
    public static ImageVerdict Inspect(byte[] bytes, ImageRules rules)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        using var stream = new MemoryStream(bytes, writable: false);
        return Inspect(stream, rules);
    }

    /// <summary>Inspects a picture in a file.</summary>
    /// <param name="stream">The whole file, seekable, at its beginning. Read in blocks of 32 KiB.</param>
    /// <param name="rules">What it must satisfy.</param>
    /// <returns>Facts or a refusal.</returns>
    /// <exception cref="IOException">The stream cannot be read; whatever its bytes are is no exception.</exception>
    public static ImageVerdict Inspect(Stream stream, ImageRules rules)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(rules);
        var bytes = stream.Length;
        if (bytes == 0)
            return ImageVerdict.Unsupported("is empty");
        if (bytes > rules.MaxBytes)
            return ImageVerdict.TooLarge(TooManyBytes(rules));

        // 1. The kind, by its first bytes.
        Span<byte> start = stackalloc byte[16];
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Seek(-read, SeekOrigin.Current);
        if (FormatOf(start[..read]) is not { } format)
            return ImageVerdict.Unsupported("is not a JPEG, PNG or WebP picture");

        // 2. The structure.
        var reader = new PictureReader(stream);
        var found = format switch
        {
            ImageFormat.Jpeg => JpegStructure.Walk(reader),
            ImageFormat.Png => PngStructure.Walk(reader),
            _ => WebPStructure.Walk(reader),
        };
        var (width, height) = found.Orientation >= 5 ? (found.Height, found.Width) : (found.Width, found.Height);

        // 3. The rules; a size out of all bounds is named even if the file is damaged too.
        if (width > rules.MaxSide || height > rules.MaxSide)
            return ImageVerdict.TooLarge($"is {width} x {height} px; no side may be longer than {rules.MaxSide} px");
        if ((long)width * height > rules.MaxPixels)
            return ImageVerdict.TooLarge($"is {width} x {height} px; it may have at most {rules.MaxPixels / 1_000_000} megapixels");
        if (found.Fault is { } fault)
            return ImageVerdict.Unsupported(fault);
        if (width < rules.MinSide || height < rules.MinSide)
            return ImageVerdict.Unsupported($"is {width} x {height} px; each side must be at least {rules.MinSide} px");
        if (Math.Max(width, height) > rules.MaxRatio * Math.Min(width, height))
            return ImageVerdict.Unsupported($"is {width} x {height} px; its aspect ratio must be between 1:{rules.MaxRatio} and {rules.MaxRatio}:1");
        return ImageVerdict.Accepted(new ImageFacts(format, width, height, found.Orientation, bytes));
    }

    /// <summary>Whether a file begins as a picture of a kind that is taken; the stream is left at its beginning.</summary>
    internal static bool IsPicture(Stream stream)
    {
        Span<byte> start = stackalloc byte[16];
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Seek(-read, SeekOrigin.Current);
        return FormatOf(start[..read]) is not null;
    }

    internal static string TooManyBytes(ImageRules rules) => $"is larger than {rules.MaxBytes / (1024 * 1024)} MB";

    private static ImageFormat? FormatOf(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return ImageFormat.Png;
        if (start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return ImageFormat.Jpeg;
        if (start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..12].SequenceEqual("WEBP"u8))
            return ImageFormat.WebP;
        return null;
    }
}
