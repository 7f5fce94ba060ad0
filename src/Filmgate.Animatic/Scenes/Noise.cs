using System.Numerics;

namespace Filmgate.Animatic.Scenes;

/// <summary>Seeded gradient noise on a 256 × 256 lattice, and the sums of octaves drawn from it. Values lie about in -1 to 1.</summary>
internal sealed class Noise
{
    private readonly float[] gradients = new float[256 * 256 * 2];

    /// <param name="seed">Two different seeds give two unrelated noises.</param>
    public Noise(uint seed)
    {
        for (int i = 0; i < 65536; i++)
        {
            (float sin, float cos) = MathF.SinCos(Hash((uint)i, seed) * (MathF.Tau / 4294967296f));
            gradients[2 * i] = cos * 1.5f;
            gradients[(2 * i) + 1] = sin * 1.5f;
        }
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
        int x0 = (int)fx & 255, y0 = (int)fy & 255, x1 = (x0 + 1) & 255, y1 = (y0 + 1) & 255;
        x -= fx;
        y -= fy;
        float u = x * x * x * ((x * ((x * 6) - 15)) + 10), v = y * y * y * ((y * ((y * 6) - 15)) + 10);
        float[] g = gradients;
        int a = ((y0 << 8) | x0) << 1, b = ((y0 << 8) | x1) << 1, c = ((y1 << 8) | x0) << 1, d = ((y1 << 8) | x1) << 1;
        float va = (g[a] * x) + (g[a + 1] * y), vb = (g[b] * (x - 1)) + (g[b + 1] * y);
        float vc = (g[c] * x) + (g[c + 1] * (y - 1)), vd = (g[d] * (x - 1)) + (g[d + 1] * (y - 1));
        float top = va + (u * (vb - va)), bottom = vc + (u * (vd - vc));
        return top + (v * (bottom - top));
    }

    /// <summary>One octave with its slopes: X is the value, Y and Z are the derivatives by x and y.</summary>
    public Vector3 WithSlope(float x, float y)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        int x0 = (int)fx & 255, y0 = (int)fy & 255, x1 = (x0 + 1) & 255, y1 = (y0 + 1) & 255;
        x -= fx;
        y -= fy;
        float u = x * x * x * ((x * ((x * 6) - 15)) + 10), v = y * y * y * ((y * ((y * 6) - 15)) + 10);
        float du = 30 * x * x * ((x * (x - 2)) + 1), dv = 30 * y * y * ((y * (y - 2)) + 1);
        float[] g = gradients;
        int a = ((y0 << 8) | x0) << 1, b = ((y0 << 8) | x1) << 1, c = ((y1 << 8) | x0) << 1, d = ((y1 << 8) | x1) << 1;
        float va = (g[a] * x) + (g[a + 1] * y), vb = (g[b] * (x - 1)) + (g[b + 1] * y);
        float vc = (g[c] * x) + (g[c + 1] * (y - 1)), vd = (g[d] * (x - 1)) + (g[d + 1] * (y - 1));
        float cross = va - vb - vc + vd;
        float gx = g[a] + (u * (g[b] - g[a])) + (v * (g[c] - g[a])) + (u * v * (g[a] - g[b] - g[c] + g[d]));
        float gy = g[a + 1] + (u * (g[b + 1] - g[a + 1])) + (v * (g[c + 1] - g[a + 1])) + (u * v * (g[a + 1] - g[b + 1] - g[c + 1] + g[d + 1]));
        return new Vector3(
            va + (u * (vb - va)) + (v * (vc - va)) + (u * v * cross),
            gx + (du * ((v * cross) + vb - va)),
            gy + (dv * ((u * cross) + vc - va)));
    }

    /// <summary>Octaves that double in frequency and halve in height, each turned so that the lattice does not show.</summary>
    public float Fbm(float x, float y, int octaves)
    {
        float sum = 0, height = 0.5f;
        for (int i = 0; i < octaves; i++)
        {
            sum += height * At(x, y);
            (x, y) = ((1.6f * x) + (1.2f * y) + 17.3f, (-1.2f * x) + (1.6f * y) + 5.1f);
            height *= 0.5f;
        }
        return sum;
    }

    /// <summary>Octaves of folded noise in 0 to 1: sharp crests, wide valleys, as rock and mountains have.</summary>
    public float Ridged(float x, float y, int octaves)
    {
        float sum = 0, height = 0.5f, weight = 1;
        for (int i = 0; i < octaves; i++)
        {
            float n = 1 - MathF.Abs(At(x, y));
            n *= n * weight;
            weight = Math.Clamp(n * 1.6f, 0, 1);
            sum += n * height;
            (x, y) = ((1.6f * x) + (1.2f * y) + 3.7f, (-1.2f * x) + (1.6f * y) + 9.2f);
            height *= 0.5f;
        }
        return sum;
    }

    /// <summary>Octaves damped where the ground is already steep, which leaves gullies and smooth fans as erosion does. About 0 to 1.</summary>
    public float Eroded(float x, float y, int octaves)
    {
        float sum = 0, height = 0.5f, sx = 0, sy = 0;
        for (int i = 0; i < octaves; i++)
        {
            Vector3 n = WithSlope(x, y);
            sx += n.Y * 0.6f;
            sy += n.Z * 0.6f;
            sum += height * (0.5f + (0.5f * n.X)) / (1 + (sx * sx) + (sy * sy));
            (x, y) = ((1.6f * x) + (1.2f * y) + 11.1f, (-1.2f * x) + (1.6f * y) + 2.9f);
            height *= 0.5f;
        }
        return sum;
    }
}
