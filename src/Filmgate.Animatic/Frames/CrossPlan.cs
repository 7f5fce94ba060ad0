using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Filmgate.Animatic.Frames;

/// <summary>How to resample along a row: for each sixteen results which samples to load, how to spread them, and their weights.</summary>
/// <remarks>Rows of one frame mostly share their plan, as the camera is seldom turned; it is made again only when it changes.</remarks>
internal sealed unsafe class CrossPlan
{
    // For each sixteen results: four vectors of weights, and how to spread the first and the second eight samples from each base.
    private const int VectorsPerGroup = 6;
    private const int HalfLanes = FixedPoint.Lanes / 2;

    private Vector256<short>[] vectors = [];
    private int[] bases = [];
    private double start = double.NaN;
    private double step;
    private int count;

    /// <summary>Resamples a line.</summary>
    /// <param name="line">The samples; readable from one before the first place used to 32 after the last one.</param>
    /// <param name="from">The place of column 0, 1 or more.</param>
    /// <param name="by">The distance between places, more than 0 and less than 2.</param>
    /// <param name="first">The first column wanted, a multiple of sixteen.</param>
    /// <param name="results">Columns wanted.</param>
    /// <param name="target">Room for the results, rounded up to sixteen.</param>
    public void Run(short* line, double from, double by, int first, int results, short* target)
    {
        if (by == 1)
        {
            RunEvenly(line + first, from, results, target);
            return;
        }

        if (from != start || by != step || first + results > count)
            Make(from, by, Math.Max(first + results, count));
        if (by < 1)
            RunCloser(line, first, results, target);
        else
            RunWider(line, first, results, target);
    }

    // At most eight neighbours serve eight results, so one load and one spreading are enough for each tap.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunCloser(short* line, int first, int results, short* target)
    {
        ref Vector256<short> plan = ref vectors[VectorsPerGroup * (first / FixedPoint.Lanes)];
        fixed (int* at = bases)
        {
            int* place = at + 2 * (first / FixedPoint.Lanes);
            for (int i = 0; i < results; i += FixedPoint.Lanes, place += 2)
            {
                short* low = line + place[0];
                short* high = line + place[1];
                Vector256<byte> spread = Unsafe.Add(ref plan, 4).AsByte();
                Vector256<short> sum =
                    FixedPoint.Times(Spread(low, high, spread), plan) +
                    FixedPoint.Times(Spread(low + 1, high + 1, spread), Unsafe.Add(ref plan, 1)) +
                    (FixedPoint.Times(Spread(low + 2, high + 2, spread), Unsafe.Add(ref plan, 2)) +
                    FixedPoint.Times(Spread(low + 3, high + 3, spread), Unsafe.Add(ref plan, 3)));
                sum.Store(target + i);
                plan = ref Unsafe.Add(ref plan, VectorsPerGroup);
            }
        }
    }

    // Up to sixteen neighbours serve eight results.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunWider(short* line, int first, int results, short* target)
    {
        ref Vector256<short> plan = ref vectors[VectorsPerGroup * (first / FixedPoint.Lanes)];
        fixed (int* at = bases)
        {
            int* place = at + 2 * (first / FixedPoint.Lanes);
            for (int i = 0; i < results; i += FixedPoint.Lanes, place += 2)
            {
                Vector256<byte> near = Unsafe.Add(ref plan, 4).AsByte();
                Vector256<byte> far = Unsafe.Add(ref plan, 5).AsByte();
                Vector256<short> sum = Vector256<short>.Zero;
                for (int tap = 0; tap < 4; tap++)
                {
                    short* low = line + place[0] + tap;
                    short* high = line + place[1] + tap;
                    Vector256<short> spread = Spread(low, high, near) | Spread(low + HalfLanes, high + HalfLanes, far);
                    sum += FixedPoint.Times(spread, Unsafe.Add(ref plan, tap));
                }

                sum.Store(target + i);
                plan = ref Unsafe.Add(ref plan, VectorsPerGroup);
            }
        }
    }

    // Without any zoom all places lie equally far between two samples.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunEvenly(short* line, double from, int results, short* target)
    {
        int whole = (int)from;
        Vector256<float> part = Vector256.Create((float)(from - whole));
        short* taps = line + whole - 1;
        if (from == whole)
        {
            new Span<short>(taps + 1, results).CopyTo(new Span<short>(target, results));
            return;
        }

        FixedPoint.Weights(part, part, out Vector256<short> w0, out Vector256<short> w1, out Vector256<short> w2, out Vector256<short> w3);
        for (int i = 0; i < results; i += FixedPoint.Lanes)
        {
            Vector256<short> sum =
                FixedPoint.Times(Vector256.Load(taps + i), w0) + FixedPoint.Times(Vector256.Load(taps + i + 1), w1) +
                (FixedPoint.Times(Vector256.Load(taps + i + 2), w2) + FixedPoint.Times(Vector256.Load(taps + i + 3), w3));
            sum.Store(target + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Make(double from, double by, int results)
    {
        start = from;
        step = by;
        count = results;
        int groups = (results + FixedPoint.Lanes - 1) / FixedPoint.Lanes;
        if (bases.Length < 2 * groups)
        {
            bases = new int[2 * groups];
            vectors = new Vector256<short>[VectorsPerGroup * groups];
        }

        Vector256<float> steps = Vector256.Create(0f, 1f, 2f, 3f, 4f, 5f, 6f, 7f) * (float)by;
        for (int group = 0; group < groups; group++)
        {
            Vector256<float> lowPart = Half(2 * group, steps, out Vector128<short> lowOffsets);
            Vector256<float> highPart = Half(2 * group + 1, steps, out Vector128<short> highOffsets);
            Span<Vector256<short>> plan = vectors.AsSpan(VectorsPerGroup * group, VectorsPerGroup);
            FixedPoint.Weights(lowPart, highPart, out plan[0], out plan[1], out plan[2], out plan[3]);

            // The n-th sample has the bytes 2n and 2n + 1; a byte number of 128 or more gives nothing.
            Vector256<short> offsets = Vector256.Create(lowOffsets, highOffsets);
            Vector256<short> far = Vector256.GreaterThan(offsets, Vector256.Create((short)(HalfLanes - 1)));
            Vector256<short> nothing = Vector256.Create(unchecked((short)0x8080));
            plan[4] = Vector256.ConditionalSelect(far, nothing, Bytes(offsets));
            plan[5] = Vector256.ConditionalSelect(far, Bytes(offsets - Vector256.Create((short)HalfLanes)), nothing);
        }
    }

    // Eight places: the first one's base, the others' distances from it in whole samples, and what remains.
    private Vector256<float> Half(int number, Vector256<float> steps, out Vector128<short> offsets)
    {
        double place = start + step * (number * HalfLanes);
        int whole = (int)place;
        bases[number] = whole - 1;
        Vector256<float> places = Vector256.Create((float)(place - whole)) + steps;
        Vector256<int> wholes = Vector256.ConvertToInt32Native(places);

        // With a step a hair below 1 the rounding of floats may reach 8; from 7 the weights then give the same sample.
        if (step < 1)
            wholes = Vector256.Min(wholes, Vector256.Create(HalfLanes - 1));
        else
            wholes = Vector256.Min(wholes, Vector256.Create(2 * HalfLanes - 1));
        offsets = Vector128.Narrow(wholes.GetLower(), wholes.GetUpper());
        return places - Vector256.ConvertToSingle(wholes);
    }

    private static Vector256<short> Bytes(Vector256<short> offsets) => offsets * (short)0x0202 + Vector256.Create((short)0x0100);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Spread(short* low, short* high, Vector256<byte> bytes)
    {
        if (Avx2.IsSupported)
            return Avx2.Shuffle(Vector256.Create(Vector128.Load(low), Vector128.Load(high)).AsByte(), bytes).AsInt16();
        return Vector256.Create(
            Vector128.ShuffleNative(Vector128.Load(low).AsByte(), bytes.GetLower()),
            Vector128.ShuffleNative(Vector128.Load(high).AsByte(), bytes.GetUpper())).AsInt16();
    }
}
