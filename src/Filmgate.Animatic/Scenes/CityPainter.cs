using System.Numerics;
using SkiaSharp;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>Paints rows of towers with lit windows, and a street between houses.</summary>
internal static class CityPainter
{
    /// <summary>One row of buildings standing on a line.</summary>
    /// <param name="stage">The frame.</param>
    /// <param name="depth">The layer's depth.</param>
    /// <param name="ground">The row on which the buildings stand.</param>
    /// <param name="high">The height of the highest in pixels.</param>
    /// <param name="broad">The mean breadth in pixels.</param>
    /// <param name="far">How much the air hides them, 0 to 1.</param>
    /// <param name="salt">Tells rows apart.</param>
    public static Plate Row(Stage stage, float depth, float ground, float high, float broad, float far, uint salt)
    {
        Mood mood = stage.Mood;
        Plate plate = stage.Band(depth, ground - (high * 1.5f), ground + (stage.Margin(depth) * 0.5f) + 2);
        float centre = stage.Width * (0.5f - (stage.SunSide * stage.Next(0.02f, 0.2f)));
        float spread = stage.Width * stage.Next(0.20f, 0.30f);
        for (int pass = 0; pass < 2; pass++)
        {
            // A lower, hazier pass first closes the gaps between the towers of the second.
            float x = plate.Left - (broad * stage.Next());
            uint number = (salt * 4096) + (uint)(pass * 2048);
            while (x < plate.Right)
            {
                number++;
                float w = broad * (0.6f + (0.9f * Noise.Unit(stage.Words.Seed, number)));
                float bell = MathF.Exp(-MathF.Pow((x + (w / 2) - centre) / spread, 2));
                float chance = Noise.Unit(stage.Words.Seed ^ 77, number);
                float h = high * (0.14f + (0.16f * chance) + (bell * (0.16f + (0.62f * chance * chance)))) * (pass == 0 ? 0.72f : 1);
                if (pass == 0 || Noise.Unit(stage.Words.Seed ^ 78, number) < 0.82f) Building(stage, plate, x, ground, w, h, Math.Min(1, far + (pass == 0 ? 0.16f : 0)), number, broad);
                x += w * (pass == 0 ? 0.92f : 0.9f + (0.5f * Noise.Unit(stage.Words.Seed ^ 79, number)));
            }
        }
        return plate;
    }

    private static void Building(Stage stage, Plate plate, float x, float ground, float w, float h, float far, uint number, float broad)
    {
        Mood mood = stage.Mood;
        uint seed = stage.Words.Seed ^ 0xC17u;
        float R(uint i) => Noise.Unit(seed + i, number);
        Vector3 stone = R(1) switch
        {
            < 0.35f => Mix(Rgb(0x7E8C9C), Rgb(0x5E7288), R(2)),
            < 0.7f => Mix(Rgb(0xA89C8C), Rgb(0xC4B8A4), R(2)),
            < 0.85f => Mix(Rgb(0x8C6A58), Rgb(0xA88470), R(2)),
            _ => Rgb(0x4C5664),
        };
        bool glass = R(1) < 0.35f || R(1) > 0.85f;
        float sideWidth = w * (0.18f + (0.16f * R(3)));
        float cw = Math.Max(3, broad * (0.075f + (0.04f * R(4)))), ch = cw * (1.15f + (0.5f * R(5)));
        float litShare = mood.Lamps < 0.3f ? mood.Lamps * 0.2f : mood.Lamps * (0.24f + (0.42f * R(6)));
        float tone = R(7);
        // 1. The outline: up to two setbacks narrow the tower towards its top.
        int setbacks = h > broad * 2.4f ? (int)(R(8) * 3) : 0;
        float crown = R(9);
        int top = (int)(ground - h), bottom = plate.Bottom;
        float light = (0.3f + (0.7f * mood.Shine)) * (1 - (0.45f * mood.Lamps));
        Vector3 front = stone * ((mood.Key * (0.26f * light)) + (mood.Fill * 0.82f)), bright = stone * ((mood.Key * (1.02f * light)) + (mood.Fill * 0.7f));
        Vector3 air = stage.AirAt(x + (w / 2));
        for (int y = Math.Max(top, plate.Top); y < bottom; y++)
        {
            float up = (ground - y) / h;
            float inset = setbacks >= 1 && up > 0.72f ? w * 0.12f : 0;
            if (setbacks == 2 && up > 0.88f) inset = w * 0.24f;
            float left = x + inset, right = x + w - inset;
            if (crown < 0.22f && up > 0.93f)
            {
                float cut = (up - 0.93f) / 0.07f * (right - left);
                if (stage.SunSide > 0) left += cut * 0.9f;
                else right -= cut * 0.9f;
            }
            float edge = stage.SunSide > 0 ? right - sideWidth : left + sideWidth;
            float mist = Math.Clamp(far + ((1 - Math.Clamp(up * h / (broad * 3.2f), 0, 1)) * 0.22f * mood.Haze), 0, 0.96f);
            float row = (ground - y) / ch;
            int floor = (int)row;
            bool pane = row - floor is > 0.28f and < 0.82f;
            for (int px = Math.Max((int)left, plate.Left); px < Math.Min((int)right, plate.Right); px++)
            {
                bool onSide = stage.SunSide > 0 ? px >= edge : px < edge;
                Vector3 c = onSide ? bright : front;
                float column = (px - x) / (onSide ? cw * 0.72f : cw);
                int bay = (int)column;
                if (glass) c = Mix(c, stage.SkyAt(px, stage.Horizon * (0.25f + (0.5f * (1 - up)))) * (onSide ? 0.95f : 0.62f), 0.55f);
                if (pane && column - bay is > 0.2f and < 0.8f && y < ground && up < 0.975f)
                {
                    uint cell = (uint)((floor * 131) + bay + (onSide ? 70000 : 0));
                    float chance = Noise.Unit(cell, number ^ seed), neighbours = Noise.Unit(cell / 4, number ^ 99u);
                    if (chance < litShare * (0.5f + neighbours))
                    {
                        Vector3 lamp = tone < 0.6f ? Mix(Rgb(0xFFC873), Rgb(0xFFE6B4), chance * 3) : Mix(Rgb(0xFFE9C8), Rgb(0xCFE2FF), tone);
                        plate.Over(px, y, Mix(Mix(c, lamp, 0.55f + (0.45f * neighbours)), air, mist * 0.6f), 1);
                        continue;
                    }
                    c *= 0.58f + (0.24f * chance);
                    if (glass) c = Mix(c, air, 0.1f);
                }
                plate.Set(px, y, Mix(c, air, mist));
            }
        }
        // 2. What stands on the roof.
        if (h < broad * 1.4f || top < plate.Top + 4) return;
        Vector3 mast = Mix(front * 0.7f, air, far);
        float mid = x + (w / 2), pole = crown > 0.7f ? h * (0.10f + (0.10f * R(10))) : 0;
        for (int y = (int)(top - pole); y < top; y++)
        {
            float half = Math.Max(0.6f, (y - (top - pole)) / Math.Max(1, pole) * w * 0.035f);
            for (int px = (int)(mid - half); px <= mid + half; px++) plate.Over(px, y, mast, 0.9f);
        }
        if (pole > 0 && mood.Lamps > 0.6f)
        {
            for (int dy = -2; dy <= 2; dy++)
                for (int dx = -2; dx <= 2; dx++) plate.Over((int)mid + dx, (int)(top - pole) + dy, Rgb(0xFF4A3A), Math.Max(0, 0.9f - (0.35f * MathF.Sqrt((dx * dx) + (dy * dy)))) * (1 - far));
        }
    }

    /// <summary>The water front: a quay wall with lamps.</summary>
    public static void Quay(Stage stage, Plate plate, float ground)
    {
        Mood mood = stage.Mood;
        using SKCanvas canvas = plate.Canvas();
        using var paint = new SKPaint { IsAntialias = true, Color = Ink(Mix((Rgb(0x5A5650) * mood.Key * 0.4f) + (mood.Fill * 0.22f), stage.AirAt(stage.Width / 2f), 0.2f)) };
        float unit = stage.Unit;
        canvas.DrawRect(plate.Left, ground - (3 * unit), plate.Width, plate.Bottom - ground + (3 * unit), paint);
        // Crowns of trees along the promenade soften the line.
        for (float x = plate.Left; x < plate.Right; x += 9 * unit)
        {
            float n = stage.Noise.At(x / (90 * unit), 3.3f);
            if (n < -0.05f) continue;
            float r = (5 + (7 * n) + (3 * stage.Next())) * unit;
            Vector3 leaf = Rgb(0x4C5C38) * ((mood.Key * 0.4f) + (mood.Fill * 0.7f));
            paint.Color = Ink(Mix(leaf * (0.8f + (0.4f * stage.Next())), stage.AirAt(x), 0.18f));
            canvas.DrawCircle(x, ground - (3 * unit) - (r * 0.6f), r, paint);
        }
        if (mood.Lamps < 0.3f) return;
        Vector3 lamp = Rgb(0xFFC870);
        for (float x = plate.Left + (20 * unit); x < plate.Right; x += 46 * unit)
        {
            paint.Color = Ink(lamp, 0.22f * mood.Lamps);
            canvas.DrawCircle(x, ground - (9 * unit), 9 * unit, paint);
            paint.Color = Ink(Mix(lamp, Vector3.One, 0.5f), mood.Lamps);
            canvas.DrawCircle(x, ground - (9 * unit), 2.1f * unit, paint);
        }
    }

    /// <summary>
    /// A street seen along its middle. Every pixel is traced to a wall or to the ground, which gives true perspective for
    /// windows, kerbs and the wet reflections.
    /// </summary>
    public static Plate Street(Stage stage, float depth)
    {
        Mood mood = stage.Mood;
        Noise noise = stage.Noise;
        Plate plate = stage.Band(depth, -stage.Margin(depth), stage.Height + stage.Margin(depth));
        const float Eye = 1.7f, Half = 10.5f, Road = 5.6f;
        float cx = stage.Width * 0.5f, focal = stage.Focal * 0.8f, horizon = stage.Horizon;
        bool wet = stage.Has(SceneWeather.Rain | SceneWeather.Storm) || mood.Lamps > 0.7f;
        uint seed = stage.Words.Seed;
        float light = 0.3f + (0.7f * mood.Shine);
        Parallel.For(plate.Top, plate.Bottom, y =>
        {
            for (int x = plate.Left; x < plate.Right; x++)
            {
                float dx = (x + 0.5f - cx) / focal, dy = (horizon - y - 0.5f) / focal;
                float zGround = dy < -0.0005f ? Eye / -dy : float.PositiveInfinity;
                if (zGround < Half / MathF.Max(0.0001f, MathF.Abs(dx)))
                {
                    plate.Set(x, y, Ground(dx * zGround, zGround, dx, dy));
                    continue;
                }
                if (Wall(dx, dy, out Vector3 c)) plate.Set(x, y, c);
            }
        });
        Lamps();
        return plate;

        bool Wall(float dx, float dy, out Vector3 c)
        {
            c = default;
            float z = Half / MathF.Max(0.0001f, MathF.Abs(dx));
            if (z > 520) return false;
            float h = Eye + (dy * z);
            int side = dx < 0 ? 0 : 1;
            float length = 24, along = z + (side * 9);
            int house = (int)(along / length);
            uint id = (uint)((house * 2) + side + 5000);
            float tall = (stage.Height > stage.Width ? 24 : 15) + (26 * Noise.Unit(seed, id)) + (z > 120 ? 14 : 0);
            if (h > tall) return false;
            float tone = Noise.Unit(seed ^ 5, id);
            Vector3 stone = tone < 0.35f ? Mix(Rgb(0xA48A72), Rgb(0xC8B294), tone * 3) : tone < 0.65f ? Mix(Rgb(0x8A5646), Rgb(0xA87460), (tone - 0.35f) * 3) : Mix(Rgb(0x8C929A), Rgb(0xB8BAB8), (tone - 0.65f) * 3);
            bool sunny = (side == 0) == (stage.SunSide > 0);
            float low = Smooth(0, tall, h);
            c = stone * ((mood.Key * ((sunny ? 0.25f + (0.65f * low) : 0.10f) * light)) + (mood.Fill * (0.45f + (0.45f * low))));
            float u = (along - (house * length)) / 3.0f, v = (h - 4.6f) / 3.2f;
            c *= 1 - (0.12f * Math.Clamp(noise.At(along * 0.9f, h * 0.35f), -1, 1));
            if (u - MathF.Floor(u) is > 0.26f and < 0.74f && v > 0 && v - MathF.Floor(v) is > 0.22f and < 0.80f && h < tall - 1.4f)
            {
                uint cell = (uint)(((int)u * 57) + ((int)v * 311)) + (id * 7919);
                float chance = Noise.Unit(seed ^ 9, cell);
                bool on = chance < mood.Lamps * 0.5f;
                c = on ? Mix(Rgb(0xFFB95E), Rgb(0xFFE4B0), chance * 2.2f) * (0.75f + (0.25f * mood.Lamps)) : Mix(c * 0.35f, mood.Middle * 0.5f, 0.25f);
            }
            else if (h < 4.0f)
            {
                float shop = (along - (house * length)) / 6f;
                bool window = shop - MathF.Floor(shop) is > 0.10f and < 0.90f && h is > 0.5f and < 3.2f;
                float chance = Noise.Unit(seed ^ 11, id + (uint)((int)shop * 977));
                Vector3 sign = chance < 0.4f ? Rgb(0xFFC272) : chance < 0.6f ? Rgb(0xFF7A60) : chance < 0.8f ? Rgb(0x7CC4FF) : Rgb(0xFFE7BE);
                float lamp = Math.Clamp(mood.Lamps * 1.1f, 0, 1);
                if (window) c = Mix(c * 0.3f, sign * 0.95f, lamp * (0.55f + (0.35f * noise.At(along * 1.4f, h * 1.2f))));
                else if (h > 3.2f && chance < 0.7f) c = Mix(sign * 0.35f * (mood.Key + mood.Fill), sign, lamp * 0.8f);
            }
            else if (MathF.Abs(h - tall) < 0.9f || MathF.Abs(h - 4.3f) < 0.28f) c *= 1.22f;
            float far = 1 - MathF.Exp(-z * 0.0042f * mood.Haze);
            c = Mix(c, stage.AirAt(cx), far);
            return true;
        }

        Vector3 Ground(float gx, float z, float dx, float dy)
        {
            float across = MathF.Abs(gx);
            float n = noise.Fbm(gx * 0.9f, z * 0.9f, 4), fine = z < 22 ? noise.At(gx * 14, z * 14) : 0;
            Vector3 stone = across < Road ? Rgb(0x55575C) : Rgb(0x8A857E);
            Vector3 c = stone * ((mood.Key * (0.45f * light)) + (mood.Fill * 0.75f)) * (1 + (0.25f * n) + (0.10f * fine));
            if (across is > Road and < Road + 0.28f) c *= 1.35f;
            if (across < 0.10f && (z * 0.22f) - MathF.Floor(z * 0.22f) < 0.5f) c = Mix(c, Rgb(0xE8E4DA) * (mood.Key + mood.Fill) * 0.62f, 0.8f);
            if (MathF.Abs(across - Road + 0.5f) < 0.06f) c = Mix(c, Rgb(0xE8E4DA) * (mood.Key + mood.Fill) * 0.55f, 0.6f);
            float far = 1 - MathF.Exp(-z * 0.0042f * mood.Haze);
            if (wet)
            {
                float wave = noise.Fbm(gx * 2.6f, z * 0.8f, 3) * 0.05f;
                Vector3 sum = default;
                for (int i = 0; i < 3; i++)
                {
                    float rx = dx + (wave * (0.5f + (0.5f * i))), ry = (-dy * (1 + (0.5f * i))) + (wave * 0.5f);
                    sum += Wall(rx, ry, out Vector3 up) ? up : stage.SkyAt(cx + (rx * focal), horizon - (ry * focal));
                }
                float puddle = Smooth(-0.1f, 0.35f, noise.Fbm((gx * 0.28f) + 40, z * 0.20f, 3));
                float grazing = MathF.Pow(1 - Math.Min(1, -dy), 3);
                c = Mix(c * 0.8f, sum / 3, (0.26f + (0.5f * puddle)) * grazing);
            }
            return Mix(c, stage.AirAt(cx), far);
        }

        void Lamps()
        {
            using SKCanvas canvas = plate.Canvas();
            using var paint = new SKPaint { IsAntialias = true };
            Vector3 lamp = Rgb(0xFFCE86);
            for (int i = 11; i >= 1; i--)
            {
                float z = i * 13f;
                foreach (float side in (ReadOnlySpan<float>)[-1, 1])
                {
                    float x = cx + (side * (Road + 1.1f) / z * focal), foot = horizon + (Eye / z * focal), head = horizon - ((6.4f - Eye) / z * focal);
                    float wide = Math.Max(0.8f, 0.11f / z * focal), arm = side * -1.3f / z * focal;
                    Vector3 iron = Mix(mood.Fill * 0.28f, stage.AirAt(cx), 1 - MathF.Exp(-z * 0.0042f * mood.Haze));
                    paint.Color = Ink(iron);
                    canvas.DrawRect(x - (wide / 2), head, wide, foot - head, paint);
                    canvas.DrawRect(Math.Min(x, x + arm), head, MathF.Abs(arm), wide, paint);
                    if (mood.Lamps < 0.3f) continue;
                    float r = 1.9f / z * focal;
                    using SKShader fade = SKShader.CreateRadialGradient(new SKPoint(x + arm, head + wide), r, [Ink(lamp, 0.62f * mood.Lamps), Ink(lamp, 0.14f * mood.Lamps), Ink(lamp, 0)], [0, 0.35f, 1], SKShaderTileMode.Clamp);
                    paint.Shader = fade;
                    canvas.DrawCircle(x + arm, head + wide, r, paint);
                    paint.Shader = null;
                    paint.Color = Ink(Mix(lamp, Vector3.One, 0.6f), mood.Lamps);
                    canvas.DrawOval(x + arm, head + wide, 0.30f / z * focal, 0.14f / z * focal, paint);
                }
            }
        }
    }
}
