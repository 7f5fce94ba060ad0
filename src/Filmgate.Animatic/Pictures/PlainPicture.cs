using SkiaSharp;

namespace Filmgate.Animatic.Pictures;

/// <summary>Writes pictures in formats that everybody reads.</summary>
public static class PlainPicture
{
    private const int JpegQuality = 95;

    /// <summary>
    /// Writes a picture of any readable format as PNG in its full size, turned as it is meant to be seen; as JPEG where the PNG would be
    /// larger than allowed. The same picture always becomes the same bytes.
    /// </summary>
    /// <param name="path">The picture.</param>
    /// <param name="target">The new file; an existing one is replaced.</param>
    /// <param name="lengthMax">Most bytes that the PNG may have.</param>
    /// <returns>The media type of what was written.</returns>
    /// <exception cref="AnimaticException">The file is missing, damaged or no picture.</exception>
    public static string Write(string path, string target, long lengthMax)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(target);
        using var picture = PictureFile.Open(path, AnimaticFault.StartPictureUnreadable);
        using SKBitmap upright = picture.Upright(isOpaque: false);
        using SKData png = upright.Encode(SKEncodedImageFormat.Png, 100);
        if (png.Size <= lengthMax)
        {
            Save(png, target);
            return "image/png";
        }

        using SKBitmap opaque = picture.Upright(isOpaque: true);
        using SKData jpeg = opaque.Encode(SKEncodedImageFormat.Jpeg, JpegQuality);
        Save(jpeg, target);
        return "image/jpeg";
    }

    private static void Save(SKData data, string target)
    {
        using FileStream file = File.Create(target);
        data.SaveTo(file);
    }
}
