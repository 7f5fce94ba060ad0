using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Filmgate.Animatic.Frames;

/// <summary>One row between resampling and the frame: fixed-point samples (<see cref="FixedPoint"/>) with room for vector stores past the end.</summary>
internal sealed unsafe class SampleRow
{
    private readonly short[] values;

    /// <summary>Allocates a row.</summary>
    public SampleRow(int width)
    {
        values = GC.AllocateArray<short>(width + 4 * FixedPoint.Lanes, pinned: true);
        Values = (short*)Unsafe.AsPointer(ref values[0]);
    }

    /// <summary>The samples; valid for as long as this object is reachable.</summary>
    public short* Values { get; }

    /// <summary>One sample, 0 to 255 and a little beyond.</summary>
    public double this[int at] => values[at] / (double)FixedPoint.One;

    /// <summary>Fills samples from bytes.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        int i = 0;
        for (; i <= bytes.Length - FixedPoint.Lanes; i += FixedPoint.Lanes)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Create(bytes[i..]));
            (Vector256.Create(low, high).AsInt16() << FixedPoint.Shift).Store(Values + i);
        }

        for (; i < bytes.Length; i++)
            Values[i] = (short)(bytes[i] << FixedPoint.Shift);
    }

    /// <summary>Goes towards another row by a share above 0 and below 1.</summary>
    public void Mix(SampleRow other, double share, int count)
    {
        Vector256<short> part = Vector256.Create((short)(share * short.MaxValue));
        for (int i = 0; i < count; i += FixedPoint.Lanes)
        {
            Vector256<short> mine = Vector256.Load(Values + i);
            (mine + FixedPoint.Times(Vector256.Load(other.Values + i) - mine, part)).Store(Values + i);
        }
    }

    /// <summary>Lays a layer over some columns: its value plus what its coverage leaves of what was there.</summary>
    public void Cover(SampleRow layer, SampleRow coverage, int first, int count)
    {
        // The last vector may reach past the layer; nothing must lie there.
        new Span<short>(layer.Values + count, FixedPoint.Lanes).Clear();
        new Span<short>(coverage.Values + count, FixedPoint.Lanes).Clear();
        Vector256<short> full = Vector256.Create((short)(255 * FixedPoint.One));

        // 255 times 64 becomes 32767, the largest factor, by doubling and adding a 128th.
        Vector256<short> rest = Vector256.Create((short)255);
        for (int i = 0; i < count; i += FixedPoint.Lanes)
        {
            Vector256<short> open = full - Vector256.Min(Vector256.Max(Vector256.Load(coverage.Values + i), Vector256<short>.Zero), full);
            Vector256<short> factor = open + open + FixedPoint.Times(open, rest);
            (FixedPoint.Times(Vector256.Load(Values + first + i), factor) + Vector256.Load(layer.Values + i)).Store(Values + first + i);
        }
    }

    /// <summary>Rounds the first samples into bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        Vector256<short> half = Vector256.Create((short)(FixedPoint.One / 2));
        Vector256<short> most = Vector256.Create((short)255);
        int i = 0;
        fixed (byte* target = bytes)
        {
            for (; i <= bytes.Length - FixedPoint.Lanes; i += FixedPoint.Lanes)
            {
                Vector256<short> whole = Vector256.Min(Vector256.Max((Vector256.Load(Values + i) + half) >> FixedPoint.Shift, Vector256<short>.Zero), most);
                Vector128.Narrow(whole.GetLower(), whole.GetUpper()).AsByte().Store(target + i);
            }
        }

        for (; i < bytes.Length; i++)
            bytes[i] = (byte)Math.Clamp((Values[i] + FixedPoint.One / 2) >> FixedPoint.Shift, 0, 255);
    }
}
