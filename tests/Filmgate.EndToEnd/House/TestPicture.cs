using SkiaSharp;

namespace Filmgate.EndToEnd.House;

/// <summary>Pictures with gradients and shapes, so that a frame which is turned, mirrored, shifted or of another picture is told apart.</summary>
internal static class TestPicture
{
    /// <summary>Draws one.</summary>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="hue">Degrees; two pictures of different hues are different pictures.</param>
    public static SKBitmap Draw(int width, int height, int hue = 30)
    {
        var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        using var sky = SKShader.CreateLinearGradient(
            new SKPoint(0, 0), new SKPoint(width, height), [SKColor.FromHsl(hue, 60, 70), SKColor.FromHsl((hue + 120) % 360, 50, 25)], SKShaderTileMode.Clamp);
        using var paint = new SKPaint { Shader = sky };
        canvas.DrawPaint(paint);
        using var disc = new SKPaint { Color = SKColor.FromHsl((hue + 60) % 360, 70, 60), IsAntialias = true };
        canvas.DrawCircle(width * (0.2f + hue % 90 / 180f), height * 0.35f, Math.Min(width, height) * 0.2f, disc);
        canvas.Flush();
        return bitmap;
    }

    /// <summary>One as PNG.</summary>
    public static byte[] Png(int width, int height, int hue = 30)
    {
        using var bitmap = Draw(width, height, hue);
        return bitmap.Encode(SKEncodedImageFormat.Png, 100).ToArray();
    }

    /// <summary>One as the data URL of a JPEG.</summary>
    public static string DataUrl(int width, int height, int hue = 30)
    {
        using var bitmap = Draw(width, height, hue);
        return "data:image/jpeg;base64," + Convert.ToBase64String(bitmap.Encode(SKEncodedImageFormat.Jpeg, 95).ToArray());
    }
}
