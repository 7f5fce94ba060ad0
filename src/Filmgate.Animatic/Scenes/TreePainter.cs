using System.Numerics;
using SkiaSharp;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>Paints conifers in rows, single broad trees, and the grass at the camera's feet.</summary>
internal static class TreePainter
{
    /// <summary>Rows of conifers on a rising and falling line, each row paler than the one before it.</summary>
    /// <param name="stage">The frame.</param>
    /// <param name="depth">The layer's depth.</param>
    /// <param name="rows">From back to front: the line's row, the height of the trees in pixels, how much air lies before them (0 to 1).</param>
    /// <param name="wave">How much the line moves up and down, in pixels.</param>
    /// <param name="gap">Leaves a clearing around the frame's middle this wide, in pixels; 0 for none.</param>
    public static Plate Forest(Stage stage, float depth, ReadOnlySpan<(float Line, float High, float Air)> rows, float wave, float gap = 0)
    {
        Mood mood = stage.Mood;
        float top = stage.Horizon, low = 0;
        foreach ((float line, float high, _) in rows)
        {
            top = Math.Min(top, line - (high * 1.35f) - (wave * 1.6f));
            low = Math.Max(low, line + wave);
        }
        Plate plate = stage.Band(depth, top, Math.Min(stage.Height + stage.Margin(depth), low + (stage.Height * 0.45f)));
        using SKCanvas canvas = plate.Canvas();
        using var paint = new SKPaint { IsAntialias = true };
        int index = 0;
        foreach ((float line, float high, float air) in rows)
        {
            index++;
            float Ground(float x) => line + (wave * stage.Noise.Fbm((x / (700 * stage.Unit)) + (index * 9.1f) + (depth * 31), index, 4) * 1.4f);
            Vector3 leaf = stage.Has(SceneWeather.Snow) ? Rgb(0x6E7C80) : Mix(Rgb(0x2C3C2A), Rgb(0x42502E), stage.Next());
            for (float x = plate.Left - high; x < plate.Right + high; x += high * stage.Next(0.10f, 0.26f))
            {
                if (gap > 0 && MathF.Abs(x - (stage.Width / 2f)) < gap * (0.8f + (0.4f * stage.Next()))) continue;
                float stand = 0.78f + (0.55f * stage.Noise.Fbm((x / (150 * stage.Unit)) + (index * 5), depth * 17, 3));
                float h = high * (0.45f + (0.8f * stage.Next())) * stand;
                Vector3 haze = stage.AirAt(x);
                Vector3 dark = Mix(leaf * ((mood.Key * 0.10f) + (mood.Fill * 0.6f)), haze, air), bright = Mix(leaf * ((mood.Key * 0.9f * mood.Shine) + (mood.Fill * 1.05f)), haze, air);
                Conifer(stage, canvas, paint, x, Ground(x) + (h * 0.06f), h, dark, bright);
            }
            // The ground below the trees, veiled by mist towards the next row.
            using var soil = new SKPath();
            soil.MoveTo(plate.Left, plate.Bottom);
            for (float x = plate.Left; x <= plate.Right + 8; x += 8) soil.LineTo(x, Ground(x));
            soil.LineTo(plate.Right, plate.Bottom);
            soil.Close();
            Vector3 mid = stage.AirAt(stage.Width / 2f);
            Vector3 floor = Mix(leaf * ((mood.Key * 0.22f) + (mood.Fill * 0.55f)), mid, air);
            Vector3 mist = Mix(floor, mid, Math.Clamp(0.16f + (0.28f * air) + (stage.Has(SceneWeather.Fog) ? 0.3f : 0), 0, 0.9f));
            using SKShader fade = SKShader.CreateLinearGradient(new SKPoint(0, line - (wave * 0.3f)), new SKPoint(0, line + (high * 0.9f) + wave), [Ink(floor), Ink(mist)], null, SKShaderTileMode.Clamp);
            paint.Shader = fade;
            canvas.DrawPath(soil, paint);
            paint.Shader = null;
        }
        return plate;
    }

    /// <summary>One conifer: a spire of drooping branches, lit on the sun's side.</summary>
    public static void Conifer(Stage stage, SKCanvas canvas, SKPaint paint, float x, float foot, float h, Vector3 dark, Vector3 bright)
    {
        int tiers = Math.Clamp((int)(h / (5 * stage.Unit)), 5, 34);
        float half = h * stage.Next(0.13f, 0.19f);
        using var all = new SKPath();
        using var lit = new SKPath();
        float right = 0, left = 0;
        all.MoveTo(x, foot - h);
        var rights = new (float X, float Y)[tiers];
        for (int i = 0; i < tiers; i++)
        {
            float t = (i + 1f) / tiers, y = foot - (h * (1 - (t * 0.93f)));
            float reach = half * MathF.Pow(t, 0.85f);
            right = reach * stage.Next(0.62f, 1.1f);
            left = reach * stage.Next(0.62f, 1.1f);
            float droop = h / tiers * 0.55f;
            all.LineTo(x + right, y + droop);
            all.LineTo(x + (right * 0.42f), y);
            rights[i] = (left, y);
            float s = stage.SunSide > 0 ? right : left;
            lit.MoveTo(x, y - (h / tiers));
            lit.LineTo(x + (stage.SunSide * s * 0.92f), y + (droop * 0.6f));
            lit.LineTo(x + (stage.SunSide * s * 0.25f), y - (droop * 0.2f));
            lit.Close();
        }
        all.LineTo(x + (h * 0.015f), foot - (h * 0.07f));
        all.LineTo(x + (h * 0.015f), foot);
        all.LineTo(x - (h * 0.015f), foot);
        for (int i = tiers - 1; i >= 0; i--)
        {
            (float reach, float y) = rights[i];
            all.LineTo(x - (reach * 0.42f), y);
            all.LineTo(x - reach, y + (h / tiers * 0.55f));
        }
        all.Close();
        paint.Color = Ink(dark);
        canvas.DrawPath(all, paint);
        if (h < 16 * stage.Unit) return;
        paint.Color = Ink(bright, 0.62f);
        canvas.DrawPath(lit, paint);
    }

    /// <summary>A broad-leaved tree: a trunk that forks and thousands of leaves in clumps.</summary>
    public static void Broad(Stage stage, SKCanvas canvas, float x, float foot, float h, float air)
    {
        Mood mood = stage.Mood;
        Vector3 haze = stage.AirAt(x);
        bool bare = stage.Has(SceneWeather.Snow);
        using var paint = new SKPaint { IsAntialias = true, StrokeCap = SKStrokeCap.Round };
        var tips = new List<(float X, float Y)>();
        Vector3 bark = Mix(Rgb(0x4A3A2E) * ((mood.Key * 0.4f) + (mood.Fill * 0.6f)), haze, air);
        paint.Color = Ink(bark);
        paint.Style = SKPaintStyle.Stroke;
        Branch(x, foot, -MathF.PI / 2, h * 0.30f, h * 0.052f, 0);
        paint.Style = SKPaintStyle.Fill;
        if (bare) return;
        Vector3 leaf = stage.Words.Tint is uint tint ? Mix(Rgb(0x5A7034), Rgb(tint), 0.5f) : Mix(Rgb(0x4C6A2C), Rgb(0x7C8038), stage.Next());
        Vector3 dark = Mix(leaf * ((mood.Key * 0.12f) + (mood.Fill * 0.55f)), haze, air), bright = Mix(leaf * ((mood.Key * (0.3f + mood.Shine)) + (mood.Fill * 0.8f)), haze, air);
        float cx = x, cy = foot - (h * 0.66f), radius = h * 0.38f;
        int leaves = h > 120 * stage.Unit ? 9 : 3;
        float leafSize = leaves == 9 ? 1 : 1.7f;
        // From the dark inside to the bright outside: later leaves lie nearer to the light.
        for (int pass = 0; pass < 4; pass++)
        {
            foreach ((float tx, float ty) in tips)
            {
                for (int i = 0; i < leaves; i++)
                {
                    float angle = stage.Next(0, MathF.Tau), off = h * 0.085f * MathF.Sqrt(stage.Next());
                    float lx = tx + (MathF.Cos(angle) * off) + (stage.SunSide * pass * h * 0.008f), ly = ty + (MathF.Sin(angle) * off * 0.8f) - (pass * h * 0.009f);
                    float lit = Math.Clamp(0.42f + ((lx - cx) * stage.SunSide / radius * 0.42f) - ((ly - cy) / radius * 0.42f), 0, 1) * (0.25f + (0.25f * pass));
                    paint.Color = Ink(Mix(dark, bright, lit * (0.7f + (0.5f * stage.Next()))));
                    canvas.DrawOval(lx, ly, h * leafSize * stage.Next(0.007f, 0.018f), h * leafSize * stage.Next(0.006f, 0.013f), paint);
                }
            }
        }

        void Branch(float bx, float by, float angle, float length, float thick, int level)
        {
            float ex = bx + (MathF.Cos(angle) * length), ey = by + (MathF.Sin(angle) * length);
            paint.StrokeWidth = Math.Max(0.7f, thick);
            canvas.DrawLine(bx, by, ex, ey, paint);
            if (level >= 3) tips.Add((ex, ey));
            if (level >= 5) return;
            int forks = level == 0 ? 4 : 2 + (int)(stage.Next() * 1.6f);
            for (int i = 0; i < forks; i++)
            {
                float turn = ((i + 0.5f) / forks * 2) - 1;
                Branch(ex, ey, angle + (turn * stage.Next(0.5f, 0.85f)) + stage.Next(-0.12f, 0.12f), length * stage.Next(0.62f, 0.84f), thick * 0.62f, level + 1);
            }
        }
    }

    /// <summary>Short grass along a foot line, so that a trunk or a wall does not stand on the meadow like a cut-out.</summary>
    public static void Foot(Stage stage, SKCanvas canvas, float left, float right, float ground)
    {
        using var paint = new SKPaint { IsAntialias = true };
        for (float x = left; x < right; x += 1.6f * stage.Unit)
        {
            float end = Smooth(left, left + (30 * stage.Unit), x) * Smooth(right, right - (30 * stage.Unit), x);
            float y = ground + (stage.Next(-3, 7) * stage.Unit), h = stage.Next(5, 17) * stage.Unit * (0.3f + (0.7f * end));
            Vector3 leaf = Mix(Rgb(0x4C6A2C), Rgb(0x8C9448), stage.Next()) * ((stage.Mood.Key * stage.Next(0.3f, 0.8f)) + (stage.Mood.Fill * 0.6f));
            if (stage.Has(SceneWeather.Snow)) leaf = Mix(leaf, Rgb(0xDDE4EC) * (stage.Mood.Key + stage.Mood.Fill), 0.75f);
            paint.Color = Ink(leaf, 0.85f);
            using var blade = new SKPath();
            blade.MoveTo(x - (1.5f * stage.Unit), y);
            blade.LineTo(x + (stage.Next(-4, 4) * stage.Unit), y - h);
            blade.LineTo(x + (1.5f * stage.Unit), y);
            blade.Close();
            canvas.DrawPath(blade, paint);
        }
    }

    /// <summary>Blades of grass along the lower edge, the nearest layer of a meadow or a shore.</summary>
    public static Plate Grass(Stage stage, float depth, float high, float density)
    {
        Mood mood = stage.Mood;
        Plate plate = stage.Band(depth, stage.Height - (high * 1.6f), stage.Height + stage.Margin(depth), 16 * stage.Unit);
        using SKCanvas canvas = plate.Canvas();
        using var paint = new SKPaint { IsAntialias = true };
        bool white = stage.Has(SceneWeather.Snow);
        Vector3 soil = (Rgb(0x39431F) * ((mood.Key * 0.25f) + (mood.Fill * 0.5f)));
        float lean = stage.Has(SceneWeather.Wind | SceneWeather.Storm) ? 0.55f : 0.18f;
        float Edge(float x) => stage.Height + (high * (0.06f - (0.55f * stage.Noise.Fbm((x / (520 * stage.Unit)) + 3, 9, 3)) - (0.25f * MathF.Pow(MathF.Abs((x / stage.Width) - 0.5f) * 2, 2))));
        using (var ground = new SKPath())
        {
            ground.MoveTo(plate.Left, plate.Bottom);
            for (float x = plate.Left; x < plate.Right + 10; x += 10) ground.LineTo(x, Edge(x) + (6 * stage.Unit));
            ground.LineTo(plate.Right, plate.Bottom);
            ground.Close();
            paint.Color = Ink(soil);
            canvas.DrawPath(ground, paint);
        }
        int count = (int)(plate.Width / stage.Unit * 1.5f * density);
        for (int i = 0; i < count; i++)
        {
            float row = i / (float)count;
            float x = stage.Next(plate.Left, plate.Right), y = Edge(x) + (row * high * 0.45f) + (8 * stage.Unit);
            float clump = 0.6f + (0.55f * stage.Noise.At(x / (60 * stage.Unit), 5));
            float h = high * stage.Next(0.35f, 1.0f) * clump, bend = h * (stage.Next(-0.25f, 0.25f) - (stage.SunSide * lean)), wide = stage.Next(1.6f, 3.6f) * stage.Unit;
            Vector3 leaf = Mix(Rgb(0x55682C), Rgb(0xA8A054), stage.Next() * 0.8f);
            if (white) leaf = Mix(leaf, Rgb(0xDDE4EC), 0.6f);
            float near = MathF.Exp(-MathF.Abs(x - stage.SunX) / (stage.Width * 0.25f)) * mood.Shine;
            Vector3 c = leaf * ((mood.Key * ((0.12f + (0.40f * row * row) + (0.35f * near)) * (0.4f + (0.6f * mood.Shine)))) + (mood.Fill * (0.42f + (0.2f * row))));
            paint.Color = Ink(c);
            using var blade = new SKPath();
            blade.MoveTo(x - (wide / 2), y);
            blade.QuadTo(x + (bend * 0.25f), y - (h * 0.6f), x + bend, y - h);
            blade.QuadTo(x + (bend * 0.25f) + (wide * 0.6f), y - (h * 0.55f), x + (wide / 2), y);
            blade.Close();
            canvas.DrawPath(blade, paint);
            if (stage.Next() > 0.045f || white) continue;
            // Here and there an ear or a flower stands out against the light.
            paint.Color = Ink(stage.Words.Tint is uint tint ? Mix(c, Rgb(tint), 0.6f) : Mix(c * 1.3f, mood.Key, 0.35f));
            canvas.DrawOval(x + bend, y - h, 2.4f * stage.Unit, 4.6f * stage.Unit, paint);
        }
        return plate;
    }
}
