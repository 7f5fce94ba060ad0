using System.Numerics;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>Paints rocky land that stands in water: its stone, the grass on its back, the foam and the reflection at its foot.</summary>
internal static class RockPainter
{
    /// <summary>The height of the camera above the sea in kilometres; the same as the water's.</summary>
    public const float Eye = 0.0055f;

    /// <summary>Paints rock of a given outline.</summary>
    /// <param name="stage">The frame.</param>
    /// <param name="plate">Where to paint.</param>
    /// <param name="near">The nearest distance in kilometres.</param>
    /// <param name="far">The farthest distance in kilometres.</param>
    /// <param name="outline">The land's rough height in metres; 0 and less is under water.</param>
    /// <param name="rough">The height of the stones in metres.</param>
    /// <param name="grass">Above this height in metres grass grows where the ground is level.</param>
    /// <param name="ledges">How much the stone breaks in level layers, 0 to 1.</param>
    public static void Paint(Stage stage, Plate plate, float near, float far, Func<float, float, float> outline, float rough, float grass, float ledges = 0.75f)
    {
        Noise noise = stage.Noise;
        bool white = stage.Has(SceneWeather.Snow);
        float size = 0.26f / rough;
        var land = new Land
        {
            Near = near, Far = far, Eye = Eye, Air = 0.35f, Step = 0.0028f, Probe = 0.0022f,
            Height = (x, z, hidden) =>
            {
                float mx = x * 1000, mz = z * 1000;
                float h = outline(mx, mz);
                if (h < -rough * 1.6f) return -1;
                float bare = Smooth(grass + 2.5f, grass - 1, h);
                float detail = rough * (0.12f + (0.88f * bare));
                if (h + (1.5f * detail) + (0.2f * rough) <= hidden * 1000) return float.NegativeInfinity;
                float boulder = noise.Fbm((mx * size * 0.33f) + 2, mz * size * 0.33f, 2);
                if (h + ((0.58f + (boulder * 1.1f)) * detail) + (0.2f * rough) <= hidden * 1000) return float.NegativeInfinity;
                float stone = noise.Ridged((mx * size) + 5, (mz * size * 0.8f) + 5, 6) - 0.5f;
                h += ((stone * 1.15f) + (boulder * 1.1f)) * detail;
                // Ledges: stone breaks in layers.
                float step = rough * 0.5f, level = (h / step) + (0.35f * boulder), floor = MathF.Floor(level), rest = level - floor;
                h += (Smooth(0.15f, 0.85f, rest) - rest) * step * ledges * bare;
                return h * 0.001f;
            },
            Colour = (x, z, h, steep) =>
            {
                float mx = x * 1000, mz = z * 1000, m = h * 1000;
                float n = noise.Fbm(mx * size * 2.2f, (mz * size * 2.2f) + (m * size), 4);
                float layer = noise.At(mx * 0.05f, m * 1.6f / rough) * 0.5f;
                Vector3 rock = Mix(Rgb(0x5C5148), Rgb(0x9C8B78), 0.48f + (n * 0.9f) + (layer * 0.5f));
                rock *= 0.75f + (0.45f * Smooth(-0.5f, 0.4f, n + layer));
                rock = Mix(rock, Rgb(0x8C8248), Smooth(0.25f, 0.6f, noise.Fbm((mx * size * 3) + 30, mz * size * 3, 3)) * 0.35f * Smooth(0.7f, 0.2f, steep));
                Vector3 turf = Mix(Rgb(0x4E5A2A), Rgb(0x8E8A4C), 0.5f + noise.Fbm(mx * 0.22f, mz * 0.22f, 5));
                Vector3 c = Mix(rock, turf, Smooth(grass - 0.8f, grass + 1.2f, m + (n * 3)) * Smooth(0.50f, 0.22f, steep));
                float wet = Smooth(rough * 0.55f, 0, m + (n * 0.3f * rough));
                c = Mix(c, Rgb(0x2A2826), wet * 0.78f);
                return white ? Mix(c, Rgb(0xEEF2F8), Smooth(0.5f, 0.2f, steep) * (1 - wet)) : c;
            },
        };
        TerrainPainter.Paint(stage, plate, land);
    }

    /// <summary>Adds what the water does at the rock's foot: a broken reflection and foam. Works on the plate's lowest rock pixels.</summary>
    public static void Foot(Stage stage, Plate plate, float reach, float foam)
    {
        Mood mood = stage.Mood;
        Noise noise = stage.Noise;
        float unit = stage.Unit;
        Vector3 white = (mood.Key * 0.62f) + (mood.Fill * 0.75f);
        var feet = new int[plate.Width];
        for (int i = 0; i < plate.Width; i++)
        {
            feet[i] = int.MinValue;
            for (int y = plate.Bottom - 1; y > plate.Top; y--)
            {
                if (plate.Get(plate.Left + i, y).W < 0.5f) continue;
                feet[i] = y;
                break;
            }
        }
        int across = Math.Max(2, (int)(6 * unit));
        int[] line = Shoreline(feet, across);
        for (int i = 0; i < plate.Width; i++)
        {
            int foot = line[i], x = plate.Left + i;
            if (foot == int.MinValue || foot >= plate.Bottom - 2) continue;
            float down = reach * unit;
            for (int y = foot; y < Math.Min(plate.Bottom, foot + (int)down); y++)
            {
                float t = (y - foot) / down;
                float ripple = noise.At(x / (46 * unit), y / (5.5f * unit)) + (0.5f * noise.At(x / (15 * unit), y / (2.6f * unit)));
                int sx = Math.Clamp(x + (int)(ripple * 10 * unit), plate.Left, plate.Right - 1), sy = Math.Clamp(foot - (int)((y - foot) * 1.3f) - 2, plate.Top, plate.Bottom - 1);
                Vector4 up = plate.Get(sx, sy);
                if (up.W < 0.3f) continue;
                Vector3 c = new Vector3(up.X, up.Y, up.Z) / up.W * 0.62f;
                plate.Over(x, y, c, (1 - t) * 0.62f * Smooth(-0.75f, 0.25f, ripple));
            }
            float wave = noise.Fbm(x / (70 * unit), foot / (40f * unit), 3);
            float height = foam * unit * (0.5f + Math.Max(0, 0.4f + (wave * 1.6f)));
            for (int y = foot - (int)height; y < foot + (int)(height * 1.4f) && y < plate.Bottom; y++)
            {
                float off = (y - foot) / (height * (y < foot ? 1 : 1.4f));
                float spray = noise.Fbm(x / (13 * unit), y / (6 * unit), 4);
                float a = Smooth(0.05f, 0.6f, spray + 0.62f - (off * off * 0.95f)) * (1 - (off * off));
                plate.Over(x, y, white * (0.9f + (0.2f * spray)), a * 0.85f);
            }
        }
    }

    /// <summary>
    /// The feet without jumps: first the middle one of each neighbourhood, so that a lone stone a few pixels wide gets no column
    /// of foam of its own, then the mean, so that the surf runs slanting from one rock to the next.
    /// </summary>
    private static int[] Shoreline(int[] feet, int across)
    {
        var middle = new int[feet.Length];
        var line = new int[feet.Length];
        var near = new List<int>();
        for (int i = 0; i < feet.Length; i++)
        {
            near.Clear();
            for (int k = Math.Max(0, i - across); k <= Math.Min(feet.Length - 1, i + across); k++)
            {
                if (feet[k] != int.MinValue) near.Add(feet[k]);
            }
            near.Sort();
            middle[i] = near.Count > across ? near[near.Count / 2] : int.MinValue;
        }
        for (int i = 0; i < feet.Length; i++)
        {
            long sum = 0;
            int count = 0;
            for (int k = Math.Max(0, i - across); k <= Math.Min(feet.Length - 1, i + across); k++)
            {
                if (middle[k] == int.MinValue) continue;
                sum += middle[k];
                count++;
            }
            line[i] = middle[i] == int.MinValue ? int.MinValue : (int)(sum / count);
        }
        return line;
    }
}
