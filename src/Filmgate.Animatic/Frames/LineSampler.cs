using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Filmgate.Animatic.Frames;

/// <summary>Resamples planes along an affine map with a Catmull-Rom cubic, one row of the frame at a time.</summary>
/// <remarks>
/// A row is made in two passes. The first goes down: it interpolates between the source's rows, at every source column, along
/// the line that the map draws through the source. The second goes across that line. Places are not rounded to a
/// grid: the weights are computed for each sample's own place, so that slow moves do not step. Beyond its edges a plane continues
/// as its outermost samples. One thread at a time; with a sampler for each source the plans of its rows are kept.
/// </remarks>
internal sealed unsafe class LineSampler
{
    /// <summary>The steepest line through the source, in rows per column: about three and a half degrees.</summary>
    public const double SteepestSlope = 1.0 / FixedPoint.Lanes;

    // Room for the taps on both sides and for vector loads and stores past the end.
    private const int Slack = 64;

    private readonly CrossPlan across = new();
    private short[] scratch = [];

    /// <summary>Samples part of one row.</summary>
    /// <param name="plane">The source.</param>
    /// <param name="map">Sample numbers of the frame's plane to sample numbers of the source. It turns by no more than <see cref="SteepestSlope"/>, does not mirror, and shrinks to more than half.</param>
    /// <param name="row">The row of the frame's plane.</param>
    /// <param name="first">The first column wanted, a multiple of sixteen.</param>
    /// <param name="count">Columns wanted.</param>
    /// <param name="target">Gets the samples from its beginning on; they may overshoot 0 to 255 a little.</param>
    public void Sample(SamplePlane plane, in PlaneMap map, int row, int first, int count, SampleRow target)
    {
        double start = map.A * first + map.B * row + map.C;
        int lineFirst = (int)Math.Floor(start) - 1;
        int lineCount = (int)Math.Floor(start + map.A * (count - 1)) + 3 - lineFirst;
        if (scratch.Length < lineCount + Slack)
            scratch = GC.AllocateArray<short>(lineCount + 512, pinned: true);

        double slope = map.D / map.A;
        Debug.Assert(Math.Abs(slope) <= SteepestSlope, "The camera is turned too far.");
        fixed (short* line = scratch)
        fixed (short* samples = plane.Samples)
        {
            double y = (map.E - slope * map.B) * row + (map.F - slope * map.C) + slope * lineFirst;
            Down(samples, plane.Width, plane.Height, y, slope, lineFirst, lineCount, line);

            // The plan counts from the row's beginning, so that parts of different rows share it.
            double rowStart = map.B * row + map.C;
            int rowFirst = (int)Math.Floor(rowStart) - 1;
            across.Run(line + (rowFirst - lineFirst), rowStart - rowFirst, map.A, first, count, target.Values);
        }
    }

    // First pass: the source's values on the line y + slope·i at the columns first + i.
    private static void Down(short* samples, int width, int height, double y, double slope, int first, int count, short* line)
    {
        int inside = Math.Clamp(-first, 0, count);
        int end = Math.Clamp(width - first, inside, count);
        if (inside < end)
        {
            if (slope == 0)
                Level(samples + first, width, height, y, inside, end, line);
            else
                Sloped(samples + first, width, height, y, slope, inside, end, line);
        }

        if (slope == 0 && inside < end)
        {
            new Span<short>(line, inside).Fill(line[inside]);
            new Span<short>(line + end, count - end).Fill(line[end - 1]);
            return;
        }

        for (int i = 0; i < inside; i++)
            line[i] = At(samples, width, height, 0, y + slope * i);
        for (int i = end; i < count; i++)
            line[i] = At(samples, width, height, width - 1, y + slope * i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Level(short* samples, int width, int height, double y, int from, int end, short* line)
    {
        int whole = (int)Math.Floor(y);
        short* r0 = Row(samples, width, height, whole - 1);
        short* r1 = Row(samples, width, height, whole);
        short* r2 = Row(samples, width, height, whole + 1);
        short* r3 = Row(samples, width, height, whole + 2);
        if (y == whole)
        {
            new Span<short>(r1 + from, end - from).CopyTo(new Span<short>(line + from, end - from));
            return;
        }

        Vector256<float> part = Vector256.Create((float)(y - whole));
        FixedPoint.Weights(part, part, out Vector256<short> w0, out Vector256<short> w1, out Vector256<short> w2, out Vector256<short> w3);
        for (int i = from; i < end; i += FixedPoint.Lanes)
        {
            Vector256<short> sum =
                FixedPoint.Times(Vector256.Load(r0 + i), w0) + FixedPoint.Times(Vector256.Load(r1 + i), w1) +
                (FixedPoint.Times(Vector256.Load(r2 + i), w2) + FixedPoint.Times(Vector256.Load(r3 + i), w3));
            sum.Store(line + i);
        }
    }

    // Within sixteen columns the line passes into the next row at most once, so that five rows serve the four taps.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sloped(short* samples, int width, int height, double y, double slope, int from, int end, short* line)
    {
        Vector256<float> lowSteps = Vector256.Create(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f) * (float)slope;
        Vector256<float> highSteps = lowSteps + Vector256.Create((float)(8 * slope));
        for (int i = from; i < end; i += FixedPoint.Lanes)
        {
            double here = y + slope * i;
            int whole = (int)Math.Floor(Math.Min(here, here + slope * (FixedPoint.Lanes - 1)));
            Vector256<float> low = Vector256.Create((float)(here - whole)) + lowSteps;
            Vector256<float> high = Vector256.Create((float)(here - whole)) + highSteps;
            Vector256<int> lowNext = Vector256.GreaterThanOrEqual(low, Vector256<float>.One).AsInt32();
            Vector256<int> highNext = Vector256.GreaterThanOrEqual(high, Vector256<float>.One).AsInt32();
            Vector256<short> next = Vector256.Narrow(lowNext, highNext);
            FixedPoint.Weights(
                low + Vector256.ConvertToSingle(lowNext), high + Vector256.ConvertToSingle(highNext),
                out Vector256<short> w0, out Vector256<short> w1, out Vector256<short> w2, out Vector256<short> w3);

            Vector256<short> r0 = Vector256.Load(Row(samples, width, height, whole - 1) + i);
            Vector256<short> r1 = Vector256.Load(Row(samples, width, height, whole) + i);
            Vector256<short> r2 = Vector256.Load(Row(samples, width, height, whole + 1) + i);
            Vector256<short> r3 = Vector256.Load(Row(samples, width, height, whole + 2) + i);
            Vector256<short> r4 = Vector256.Load(Row(samples, width, height, whole + 3) + i);
            Vector256<short> sum =
                FixedPoint.Times(Vector256.ConditionalSelect(next, r1, r0), w0) +
                FixedPoint.Times(Vector256.ConditionalSelect(next, r2, r1), w1) +
                (FixedPoint.Times(Vector256.ConditionalSelect(next, r3, r2), w2) +
                FixedPoint.Times(Vector256.ConditionalSelect(next, r4, r3), w3));
            sum.Store(line + i);
        }
    }

    private static short At(short* samples, int width, int height, int column, double y)
    {
        int whole = (int)Math.Floor(y);
        double f = y - whole;
        double r0 = Row(samples, width, height, whole - 1)[column];
        double r1 = Row(samples, width, height, whole)[column];
        double r2 = Row(samples, width, height, whole + 1)[column];
        double r3 = Row(samples, width, height, whole + 2)[column];
        return (short)Math.Round(r1 + 0.5 * f * (r2 - r0 + f * (2 * r0 - 5 * r1 + 4 * r2 - r3 + f * (3 * (r1 - r2) + r3 - r0))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static short* Row(short* samples, int width, int height, int row) => samples + (nint)Math.Clamp(row, 0, height - 1) * width;
}
