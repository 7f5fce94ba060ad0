using System.Numerics;
using SkiaSharp;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>Paints the drifting clouds: heaps lit from the sun's side, or a closed cover.</summary>
internal static class CloudPainter
{
    public const float Depth = 0.08f;

    /// <summary>Paints at half size and enlarges: a cloud has no edge sharper than that, and noise is the dearest thing here.</summary>
    public static Plate? Paint(Stage stage, float drift)
    {
        Mood mood = stage.Mood;
        if (mood.Cover < 0.06f) return null;
        float travel = (MathF.Abs(drift) * 10) + 8;
        int side = stage.Margin(Depth) + (int)travel;
        int top = -stage.Margin(Depth), bottom = (int)stage.Horizon + 2;
        int w = ((stage.Width + (2 * side)) / 2) + 1, h = ((bottom - top) / 2) + 1;
        using var half = new Plate(0, 0, w, h);
        bool closed = mood.Cover > 0.9f;
        Noise noise = stage.Noise;
        float shift = stage.Next(0, 60);
        float scale = MathF.Sqrt((float)stage.Width * stage.Height) * 0.75f;
        float threshold = closed ? -0.52f : 0.34f - (0.66f * mood.Cover);
        Parallel.For(0, h, row =>
        {
            float y = top + (row * 2);
            float t = Math.Max(0, (stage.Horizon - y) / stage.Height);
            float flat = 1 / (t + 0.13f);
            float low = Smooth(0, 0.07f, t);
            for (int col = 0; col < w; col++)
            {
                float x = -side + (col * 2);
                float px = (x - (stage.Width * 0.5f)) / scale * flat * 0.80f, py = MathF.Log(flat) * 2.5f;
                float density = Density(px, py, true);
                if (density <= 0) continue;
                float toSunX = stage.SunX - x, toSunY = stage.SunY - y - (0.12f * stage.Height);
                float far = MathF.Sqrt((toSunX * toSunX) + (toSunY * toSunY)) + 1;
                float step = 0.11f;
                float ahead = Density(px + (toSunX / far * step), py + (toSunY / far * step * 0.8f), false);
                float body = Smooth(0, 0.24f, density);
                float lit = Math.Clamp(0.66f + ((density - ahead) * 2.3f) - (density * 0.72f), 0, 1);
                if (closed) lit = 0.42f + ((lit - 0.42f) * 0.62f);
                Vector3 shade = Mix(mood.CloudShade, mood.Middle, 0.18f);
                Vector3 c = Mix(shade, mood.CloudLit, lit);
                float near = MathF.Exp(-far / (360 * stage.Unit)) * mood.Shine;
                c = Screen(c, mood.Glow * (near * (0.75f - (0.45f * body))));
                c = Mix(stage.SkyAt(x, y), c, (closed ? 0.55f : 0.4f) + ((closed ? 0.45f : 0.6f) * Smooth(0, 0.22f, t)));
                half.Set(col, row, c, closed ? Smooth(0, 0.2f, density) * (0.35f + (0.65f * low)) : body * low * (mood.IsMoon ? 0.86f : 0.96f));
            }
        });
        var plate = new Plate(-side, top, -side + (w * 2), top + (h * 2));
        using (var canvas = new SKCanvas(plate.Picture))
        using (SKImage image = SKImage.FromBitmap(half.Picture))
        {
            canvas.DrawImage(image, new SKRect(0, 0, plate.Width, plate.Height), new SKSamplingOptions(SKCubicResampler.Mitchell));
        }
        return plate;

        float Density(float x, float y, bool fine)
        {
            float bx = x + shift, by = y + 3;
            float warp = noise.At((bx * 1.7f) + 9, by * 1.7f) * 0.22f;
            float mass = noise.Fbm((bx * 1.0f) + warp, (by * 1.15f) + warp, 3);
            // Folded noise has round tops and sharp valleys, as heaped clouds have.
            float puffs = MathF.Abs(noise.At(bx * 3.2f, (by * 3.6f) + warp)) + (0.55f * MathF.Abs(noise.At(bx * 6.9f, by * 7.4f)));
            puffs += fine ? (0.30f * MathF.Abs(noise.At(bx * 14.6f, by * 15.2f))) + (0.17f * MathF.Abs(noise.At(bx * 30, by * 31))) : 0.16f;
            return mass + (puffs * 0.40f) - 0.26f - threshold;
        }
    }
}
