using Filmgate.Animatic.Frames;
using SkiaSharp;

namespace Filmgate.Animatic.Pictures;

/// <summary>What the camera finds beyond the edges of a picture: the picture mirrored, soon out of focus.</summary>
/// <remarks>A camera that pulls back from a picture must show something; a mirrored surround keeps its colours and light.</remarks>
internal static class Surround
{
    // A view further out than this shows the outermost pixels continued.
    private const double MostOfAFrame = 0.5;

    /// <summary>How many pixels the views look past the frame at the sides and above or below, rounded up to even.</summary>
    public static (int Sides, int Ends) Needed(IEnumerable<PlaneMap> views, FrameSize size)
    {
        double sides = 0, ends = 0;
        foreach (PlaneMap view in views)
        {
            foreach ((int u, int v) in ((int, int)[])[(0, 0), (size.Width, 0), (0, size.Height), (size.Width, size.Height)])
            {
                (double x, double y) = view.At(u, v);
                sides = Math.Max(sides, Math.Max(-x, x - size.Width));
                ends = Math.Max(ends, Math.Max(-y, y - size.Height));
            }
        }

        return (Even(sides, size.Width), Even(ends, size.Height));
    }

    /// <summary>The picture with its surround; the caller disposes it.</summary>
    public static SKBitmap Around(SKBitmap picture, int sides, int ends)
    {
        var wide = new SKBitmap(new SKImageInfo(picture.Width + 2 * sides, picture.Height + 2 * ends, SKColorType.Bgra8888, SKAlphaType.Premul));
        using var canvas = new SKCanvas(wide);
        using SKImage image = SKImage.FromBitmap(picture);
        using SKShader mirrored = image.ToShader(SKShaderTileMode.Mirror, SKShaderTileMode.Mirror, SKMatrix.CreateTranslation(sides, ends));
        float focus = Math.Min(picture.Width, picture.Height) / 90f;
        float feather = 2 * focus;
        SKRect place = SKRect.Create(sides, ends, picture.Width, picture.Height);

        using var plain = new SKPaint { Shader = mirrored };
        canvas.DrawPaint(plain);

        using SKImageFilter blur = SKImageFilter.CreateBlur(focus, focus, SKShaderTileMode.Mirror);
        using var unsharp = new SKPaint { ImageFilter = blur };
        canvas.SaveLayer(unsharp);
        canvas.DrawPaint(plain);
        canvas.Restore();

        // The mirrored picture is laid over its own blur once more and fades out within a feather's breadth of the edge.
        using SKMaskFilter soft = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, feather / 2);
        using var fading = new SKPaint { Shader = mirrored, MaskFilter = soft };
        canvas.DrawRect(SKRect.Inflate(place, feather, feather), fading);
        canvas.DrawImage(image, sides, ends);
        canvas.Flush();
        return wide;
    }

    private static int Even(double pixels, int side)
    {
        double bounded = Math.Min(pixels, side * MostOfAFrame);
        return bounded < 0.01 ? 0 : 2 * (int)Math.Ceiling((bounded + 2) / 2);
    }
}
