using System.Numerics;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>The kinds of land: their shapes and their colours. One unit is a kilometre.</summary>
internal static class Lands
{
    /// <summary>A high range behind everything, snow on its heights.</summary>
    public static Land Mountains(Stage stage)
    {
        Noise noise = stage.Noise;
        float sx = stage.Next(0, 90), sz = stage.Next(0, 90);
        float line = stage.Has(SceneWeather.Snow) ? 0.1f : stage.Next(1.1f, 1.7f);
        float tall = stage.Height > stage.Width * 1.2f ? 1.45f : 1;
        return new Land
        {
            Near = 8, Far = 46, Eye = 0.06f, Air = 0.016f, Mist = 0.75f, MistHeight = 0.32f, Step = 0.0052f,
            Height = (x, z, hidden) =>
            {
                float grown = Smooth(7.5f, 22, z);
                float tallest = grown * 0.95f * tall;
                if (tallest * 4.8f <= hidden) return float.NegativeInfinity;
                float crest = noise.Ridged((x * 0.085f) + sz, (z * 0.085f) + sx, 6);
                if (tallest * (1.2f + (crest * crest * 3.6f)) <= hidden) return float.NegativeInfinity;
                float rough = noise.Eroded((x * 0.15f) + sx, (z * 0.15f) + sz, 9);
                return (grown * ((rough * 1.1f) + (crest * crest * 3.6f)) * 0.95f * tall) - 0.02f;
            },
            Colour = (x, z, h, steep) =>
            {
                float n = noise.Fbm(x * 2.2f, z * 2.2f, 3);
                Vector3 rock = Mix(Rgb(0x6E6862), Rgb(0x8F8478), 0.5f + n);
                Vector3 green = Mix(Rgb(0x3E4A30), Rgb(0x5E6440), 0.5f + n);
                Vector3 c = Mix(green, rock, Smooth(0.35f, 0.9f, h + (n * 0.4f) + (steep * 0.8f)));
                float snow = Smooth(line - 0.25f, line + 0.35f, h + (n * 0.5f) + (noise.At(x * 0.7f, z * 0.7f) * 0.25f)) * Smooth(0.62f, 0.36f, steep);
                return Mix(c, Rgb(0xF2F5FA) * 1.15f, snow);
            },
        };
    }

    /// <summary>Wooded hills before a range or along a shore.</summary>
    public static Land Foothills(Stage stage, float near, float height, bool shore)
    {
        Noise noise = stage.Noise;
        float sx = stage.Next(0, 90), sz = stage.Next(0, 90);
        bool white = stage.Has(SceneWeather.Snow);
        return new Land
        {
            Near = near, Far = near * 3.2f, Eye = 0.06f, Air = 0.028f, Mist = 0.55f, MistHeight = height * 0.28f,
            Height = (x, z, hidden) =>
            {
                float rise = Smooth(near * 1.05f, near * 2.1f, z + (noise.At((x * 0.5f / near * 3) + sx, sz) * 0.25f * near));
                if (rise * height * 1.7f <= hidden) return float.NegativeInfinity;
                float broad = 0.5f + noise.Fbm((x * 1.1f / near) + sx, (z * 1.1f / near) + sz, 6);
                if (rise * height * (broad + 0.09f) <= hidden) return float.NegativeInfinity;
                float crowns = noise.At(x * 60 / near, z * 60 / near) + (0.6f * noise.At(x * 130 / near, z * 130 / near));
                return (rise * ((broad * height) + (crowns * 0.011f * height) + (0.06f * height))) - (shore ? 0.004f : 0);
            },
            Colour = (x, z, h, steep) =>
            {
                float n = noise.Fbm(x * 6 / near * 3, z * 6 / near * 3, 4);
                Vector3 c = Mix(Rgb(0x2E3B26), Rgb(0x596440), 0.45f + n);
                c = Mix(c, Rgb(0x7A7060), Smooth(0.03f * height, 0, h));
                return white ? Mix(c, Rgb(0xE8EDF4), Smooth(-0.2f, 0.4f, n + 0.25f)) : c;
            },
        };
    }

    /// <summary>Low capes far out at the sea, rising to one side.</summary>
    public static Land Headlands(Stage stage, float towards)
    {
        Noise noise = stage.Noise;
        float s = stage.Next(0, 90);
        float gap = stage.Width * 0.16f / stage.Focal;
        return new Land
        {
            Near = 6, Far = 17, Eye = 0.0055f * 6, Air = 0.055f, Mist = 0.5f, MistHeight = 0.06f,
            Height = (x, z, hidden) =>
            {
                float side = towards * x / z;
                float reach = Smooth(gap * 0.2f, gap * 2.6f, side + (0.10f * noise.At(z * 0.35f, s)));
                if (reach * 0.75f <= hidden) return float.NegativeInfinity;
                float body = 0.25f + (0.9f * noise.Eroded((x * 0.45f) + s, (z * 0.45f) + s, 7));
                return (reach * body * 0.62f * Smooth(6, 8.5f, z)) - 0.03f;
            },
            Colour = (x, z, h, steep) =>
            {
                float n = noise.Fbm(x * 4, z * 4, 3);
                return Mix(Mix(Rgb(0x46503A), Rgb(0x6C6A4C), 0.5f + n), Rgb(0x857A6C), Smooth(0.2f, 0.5f, steep));
            },
        };
    }

    /// <summary>Dunes from the camera's feet to the far distance.</summary>
    public static Land Dunes(Stage stage, float near, float far)
    {
        Noise noise = stage.Noise;
        float sx = 31.7f, sz = 12.3f + (Noise.Unit(stage.Words.Seed, 77) * 60);
        return new Land
        {
            Near = near, Far = far, Eye = 0.075f, Air = 0.05f, Step = 0.005f, Mist = 0.15f, MistHeight = 0.05f, Probe = 0.0016f,
            Height = (x, z, hidden) =>
            {
                float open = Smooth(0.3f, 1.8f, z) * (0.30f + (0.70f * Smooth(0.05f, 0.55f, MathF.Abs((x / z) - (0.12f * stage.SunSide)))));
                if (0.021f + (open * 0.62f) <= hidden) return float.NegativeInfinity;
                float bend = noise.At((x * 0.7f) + sz, (z * 0.5f) + sx) * 0.55f;
                float u = (x * 0.55f) + (z * 0.42f) + bend + sx;
                float crest = 1 - MathF.Abs(noise.At(u * 1.15f, (z * 0.9f) - (x * 0.3f) + sz));
                float big = crest * crest * (3 - (2 * crest));
                float second = 1 - MathF.Abs(noise.At((u * 3.1f) + 7, (z * 2.4f) + sz));
                return 0.004f + (open * 0.44f * big * (0.7f + (0.6f * noise.At(x * 0.2f, z * 0.2f)))) + (0.016f * second * second * (0.4f + (0.6f * open)));
            },
            Colour = (x, z, h, steep) =>
            {
                float footprint = Smooth(1.2f, 0.25f, z);
                float ripple = MathF.Sin((z * 560) + (x * 90) + (noise.At(x * 22, z * 22) * 5)) * 0.05f * footprint;
                float n = noise.Fbm(x * 5, z * 5, 3) * 0.12f;
                return Rgb(0xD9A86C) * (1.0f + ripple + n);
            },
        };
    }

    /// <summary>Rolling grassland; a road runs into it when the prompt wants one.</summary>
    public static Land Meadow(Stage stage, float near, float far, bool road)
    {
        Noise noise = stage.Noise;
        float s = Noise.Unit(stage.Words.Seed, 78) * 70;
        bool white = stage.Has(SceneWeather.Snow);
        bool flowers = Noise.Unit(stage.Words.Seed, 79) < 0.6f && !white;
        Vector3 bloom = stage.Words.Tint is uint tint ? Rgb(tint) : Noise.Unit(stage.Words.Seed, 80) < 0.5f ? Rgb(0xE8D060) : Rgb(0xD8D4E8);
        return new Land
        {
            Near = near, Far = far, Eye = 0.03f, Air = 0.075f, Step = 0.005f, Mist = 0.3f, MistHeight = 0.03f, Probe = 0.003f,
            Height = (x, z, hidden) =>
            {
                float open = Smooth(0.12f, 1.6f, z);
                if (0.0075f + (open * 0.127f) <= hidden) return float.NegativeInfinity;
                float roll = noise.Fbm((x * 0.9f) + s, (z * 0.75f) + s, 4);
                if (0.0075f + (open * 0.095f * Math.Max(0.01f, roll + 0.32f)) <= hidden) return float.NegativeInfinity;
                float way = road ? MathF.Exp(-MathF.Pow((x - Way(z)) / 0.035f, 2)) : 0;
                float blades = noise.At(x * 190, z * 190) * 0.0006f * Smooth(1.0f, 0.1f, z) * (1 - way);
                return Math.Max(0.001f, 0.002f + (open * 0.095f * Math.Max(0.01f, roll + 0.32f)) + (0.004f * noise.At(x * 7, z * 7) * (1 - way)) + blades);
            },
            Colour = (x, z, h, steep) =>
            {
                float n = noise.Fbm((x * 9) + s, (z * 9) + s, 4), broad = noise.Fbm((x * 1.6f) + s, (z * 1.6f) + 3, 3);
                Vector3 c = Mix(Rgb(0x4C6A2C), Rgb(0x8C9448), 0.5f + n + (broad * 0.7f));
                c = Mix(c, Rgb(0xB49E5C), Smooth(0.1f, 0.55f, broad + (n * 0.4f)) * 0.7f) * 0.86f;
                float fine = noise.At(x * 320, z * 150) * Smooth(0.7f, 0.12f, z);
                float blades = z > 0.7f ? 0 : ((noise.At(x * 1500, z * 420) * 0.6f) + (noise.At(x * 3900, z * 900) * 0.5f)) * Smooth(0.7f, 0.2f, z);
                c *= 1 + (fine * 0.16f) + (blades * 0.34f);
                if (flowers) c = Mix(c, bloom, Smooth(0.62f, 0.8f, noise.At(x * 420, z * 260) + (0.45f * noise.At(x * 6, z * 6))) * Smooth(1.4f, 0.4f, z) * Smooth(0.11f, 0.26f, z));
                if (white) c = Mix(c, Rgb(0xEEF2F8), Smooth(-0.95f, -0.45f, n + (fine * 0.2f)));
                if (road)
                {
                    float across = MathF.Abs(x - Way(z)) / 0.0085f;
                    float rut = MathF.Exp(-MathF.Pow((across - 0.55f) / 0.16f, 2));
                    Vector3 dirt = Rgb(0xA58E6E) * (0.92f + (0.25f * n) + (0.12f * fine) - (rut * 0.16f));
                    c = Mix(c, dirt, Smooth(1.25f, 0.85f, across + (n * 0.35f)) * (white ? 0.5f : 1) * (0.78f + (0.22f * rut)));
                }
                return c;
            },
        };

        float Way(float z) => (MathF.Sin((z * 2.6f) + s) * 0.06f * Smooth(0.1f, 0.8f, z)) + (noise.At(z * 0.8f, s) * 0.12f * Smooth(0.2f, 1.5f, z)) - (0.004f * stage.SunSide);
    }
}
