using System.Numerics;
using System.Runtime.Intrinsics;
using SkiaSharp;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>Paints water as a rippled mirror of all that was painted behind it.</summary>
internal sealed class WaterPainter
{
    private const float EyeMetres = 5.5f;

    // The waves run towards the viewer and are longer across; the finest ones, two kinds of streaks and the foam are read together.
    private const float FineFrequency = 1 / 0.6f;
    private static readonly Vector128<float> Frequency = Vector128.Create(1 / 38f, 1 / 13f, 1 / 4.6f, 1 / 1.7f);
    private static readonly Vector128<float> Along = Vector128.Create(0.42f, 0.5f, 0.6f, 0.7f);
    private static readonly Vector128<float> FineAcross = Vector128.Create(FineFrequency * 0.8f, 0, 0, 1.9f);
    private static readonly Vector128<float> FineAlong = Vector128.Create(FineFrequency * 0.12f, 0, 0, 0);
    private static readonly Vector128<float> StreakAcross = Vector128.Create(0, 60f, 150f, 0);
    private readonly Stage stage;
    private readonly Plate mirror;
    private readonly float calm;
    private readonly Vector3 deep;

    /// <param name="stage">The frame.</param>
    /// <param name="behind">The layers painted so far, which the water mirrors.</param>
    /// <param name="calm">1 for a sea, towards 0 for a lake like glass.</param>
    public WaterPainter(Stage stage, IReadOnlyList<Plate> behind, float calm)
    {
        this.stage = stage;
        this.calm = calm * stage.Mood.Sea;
        deep = stage.Mood.Deep;
        mirror = Mirror(stage, behind);
    }

    /// <summary>The whole surface from the horizon to below the frame.</summary>
    public Plate Surface(float depth)
    {
        Plate plate = stage.Band(depth, stage.Horizon, stage.Height + stage.Margin(depth), 26 * stage.Unit);
        Fill(plate, 0, (_, _) => 1);
        return plate;
    }

    /// <summary>A nearer strip of the same surface with a ragged, fading upper edge, to move on its own.</summary>
    public Plate Strip(float depth, float top, uint salt)
    {
        Plate plate = stage.Band(depth, top, stage.Height + stage.Margin(depth), 40 * stage.Unit);
        float fade = 90 * stage.Unit;
        Fill(plate, 17 + salt, (x, y) =>
        {
            // Even the deepest notch ends here.
            if (y - top > 1.5f * fade) return 1;
            float rag = stage.Noise.Fbm((x / (240 * stage.Unit)) + (salt * 7.7f), y / (60 * stage.Unit), 3);
            return Smooth(0.12f, 0.62f, ((y - top) / fade) + (rag * 0.8f)) * Smooth(top, top + (0.4f * fade), y);
        });
        return plate;
    }

    private void Fill(Plate plate, float salt, Func<float, float, float> opacity)
    {
        Mood mood = stage.Mood;
        Noise noise = stage.Noise;
        float focal = stage.Focal, cx = stage.Width * 0.5f, unit = stage.Unit;
        float time = salt * 3.7f;
        bool light = stage.SunSeen || (mood.Shine > 0.3f && mood.SunHeight < 0);
        var airs = new Vector3[plate.Width];
        for (int i = 0; i < airs.Length; i++) airs[i] = stage.AirAt(plate.Left + i);
        Parallel.For(plate.Top, plate.Bottom, y =>
        {
            float down = Math.Max(0.6f, y + 0.5f - stage.Horizon);
            float z = EyeMetres * focal / down;
            float grain = z * z / (EyeMetres * focal);
            // Four lengths of waves, each as visible as its length in pixels allows; the fifth and finest goes with the streaks.
            Vector128<float> visible = Vector128.Create(Weight(38, grain), Weight(13, grain), Weight(4.6f, grain), Weight(1.7f, grain));
            float w2 = visible[1], w3 = visible[2], w4 = visible[3], w5 = Weight(0.6f, grain) * 0.026f;
            Vector128<float> weights = visible * Vector128.Create(0.055f, 0.05f, 0.042f, 0.034f), weightsAlong = weights * Along;
            Vector128<float> times = Vector128.Create(time, time + 5, time + 9, time + 14);
            Vector128<float> rows = (Frequency * z) + times;
            float log = MathF.Log(z) * 34;
            Vector128<float> fineX = Vector128.Create(time + 19, (log * 0.2f) + time, time, 0);
            Vector128<float> fineY = Vector128.Create((z * FineFrequency) + time + 19, log + time, (log * 2.3f) + 3, z * 2.6f);
            float view = down / focal;
            float far = (1 - MathF.Exp(-z * 0.00042f * mood.Haze)) * (calm < 0.4f ? 0.25f : 0.55f);
            for (int x = plate.Left; x < plate.Right; x++)
            {
                float a = opacity(x, y);
                if (a <= 0.004f) continue;
                float side = (x - cx) / focal, wx = side * z;
                Vector3 n = Vector3.Zero;
                if (visible[0] > 0)
                {
                    Vector128<float> value = noise.WithSlope((Frequency * Along * wx) + times, (Frequency * (0.12f * wx)) + rows, out Vector128<float> byX, out Vector128<float> byZ);
                    n = new Vector3(Vector128.Dot(value, weights), Vector128.Dot(byX, weightsAlong), Vector128.Dot(byZ, weights));
                }
                // Far out the waves are finer than a pixel; what the eye still sees are streaks, equal at every distance.
                Vector128<float> fine = noise.WithSlope((FineAcross * wx) + (StreakAcross * side) + fineX, (FineAlong * wx) + fineY, out Vector128<float> fineByX, out Vector128<float> fineByZ);
                n += new Vector3(fine[0], fineByX[0] * 0.8f, fineByZ[0]) * w5;
                float streak = fine[1] + (0.6f * fine[2]);
                n += new Vector3(0, 0.3f, 1) * (streak * 0.018f * (1 - (0.75f * w3)));
                float sx = n.Y * calm, sz = n.Z * calm;
                float tilt = Math.Max(0.0f, (view * (1 - (0.25f * Math.Min(1, calm)))) + (2 * sz) + (0.03f * calm));
                float up = Math.Min(tilt * focal, stage.Horizon * 0.96f);
                Vector3 sky = Look(x + (sx * focal * 0.55f), stage.Horizon - 1 - up);
                float facing = Math.Clamp(view + sz, 0, 0.9f);
                float fresnel = 0.03f + (0.97f * (1 - facing) * (1 - facing) * (1 - facing) * (1 - facing));
                fresnel = Math.Min(0.96f, fresnel * (1 - (0.20f * Math.Min(1, calm))));
                Vector3 body = deep * (0.85f + Math.Clamp((n.X * 1.6f * calm) + (sz * 1.2f), -0.4f, 0.9f)) + (mood.Key * mood.Fill * (0.05f + (0.10f * Math.Clamp(n.X * 6, 0, 1))));
                Vector3 c = Mix(body, sky, fresnel);
                if (light)
                {
                    float ddx = ((x + (sx * focal * 0.9f)) - stage.SunX) / focal, width = 0.035f + (0.11f * view) + (0.012f * calm);
                    float sunUp = Math.Max(0, mood.SunHeight) * stage.Height / focal;
                    float dz = (tilt - sunUp) / (0.10f + (0.08f * calm));
                    if (MathF.Abs(ddx) < 2.4f * width)
                    {
                        float path = MathF.Exp(-(ddx * ddx) / (width * width));
                        float glint = path * MathF.Exp(-dz * dz);
                        float crest = Smooth(0.25f, 1.0f, (streak * (1 - w4)) + (n.Z * 9 * w4) + 0.25f);
                        float strength = (mood.IsMoon ? 0.55f : mood.SunHeight < 0 ? 0.25f : 0.95f) * mood.Shine;
                        c = Screen(c, Mix(mood.Glow, Vector3.One, 0.45f) * (glint * (0.12f + (0.88f * crest)) * strength));
                    }
                }
                if (calm > 0.7f && w2 > 0)
                {
                    float cap = Smooth(1.12f, 1.5f, (n.X * 13 * calm) + (fine[3] * 0.5f * w4) + (0.5f * calm) - 0.3f);
                    c = Mix(c, (mood.Key * 0.55f) + (mood.Fill * 0.6f), cap * 0.65f * w2);
                }
                c = Mix(c, airs[x - plate.Left], far);
                float nearby = Smooth(stage.Height * 0.72f, stage.Height * 1.1f, y);
                plate.Set(x, y, c * (1 - (0.22f * nearby)), a);
            }
        });

        static float Weight(float length, float grain) => Smooth(0.65f * length, 0.12f * length, grain);
    }

    private Vector3 Look(float x, float y)
    {
        float u = (x - mirror.Left * 2) * 0.5f, v = (y - (mirror.Top * 2)) * 0.5f;
        int px = Math.Clamp((int)u, 0, mirror.Width - 1), py = Math.Clamp((int)v, 0, mirror.Height - 1);
        Vector4 c = mirror.Get(px + mirror.Left, py + mirror.Top);
        return new Vector3(c.X, c.Y, c.Z);
    }

    /// <summary>All layers behind at half size, a little drawn out downwards as ripples smaller than a pixel do.</summary>
    private static Plate Mirror(Stage stage, IReadOnlyList<Plate> behind)
    {
        int side = stage.Margin(0.6f);
        var plate = new Plate(-side / 2, -20, (stage.Width + side) / 2, (int)(stage.Horizon / 2) + 1);
        using var canvas = new SKCanvas(plate.Picture);
        canvas.Clear(Ink(stage.Mood.Horizon));
        using var blur = SKImageFilter.CreateBlur(1.2f * stage.Unit, 5 * stage.Unit);
        using var layer = new SKPaint { ImageFilter = blur };
        canvas.SaveLayer(layer);
        canvas.Translate(-plate.Left, -plate.Top);
        canvas.Scale(0.5f);
        foreach (Plate back in behind)
        {
            using SKImage image = SKImage.FromBitmap(back.Picture);
            canvas.DrawImage(image, back.Left, back.Top, new SKSamplingOptions(SKFilterMode.Linear));
        }
        canvas.Restore();
        return plate;
    }
}
