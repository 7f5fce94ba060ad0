using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Filmgate.Animatic.Frames;

/// <summary>
/// The arithmetic of resampling. Samples are 16-bit with six bits after the point: finer than the eye, with room for a cubic's
/// overshoot, and sixteen of them fit a vector. Factors lie between -1 and 1 and are 16-bit with fifteen bits after the point.
/// </summary>
internal static class FixedPoint
{
    /// <summary>Bits after the point of a sample.</summary>
    public const int Shift = 6;

    /// <summary>A sample's one.</summary>
    public const int One = 1 << Shift;

    /// <summary>Samples in a vector.</summary>
    public const int Lanes = 16;

    /// <summary>Samples times factors, rounded to nearest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<short> Times(Vector256<short> samples, Vector256<short> factors)
    {
        if (Avx2.IsSupported)
            return Avx2.MultiplyHighRoundScale(samples, factors);
        (Vector256<int> lowSamples, Vector256<int> highSamples) = Vector256.Widen(samples);
        (Vector256<int> lowFactors, Vector256<int> highFactors) = Vector256.Widen(factors);
        Vector256<int> half = Vector256.Create(1 << 14);
        return Vector256.Narrow((lowSamples * lowFactors + half) >> 15, (highSamples * highFactors + half) >> 15);
    }

    /// <summary>The four weights of a Catmull-Rom cubic for sixteen places between two samples, 0 to 1.</summary>
    /// <remarks>The curve passes through the samples themselves, so that a picture seen straight on comes out unchanged.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights(
        Vector256<float> low, Vector256<float> high,
        out Vector256<short> w0, out Vector256<short> w1, out Vector256<short> w2, out Vector256<short> w3)
    {
        Cubic(low, out Vector256<int> a0, out Vector256<int> a1, out Vector256<int> a2, out Vector256<int> a3);
        Cubic(high, out Vector256<int> b0, out Vector256<int> b1, out Vector256<int> b2, out Vector256<int> b3);
        w0 = Vector256.Narrow(a0, b0);
        w1 = Vector256.Narrow(a1, b1);
        w2 = Vector256.Narrow(a2, b2);
        w3 = Vector256.Narrow(a3, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Cubic(Vector256<float> f, out Vector256<int> w0, out Vector256<int> w1, out Vector256<int> w2, out Vector256<int> w3)
    {
        Vector256<float> unit = Vector256.Create((float)short.MaxValue);
        Vector256<float> halfLine = 0.5f * unit * f;
        Vector256<float> halfSquare = halfLine * f;
        Vector256<float> halfCube = halfSquare * f;
        w0 = Vector256.ConvertToInt32Native(halfSquare + halfSquare - halfCube - halfLine);
        w3 = Vector256.ConvertToInt32Native(halfCube - halfSquare);
        w2 = Vector256.ConvertToInt32Native(halfLine + 4f * halfSquare - 3f * halfCube);

        // The largest weight takes up the others' rounding, so that plain areas stay plain.
        w1 = Vector256.Create((int)short.MaxValue) - w0 - w2 - w3;
    }
}
