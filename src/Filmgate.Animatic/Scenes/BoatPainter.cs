using System.Numerics;
using SkiaSharp;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>Paints what floats and what spans the water: sailing boats, a ship, moored boats, a bridge.</summary>
internal static class BoatPainter
{
    /// <summary>Paints something above a water line, then its broken reflection below.</summary>
    /// <param name="stage">The frame.</param>
    /// <param name="depth">The layer's depth.</param>
    /// <param name="line">The water line's row.</param>
    /// <param name="left">The left edge of what is drawn, in pixels.</param>
    /// <param name="right">Its right edge.</param>
    /// <param name="high">Its height in pixels.</param>
    /// <param name="draw">Draws it above the line.</param>
    /// <param name="reflect">The strength of the reflection, 0 to 1.</param>
    public static Plate Afloat(Stage stage, float depth, float line, float left, float right, float high, Action<SKCanvas, SKPaint> draw, float reflect = 0.5f)
    {
        var plate = new Plate((int)left, (int)(line - high), (int)right, (int)(line + (high * 0.85f)));
        using (SKCanvas canvas = plate.Canvas())
        using (var paint = new SKPaint { IsAntialias = true })
        {
            canvas.ClipRect(new SKRect(left, line - high, right, line + 1));
            draw(canvas, paint);
        }
        float unit = stage.Unit;
        for (int y = (int)line + 1; y < plate.Bottom; y++)
        {
            float t = (y - line) / (plate.Bottom - line);
            for (int x = plate.Left; x < plate.Right; x++)
            {
                float ripple = stage.Noise.At(x / (40 * unit), y / (5 * unit)) + (0.5f * stage.Noise.At(x / (13 * unit), y / (2.4f * unit)));
                int sx = Math.Clamp(x + (int)(ripple * (2 + (9 * t)) * unit), plate.Left, plate.Right - 1);
                int sy = Math.Clamp((int)(line - ((y - line) * 1.15f) + (ripple * 6 * t * unit)), plate.Top, (int)line - 1);
                Vector4 up = plate.Get(sx, sy);
                if (up.W < 0.05f) continue;
                plate.Over(x, y, Mix(new Vector3(up.X, up.Y, up.Z) / up.W * 0.8f, stage.Mood.Deep, 0.2f), up.W * reflect * (1 - t) * Smooth(-0.9f, 0.3f, ripple));
            }
        }
        return plate;
    }

    /// <summary>A sloop under sail.</summary>
    public static void Sloop(Stage stage, SKCanvas canvas, SKPaint paint, float x, float line, float h)
    {
        Mood mood = stage.Mood;
        float s = -stage.SunSide;
        Vector3 Lit(Vector3 c, float sun) => c * ((mood.Key * (sun * (0.35f + (0.65f * mood.Shine)))) + (mood.Fill * 0.75f));
        Vector3 sail = stage.Words.Tint is uint tint ? Mix(Rgb(0xF4EEE2), Rgb(tint), 0.75f) : Rgb(0xF6F0E4);
        float mast = x + (s * h * 0.02f);
        Shape(canvas, paint, Lit(Rgb(0x6A5038), 0.5f), (mast - (h * 0.006f), line - (h * 0.06f)), (mast - (h * 0.004f), line - h), (mast + (h * 0.004f), line - h), (mast + (h * 0.006f), line - (h * 0.06f)));
        using (var main = new SKPath())
        {
            main.MoveTo(mast - (s * h * 0.012f), line - (h * 0.97f));
            main.QuadTo(mast - (s * h * 0.30f), line - (h * 0.50f), mast - (s * h * 0.37f), line - (h * 0.15f));
            main.QuadTo(mast - (s * h * 0.18f), line - (h * 0.12f), mast - (s * h * 0.012f), line - (h * 0.16f));
            main.Close();
            using SKShader cloth = SKShader.CreateLinearGradient(new SKPoint(mast, 0), new SKPoint(mast - (s * h * 0.36f), 0), [Ink(Lit(sail, 0.60f)), Ink(Lit(sail, 0.95f)), Ink(Lit(sail, 0.78f))], null, SKShaderTileMode.Clamp);
            paint.Shader = cloth;
            canvas.DrawPath(main, paint);
            paint.Shader = null;
        }
        using (var jib = new SKPath())
        {
            jib.MoveTo(mast + (s * h * 0.012f), line - (h * 0.90f));
            jib.QuadTo(mast + (s * h * 0.13f), line - (h * 0.48f), mast + (s * h * 0.31f), line - (h * 0.11f));
            jib.QuadTo(mast + (s * h * 0.14f), line - (h * 0.13f), mast + (s * h * 0.015f), line - (h * 0.20f));
            jib.Close();
            paint.Color = Ink(Lit(sail, 0.72f));
            canvas.DrawPath(jib, paint);
        }
        Hull(canvas, paint, x, line, h * 0.40f, h * 0.085f, s, Lit(Rgb(0xEEE8DC), 0.75f), Lit(Rgb(0x2C3E58), 0.6f));
        Shape(canvas, paint, Lit(Rgb(0xC8B89C), 0.6f), (x - (h * 0.14f), line - (h * 0.085f)), (x - (h * 0.12f), line - (h * 0.115f)), (x + (h * 0.10f), line - (h * 0.115f)), (x + (h * 0.14f), line - (h * 0.085f)));
        if (mood.Lamps > 0.5f) Lamp(canvas, paint, x - (s * h * 0.05f), line - (h * 0.13f), h * 0.1f, mood.Lamps);
    }

    /// <summary>A boat at its mooring, sails down.</summary>
    public static void Moored(Stage stage, SKCanvas canvas, SKPaint paint, float x, float line, float h, uint hull)
    {
        Mood mood = stage.Mood;
        float s = stage.Next() < 0.5f ? -1 : 1;
        Vector3 Lit(Vector3 c, float sun) => c * ((mood.Key * (sun * (0.35f + (0.65f * mood.Shine)))) + (mood.Fill * 0.75f));
        float mast = x + (s * h * 0.05f);
        paint.Color = Ink(Lit(Rgb(0xB09468), 0.6f));
        float wide = Math.Max(1.2f, h * 0.014f);
        canvas.DrawRect(mast - (wide / 2), line - h, wide, h * 0.95f, paint);
        canvas.DrawRect(mast - (h * 0.08f), line - (h * 0.72f), h * 0.16f, Math.Max(0.8f, wide * 0.6f), paint);
        using (var stay = new SKPaint { IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = Math.Max(0.6f, h * 0.003f), Color = Ink(Lit(Rgb(0x6A6258), 0.3f), 0.5f) })
        {
            canvas.DrawLine(mast, line - (h * 0.98f), x + (s * h * 0.34f), line - (h * 0.12f), stay);
            canvas.DrawLine(mast, line - (h * 0.98f), x - (s * h * 0.31f), line - (h * 0.10f), stay);
        }
        float boom = line - (h * 0.20f);
        paint.Color = Ink(Lit(Rgb(0xE6DCC8), 0.7f));
        canvas.DrawRoundRect(Math.Min(mast, mast - (s * h * 0.27f)), boom - (h * 0.028f), h * 0.27f, h * 0.036f, h * 0.016f, h * 0.016f, paint);
        Shape(canvas, paint, Lit(Rgb(0xF0EAE0), 0.7f), (x - (h * 0.12f), line - (h * 0.09f)), (x - (h * 0.10f), line - (h * 0.15f)), (x + (h * 0.10f), line - (h * 0.15f)), (x + (h * 0.13f), line - (h * 0.09f)));
        paint.Color = mood.Lamps > 0.3f ? Ink(Rgb(0xFFD48A)) : Ink(mood.Fill * 0.3f);
        for (int i = -1; i <= 1; i++) canvas.DrawRect(x + (i * h * 0.06f) - (h * 0.018f), line - (h * 0.138f), h * 0.036f, h * 0.026f, paint);
        Hull(canvas, paint, x, line, h * 0.38f, h * 0.11f, s, Lit(Rgb(hull), 0.75f), Lit(Rgb(0x7A2A22), 0.5f));
        if (mood.Lamps > 0.4f) Lamp(canvas, paint, mast, line - (h * 0.97f), h * 0.07f, mood.Lamps);
    }

    /// <summary>A freighter with its bridge aft.</summary>
    public static void Freighter(Stage stage, SKCanvas canvas, SKPaint paint, float x, float line, float length)
    {
        Mood mood = stage.Mood;
        float s = -stage.SunSide, l = length;
        Vector3 Lit(Vector3 c, float sun) => c * ((mood.Key * (sun * (0.35f + (0.65f * mood.Shine)))) + (mood.Fill * 0.75f));
        uint[] boxes = [0xA8452C, 0x3C6A8C, 0xC89A3C, 0x5C7A50, 0x8C8C88, 0x6C3440];
        for (int i = 0; i < 9; i++)
        {
            int stack = 1 + (int)(stage.Next() * 3);
            for (int k = 0; k < stack; k++)
            {
                float bx = x + (s * l * (-0.22f + (i * 0.066f)));
                paint.Color = Ink(Lit(Rgb(boxes[(int)(stage.Next() * boxes.Length)]), 0.6f));
                canvas.DrawRect(bx - (l * 0.031f), line - (l * (0.085f + ((k + 1) * 0.026f))), l * 0.062f, l * 0.025f, paint);
            }
        }
        float bridge = x - (s * l * 0.34f);
        paint.Color = Ink(Lit(Rgb(0xF0EEE8), 0.75f));
        canvas.DrawRect(bridge - (l * 0.05f), line - (l * 0.20f), l * 0.10f, l * 0.13f, paint);
        canvas.DrawRect(bridge - (l * 0.065f), line - (l * 0.20f), l * 0.13f, l * 0.025f, paint);
        paint.Color = Ink(Lit(Rgb(0xB84A30), 0.7f));
        canvas.DrawRect(bridge - (s * l * 0.045f) - (l * 0.02f), line - (l * 0.25f), l * 0.04f, l * 0.06f, paint);
        paint.Color = mood.Lamps > 0.3f ? Ink(Rgb(0xFFE0A0)) : Ink(mood.Fill * 0.3f);
        for (int k = 0; k < 3; k++)
            for (int i = -3; i <= 3; i++) canvas.DrawRect(bridge + (i * l * 0.013f) - (l * 0.004f), line - (l * (0.188f - (k * 0.035f))), l * 0.008f, l * 0.010f, paint);
        Hull(canvas, paint, x, line, l * 0.5f, l * 0.085f, s, Lit(Rgb(0x2E3C4C), 0.7f), Lit(Rgb(0x8C3024), 0.6f));
        paint.Color = Ink(Lit(Rgb(0xC8C4BC), 0.6f));
        canvas.DrawRect(x + (s * l * 0.40f), line - (l * 0.17f), l * 0.005f, l * 0.09f, paint);
    }

    /// <summary>A suspension bridge across the frame.</summary>
    public static Plate Bridge(Stage stage, float depth)
    {
        Mood mood = stage.Mood;
        float w = stage.Width, unit = stage.Unit, line = stage.Horizon + (10 * unit);
        float high = Math.Min(stage.Height * 0.36f, 430 * unit);
        float deck = line - (high * 0.26f), side = stage.Margin(depth) + (4 * unit);
        float one = w * (stage.Width > stage.Height ? 0.24f : 0.14f), two = w * (stage.Width > stage.Height ? 0.76f : 0.86f);
        Vector3 paintwork = stage.Words.Tint is uint tint ? Rgb(tint) : Rgb(0xB4503A);
        Vector3 haze = stage.AirAt(w / 2);
        Vector3 Lit(float sun) => Mix(paintwork * ((mood.Key * (sun * (0.3f + (0.7f * mood.Shine)))) + (mood.Fill * 0.75f)), haze, 0.12f * mood.Haze);
        return Afloat(stage, depth, line, -side, w + side, high + (30 * unit), (canvas, paint) =>
        {
            float Cable(float x)
            {
                float u = x < one ? (one - x) / (two - one) : x > two ? (x - two) / (two - one) : 0;
                if (u > 0) return line - high + ((high * 0.72f) * MathF.Min(1, u * 1.9f));
                float m = ((x - one) / (two - one) * 2) - 1;
                return deck - (10 * unit) - ((high * 0.74f - (10 * unit)) * m * m);
            }
            paint.Style = SKPaintStyle.Stroke;
            paint.Color = Ink(Lit(0.5f), 0.75f);
            paint.StrokeWidth = 1.3f * unit;
            for (float x = -side; x < w + side; x += 15 * unit) canvas.DrawLine(x, Math.Min(deck, Cable(x)), x, deck, paint);
            for (int pass = 0; pass < 2; pass++)
            {
                using var cable = new SKPath();
                cable.MoveTo(-side, Cable(-side) - (pass * 5 * unit));
                for (float x = -side; x < w + side; x += 6 * unit) cable.LineTo(x, Cable(x) - (pass * 5 * unit));
                paint.StrokeWidth = (pass == 0 ? 4.2f : 2.4f) * unit;
                paint.Color = Ink(Lit(pass == 0 ? 0.7f : 0.35f));
                canvas.DrawPath(cable, paint);
            }
            paint.Style = SKPaintStyle.Fill;
            foreach (float tower in (ReadOnlySpan<float>)[one, two])
            {
                foreach (float leg in (ReadOnlySpan<float>)[-1, 1])
                {
                    float x = tower + (leg * 15 * unit), lit = leg * stage.SunSide > 0 ? 0.95f : 0.55f;
                    paint.Color = Ink(Lit(lit));
                    canvas.DrawRect(x - (6 * unit), line - high - (8 * unit), 12 * unit, high + (8 * unit), paint);
                    paint.Color = Ink(Lit(0.25f));
                    canvas.DrawRect(x - (stage.SunSide * 6 * unit) - (stage.SunSide > 0 ? 0 : 4 * unit), line - high - (8 * unit), 4 * unit, high + (8 * unit), paint);
                }
                paint.Color = Ink(Lit(0.6f));
                for (int i = 0; i < 5; i++) canvas.DrawRect(tower - (15 * unit), line - high + (i * high * 0.165f), 30 * unit, (i == 0 ? 14 : 8) * unit, paint);
                paint.Color = Ink(Mix(Rgb(0x8A8680) * ((mood.Key * 0.5f) + (mood.Fill * 0.7f)), haze, 0.1f));
                canvas.DrawRect(tower - (34 * unit), line - (22 * unit), 68 * unit, 24 * unit, paint);
            }
            paint.Color = Ink(Lit(0.75f));
            canvas.DrawRect(-side, deck - (3 * unit), w + (2 * side), 6 * unit, paint);
            paint.Color = Ink(Lit(0.28f));
            canvas.DrawRect(-side, deck + (3 * unit), w + (2 * side), 9 * unit, paint);
            if (mood.Lamps < 0.3f) return;
            for (float x = -side; x < w + side; x += 34 * unit) Lamp(canvas, paint, x, deck - (12 * unit), 11 * unit, mood.Lamps);
        }, 0.55f);
    }

    private static void Hull(SKCanvas canvas, SKPaint paint, float x, float line, float half, float high, float s, Vector3 colour, Vector3 stripe)
    {
        using var hull = new SKPath();
        hull.MoveTo(x - (s * half * 0.92f), line - (high * 0.9f));
        hull.QuadTo(x, line - (high * 0.72f), x + (s * half * 1.05f), line - (high * 1.25f));
        hull.QuadTo(x + (s * half * 0.92f), line - (high * 0.35f), x + (s * half * 0.80f), line + 2);
        hull.LineTo(x - (s * half * 0.86f), line + 2);
        hull.Close();
        using SKShader shade = SKShader.CreateLinearGradient(new SKPoint(0, line - high), new SKPoint(0, line), [Ink(colour * 1.05f), Ink(colour * 0.72f)], null, SKShaderTileMode.Clamp);
        paint.Shader = shade;
        canvas.DrawPath(hull, paint);
        paint.Shader = null;
        canvas.Save();
        canvas.ClipPath(hull, SKClipOperation.Intersect, true);
        paint.Color = Ink(stripe);
        canvas.DrawRect(x - (half * 1.2f), line - (high * 0.22f), half * 2.4f, high * 0.4f, paint);
        canvas.Restore();
    }

    private static void Lamp(SKCanvas canvas, SKPaint paint, float x, float y, float r, float strength)
    {
        Vector3 lamp = Rgb(0xFFCF84);
        paint.Style = SKPaintStyle.Fill;
        using (SKShader fade = SKShader.CreateRadialGradient(new SKPoint(x, y), r, [Ink(lamp, 0.6f * strength), Ink(lamp, 0.16f * strength), Ink(lamp, 0)], [0, 0.4f, 1], SKShaderTileMode.Clamp))
        {
            paint.Shader = fade;
            canvas.DrawCircle(x, y, r, paint);
            paint.Shader = null;
        }
        paint.Color = Ink(Mix(lamp, Vector3.One, 0.5f), strength);
        canvas.DrawCircle(x, y, r * 0.16f, paint);
    }

    private static void Shape(SKCanvas canvas, SKPaint paint, Vector3 colour, params ReadOnlySpan<(float X, float Y)> corners)
    {
        using var path = new SKPath();
        path.MoveTo(corners[0].X, corners[0].Y);
        foreach ((float x, float y) in corners[1..]) path.LineTo(x, y);
        path.Close();
        paint.Color = Ink(colour);
        canvas.DrawPath(path, paint);
    }
}
