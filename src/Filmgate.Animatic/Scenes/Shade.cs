using System.Numerics;
using SkiaSharp;

namespace Filmgate.Animatic.Scenes;

/// <summary>Arithmetic on colours, held as red, green, blue in 0 to 1 as they are shown.</summary>
internal static class Shade
{
    /// <summary>A colour written as 0xRRGGBB.</summary>
    public static Vector3 Rgb(uint hex) => new Vector3((hex >> 16) & 255, (hex >> 8) & 255, hex & 255) / 255;

    /// <summary>Between two colours; 0 gives the first, 1 the second, and what lies outside is clamped.</summary>
    public static Vector3 Mix(Vector3 a, Vector3 b, float t) => Vector3.Lerp(a, b, Math.Clamp(t, 0, 1));

    /// <summary>Adds light without clipping: the brighter the ground, the less it adds.</summary>
    public static Vector3 Screen(Vector3 a, Vector3 b)
    {
        Vector3 low = Vector3.Clamp(a, Vector3.Zero, Vector3.One);
        return low + ((Vector3.One - low) * Vector3.Clamp(b, Vector3.Zero, Vector3.One));
    }

    /// <summary>The perceived lightness, 0 to 1.</summary>
    public static float Luma(Vector3 c) => Vector3.Dot(c, new Vector3(0.299f, 0.587f, 0.114f));

    /// <summary>A colour with less (below 1) or more (above 1) saturation.</summary>
    public static Vector3 Saturate(Vector3 c, float amount) => Vector3.Lerp(new Vector3(Luma(c)), c, amount);

    /// <summary>0 below <paramref name="from"/>, 1 above <paramref name="to"/>, smooth between.</summary>
    public static float Smooth(float from, float to, float x)
    {
        float t = Math.Clamp((x - from) / (to - from), 0, 1);
        return t * t * (3 - (2 * t));
    }

    /// <summary>The colour for SkiaSharp, with an opacity of 0 to 1.</summary>
    public static SKColor Ink(Vector3 c, float alpha = 1)
    {
        Vector3 v = Vector3.Clamp(c, Vector3.Zero, Vector3.One) * 255;
        return new SKColor((byte)(v.X + 0.5f), (byte)(v.Y + 0.5f), (byte)(v.Z + 0.5f), (byte)((Math.Clamp(alpha, 0, 1) * 255) + 0.5f));
    }
}
