using System.Runtime.CompilerServices;
using SkiaSharp;

namespace Filmgate.Animatic.Frames;

/// <summary>
/// A picture as BT.709 limited-range planes, colour at half size, with optional coverage. Where there is coverage, all
/// samples are multiplied by it, their offsets (16 and 128) included, so that one layer goes over another by addition.
/// </summary>
internal sealed class ColourPlanes
{
    private const double Kr = 0.2126;
    private const double Kb = 0.0722;
    private const int Shift = 16;

    private static readonly int LumaRed = Fixed(219.0 / 255 * Kr);
    private static readonly int LumaGreen = Fixed(219.0 / 255 * (1 - Kr - Kb));
    private static readonly int LumaBlue = Fixed(219.0 / 255 * Kb);
    private static readonly int CbRed = Fixed(-224.0 / 255 * Kr / (2 * (1 - Kb)));
    private static readonly int CbGreen = Fixed(-224.0 / 255 * (1 - Kr - Kb) / (2 * (1 - Kb)));
    private static readonly int CbBlue = Fixed(224.0 / 255 / 2);
    private static readonly int CrRed = Fixed(224.0 / 255 / 2);
    private static readonly int CrGreen = Fixed(-224.0 / 255 * (1 - Kr - Kb) / (2 * (1 - Kr)));
    private static readonly int CrBlue = Fixed(-224.0 / 255 * Kb / (2 * (1 - Kr)));
    private static readonly int LumaOffset = Fixed(16.0 / 255);
    private static readonly int ChromaOffset = Fixed(128.0 / 255);

    private ColourPlanes(int width, int height, bool covered)
    {
        int halfWidth = (width + 1) / 2;
        int halfHeight = (height + 1) / 2;
        Luma = new SamplePlane(width, height);
        Cb = new SamplePlane(halfWidth, halfHeight);
        Cr = new SamplePlane(halfWidth, halfHeight);
        if (!covered)
            return;
        Coverage = new SamplePlane(width, height);
        HalfCoverage = new SamplePlane(halfWidth, halfHeight);
    }

    /// <summary>Luma at full size.</summary>
    public SamplePlane Luma { get; }

    /// <summary>Blue difference at half size.</summary>
    public SamplePlane Cb { get; }

    /// <summary>Red difference at half size.</summary>
    public SamplePlane Cr { get; }

    /// <summary>Coverage (0 to 255) at full size; null for a picture without holes.</summary>
    public SamplePlane? Coverage { get; }

    /// <summary>Coverage at half size, sampled where the colours are.</summary>
    public SamplePlane? HalfCoverage { get; }

    /// <summary>The plane with a number: 0 luma, 1 blue difference, 2 red difference.</summary>
    public SamplePlane Plane(int number) => number switch { 0 => Luma, 1 => Cb, _ => Cr };

    /// <summary>The coverage that goes with the plane of that number.</summary>
    public SamplePlane? CoverageOf(int plane) => plane == 0 ? Coverage : HalfCoverage;

    /// <summary>Converts a picture.</summary>
    /// <param name="picture">8-bit BGRA or RGBA, alpha premultiplied or opaque.</param>
    /// <param name="covered">Whether to keep its alpha; if not, it is taken to be opaque everywhere.</param>
    /// <exception cref="ArgumentException">The picture has another layout.</exception>
    public static unsafe ColourPlanes Of(SKBitmap picture, bool covered)
    {
        if (picture.ColorType is not (SKColorType.Bgra8888 or SKColorType.Rgba8888) || picture.AlphaType == SKAlphaType.Unpremul)
            throw new ArgumentException($"A layer is premultiplied 8-bit BGRA or RGBA, not {picture.ColorType} {picture.AlphaType}.", nameof(picture));

        var planes = new ColourPlanes(picture.Width, picture.Height, covered);
        int stride = picture.RowBytes;
        int red = picture.ColorType == SKColorType.Bgra8888 ? 2 : 0;
        nint pixels = picture.GetPixels();

        Parallel.For(0, planes.Cb.Height, pair =>
        {
            int upper = 2 * pair;
            int lower = Math.Min(upper + 1, planes.Luma.Height - 1);
            var above = (byte*)pixels + (nint)upper * stride;
            var below = (byte*)pixels + (nint)lower * stride;

            // Layers are mostly empty, and an empty row is already what it should be.
            if (covered && IsEmpty(above, picture.Width) && IsEmpty(below, picture.Width))
                return;
            planes.ConvertLuma(above, red, upper);
            if (lower != upper)
                planes.ConvertLuma(below, red, lower);
            planes.ConvertChroma(above, below, red, pair);
        });
        return planes;
    }

    private static unsafe bool IsEmpty(byte* pixels, int width) => !new ReadOnlySpan<uint>(pixels, width).ContainsAnyExcept(0u);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void ConvertLuma(byte* pixels, int red, int row)
    {
        Span<short> luma = Luma.Row(row);
        Span<short> coverage = Coverage is null ? default : Coverage.Row(row);
        for (int x = 0; x < luma.Length; x++, pixels += 4)
        {
            int alpha = coverage.IsEmpty ? 255 : pixels[3];
            luma[x] = (short)((LumaRed * pixels[red] + LumaGreen * pixels[1] + LumaBlue * pixels[2 - red] + LumaOffset * alpha + (1 << (Shift - FixedPoint.Shift - 1))) >> (Shift - FixedPoint.Shift));
            if (!coverage.IsEmpty)
                coverage[x] = (short)(alpha << FixedPoint.Shift);
        }
    }

    // Each colour sample takes 1:2:1 of the columns around its own, over both rows: the filter that its place asks for.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private unsafe void ConvertChroma(byte* above, byte* below, int red, int row)
    {
        Span<short> cb = Cb.Row(row);
        Span<short> cr = Cr.Row(row);
        Span<short> coverage = HalfCoverage is null ? default : HalfCoverage.Row(row);
        int last = Luma.Width - 1;
        for (int x = 0; x < cb.Length; x++)
        {
            int here = 8 * x;
            int before = x == 0 ? 0 : here - 4;
            int after = 4 * Math.Min(2 * x + 1, last);
            int Weigh(int channel) =>
                above[before + channel] + 2 * above[here + channel] + above[after + channel] +
                below[before + channel] + 2 * below[here + channel] + below[after + channel];

            int r = Weigh(red);
            int g = Weigh(1);
            int b = Weigh(2 - red);
            int alpha = coverage.IsEmpty ? 8 * 255 : Weigh(3);
            const int Half = 1 << (Shift + 2 - FixedPoint.Shift);
            cb[x] = (short)((CbRed * r + CbGreen * g + CbBlue * b + ChromaOffset * alpha + Half) >> (Shift + 3 - FixedPoint.Shift));
            cr[x] = (short)((CrRed * r + CrGreen * g + CrBlue * b + ChromaOffset * alpha + Half) >> (Shift + 3 - FixedPoint.Shift));
            if (!coverage.IsEmpty)
                coverage[x] = (short)(alpha << (FixedPoint.Shift - 3));
        }
    }

    private static int Fixed(double value) => (int)Math.Round(value * (1 << Shift));
}
