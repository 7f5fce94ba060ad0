using System.Numerics;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>The height of the land at a place of the ground plane, in the land's own unit; below 0 is under water.</summary>
/// <param name="x">Sideways.</param>
/// <param name="z">Away from the camera.</param>
/// <param name="hidden">What is not higher than this cannot be seen. There any number up to it will do, which saves working out details.</param>
internal delegate float LandHeight(float x, float z, float hidden);

/// <summary>The colour of the land in white light.</summary>
/// <param name="x">Sideways.</param>
/// <param name="z">Away from the camera.</param>
/// <param name="height">Above the water.</param>
/// <param name="steep">0 on the level, 1 on a wall.</param>
internal delegate Vector3 LandColour(float x, float z, float height, float steep);

/// <summary>One stretch of land between two distances.</summary>
internal sealed record Land
{
    public required LandHeight Height { get; init; }

    public required LandColour Colour { get; init; }

    public required float Near { get; init; }

    public required float Far { get; init; }

    /// <summary>The camera's height above the water.</summary>
    public required float Eye { get; init; }

    /// <summary>How much the air swallows per unit of distance.</summary>
    public required float Air { get; init; }

    /// <summary>The growth of the marching step per step; smaller is finer and slower.</summary>
    public float Step { get; init; } = 0.006f;

    /// <summary>How far apart the points lie that give the slope, as a part of the distance.</summary>
    public float Probe { get; init; } = 0.0022f;

    /// <summary>How much mist lies in the low places, 0 to 1.</summary>
    public float Mist { get; init; }

    /// <summary>The height by which the mist has halved.</summary>
    public float MistHeight { get; init; } = 0.1f;
}

/// <summary>
/// Paints land from a height function by marching each column away from the camera and filling what rises above all that is
/// nearer. The edges are exact in height, so ridges come out smooth without a second pass.
/// </summary>
internal static class TerrainPainter
{
    public static void Paint(Stage stage, Plate plate, Land land)
    {
        Mood mood = stage.Mood;
        float cx = stage.Width * 0.5f, focal = stage.Focal;
        Vector3 light = Vector3.Normalize(new Vector3(stage.SunSide * 0.85f, Math.Clamp(0.14f + mood.SunHeight, 0.2f, 0.8f), -0.28f));
        Vector3 air0 = stage.AirAt(cx);
        Parallel.For(plate.Left, plate.Right, column =>
        {
            float slope = (column + 0.5f - cx) / focal;
            Vector3 air = Mix(air0, stage.AirAt(column), 0.8f);
            float filled = plate.Bottom;
            Vector3 last = default;
            bool seen = false;
            for (float z = land.Near; z < land.Far; z *= 1 + land.Step)
            {
                float x = slope * z;
                float h = land.Height(x, z, land.Eye + ((stage.Horizon - filled) * z / focal));
                float y = stage.Horizon - ((h - land.Eye) / z * focal);
                if (h <= 0)
                {
                    // Water lies here; land farther off cannot show below it.
                    filled = Math.Min(filled, stage.Horizon + (land.Eye / z * focal));
                    seen = false;
                    continue;
                }
                if (y >= filled)
                {
                    seen = false;
                    continue;
                }
                float probe = z * land.Probe;
                float hx = (land.Height(x + probe, z, float.NegativeInfinity) - h) / probe, hz = (land.Height(x, z + probe, float.NegativeInfinity) - h) / probe;
                Vector3 normal = Vector3.Normalize(new Vector3(-hx, 1, -hz));
                float sun = Math.Max(0, Vector3.Dot(normal, light));
                float open = 0.55f + (0.45f * normal.Y);
                Vector3 body = land.Colour(x, z, h, 1 - normal.Y);
                Vector3 c = body * ((mood.Key * (sun * 1.3f * (0.35f + (0.65f * mood.Shine)))) + (mood.Fill * (open * 0.95f)));
                float far = 1 - MathF.Exp(-z * land.Air * mood.Haze);
                float mist = land.Mist * MathF.Exp(-Math.Max(0, h) / land.MistHeight * 0.69f) * Smooth(land.Near * 0.8f, land.Near * 2.2f, z);
                c = Mix(c, air, Math.Max(far, mist) + (Math.Min(far, mist) * 0.4f));
                if (y < plate.Top) y = plate.Top;
                Vector3 from = seen ? last : c;
                Fill(plate, column, y, filled, c, from);
                filled = y;
                last = c;
                seen = true;
                if (filled <= plate.Top) break;
            }
        });
    }

    private static void Fill(Plate plate, int x, float top, float bottom, Vector3 upper, Vector3 lower)
    {
        int first = (int)MathF.Floor(top), last = Math.Min((int)MathF.Ceiling(bottom) - 1, plate.Bottom - 1);
        float span = Math.Max(1, bottom - top);
        for (int y = first; y <= last; y++)
        {
            float cover = Math.Min(y + 1, bottom) - Math.Max(y, top);
            Vector4 old = plate.Get(x, y);
            Vector3 c = Vector3.Lerp(upper, lower, Math.Clamp((y + 0.5f - top) / span, 0, 1));
            if (old.W <= 0)
            {
                plate.Set(x, y, c, cover);
                continue;
            }
            // What is nearer already holds a part of this pixel; the new land takes its share behind it.
            float share = Math.Min(cover, 1 - old.W);
            float whole = old.W + share;
            plate.Set(x, y, (new Vector3(old.X, old.Y, old.Z) + (c * share)) / whole, whole);
        }
    }
}
