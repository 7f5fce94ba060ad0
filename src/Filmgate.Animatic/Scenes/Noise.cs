using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Filmgate.Animatic.Scenes;

/// <summary>Seeded gradient noise on a 256 × 256 lattice, and the sums of octaves drawn from it. Values lie about in -1 to 1.</summary>
internal sealed class Noise
{
    private const int MostOctaves = 12;
    private static readonly Octaves FbmOctaves = new(17.3f, 5.1f);
    private static readonly Octaves RidgedOctaves = new(3.7f, 9.2f);
    private static readonly Octaves ErodedOctaves = new(11.1f, 2.9f);

    // One column and one row more than the lattice has: its first ones again, so that the corners of a cell lie side by side.
    private const int Stride = 257;
    private readonly float[] gradients = new float[Stride * Stride * 2];

    /// <param name="seed">Two different seeds give two unrelated noises.</param>
    public Noise(uint seed)
    {
        for (int i = 0; i < 65536; i++)
        {
            (float sin, float cos) = MathF.SinCos(Hash((uint)i, seed) * (MathF.Tau / 4294967296f));
            int at = 2 * (((i >> 8) * Stride) + (i & 255));
            gradients[at] = cos * 1.5f;
            gradients[at + 1] = sin * 1.5f;
        }
        for (int row = 0; row < 256; row++) gradients.AsSpan(row * Stride * 2, 2).CopyTo(gradients.AsSpan(((row * Stride) + 256) * 2));
        gradients.AsSpan(0, Stride * 2).CopyTo(gradients.AsSpan(256 * Stride * 2));
    }

    /// <summary>A well mixed hash of two numbers.</summary>
    public static uint Hash(uint a, uint b)
    {
        uint h = (a * 0x9E3779B1) ^ ((b + 0x7F4A7C15) * 0x85EBCA77);
        h = (h ^ (h >> 15)) * 0x2C1B3C6D;
        h = (h ^ (h >> 12)) * 0x297A2D39;
        return h ^ (h >> 15);
    }

    /// <summary>The hash as a number in 0 to below 1.</summary>
    public static float Unit(uint a, uint b) => (Hash(a, b) >> 8) * (1f / 16777216f);

    /// <summary>One octave.</summary>
    public float At(float x, float y)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        ReadOnlySpan<float> g = gradients.AsSpan(2 * ((((int)fy & 255) * Stride) + ((int)fx & 255)), (Stride * 2) + 4);
        x -= fx;
        y -= fy;
        float u = x * x * x * ((x * ((x * 6) - 15)) + 10), v = y * y * y * ((y * ((y * 6) - 15)) + 10);
        float va = (g[0] * x) + (g[1] * y), vb = (g[2] * (x - 1)) + (g[3] * y);
        float vc = (g[Stride * 2] * x) + (g[(Stride * 2) + 1] * (y - 1)), vd = (g[(Stride * 2) + 2] * (x - 1)) + (g[(Stride * 2) + 3] * (y - 1));
        float top = va + (u * (vb - va)), bottom = vc + (u * (vd - vc));
        return top + (v * (bottom - top));
    }

    /// <summary>One octave at four places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<float> At(Vector128<float> x, Vector128<float> y)
    {
        Cell cell = CellAt(ref x, ref y);
        Vector128<float> one = Vector128<float>.One;
        Vector128<float> va = (cell.Ax * x) + (cell.Ay * y), vb = (cell.Bx * (x - one)) + (cell.By * y);
        Vector128<float> vc = (cell.Cx * x) + (cell.Cy * (y - one)), vd = (cell.Dx * (x - one)) + (cell.Dy * (y - one));
        Vector128<float> u = Ease(x), top = va + (u * (vb - va)), bottom = vc + (u * (vd - vc));
        return top + (Ease(y) * (bottom - top));
    }

    /// <summary>One octave at four places, with its derivatives by x and y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<float> WithSlope(Vector128<float> x, Vector128<float> y, out Vector128<float> byX, out Vector128<float> byY)
    {
        Cell cell = CellAt(ref x, ref y);
        Vector128<float> one = Vector128<float>.One;
        Vector128<float> va = (cell.Ax * x) + (cell.Ay * y), vb = (cell.Bx * (x - one)) + (cell.By * y);
        Vector128<float> vc = (cell.Cx * x) + (cell.Cy * (y - one)), vd = (cell.Dx * (x - one)) + (cell.Dy * (y - one));
        Vector128<float> u = Ease(x), v = Ease(y), cross = va - vb - vc + vd, both = u * v;
        byX = cell.Ax + (u * (cell.Bx - cell.Ax)) + (v * (cell.Cx - cell.Ax)) + (both * (cell.Ax - cell.Bx - cell.Cx + cell.Dx)) + (Growth(x) * ((v * cross) + vb - va));
        byY = cell.Ay + (u * (cell.By - cell.Ay)) + (v * (cell.Cy - cell.Ay)) + (both * (cell.Ay - cell.By - cell.Cy + cell.Dy)) + (Growth(y) * ((u * cross) + vc - va));
        return va + (u * (vb - va)) + (v * (vc - va)) + (both * cross);
    }

    /// <summary>Octaves that double in frequency and halve in height, each turned so that the lattice does not show.</summary>
    /// <param name="x">Sideways.</param>
    /// <param name="y">Downwards.</param>
    /// <param name="octaves">1 to 12. Four cost little more than one.</param>
    public float Fbm(float x, float y, int octaves)
    {
        Vector128<float> sum = At(FbmOctaves.X(x, y, 0), FbmOctaves.Y(x, y, 0)) * Heights(octaves, 0);
        for (int i = 1; 4 * i < octaves; i++) sum += At(FbmOctaves.X(x, y, i), FbmOctaves.Y(x, y, i)) * Heights(octaves, i);
        return Vector128.Sum(sum);
    }

    /// <summary>Octaves of folded noise in 0 to 1: sharp crests, wide valleys, as rock and mountains have.</summary>
    public float Ridged(float x, float y, int octaves)
    {
        float sum = 0, height = 0.5f, weight = 1;
        for (int i = 0; i < octaves; i += 4)
        {
            Vector128<float> folded = Vector128<float>.One - Vector128.Abs(At(RidgedOctaves.X(x, y, i / 4), RidgedOctaves.Y(x, y, i / 4)));
            folded *= folded;
            for (int k = 0; k < Math.Min(4, octaves - i); k++)
            {
                float n = folded[k] * weight;
                weight = Math.Clamp(n * 1.6f, 0, 1);
                sum += n * height;
                height *= 0.5f;
            }
        }
        return sum;
    }

    /// <summary>Octaves damped where the ground is already steep, which leaves gullies and smooth fans as erosion does. About 0 to 1.</summary>
    public float Eroded(float x, float y, int octaves)
    {
        float sum = 0, height = 0.5f, sx = 0, sy = 0;
        for (int i = 0; i < octaves; i += 4)
        {
            Vector128<float> value = WithSlope(ErodedOctaves.X(x, y, i / 4), ErodedOctaves.Y(x, y, i / 4), out Vector128<float> byX, out Vector128<float> byY);
            for (int k = 0; k < Math.Min(4, octaves - i); k++)
            {
                sx += byX[k] * 0.6f;
                sy += byY[k] * 0.6f;
                sum += height * (0.5f + (0.5f * value[k])) / (1 + (sx * sx) + (sy * sy));
                height *= 0.5f;
            }
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Ease(Vector128<float> t) => t * t * t * ((t * ((t * 6) - Vector128.Create(15f))) + Vector128.Create(10f));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Growth(Vector128<float> t) => 30 * t * t * ((t * (t - Vector128.Create(2f))) + Vector128<float>.One);

    private static Vector128<float> Heights(int octaves, int four)
    {
        Vector128<int> numbers = Vector128.Create(0, 1, 2, 3) + Vector128.Create(4 * four);
        Vector128<float> heights = Vector128.Create(0.5f, 0.25f, 0.125f, 0.0625f) * (1f / (1 << (4 * four)));
        return Vector128.ConditionalSelect(Vector128.LessThan(numbers, Vector128.Create(octaves)).AsSingle(), heights, Vector128<float>.Zero);
    }

    // The gradients at the corners of four cells; the places become their distances from the cells' first corners.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Cell CellAt(ref Vector128<float> x, ref Vector128<float> y)
    {
        Vector128<float> fx = Vector128.Floor(x), fy = Vector128.Floor(y);
        x -= fx;
        y -= fy;
        Vector128<int> column = Vector128.ConvertToInt32Native(fx) & Vector128.Create(255), row = Vector128.ConvertToInt32Native(fy) & Vector128.Create(255);
        Vector128<int> at = ((row * Stride) + column) << 1;
        ref float first = ref MemoryMarshal.GetArrayDataReference(gradients);
        Cell cell = default;
        Turn(ref first, at, out cell.Ax, out cell.Ay, out cell.Bx, out cell.By);
        Turn(ref Unsafe.Add(ref first, Stride * 2), at, out cell.Cx, out cell.Cy, out cell.Dx, out cell.Dy);
        return cell;
    }

    // Four times four numbers, rows made columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(ref float from, Vector128<int> at, out Vector128<float> one, out Vector128<float> two, out Vector128<float> three, out Vector128<float> four)
    {
        Vector128<float> a = Vector128.LoadUnsafe(ref from, (nuint)at[0]), b = Vector128.LoadUnsafe(ref from, (nuint)at[1]);
        Vector128<float> c = Vector128.LoadUnsafe(ref from, (nuint)at[2]), d = Vector128.LoadUnsafe(ref from, (nuint)at[3]);
        if (Sse.IsSupported)
        {
            Vector128<float> lowAb = Sse.UnpackLow(a, b), lowCd = Sse.UnpackLow(c, d), highAb = Sse.UnpackHigh(a, b), highCd = Sse.UnpackHigh(c, d);
            one = Sse.MoveLowToHigh(lowAb, lowCd);
            two = Sse.MoveHighToLow(lowCd, lowAb);
            three = Sse.MoveLowToHigh(highAb, highCd);
            four = Sse.MoveHighToLow(highCd, highAb);
            return;
        }
        one = Vector128.Create(a[0], b[0], c[0], d[0]);
        two = Vector128.Create(a[1], b[1], c[1], d[1]);
        three = Vector128.Create(a[2], b[2], c[2], d[2]);
        four = Vector128.Create(a[3], b[3], c[3], d[3]);
    }

    private struct Cell
    {
        public Vector128<float> Ax, Ay, Bx, By, Cx, Cy, Dx, Dy;
    }

    /// <summary>Where the octaves of a sum lie: each doubles the frequency of the one before, turns it by 37 degrees and shifts it.</summary>
    private sealed class Octaves
    {
        private readonly Vector128<float>[] turns = new Vector128<float>[MostOctaves / 4 * 4];

        public Octaves(float shiftX, float shiftY)
        {
            // An octave's x is cos·x + sin·y + moveX, its y is -sin·x + cos·y + moveY.
            double cos = 1, sin = 0, moveX = 0, moveY = 0;
            for (int i = 0; i < MostOctaves; i++)
            {
                int four = i / 4 * 4;
                turns[four] = turns[four].WithElement(i % 4, (float)cos);
                turns[four + 1] = turns[four + 1].WithElement(i % 4, (float)sin);
                turns[four + 2] = turns[four + 2].WithElement(i % 4, (float)moveX);
                turns[four + 3] = turns[four + 3].WithElement(i % 4, (float)moveY);
                (moveX, moveY) = ((1.6 * moveX) + (1.2 * moveY) + shiftX, (-1.2 * moveX) + (1.6 * moveY) + shiftY);
                (cos, sin) = ((1.6 * cos) - (1.2 * sin), (1.6 * sin) + (1.2 * cos));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector128<float> X(float x, float y, int four) => (turns[4 * four] * x) + (turns[(4 * four) + 1] * y) + turns[(4 * four) + 2];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector128<float> Y(float x, float y, int four) => (turns[4 * four] * y) - (turns[(4 * four) + 1] * x) + turns[(4 * four) + 3];
    }
}
