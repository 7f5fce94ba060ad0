using Filmgate.Animatic.Frames;
using SkiaSharp;

namespace Filmgate.Animatic.Pictures;

/// <summary>A picture on disk: read as it is meant to be seen, and scaled to a frame.</summary>
internal sealed class PictureFile : IDisposable
{
    // Shows behind transparent pictures. A middle grey suits dark and light subjects alike.
    private static readonly SKColor Behind = new(0x80, 0x80, 0x80);

    private readonly SKCodec codec;
    private readonly AnimaticFault fault;
    private readonly bool turned;

    private PictureFile(SKCodec codec, AnimaticFault fault)
    {
        this.codec = codec;
        this.fault = fault;
        turned = codec.EncodedOrigin is SKEncodedOrigin.LeftTop or SKEncodedOrigin.RightTop or SKEncodedOrigin.RightBottom or SKEncodedOrigin.LeftBottom;
    }

    /// <summary>Width as the picture is meant to be seen, after its EXIF orientation.</summary>
    public int Width => turned ? codec.Info.Height : codec.Info.Width;

    /// <summary>Height as the picture is meant to be seen, after its EXIF orientation.</summary>
    public int Height => turned ? codec.Info.Width : codec.Info.Height;

    /// <summary>Reads the picture's header.</summary>
    /// <exception cref="AnimaticException">There is no such file, or it holds no picture; the fault is <paramref name="fault"/>.</exception>
    public static PictureFile Open(string path, AnimaticFault fault)
    {
        if (!File.Exists(path))
            throw new AnimaticException(fault, $"{Name(fault)} is not there: {path}");
        SKCodec codec = SKCodec.Create(path, out SKCodecResult result)
            ?? throw new AnimaticException(fault, $"{Name(fault)} is no picture that can be decoded ({result}).");
        return new PictureFile(codec, fault);
    }

    /// <summary>Decodes the picture so that it fills a frame of that size; what is too long is cropped evenly at both ends.</summary>
    /// <exception cref="AnimaticException">The file is damaged or ends early.</exception>
    public SKBitmap Fill(FrameSize size)
    {
        double zoom = Math.Max((double)size.Width / Width, (double)size.Height / Height);
        using SKBitmap decoded = Halved(Decode(zoom), size);

        var frame = new SKBitmap(new SKImageInfo(size.Width, size.Height, SKColorType.Bgra8888, SKAlphaType.Premul));
        using var canvas = new SKCanvas(frame);
        canvas.Clear(Behind);
        int seenWidth = turned ? decoded.Height : decoded.Width;
        int seenHeight = turned ? decoded.Width : decoded.Height;
        double scale = Math.Max((double)size.Width / seenWidth, (double)size.Height / seenHeight);
        canvas.Translate((float)((size.Width - scale * seenWidth) / 2), (float)((size.Height - scale * seenHeight) / 2));
        canvas.Scale((float)scale);
        canvas.Concat(Turn(codec.EncodedOrigin, decoded.Width, decoded.Height));

        using SKImage image = SKImage.FromBitmap(decoded);
        SKSamplingOptions sampling = scale == 1 ? SKSamplingOptions.Default
            : new SKSamplingOptions(scale > 1 ? SKCubicResampler.CatmullRom : SKCubicResampler.Mitchell);
        canvas.DrawImage(image, 0, 0, sampling);
        canvas.Flush();
        return frame;
    }

    /// <summary>Decodes the picture in its full size, turned as it is meant to be seen.</summary>
    /// <exception cref="AnimaticException">The file is damaged or ends early.</exception>
    public SKBitmap Upright(bool isOpaque)
    {
        using SKBitmap decoded = Decode(zoom: 1);
        using SKColorSpace srgb = SKColorSpace.CreateSrgb();
        var upright = new SKBitmap(new SKImageInfo(Width, Height, SKColorType.Bgra8888, isOpaque ? SKAlphaType.Opaque : SKAlphaType.Premul, srgb));
        using var canvas = new SKCanvas(upright);
        canvas.Clear(isOpaque ? Behind : SKColors.Transparent);
        canvas.Concat(Turn(codec.EncodedOrigin, decoded.Width, decoded.Height));
        canvas.DrawBitmap(decoded, 0, 0);
        canvas.Flush();
        return upright;
    }

    /// <inheritdoc/>
    public void Dispose() => codec.Dispose();

    // JPEG and WebP can be decoded at a fraction of their size, which keeps a large photograph from ever lying in memory whole.
    private SKBitmap Decode(double zoom)
    {
        SKSizeI full = codec.Info.Size;
        SKSizeI wanted = full;
        if (zoom < 1)
        {
            SKSizeI offered = codec.GetScaledDimensions((float)Math.Min(1, zoom * 1.1));
            if (offered.Width >= full.Width * zoom && offered.Height >= full.Height * zoom)
                wanted = offered;
        }

        var bitmap = new SKBitmap();
        using SKColorSpace srgb = SKColorSpace.CreateSrgb();
        if (!bitmap.TryAllocPixels(new SKImageInfo(wanted.Width, wanted.Height, SKColorType.Bgra8888, SKAlphaType.Premul, srgb)))
        {
            bitmap.Dispose();
            throw new AnimaticException(fault, $"{Name(fault)} is too large to decode: {full.Width}x{full.Height} pixels.");
        }

        SKCodecResult result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result == SKCodecResult.Success)
            return bitmap;
        bitmap.Dispose();
        throw new AnimaticException(fault, result == SKCodecResult.IncompleteInput
            ? $"{Name(fault)} ends before the picture does; the file is cut off."
            : $"{Name(fault)} is damaged and cannot be decoded ({result}).");
    }

    // A cubic filter looks at four neighbours; halving first keeps it from skipping pixels when it shrinks by more than two.
    private SKBitmap Halved(SKBitmap picture, FrameSize size)
    {
        int width = turned ? size.Height : size.Width;
        int height = turned ? size.Width : size.Height;
        while (picture.Width >= 2 * width && picture.Height >= 2 * height)
        {
            var half = new SKBitmap(picture.Info.WithSize(picture.Width / 2, picture.Height / 2));
            using SKBitmap larger = picture;
            larger.ScalePixels(half, new SKSamplingOptions(SKFilterMode.Linear));
            picture = half;
        }

        return picture;
    }

    private static SKMatrix Turn(SKEncodedOrigin origin, int width, int height) => origin switch
    {
        SKEncodedOrigin.TopRight => new SKMatrix(-1, 0, width, 0, 1, 0, 0, 0, 1),
        SKEncodedOrigin.BottomRight => new SKMatrix(-1, 0, width, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.BottomLeft => new SKMatrix(1, 0, 0, 0, -1, height, 0, 0, 1),
        SKEncodedOrigin.LeftTop => new SKMatrix(0, 1, 0, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightTop => new SKMatrix(0, -1, height, 1, 0, 0, 0, 0, 1),
        SKEncodedOrigin.RightBottom => new SKMatrix(0, -1, height, -1, 0, width, 0, 0, 1),
        SKEncodedOrigin.LeftBottom => new SKMatrix(0, 1, 0, -1, 0, width, 0, 0, 1),
        _ => SKMatrix.Identity,
    };

    private static string Name(AnimaticFault fault) =>
        fault == AnimaticFault.EndPictureUnreadable ? "The end picture" : "The start picture";
}
