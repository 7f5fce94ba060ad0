using SkiaSharp;

namespace Filmgate.Animatic.Tests.Support;

/// <summary>Pictures drawn for tests.</summary>
internal static class Drawing
{
    /// <summary>Soft blobs and lines of many colours: something to see everywhere, and nothing finer than the encoder keeps.</summary>
    public static SKBitmap Blobs(int width, int height, int seed)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Premul));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(new SKColor(90, 100, 120));
        var random = new Random(seed);
        float unit = Math.Min(width, height) / 100f;
        using SKMaskFilter soft = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, unit);
        for (int i = 0; i < 220; i++)
        {
            using var paint = new SKPaint
            {
                Color = new SKColor((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)),
                IsAntialias = true,
                MaskFilter = soft,
            };
            canvas.DrawCircle(random.Next(width), random.Next(height), unit * random.Next(2, 9), paint);
        }

        canvas.Flush();
        return bitmap;
    }

    public static SKBitmap Plain(int width, int height, SKColor color)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Bgra8888, SKAlphaType.Premul));
        bitmap.Erase(color);
        return bitmap;
    }

    public static string Save(this SKBitmap bitmap, string path, SKEncodedImageFormat format = SKEncodedImageFormat.Png, int quality = 95)
    {
        using SKData data = bitmap.Encode(format, quality);
        File.WriteAllBytes(path, data.ToArray());
        return path;
    }

    public static string SaveBlobs(string path, int width, int height, int seed)
    {
        using SKBitmap bitmap = Blobs(width, height, seed);
        return bitmap.Save(path);
    }
}
