using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Filmgate.Animatic.Frames;

/// <summary>Resamples planes along any affine map with a Catmull-Rom cubic, one row of the frame at a time.</summary>
/// <remarks>
/// A row is made in two passes. The first goes down: it interpolates between the source's rows, at every source column, along
/// the line that the map draws through the source. The second goes across that line. Positions are not rounded to a
/// grid: the weights are computed for each sample's exact place, so that slow moves do not step. Beyond its edges a plane continues
/// as its outermost samples. One thread at a time.
/// </remarks>
internal sealed unsafe class LineSampler
{
    private const int Lanes = 8;

    // Room for the taps on both sides and for vector stores past the end.
    private const int Slack = 64;

    private float[] scratch = [];

    /// <summary>Samples part of one row.</summary>
    /// <param name="plane">The source.</param>
    /// <param name="map">Sample numbers of the frame's plane to sample numbers of the source. It must not turn by more than 45 degrees, mirror, or shrink to less than half.</param>
    /// <param name="row">The row of the frame's plane.</param>
    /// <param name="first">The first column wanted.</param>
    /// <param name="count">Columns wanted.</param>
    /// <param name="target">Gets the values from its beginning on; values may overshoot 0 to 255 a little.</param>
    public void Sample(SamplePlane plane, in PlaneMap map, int row, int first, int count, FloatRow target)
    {
        double start = map.A * first + map.B * row + map.C;
        int lineFirst = (int)Math.Floor(start) - 1;
        int lineCount = (int)Math.Floor(start + map.A * (count - 1)) + 3 - lineFirst;
        if (scratch.Length < lineCount + Slack)
            scratch = GC.AllocateUninitializedArray<float>(lineCount + 512, pinned: true);

        fixed (float* line = scratch)
        fixed (byte* samples = plane.Bytes)
        {
            double slope = map.D / map.A;
            double y = (map.E - slope * map.B) * row + (map.F - slope * map.C) + slope * lineFirst;
            Down(samples, plane.Width, plane.Height, y, slope, lineFirst, lineCount, line);
            Across(line, start - lineFirst, map.A, count, target.Values);
        }
    }

    // First pass: the source's values on the line y + slope·i at the columns first + i.
    private static void Down(byte* samples, int width, int height, double y, double slope, int first, int count, float* line)
    {
        int inside = Math.Clamp(-first, 0, count);
        int end = Math.Clamp(width - first, inside, count);
        if (slope == 0)
        {
            Level(samples + first, width, height, y, inside, end, line);
            if (inside < end)
            {
                new Span<float>(line, inside).Fill(line[inside]);
                new Span<float>(line + end, count - end).Fill(line[end - 1]);
            }
            else
            {
                float edge = At(samples, width, height, first < 0 ? 0 : width - 1, y);
                new Span<float>(line, count).Fill(edge);
            }

            return;
        }

        for (int i = 0; i < inside; i++)
            line[i] = At(samples, width, height, 0, y + slope * i);
        Sloped(samples, width, height, y, slope, first, inside, end, line);
        for (int i = end; i < count; i++)
            line[i] = At(samples, width, height, width - 1, y + slope * i);
    }

    private static void Level(byte* samples, int width, int height, double y, int from, int end, float* line)
    {
        int whole = (int)Math.Floor(y);
        var part = (float)(y - whole);
        byte* r0 = samples + (nint)Math.Clamp(whole - 1, 0, height - 1) * width;
        byte* r1 = samples + (nint)Math.Clamp(whole, 0, height - 1) * width;
        byte* r2 = samples + (nint)Math.Clamp(whole + 1, 0, height - 1) * width;
        byte* r3 = samples + (nint)Math.Clamp(whole + 2, 0, height - 1) * width;

        if (part == 0)
        {
            for (int i = from; i < end; i += Lanes)
                Load(r1 + i).Store(line + i);
            return;
        }

        Weights(Vector256.Create(part), out Vector256<float> w0, out Vector256<float> w1, out Vector256<float> w2, out Vector256<float> w3);
        for (int i = from; i < end; i += Lanes)
            Sum(Load(r0 + i), Load(r1 + i), Load(r2 + i), Load(r3 + i), w0, w1, w2, w3).Store(line + i);
    }

    private static void Sloped(byte* samples, int width, int height, double y, double slope, int first, int from, int end, float* line)
    {
        Vector256<float> steps = LaneNumbers * Vector256.Create((float)slope);
        for (int i = from; i < end; i += Lanes)
        {
            double here = y + slope * i;
            int whole = (int)Math.Floor(here);
            if ((int)Math.Floor(here + slope * (Lanes - 1)) != whole)
            {
                // The line passes from one row to the next within these columns, which is rare: turns are small.
                for (int lane = i; lane < Math.Min(i + Lanes, end); lane++)
                    line[lane] = At(samples, width, height, first + lane, y + slope * lane);
                continue;
            }

            byte* column = samples + first + i;
            Weights(Vector256.Create((float)(here - whole)) + steps, out Vector256<float> w0, out Vector256<float> w1, out Vector256<float> w2, out Vector256<float> w3);
            Sum(
                Load(column + (nint)Math.Clamp(whole - 1, 0, height - 1) * width),
                Load(column + (nint)Math.Clamp(whole, 0, height - 1) * width),
                Load(column + (nint)Math.Clamp(whole + 1, 0, height - 1) * width),
                Load(column + (nint)Math.Clamp(whole + 2, 0, height - 1) * width),
                w0, w1, w2, w3).Store(line + i);
        }
    }

    private static float At(byte* samples, int width, int height, int column, double y)
    {
        int whole = (int)Math.Floor(y);
        var f = (float)(y - whole);
        float r0 = samples[(nint)Math.Clamp(whole - 1, 0, height - 1) * width + column];
        float r1 = samples[(nint)Math.Clamp(whole, 0, height - 1) * width + column];
        float r2 = samples[(nint)Math.Clamp(whole + 1, 0, height - 1) * width + column];
        float r3 = samples[(nint)Math.Clamp(whole + 2, 0, height - 1) * width + column];
        return r1 + 0.5f * f * (r2 - r0 + f * (2 * r0 - 5 * r1 + 4 * r2 - r3 + f * (3 * (r1 - r2) + r3 - r0)));
    }

    // Second pass: the line's values at start + step·i.
    private static void Across(float* line, double start, double step, int count, float* target)
    {
        if (step == 1)
        {
            AcrossEvenly(line, start, count, target);
            return;
        }

        Vector256<float> steps = LaneNumbers * Vector256.Create((float)step);
        for (int i = 0; i < count; i += Lanes)
        {
            double x = start + step * i;
            int whole = (int)x;
            Vector256<float> places = Vector256.Create((float)(x - whole)) + steps;
            Vector256<int> wholes = Vector256.ConvertToInt32Native(places);

            // With a step a hair below 1 the rounding of floats may reach 8; from 7 the weights then give the same sample.
            if (step < 1)
                wholes = Vector256.Min(wholes, Vector256.Create(Lanes - 1));
            Weights(places - Vector256.ConvertToSingle(wholes), out Vector256<float> w0, out Vector256<float> w1, out Vector256<float> w2, out Vector256<float> w3);
            float* taps = line + whole - 1;
            Vector256<float> sum;
            if (step < 1)
            {
                // Eight results come from at most eight neighbours, so one load and one permutation serve a tap.
                sum = Sum(
                    Vector256.ShuffleNative(Vector256.Load(taps), wholes),
                    Vector256.ShuffleNative(Vector256.Load(taps + 1), wholes),
                    Vector256.ShuffleNative(Vector256.Load(taps + 2), wholes),
                    Vector256.ShuffleNative(Vector256.Load(taps + 3), wholes),
                    w0, w1, w2, w3);
            }
            else
            {
                int middle = wholes.GetElement(Lanes / 2);
                sum = Sum(
                    Spread(taps, wholes, middle), Spread(taps + 1, wholes, middle),
                    Spread(taps + 2, wholes, middle), Spread(taps + 3, wholes, middle),
                    w0, w1, w2, w3);
            }

            sum.Store(target + i);
        }
    }

    // Up to a step of two, each half of eight results comes from at most eight neighbours.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Spread(float* taps, Vector256<int> wholes, int middle) => Vector256.Create(
        Vector256.ShuffleNative(Vector256.Load(taps), wholes & Vector256.Create(7)).GetLower(),
        Vector256.ShuffleNative(Vector256.Load(taps + middle), (wholes - Vector256.Create(middle)) & Vector256.Create(7)).GetUpper());

    private static void AcrossEvenly(float* line, double start, int count, float* target)
    {
        var whole = (int)start;
        var part = (float)(start - whole);
        float* taps = line + whole - 1;
        if (part == 0)
        {
            new Span<float>(taps + 1, count).CopyTo(new Span<float>(target, count));
            return;
        }

        Weights(Vector256.Create(part), out Vector256<float> w0, out Vector256<float> w1, out Vector256<float> w2, out Vector256<float> w3);
        for (int i = 0; i < count; i += Lanes)
            Sum(Vector256.Load(taps + i), Vector256.Load(taps + i + 1), Vector256.Load(taps + i + 2), Vector256.Load(taps + i + 3), w0, w1, w2, w3).Store(target + i);
    }

    private static Vector256<float> LaneNumbers => Vector256.Create(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Load(byte* samples) => Avx2.IsSupported
        ? Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(samples))
        : Vector256.ConvertToSingle(Vector256.WidenLower(Vector256.WidenLower(
            Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(samples)).AsByte().ToVector256Unsafe()).AsUInt16()).AsInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Sum(
        Vector256<float> t0, Vector256<float> t1, Vector256<float> t2, Vector256<float> t3,
        Vector256<float> w0, Vector256<float> w1, Vector256<float> w2, Vector256<float> w3) =>
        Vector256.MultiplyAddEstimate(t0, w0, t1 * w1) + Vector256.MultiplyAddEstimate(t2, w2, t3 * w3);

    // Catmull-Rom: passes through the samples themselves, so that a picture seen straight on comes out unchanged.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Weights(Vector256<float> f, out Vector256<float> w0, out Vector256<float> w1, out Vector256<float> w2, out Vector256<float> w3)
    {
        Vector256<float> half = Vector256.Create(0.5f);
        Vector256<float> halfSquare = half * f * f;
        Vector256<float> halfCube = halfSquare * f;
        w0 = halfSquare + halfSquare - halfCube - half * f;
        w3 = halfCube - halfSquare;
        w2 = half * f - w3 * Vector256.Create(3f) + halfSquare;
        w1 = Vector256<float>.One - w0 - w2 - w3;
    }
}
