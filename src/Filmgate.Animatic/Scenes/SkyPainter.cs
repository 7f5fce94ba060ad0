using System.Numerics;
using SkiaSharp;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>Paints the opaque back layer: air, sun or moon, stars, high cirrus.</summary>
internal static class SkyPainter
{
    public const float Depth = 0.04f;

    public static Plate Paint(Stage stage)
    {
        Mood mood = stage.Mood;
        int side = (int)MathF.Ceiling(Math.Max(stage.Width, stage.Height) * 0.05f);
        var plate = new Plate(-side, -side, stage.Width + side, stage.Height + side);
        int below = (int)stage.Horizon + 1;
        float cirrus = mood.Cover > 0.9f ? 0 : 0.30f * Noise.Unit(stage.Words.Seed, 51) + 0.06f;
        if (stage.Has(SceneWeather.Clear)) cirrus *= 0.4f;
        if (mood.IsMoon) cirrus *= 0.35f;
        // The sky is smooth: every second pixel is worked out, the others lie between. The grain comes after that, per pixel.
        int w = (plate.Width / 2) + 2, h = (plate.Height / 2) + 2;
        var half = new Vector3[w * h];
        Parallel.For(0, h, row =>
        {
            float y = plate.Top + (row * 2);
            float t = Math.Max(0, (stage.Horizon - y) / stage.Height);
            float flat = 1 / (t + 0.10f);
            for (int col = 0; col < w; col++)
            {
                float x = plate.Left + (col * 2);
                if (y > below + 4)
                {
                    // Everything below the horizon lies behind land or water; one colour will do.
                    half[(row * w) + col] = mood.Horizon;
                    continue;
                }
                Vector3 c = stage.SkyAt(x, y);
                if (cirrus > 0.02f && t > 0.01f)
                {
                    float px = (x - (stage.Width * 0.5f)) / stage.Height * flat * 0.9f, py = flat * 1.7f;
                    float bend = stage.Noise.At(px * 0.6f, py * 0.6f);
                    float wisp = stage.Noise.Fbm((px * 0.55f) + (bend * 0.5f) + 40, (py * 1.3f) + (px * 0.5f) + bend, 5);
                    float a = Smooth(0.02f, 0.55f, wisp + (0.25f * bend)) * cirrus * Smooth(0.02f, 0.2f, t);
                    c = Mix(c, mood.CloudLit, a);
                }
                float corner = ((x / stage.Width) - 0.5f) * 2;
                float high = Math.Max(0, 0.35f - (y / stage.Height));
                half[(row * w) + col] = c * (1 - (0.10f * corner * corner * (0.4f + (high * 2))));
            }
        });
        Parallel.For(0, plate.Height, row =>
        {
            int upper = (row / 2) * w, lower = ((row + 1) / 2) * w;
            for (int col = 0; col < plate.Width; col++)
            {
                int left = col / 2, right = (col + 1) / 2;
                plate.Set(plate.Left + col, plate.Top + row, (half[upper + left] + half[upper + right] + half[lower + left] + half[lower + right]) * 0.25f);
            }
        });
        if (mood.Stars > 0.05f) Stars(stage, plate);
        if (stage.SunSeen) Disc(stage, plate);
        return plate;
    }

    private static void Stars(Stage stage, Plate plate)
    {
        Mood mood = stage.Mood;
        int count = (int)(1500 * mood.Stars * stage.Width * stage.Height / (1920f * 1080 * stage.Unit * stage.Unit));
        float tilt = stage.Next(-0.7f, 0.7f), centre = stage.Next(0.3f, 0.7f) * stage.Width;
        bool band = stage.Words.SkyLights.HasFlag(SceneSkyLights.Stars);
        if (band)
        {
            Parallel.For(plate.Top, (int)stage.Horizon, y =>
            {
                for (int x = plate.Left; x < plate.Right; x++)
                {
                    float across = (x - centre + ((y - (stage.Horizon * 0.5f)) * (tilt + 0.5f))) / (300 * stage.Unit);
                    float m = MathF.Exp(-across * across);
                    if (m < 0.02f) continue;
                    float dust = stage.Noise.Fbm(x / (260 * stage.Unit), y / (260 * stage.Unit), 5);
                    float lane = 0.4f + (0.6f * Smooth(-0.15f, 0.35f, dust + (0.55f * MathF.Abs(across)) - 0.05f));
                    float a = m * lane * 0.34f * Smooth(stage.Horizon, stage.Horizon * 0.55f, y);
                    plate.Over(x, y, new Vector3(0.66f, 0.68f, 0.86f) + (new Vector3(0.2f, 0, -0.1f) * dust), a * mood.Stars);
                }
            });
        }
        using SKCanvas canvas = plate.Canvas();
        using var paint = new SKPaint { IsAntialias = true };
        for (int i = 0; i < count * (band ? 2 : 1); i++)
        {
            float x = stage.Next(plate.Left, plate.Right), y = stage.Next(plate.Top, stage.Horizon - (6 * stage.Unit));
            if (i >= count) x = centre - ((y - (stage.Horizon * 0.5f)) * (tilt + 0.5f)) + ((stage.Next() + stage.Next() - 1) * 420 * stage.Unit);
            float low = Smooth(stage.Horizon, stage.Horizon * 0.35f, y);
            float bright = MathF.Pow(stage.Next(), 5);
            float hue = stage.Next();
            Vector3 c = Mix(new Vector3(0.78f, 0.85f, 1), new Vector3(1, 0.9f, 0.78f), hue * hue);
            paint.Color = Ink(c, (0.16f + (0.84f * bright)) * mood.Stars * (0.25f + (0.75f * low)));
            canvas.DrawCircle(x, y, (0.55f + (1.05f * bright)) * stage.Unit, paint);
            if (bright > 0.86f)
            {
                paint.Color = Ink(c, 0.10f * mood.Stars);
                canvas.DrawCircle(x, y, 4.2f * stage.Unit, paint);
            }
        }
    }

    private static void Disc(Stage stage, Plate plate)
    {
        Mood mood = stage.Mood;
        float r = (mood.IsMoon ? 36 : 24) * stage.Unit;
        using SKCanvas canvas = plate.Canvas();
        canvas.ClipRect(new SKRect(plate.Left, plate.Top, plate.Right, stage.Horizon + 2));
        using var paint = new SKPaint { IsAntialias = true };
        float halo = r * (mood.IsMoon ? 7 : 12);
        using (SKShader shader = SKShader.CreateRadialGradient(new SKPoint(stage.SunX, stage.SunY), halo,
            [Ink(mood.Glow, 0.55f * mood.Shine), Ink(mood.Glow, 0.20f * mood.Shine), Ink(mood.Glow, 0.06f * mood.Shine), Ink(mood.Glow, 0)], [0, 0.22f, 0.5f, 1], SKShaderTileMode.Clamp))
        {
            paint.Shader = shader;
            canvas.DrawCircle(stage.SunX, stage.SunY, halo, paint);
        }
        paint.Shader = null;
        if (!mood.IsMoon)
        {
            Vector3 core = Mix(mood.Glow, Rgb(0xFFF7DC), 0.86f);
            using SKMaskFilter soft = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, 2.4f * stage.Unit);
            paint.MaskFilter = soft;
            paint.Color = Ink(core, Math.Min(1, mood.Shine * 1.2f));
            canvas.DrawCircle(stage.SunX, stage.SunY, r, paint);
            return;
        }
        int span = (int)r + 2;
        for (int y = -span; y <= span; y++)
        {
            for (int x = -span; x <= span; x++)
            {
                float d = MathF.Sqrt((x * x) + (y * y));
                float a = Math.Clamp(r - d + 0.5f, 0, 1);
                if (a <= 0) continue;
                float u = x / r * 1.5f, v = y / r * 1.5f;
                float sea = Smooth(0.0f, 0.5f, stage.Noise.Fbm(u + 3.1f, v + 7.7f, 4) + 0.1f);
                float edge = 1 - (0.25f * MathF.Pow(d / r, 4));
                Vector3 c = Mix(new Vector3(0.97f, 0.965f, 0.93f), new Vector3(0.70f, 0.72f, 0.76f), sea * 0.75f) * edge;
                plate.Over((int)stage.SunX + x, (int)stage.SunY + y, c, a * Math.Min(1, mood.Shine * 1.3f));
            }
        }
    }
}
