using Filmgate.Animatic.Camera;
using SkiaSharp;

namespace Filmgate.Animatic.Frames;

/// <summary>One scene layer ready to be resampled: its planes, and in which rows and columns there is anything to see.</summary>
internal sealed class LayerPlanes
{
    // A layer that ends inside the frame gets a border of nothing, wide enough for the filter's taps.
    private const int Border = 4;

    private readonly double depth;
    private readonly double left;
    private readonly double top;
    private readonly (double X, double Y) drift;
    private readonly (double X, double Y) sway;
    private readonly double swayPeriod;
    private readonly Extent[] full;
    private readonly Extent[] half;

    /// <summary>Converts a layer; the layer itself is no longer needed afterwards.</summary>
    public LayerPlanes(SceneLayer layer, FrameSize size)
    {
        if (!(layer.SwayPeriodSeconds > 0))
            throw new ArgumentException($"A layer sways with a period above 0 seconds, not {layer.SwayPeriodSeconds}.", nameof(layer));
        depth = layer.Depth;
        drift = (layer.DriftX, layer.DriftY);
        sway = (layer.SwayX, layer.SwayY);
        swayPeriod = layer.SwayPeriodSeconds;

        int borderLeft = layer.Left > 0 ? Border : 0;
        int borderTop = layer.Top > 0 ? Border : 0;
        int borderRight = layer.Left + layer.Picture.Width < size.Width ? Border : 0;
        int borderBottom = layer.Top + layer.Picture.Height < size.Height ? Border : 0;
        left = layer.Left - borderLeft;
        top = layer.Top - borderTop;

        if (borderLeft + borderTop + borderRight + borderBottom == 0)
        {
            Planes = ColourPlanes.Of(layer.Picture, covered: true);
        }
        else
        {
            using var bordered = new SKBitmap(new SKImageInfo(
                layer.Picture.Width + borderLeft + borderRight, layer.Picture.Height + borderTop + borderBottom,
                layer.Picture.ColorType, SKAlphaType.Premul));
            bordered.Erase(SKColors.Transparent);
            using var canvas = new SKCanvas(bordered);
            canvas.DrawBitmap(layer.Picture, borderLeft, borderTop);
            canvas.Flush();
            Planes = ColourPlanes.Of(bordered, covered: true);
        }

        full = Extents(Planes.Coverage!);
        half = Extents(Planes.HalfCoverage!);
    }

    /// <summary>Resamples this layer.</summary>
    public LineSampler Sampler { get; } = new();

    /// <summary>The layer's planes, coverage included.</summary>
    public ColourPlanes Planes { get; }

    /// <summary>From the frame to this layer, in continuous pixels, in one frame of the clip.</summary>
    public PlaneMap MapAt(CameraPose pose, int frame, FrameSize size)
    {
        double seconds = frame / (double)FrameRate.PerSecond;
        double swing = sway == (0, 0) ? 0 : Math.Sin(2 * Math.PI * seconds / swayPeriod);
        var seen = new CameraPose(pose.X * depth, pose.Y * depth, 1 + (pose.Scale - 1) * depth, pose.Rotation);
        return PlaneMap.Of(seen, size).Shifted(
            -(left + drift.X * seconds + sway.X * swing),
            -(top + drift.Y * seconds + sway.Y * swing));
    }

    /// <summary>Whether nothing behind this layer can be seen in a row of the frame.</summary>
    public bool CoversRow(in PlaneMap map, int plane, int row, int width)
    {
        Extent[] extents = plane == 0 ? full : half;
        (int from, int to) = Rows(map, row, width, extents.Length);
        for (int i = from; i <= to; i++)
        {
            if (!extents[i].Solid)
                return false;
        }

        return true;
    }

    /// <summary>The columns of a row of the frame in which this layer may be seen, the first one a multiple of sixteen; false for none.</summary>
    public bool VisibleColumns(in PlaneMap map, int plane, int row, int width, out int first, out int count)
    {
        Extent[] extents = plane == 0 ? full : half;
        SamplePlane source = Planes.Plane(plane);
        (int from, int to) = Rows(map, row, width, extents.Length);
        int nearest = int.MaxValue, furthest = -1;
        for (int i = from; i <= to; i++)
        {
            nearest = Math.Min(nearest, extents[i].First);
            furthest = Math.Max(furthest, extents[i].Last);
        }

        first = count = 0;
        if (furthest < 0)
            return false;

        // Outermost samples that are seen are continued beyond the plane.
        double start = map.B * row + map.C;
        int end = furthest == source.Width - 1 ? width : (int)Math.Clamp(Math.Ceiling((furthest + 2 - start) / map.A) + 1, 0, width);
        first = nearest == 0 ? 0 : (int)Math.Clamp(Math.Floor((nearest - 2 - start) / map.A), 0, width) / FixedPoint.Lanes * FixedPoint.Lanes;
        count = end - first;
        return count > 0;
    }

    // The source's rows that a row of the frame is made from.
    private static (int From, int To) Rows(in PlaneMap map, int row, int width, int height)
    {
        double atLeft = map.E * row + map.F;
        double atRight = atLeft + map.D * width;
        return (Math.Clamp((int)Math.Floor(Math.Min(atLeft, atRight)) - 1, 0, height - 1),
            Math.Clamp((int)Math.Floor(Math.Max(atLeft, atRight)) + 2, 0, height - 1));
    }

    private static Extent[] Extents(SamplePlane coverage)
    {
        var extents = new Extent[coverage.Height];
        for (int y = 0; y < extents.Length; y++)
        {
            Span<short> row = coverage.Row(y);
            int first = row.IndexOfAnyExcept((short)0);
            extents[y] = first < 0
                ? new Extent(int.MaxValue, -1, false)
                : new Extent(first, row.LastIndexOfAnyExcept((short)0), !row.ContainsAnyExcept((short)(255 * FixedPoint.One)));
        }

        return extents;
    }

    private readonly record struct Extent(int First, int Last, bool Solid);
}
