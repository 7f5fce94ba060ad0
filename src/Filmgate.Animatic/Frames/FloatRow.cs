using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Filmgate.Animatic.Frames;

/// <summary>One row of values between resampling and the frame: pinned floats with room for vector stores past the end.</summary>
internal sealed unsafe class FloatRow
{
    private const int Lanes = 8;
    private readonly float[] values;

    /// <summary>Allocates a row.</summary>
    public FloatRow(int width)
    {
        values = GC.AllocateArray<float>(width + 4 * Lanes, pinned: true);
        Values = (float*)Unsafe.AsPointer(ref values[0]);
    }

    /// <summary>The values; valid for as long as this object is reachable.</summary>
    public float* Values { get; }

    /// <summary>One value.</summary>
    public float this[int at] => values[at];

    /// <summary>Fills values from bytes.</summary>
    public void Read(ReadOnlySpan<byte> bytes)
    {
        int i = 0;
        for (; i <= bytes.Length - 2 * Lanes; i += 2 * Lanes)
        {
            (Vector128<ushort> low, Vector128<ushort> high) = Vector128.Widen(Vector128.Create(bytes[i..]));
            Vector256.ConvertToSingle(Vector256.WidenLower(low.ToVector256Unsafe()).AsInt32()).Store(Values + i);
            Vector256.ConvertToSingle(Vector256.WidenLower(high.ToVector256Unsafe()).AsInt32()).Store(Values + i + Lanes);
        }

        for (; i < bytes.Length; i++)
            Values[i] = bytes[i];
    }

    /// <summary>Goes towards another row by a share between 0 and 1.</summary>
    public void Mix(FloatRow other, float share, int count)
    {
        Vector256<float> part = Vector256.Create(share);
        for (int i = 0; i < count; i += Lanes)
        {
            Vector256<float> mine = Vector256.Load(Values + i);
            Vector256.MultiplyAddEstimate(Vector256.Load(other.Values + i) - mine, part, mine).Store(Values + i);
        }
    }

    /// <summary>Lays a layer over some columns: value plus what its coverage (0 to 255) leaves of what was there.</summary>
    public void Cover(FloatRow layer, FloatRow coverage, int first, int count)
    {
        // The last vector may reach past the layer; nothing must lie there.
        new Span<float>(layer.Values + count, Lanes).Clear();
        new Span<float>(coverage.Values + count, Lanes).Clear();
        Vector256<float> whole = Vector256.Create(255f);
        Vector256<float> unit = Vector256.Create(1 / 255f);
        for (int i = 0; i < count; i += Lanes)
        {
            Vector256<float> open = (whole - Vector256.Min(Vector256.Max(Vector256.Load(coverage.Values + i), Vector256<float>.Zero), whole)) * unit;
            Vector256.MultiplyAddEstimate(Vector256.Load(Values + first + i), open, Vector256.Load(layer.Values + i)).Store(Values + first + i);
        }
    }

    /// <summary>Rounds the first values into bytes.</summary>
    public void Write(Span<byte> bytes)
    {
        Vector256<float> half = Vector256.Create(0.5f);
        Vector256<float> most = Vector256.Create(255f);
        int i = 0;
        fixed (byte* target = bytes)
        {
            for (; i <= bytes.Length - Lanes; i += Lanes)
            {
                Vector256<float> rounded = Vector256.Min(Vector256.Max(Vector256.Load(Values + i) + half, Vector256<float>.Zero), most);
                Vector256<int> whole = Vector256.ConvertToInt32Native(rounded);
                Vector128<short> words = Vector128.Narrow(whole.GetLower(), whole.GetUpper());
                Unsafe.WriteUnaligned(target + i, Vector128.Narrow(words, words).AsUInt64().ToScalar());
            }
        }

        for (; i < bytes.Length; i++)
            bytes[i] = (byte)Math.Clamp(Values[i] + 0.5f, 0, 255);
    }
}
