using System.Numerics;
using SkiaSharp;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>Paints a lighthouse with its keeper's cottage on a rocky cape.</summary>
internal static class LighthousePainter
{
    /// <summary>Paints cape and buildings into one plate, the light falling as in the rest of the scene.</summary>
    public static Plate Paint(Stage stage, float depth)
    {
        float side = -stage.SunSide;
        bool tall = stage.Height > stage.Width * 1.2f;
        float distance = tall ? 100 : stage.Height >= stage.Width ? 112 : 118;
        float column = stage.Width * (0.5f + (side * (tall ? 0.15f : 0.185f)));
        float tower = (column - (stage.Width * 0.5f)) / stage.Focal * distance;
        const float Plateau = 11.5f;
        Noise noise = stage.Noise;
        Plate plate = stage.Band(depth, stage.Horizon - (stage.Height * 0.5f), stage.Horizon + (stage.Height * 0.30f));
        RockPainter.Paint(stage, plate, (distance - 52) / 1000, (distance + 70) / 1000, (x, z) =>
        {
            float along = (x - tower) * side, across = z - distance;
            float edge = noise.At((x * 0.05f) + 3, (z * 0.05f) + 8) * 9;
            float tip = Smooth(-38, -9, along + edge + (across * 0.10f));
            float front = Smooth(-41 - (0.16f * Math.Max(0, along)), -14, across + (edge * 0.8f));
            float back = Smooth(64, 26, across);
            float level = Plateau + (Math.Clamp(along, 0, 90) * 0.055f) + (noise.At(x * 0.03f, z * 0.03f) * 1.6f * Smooth(6, 22, MathF.Abs(along)));
            return (tip * front * back * (level + 1.8f)) - 1.8f;
        }, 2.5f, 8.2f);
        // Loose rocks before the cape's tip tie it to the sea.
        RockPainter.Paint(stage, plate, (distance - 62) / 1000, (distance - 8) / 1000, (x, z) =>
        {
            float along = (x - tower) * side;
            float field = noise.At((x * 0.085f) + 61, (z * 0.085f) + 7) + (0.25f * noise.At(x * 0.3f, z * 0.3f));
            float where = MathF.Exp(-MathF.Pow((along + 34) / 17, 2)) * MathF.Exp(-MathF.Pow((z - distance + 30) / 18, 2));
            return ((field + 0.15f) * 6.5f * where) - 1.2f;
        }, 1.6f, 90);
        RockPainter.Foot(stage, plate, 64, 8);
        float metre = stage.Focal / distance;
        float ground = stage.Horizon - ((Plateau + 0.1f - (RockPainter.Eye * 1000)) * metre);
        using SKCanvas canvas = plate.Canvas();
        Cottage(stage, canvas, column + (side * 15.5f * metre), ground + (0.9f * metre), metre, 1);
        Wall(stage, canvas, column + (side * 5 * metre), column + (side * 9.6f * metre), ground + (0.7f * metre), metre);
        Tower(stage, canvas, plate, column, ground + (1.3f * metre), metre);
        Tufts(stage, canvas, column - (side * 4.5f * metre), column + (side * 23 * metre), ground + (1.5f * metre), metre);
        return plate;
    }

    /// <summary>Tufts along the walls, so that the buildings grow out of the ground.</summary>
    private static void Tufts(Stage stage, SKCanvas canvas, float from, float to, float ground, float metre)
    {
        using var paint = new SKPaint { IsAntialias = true };
        float left = Math.Min(from, to), right = Math.Max(from, to);
        for (float x = left; x < right; x += 0.07f * metre)
        {
            float end = Shade.Smooth(left, left + (3 * metre), x) * Shade.Smooth(right, right - (3 * metre), x);
            float y = ground + (stage.Next(-0.45f, 0.7f) * metre), h = stage.Next(0.35f, 1.0f) * metre * (0.4f + (0.6f * end));
            Vector3 leaf = Mix(Rgb(0x4E5A2A), Rgb(0x9A9450), stage.Next()) * ((stage.Mood.Key * stage.Next(0.25f, 0.75f)) + (stage.Mood.Fill * 0.6f));
            if (stage.Has(SceneWeather.Snow)) leaf = Mix(leaf, Rgb(0xDDE4EC) * (stage.Mood.Key + stage.Mood.Fill), 0.6f);
            paint.Color = Ink(leaf, 0.9f);
            using var blade = new SKPath();
            blade.MoveTo(x - (0.12f * metre), y);
            blade.LineTo(x + (stage.Next(-0.3f, 0.3f) * metre), y - h);
            blade.LineTo(x + (0.12f * metre), y);
            blade.Close();
            canvas.DrawPath(blade, paint);
        }
    }

    private static void Tower(Stage stage, SKCanvas canvas, Plate plate, float cx, float ground, float metre)
    {
        Mood mood = stage.Mood;
        const float High = 19.5f;
        float bottom = 3.3f * metre, top = 2.05f * metre;
        Vector3 white = Rgb(0xF4EFE6), red = Rgb(0xB8281E);
        float Half(float t) => bottom + ((top - bottom) * MathF.Pow(t, 0.82f));
        float Row(float t) => ground - (t * High * metre);
        using var paint = new SKPaint { IsAntialias = true };

        // 1. The foot: a low round plinth of stone.
        Drum(canvas, paint, stage, cx, ground + (0.5f * metre), ground - (0.9f * metre), bottom * 1.16f, bottom * 1.12f, Rgb(0x9A9086), 0.10f);
        // 2. The shaft in seven rings, red and white by turns.
        for (int i = 0; i < 7; i++)
        {
            float from = i / 7f, to = (i + 1) / 7f;
            Drum(canvas, paint, stage, cx, Row(from), Row(to) - (i == 6 ? 0 : 0.6f), Half(from), Half(to), i % 2 == 0 ? white : red, 0.10f);
        }
        // 3. Weather has run down the walls.
        int left = (int)(cx - bottom) - 1, right = (int)(cx + bottom) + 1;
        for (int y = (int)Row(1); y < (int)Row(0); y++)
        {
            float t = (ground - y) / (High * metre), half = Half(t);
            for (int x = left; x <= right; x++)
            {
                float u = (x - cx) / half;
                if (MathF.Abs(u) > 0.99f || x < plate.Left || x >= plate.Right || y < plate.Top || y >= plate.Bottom) continue;
                float round = MathF.Asin(u) * 3;
                float streak = stage.Noise.Fbm(round * 4.5f, y / (34 * stage.Unit), 4);
                float stone = stage.Noise.At(round * 15, y / (2.2f * stage.Unit));
                float dirt = Math.Clamp((streak * 0.34f) + (stone * 0.05f) + 0.02f, 0, 0.4f);
                plate.Over(x, y, mood.Fill * 0.45f, dirt * 0.62f);
            }
        }
        // 4. Windows and the door.
        for (int i = 0; i < 3; i++)
        {
            float t = 0.30f + (i * 0.24f), w = 0.46f * metre, h = 1.05f * metre, y = Row(t), x = cx + ((i % 2 == 0 ? -0.16f : 0.14f) * Half(t));
            paint.Color = Ink(mood.Fill * 0.9f);
            canvas.DrawRoundRect(x - (w * 0.75f), y - h - (w * 0.35f), w * 1.5f, h + (w * 0.55f), w * 0.7f, w * 0.7f, paint);
            paint.Color = mood.Lamps > 0.3f ? Ink(Mix(Rgb(0xFFC468), Rgb(0xFFE2A0), 0.4f), 0.95f) : Ink(mood.Fill * 0.28f);
            canvas.DrawRoundRect(x - (w * 0.5f), y - h, w, h, w * 0.5f, w * 0.5f, paint);
        }
        paint.Color = Ink(mood.Fill * 0.55f);
        canvas.DrawRoundRect(cx - (0.95f * metre), Row(0) - (2.9f * metre), 1.9f * metre, 3.3f * metre, 0.9f * metre, 0.9f * metre, paint);
        paint.Color = Ink((Rgb(0x5A2A1C) * mood.Key * 0.8f) + (mood.Fill * 0.12f));
        canvas.DrawRoundRect(cx - (0.7f * metre), Row(0) - (2.55f * metre), 1.4f * metre, 3.0f * metre, 0.68f * metre, 0.68f * metre, paint);

        // 5. The gallery on its corbels, with railing.
        float deck = Row(1);
        Drum(canvas, paint, stage, cx, deck + (0.2f * metre), deck - (0.55f * metre), top * 1.02f, top * 1.52f, white * 0.92f, 0.12f);
        Drum(canvas, paint, stage, cx, deck - (0.5f * metre), deck - (0.85f * metre), top * 1.58f, top * 1.58f, Rgb(0x4A4644), 0.12f);
        float lens = deck - (0.85f * metre);
        float roof = lens - (3.0f * metre);
        // 6. The lantern: a lit room of glass behind dark bars.
        Vector3 lamp = Rgb(0xFFE6A8);
        float burn = Math.Clamp(mood.Lamps * 1.6f, 0, 1);
        Drum(canvas, paint, stage, cx, lens, lens - (0.8f * metre), top * 0.92f, top * 0.92f, white, 0.06f);
        var glass = new SKRect(cx - (top * 0.86f), roof, cx + (top * 0.86f), lens - (0.8f * metre));
        Vector3 pane = Mix(stage.SkyAt(cx, roof) * 0.9f, lamp, burn * 0.75f);
        using (SKShader shader = SKShader.CreateLinearGradient(new SKPoint(glass.Left, 0), new SKPoint(glass.Right, 0),
            [Ink(pane * 0.62f), Ink(Mix(pane, Vector3.One, 0.25f)), Ink(pane * 0.9f), Ink(pane * 0.55f)], [0, 0.34f, 0.62f, 1], SKShaderTileMode.Clamp))
        {
            paint.Shader = shader;
            canvas.DrawRect(glass, paint);
            paint.Shader = null;
        }
        paint.Color = Ink(Mix(lamp, Vector3.One, 0.6f), 0.35f + (0.65f * burn));
        canvas.DrawOval(cx, glass.MidY + (0.1f * metre), 0.52f * metre, 0.8f * metre, paint);
        paint.Color = Ink(mood.Fill * 0.30f);
        paint.StrokeWidth = Math.Max(1, 0.11f * metre);
        paint.Style = SKPaintStyle.Stroke;
        for (int i = 0; i <= 6; i++)
        {
            float x = cx + (MathF.Sin((i - 3) / 3f * 1.45f) * top * 0.86f);
            canvas.DrawLine(x, glass.Top, x, glass.Bottom, paint);
        }
        canvas.DrawLine(glass.Left, glass.MidY, glass.Right, glass.MidY, paint);
        // 7. The railing runs around before the lantern.
        paint.StrokeWidth = Math.Max(0.8f, 0.075f * metre);
        paint.Color = Ink((mood.Fill * 0.28f) + (mood.Key * 0.05f));
        float railTop = lens - (1.15f * metre), reach = top * 1.54f;
        for (int i = 0; i <= 16; i++)
        {
            float x = cx + (MathF.Sin((i - 8) / 8f * MathF.PI / 2) * reach);
            canvas.DrawLine(x, railTop, x, lens, paint);
        }
        canvas.DrawLine(cx - reach, railTop, cx + reach, railTop, paint);
        canvas.DrawLine(cx - reach, (railTop + lens) / 2, cx + reach, (railTop + lens) / 2, paint);
        paint.Style = SKPaintStyle.Fill;
        // 8. The dome, its vent and the rod.
        Drum(canvas, paint, stage, cx, roof + (0.12f * metre), roof - (0.22f * metre), top * 1.06f, top * 1.06f, Rgb(0x6E211A), 0.1f);
        using (var dome = new SKPath())
        {
            dome.MoveTo(cx - (top * 1.0f), roof - (0.2f * metre));
            dome.CubicTo(cx - (top * 0.9f), roof - (1.35f * metre), cx - (top * 0.34f), roof - (1.75f * metre), cx, roof - (2.0f * metre));
            dome.CubicTo(cx + (top * 0.34f), roof - (1.75f * metre), cx + (top * 0.9f), roof - (1.35f * metre), cx + (top * 1.0f), roof - (0.2f * metre));
            dome.Close();
            using SKShader shader = Round(stage, cx, top, Rgb(0xA8281E));
            paint.Shader = shader;
            canvas.DrawPath(dome, paint);
            paint.Shader = null;
        }
        paint.Color = Ink((Rgb(0x70201A) * mood.Key) + (mood.Fill * 0.1f));
        canvas.DrawCircle(cx, roof - (2.1f * metre), 0.34f * metre, paint);
        canvas.DrawRect(cx - (0.05f * metre), roof - (4.0f * metre), Math.Max(1, 0.1f * metre), 1.9f * metre, paint);
        // 9. The light itself.
        if (burn < 0.1f) return;
        float ly = glass.MidY;
        using var add = new SKPaint { IsAntialias = true, BlendMode = SKBlendMode.SrcOver };
        if (mood.Lamps > 0.5f || stage.Has(SceneWeather.Fog | SceneWeather.Storm))
        {
            foreach ((float dir, float spread, float far, float strength) in new[] { (stage.SunSide, 0.050f, 0.78f, 0.42f), (-stage.SunSide, 0.085f, 0.42f, 0.34f) })
            {
                float len = stage.Width * far;
                using var beam = new SKPath();
                beam.MoveTo(cx, ly - (0.3f * metre));
                beam.LineTo(cx + (dir * len), ly - (len * (0.05f + spread)));
                beam.LineTo(cx + (dir * len), ly - (len * (0.05f - spread)));
                beam.LineTo(cx, ly + (0.3f * metre));
                beam.Close();
                using SKShader fade = SKShader.CreateRadialGradient(new SKPoint(cx, ly), len, [Ink(lamp, strength * burn), Ink(lamp, strength * 0.3f * burn), Ink(lamp, 0)], [0, 0.3f, 1], SKShaderTileMode.Clamp);
                using SKMaskFilter soft = SKMaskFilter.CreateBlur(SKBlurStyle.Normal, 7 * stage.Unit);
                add.Shader = fade;
                add.MaskFilter = soft;
                canvas.DrawPath(beam, add);
            }
            add.MaskFilter = null;
        }
        foreach ((float size, float strength) in new[] { (15f, 0.30f), (5.5f, 0.55f), (2.0f, 0.9f) })
        {
            float r = size * metre;
            using SKShader fade = SKShader.CreateRadialGradient(new SKPoint(cx, ly), r, [Ink(lamp, strength * burn), Ink(lamp, strength * 0.25f * burn), Ink(lamp, 0)], [0, 0.4f, 1], SKShaderTileMode.Clamp);
            add.Shader = fade;
            canvas.DrawCircle(cx, ly, r, add);
        }
    }

    /// <summary>A piece of a round tower between two rows; its rims bend upwards, as one looks up at them.</summary>
    private static void Drum(SKCanvas canvas, SKPaint paint, Stage stage, float cx, float lowY, float highY, float lowHalf, float highHalf, Vector3 colour, float bend)
    {
        using var path = new SKPath();
        path.MoveTo(cx - lowHalf, lowY);
        path.LineTo(cx - highHalf, highY);
        path.QuadTo(cx, highY - (highHalf * bend * 2), cx + highHalf, highY);
        path.LineTo(cx + lowHalf, lowY);
        path.QuadTo(cx, lowY - (lowHalf * bend * (lowY > highY ? 0.6f : 2)), cx - lowHalf, lowY);
        path.Close();
        using SKShader shader = Round(stage, cx, Math.Max(lowHalf, highHalf), colour);
        paint.Shader = shader;
        canvas.DrawPath(path, paint);
        paint.Shader = null;
    }

    private static SKShader Round(Stage stage, float cx, float half, Vector3 colour)
    {
        const int Stops = 13;
        var colours = new SKColor[Stops];
        var places = new float[Stops];
        for (int i = 0; i < Stops; i++)
        {
            float u = ((i / (Stops - 1f)) * 2) - 1;
            float nz = MathF.Sqrt(Math.Max(0, 1 - (u * u)));
            float sun = Math.Max(0, (u * stage.SunSide * 0.80f) + (nz * 0.52f));
            float bounce = Math.Max(0, -u * stage.SunSide) * 0.18f;
            Vector3 light = (stage.Mood.Key * (sun * 1.08f * (0.3f + (0.7f * stage.Mood.Shine)))) + (stage.Mood.Fill * (0.62f + (0.3f * nz) + bounce));
            colours[i] = Ink(colour * light);
            places[i] = i / (Stops - 1f);
        }
        return SKShader.CreateLinearGradient(new SKPoint(cx - half, 0), new SKPoint(cx + half, 0), colours, places, SKShaderTileMode.Clamp);
    }

    private static void Wall(Stage stage, SKCanvas canvas, float from, float to, float ground, float metre)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = Ink(Rgb(0xB8AEA0) * ((stage.Mood.Key * 0.5f) + (stage.Mood.Fill * 0.7f))) };
        float left = Math.Min(from, to), right = Math.Max(from, to);
        canvas.DrawRect(left, ground - (1.1f * metre), right - left, 1.6f * metre, paint);
        paint.Color = Ink(Rgb(0xE0D8CC) * ((stage.Mood.Key * 0.8f) + (stage.Mood.Fill * 0.5f)));
        canvas.DrawRect(left, ground - (1.25f * metre), right - left, 0.22f * metre, paint);
    }

    /// <summary>A cottage with a gable towards the light, drawn around its middle column.</summary>
    public static void Cottage(Stage stage, SKCanvas canvas, float cx, float ground, float metre, float size, uint wallHex = 0xEDE6D8, uint roofHex = 0x8C4634)
    {
        Mood mood = stage.Mood;
        float s = stage.SunSide, m = metre * size;
        Vector3 wall = Rgb(wallHex), tile = stage.Has(SceneWeather.Snow) ? Rgb(0xE8EDF4) : Rgb(roofHex);
        Vector3 Lit(Vector3 c, float sun) => c * ((mood.Key * (sun * (0.3f + (0.7f * mood.Shine)))) + (mood.Fill * 0.78f));
        using var paint = new SKPaint { IsAntialias = true };
        float gable = cx + (s * 5.4f * m), corner = cx + (s * 2.2f * m), end = cx - (s * 5.4f * m);
        float eaves = ground - (3.0f * m), ridge = ground - (5.9f * m);
        float gableTop = (gable + corner) / 2, endTop = end + (s * 1.4f * m);
        Polygon(canvas, paint, Lit(wall, 0.34f), (corner, ground), (corner, eaves), (end, eaves), (end, ground));
        Polygon(canvas, paint, Lit(wall, 1.02f), (gable, ground), (gable, eaves), (gableTop, ridge), (corner, eaves), (corner, ground));
        // The chimney stands behind the ridge, so it comes before the roof.
        float flue = cx - (s * 2.2f * m);
        Polygon(canvas, paint, Lit(Rgb(0x9A5A48), 0.5f), (flue - (0.55f * m), ridge + m), (flue - (0.55f * m), ridge - (1.4f * m)), (flue + (0.55f * m), ridge - (1.4f * m)), (flue + (0.55f * m), ridge + m));
        Polygon(canvas, paint, Lit(tile, 0.62f), (corner - (s * 0.35f * m), eaves + (0.35f * m)), (gableTop, ridge - (0.1f * m)), (endTop, ridge - (0.1f * m)), (end - (s * 0.35f * m), eaves + (0.35f * m)));
        Polygon(canvas, paint, Lit(tile, 0.95f), (gable + (s * 0.35f * m), eaves + (0.35f * m)), (gableTop, ridge - (0.25f * m)), (gableTop, ridge + (0.2f * m)), (gable + (s * 0.1f * m), eaves + (0.45f * m)));
        using (var line = new SKPaint { IsAntialias = true, Style = SKPaintStyle.Stroke, StrokeWidth = Math.Max(0.6f, 0.06f * m), Color = Ink(Lit(tile, 0.2f), 0.5f) })
        {
            for (int i = 1; i < 7; i++)
            {
                float t = i / 7f, y = ridge + ((eaves + (0.35f * m) - ridge) * t);
                canvas.DrawLine(gableTop + ((corner - (s * 0.35f * m) - gableTop) * t), y, endTop + ((end - (s * 0.35f * m) - endTop) * t), y, line);
            }
        }
        Vector3 dark = mood.Fill * 0.35f, lit = Rgb(0xFFCB74);
        bool on = mood.Lamps > 0.2f;
        for (int i = 0; i < 3; i++)
        {
            float x = corner + ((end - corner) * (0.2f + (0.3f * i)));
            bool door = i == 1;
            float w = (door ? 1.15f : 1.0f) * m, top = ground - ((door ? 2.35f : 2.2f) * m), low = door ? ground : ground - (1.0f * m);
            paint.Color = Ink(Lit(Rgb(0xF8F4EC), 0.4f));
            canvas.DrawRect(x - (w * 0.62f), top - (0.12f * m), w * 1.24f, low - top + (0.2f * m), paint);
            paint.Color = door ? Ink(Lit(Rgb(0x3C5A5C), 0.3f)) : Ink(on ? lit : dark);
            canvas.DrawRect(x - (w * 0.5f), top, w, low - top, paint);
            if (door) continue;
            paint.Color = Ink(Lit(Rgb(0xF8F4EC), 0.2f), 0.8f);
            canvas.DrawRect(x - (0.05f * m), top, 0.1f * m, low - top, paint);
            canvas.DrawRect(x - (w * 0.5f), (top + low) / 2, w, 0.1f * m, paint);
        }
        float gx = (gable + corner) / 2;
        paint.Color = Ink(on ? lit : dark);
        canvas.DrawRect(gx - (0.42f * m), ground - (3.6f * m), 0.84f * m, 1.1f * m, paint);
        canvas.DrawRect(gx - (0.42f * m), ground - (1.9f * m), 0.84f * m, 1.1f * m, paint);
        if (mood.Lamps < 0.5f) return;
        using SKShader glow = SKShader.CreateRadialGradient(new SKPoint(cx, ground - (1.5f * m)), 7 * m, [Ink(lit, 0.22f), Ink(lit, 0)], null, SKShaderTileMode.Clamp);
        paint.Shader = glow;
        canvas.DrawCircle(cx, ground - (1.5f * m), 7 * m, paint);
        paint.Shader = null;
    }

    private static void Polygon(SKCanvas canvas, SKPaint paint, Vector3 colour, params ReadOnlySpan<(float X, float Y)> corners)
    {
        using var path = new SKPath();
        path.MoveTo(corners[0].X, corners[0].Y);
        foreach ((float x, float y) in corners[1..]) path.LineTo(x, y);
        path.Close();
        paint.Color = Ink(colour);
        canvas.DrawPath(path, paint);
    }
}
