using System.Numerics;
using SkiaSharp;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>Paints what hangs in the air: fog banks, rain, snow, birds.</summary>
internal static class WeatherPainter
{
    /// <summary>A soft bank of fog across the frame, thickest at its middle row.</summary>
    public static Plate Fog(Stage stage, float depth, float middle, float high, float strength, float drift)
    {
        Plate plate = stage.Band(depth, middle - high, middle + high, (MathF.Abs(drift) * 10) + 4);
        int w = (plate.Width / 3) + 2, h = (plate.Height / 3) + 2;
        using var small = new Plate(0, 0, w, h);
        Parallel.For(0, h, row =>
        {
            float y = plate.Top + (row * 3), off = (y - middle) / high;
            float band = MathF.Max(0, 1 - (off * off));
            for (int col = 0; col < w; col++)
            {
                float x = plate.Left + (col * 3);
                float n = stage.Noise.Fbm(x / (520 * stage.Unit), (y / (130 * stage.Unit)) + (depth * 40), 5);
                float a = band * band * strength * Smooth(-0.45f, 0.5f, n);
                if (a > 0.004f) small.Set(col, row, stage.AirAt(x) * 1.02f, a);
            }
        });
        using var canvas = new SKCanvas(plate.Picture);
        using SKImage image = SKImage.FromBitmap(small.Picture);
        canvas.DrawImage(image, new SKRect(0, 0, w * 3, h * 3), new SKSamplingOptions(SKFilterMode.Linear));
        return plate;
    }

    /// <summary>Falling streaks; the plate is as much higher than the frame as they fall in ten seconds.</summary>
    public static Plate Rain(Stage stage, float depth, float fall, float slant)
    {
        int margin = stage.Margin(depth), travel = (int)(fall * 10);
        var plate = new Plate(-margin - (int)(MathF.Abs(slant) * travel), -margin - travel, stage.Width + margin + (int)(MathF.Abs(slant) * travel), stage.Height + margin);
        using SKCanvas canvas = plate.Canvas();
        Vector3 c = Mix(stage.AirAt(stage.Width / 2f), Vector3.One, 0.35f);
        using var paint = new SKPaint { IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeCap = SKStrokeCap.Round };
        int count = (int)(900 * (plate.Width / 1920f / stage.Unit) * (plate.Height / 1080f / stage.Unit));
        for (int i = 0; i < count; i++)
        {
            float near = stage.Next(), x = stage.Next(plate.Left, plate.Right), y = stage.Next(plate.Top, plate.Bottom), length = (26 + (64 * near)) * stage.Unit;
            paint.StrokeWidth = (0.7f + (1.1f * near)) * stage.Unit;
            paint.Color = Ink(c, 0.07f + (0.17f * near));
            canvas.DrawLine(x, y, x + (length * slant), y + length, paint);
        }
        return plate;
    }

    /// <summary>Snowflakes, near ones large and soft.</summary>
    public static Plate Snow(Stage stage, float depth, float fall, float drift, float size)
    {
        int margin = stage.Margin(depth), down = (int)(fall * 10), across = (int)(MathF.Abs(drift) * 10) + (int)(30 * stage.Unit);
        var plate = new Plate(-margin - across, -margin - down, stage.Width + margin + across, stage.Height + margin);
        using SKCanvas canvas = plate.Canvas();
        using var paint = new SKPaint { IsAntialias = true };
        Vector3 c = Mix(Vector3.One, stage.AirAt(stage.Width / 2f), 0.25f);
        int count = (int)(950 / size * (plate.Width / 1920f / stage.Unit) * (plate.Height / 1080f / stage.Unit));
        for (int i = 0; i < count; i++)
        {
            float near = MathF.Pow(stage.Next(), 3), r = size * (0.9f + (3.2f * near)) * stage.Unit;
            float x = stage.Next(plate.Left, plate.Right), y = stage.Next(plate.Top, plate.Bottom);
            paint.Color = Ink(c, 0.16f);
            canvas.DrawCircle(x, y, r * 1.5f, paint);
            paint.Color = Ink(c, 0.5f - (0.2f * near));
            canvas.DrawCircle(x, y, r * 0.8f, paint);
        }
        return plate;
    }

    /// <summary>A small flock on its way.</summary>
    public static Plate Birds(Stage stage)
    {
        float cx = stage.Width * stage.Next(0.38f, 0.6f), cy = stage.Horizon * stage.Next(0.32f, 0.5f), spread = 190 * stage.Unit;
        var plate = new Plate((int)(cx - (spread * 1.6f)), (int)(cy - spread), (int)(cx + (spread * 1.6f)), (int)(cy + spread));
        using SKCanvas canvas = plate.Canvas();
        using var paint = new SKPaint { IsAntialias = true };
        Vector3 c = Mix(stage.Mood.Fill * 0.35f, stage.SkyAt(cx, cy), 0.18f);
        for (int i = 0; i < 11; i++)
        {
            float s = stage.Next(7, 15) * stage.Unit, x = cx + ((stage.Next() + stage.Next() - 1) * spread * 1.3f), y = cy + ((stage.Next() + stage.Next() - 1) * spread * 0.6f);
            float lift = stage.Next(-0.1f, 0.75f), roll = stage.Next(-0.25f, 0.25f);
            using var bird = new SKPath();
            bird.MoveTo(x - s, y - (s * (lift + roll)));
            bird.QuadTo(x - (s * 0.45f), y - (s * (lift + 0.32f)), x, y);
            bird.QuadTo(x + (s * 0.45f), y - (s * (lift + 0.32f)), x + s, y - (s * (lift - roll)));
            bird.QuadTo(x + (s * 0.45f), y - (s * (lift + 0.08f)), x + (s * 0.06f), y + (s * 0.2f));
            bird.LineTo(x - (s * 0.12f), y + (s * 0.2f));
            bird.QuadTo(x - (s * 0.45f), y - (s * (lift + 0.08f)), x - s, y - (s * (lift + roll)));
            bird.Close();
            paint.Color = Ink(c, 0.9f);
            canvas.DrawPath(bird, paint);
        }
        return plate;
    }

    /// <summary>One stroke of lightning with its glow in the cloud.</summary>
    public static void Lightning(Stage stage, Plate sky)
    {
        using SKCanvas canvas = sky.Canvas();
        float x = stage.Width * (0.5f + (stage.SunSide * stage.Next(0.1f, 0.3f))), y = stage.Horizon * 0.12f;
        using var paint = new SKPaint { IsAntialias = true };
        float glow = 420 * stage.Unit;
        using (SKShader fade = SKShader.CreateRadialGradient(new SKPoint(x, y + (glow * 0.4f)), glow, [Ink(Rgb(0xC8D4FF), 0.5f), Ink(Rgb(0xC8D4FF), 0)], null, SKShaderTileMode.Clamp))
        {
            paint.Shader = fade;
            canvas.DrawCircle(x, y + (glow * 0.4f), glow, paint);
            paint.Shader = null;
        }
        using SKMaskFilter soft = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, 6 * stage.Unit);
        using var bolt = new SKPath();
        Walk(x, y, stage.Horizon, 0);
        paint.Style = SKPaintStyle.Stroke;
        paint.StrokeWidth = 9 * stage.Unit;
        paint.MaskFilter = soft;
        paint.Color = Ink(Rgb(0xA8B8FF), 0.55f);
        canvas.DrawPath(bolt, paint);
        paint.MaskFilter = null;
        paint.StrokeWidth = 2.2f * stage.Unit;
        paint.Color = Ink(Rgb(0xF4F6FF), 0.95f);
        canvas.DrawPath(bolt, paint);

        void Walk(float bx, float by, float end, int level)
        {
            bolt.MoveTo(bx, by);
            while (by < end)
            {
                bx += stage.Next(-17, 17) * stage.Unit;
                by += stage.Next(9, 24) * stage.Unit;
                bolt.LineTo(bx, by);
                if (level > 1 || stage.Next() > 0.10f) continue;
                Walk(bx, by, by + (stage.Next(60, 170) * stage.Unit), level + 1);
                bolt.MoveTo(bx, by);
            }
        }
    }
}
