using System.Numerics;
using static Filmgate.Animatic.Scenes.Shade;

namespace Filmgate.Animatic.Scenes;

/// <summary>The light of a scene: every colour that sky, land and water share, so that they belong together.</summary>
internal sealed record Mood
{
    public required Vector3 Zenith { get; init; }

    /// <summary>The sky at a third of its height.</summary>
    public required Vector3 Middle { get; init; }

    public required Vector3 Horizon { get; init; }

    /// <summary>The light around the sun or the moon.</summary>
    public required Vector3 Glow { get; init; }

    /// <summary>Direct light on land and clouds.</summary>
    public required Vector3 Key { get; init; }

    /// <summary>Light from the sky, where the sun does not reach.</summary>
    public required Vector3 Fill { get; init; }

    public required Vector3 CloudLit { get; init; }

    public required Vector3 CloudShade { get; init; }

    /// <summary>What deep water shows when one looks into it from above.</summary>
    public required Vector3 Deep { get; init; }

    /// <summary>The height of the sun or the moon above the horizon, in parts of the frame's height; outside 0 to 0.6 it is not seen.</summary>
    public required float SunHeight { get; init; }

    /// <summary>How strongly sun or moon shine, 0 to 1; a closed cloud cover takes it away.</summary>
    public float Shine { get; init; } = 1;

    public bool IsMoon { get; init; }

    /// <summary>How brightly stars show, 0 to 1.</summary>
    public float Stars { get; init; }

    /// <summary>How many of the lamps and windows are lit, 0 to 1.</summary>
    public float Lamps { get; init; }

    /// <summary>The part of the sky that cumulus clouds cover, 0 to 1.</summary>
    public float Cover { get; init; }

    /// <summary>How fast the air swallows distance; 1 is a clear day.</summary>
    public float Haze { get; init; } = 1;

    /// <summary>The steepness of the waves; 1 is a calm sea.</summary>
    public float Sea { get; init; } = 1;

    public static Mood Of(SceneTime time, SceneDescription words)
    {
        Mood mood = Clear(time);
        SceneWeather weather = words.Weather;
        uint seed = words.Seed;
        mood = mood with { Cover = 0.30f + (0.22f * Noise.Unit(seed, 31)) };
        if (words.SkyLights.HasFlag(SceneSkyLights.Sun) && time == SceneTime.Day) mood = mood with { SunHeight = 0.42f };
        if (words.SkyLights.HasFlag(SceneSkyLights.Moon) && !mood.IsMoon && time == SceneTime.BlueHour)
            mood = mood with { IsMoon = true, SunHeight = 0.36f, Shine = 0.7f, Key = Rgb(0x8FA6D8), Glow = Rgb(0xC8D4F0) };
        if (words.SkyLights.HasFlag(SceneSkyLights.Stars)) mood = mood with { Stars = Math.Max(mood.Stars, 0.75f), Cover = Math.Min(mood.Cover, 0.10f) };
        if (weather.HasFlag(SceneWeather.Clear)) mood = mood with { Cover = 0.04f };
        if (weather.HasFlag(SceneWeather.Clouds)) mood = mood with { Cover = 0.52f + (0.1f * Noise.Unit(seed, 32)) };
        if (weather.HasFlag(SceneWeather.Wind)) mood = mood with { Sea = mood.Sea * 1.5f };
        if ((weather & (SceneWeather.Overcast | SceneWeather.Rain | SceneWeather.Snow)) != 0) mood = Closed(mood, 0.62f, 0.97f, 1.7f);
        if (weather.HasFlag(SceneWeather.Storm)) mood = Closed(mood, 0.72f, 0.98f, 1.5f) with { Sea = 2.4f };
        if (weather.HasFlag(SceneWeather.Storm)) mood = mood.Darker(0.56f);
        if (weather.HasFlag(SceneWeather.Fog))
        {
            Vector3 veil = Mix(mood.Horizon, new Vector3(Luma(mood.Horizon)), 0.35f);
            mood = mood with
            {
                Haze = mood.Haze * 4.5f, Shine = mood.Shine * 0.6f, Stars = mood.Stars * 0.2f, Cover = mood.Cover * 0.4f, Sea = mood.Sea * 0.6f,
                Horizon = veil, Middle = Mix(mood.Middle, veil, 0.7f), Zenith = Mix(mood.Zenith, veil, 0.42f), Key = Mix(mood.Key, veil, 0.3f),
            };
        }
        if ((words.Places & (ScenePlaces.City | ScenePlaces.Street)) != 0 && mood.Lamps > 0.8f)
            mood = mood with { Horizon = Screen(mood.Horizon, Rgb(0x54402C)), Middle = Screen(mood.Middle, Rgb(0x140E12)) };
        if (words.Tint is uint tint)
        {
            Vector3 colour = Rgb(tint);
            mood = mood with
            {
                Horizon = Mix(mood.Horizon, colour * (0.4f + (0.75f * Luma(mood.Horizon))), 0.30f),
                Middle = Mix(mood.Middle, colour * (0.3f + Luma(mood.Middle)), 0.30f),
                Zenith = Mix(mood.Zenith, colour * (0.2f + Luma(mood.Zenith)), 0.18f),
                Glow = Mix(mood.Glow, colour, 0.22f),
                CloudLit = Mix(mood.CloudLit, colour * (0.3f + Luma(mood.CloudLit)), 0.16f),
            };
        }
        // Land hides the horizon, so a low sun has to stand a little higher to be seen.
        bool land = (words.Places & (ScenePlaces.Desert | ScenePlaces.Meadow | ScenePlaces.Hills | ScenePlaces.Forest | ScenePlaces.Road | ScenePlaces.House)) != 0;
        return land && mood.SunHeight is > 0 and < 0.2f ? mood with { SunHeight = mood.SunHeight + 0.055f } : mood;
    }

    private static Mood Clear(SceneTime time) => time switch
    {
        SceneTime.Dawn => new Mood
        {
            Zenith = Rgb(0x44628F), Middle = Rgb(0x97A3BC), Horizon = Rgb(0xF3C3A2), Glow = Rgb(0xFFB87E), Key = Rgb(0xF2B694), Fill = Rgb(0x566586),
            CloudLit = Rgb(0xF8C7AE), CloudShade = Rgb(0x7C83A0), Deep = Rgb(0x1F3A50), SunHeight = 0.03f, Stars = 0.12f, Lamps = 0.25f, Haze = 1.6f,
        },
        SceneTime.Morning => new Mood
        {
            Zenith = Rgb(0x3F7DBE), Middle = Rgb(0x84B3DA), Horizon = Rgb(0xE3E2D2), Glow = Rgb(0xFFF0C8), Key = Rgb(0xFFE9BE), Fill = Rgb(0x6E87A6),
            CloudLit = Rgb(0xFFF6E6), CloudShade = Rgb(0x9AAAC2), Deep = Rgb(0x14465C), SunHeight = 0.26f, Haze = 1.3f,
        },
        SceneTime.Day => new Mood
        {
            Zenith = Rgb(0x1F5DAE), Middle = Rgb(0x5C9AD6), Horizon = Rgb(0xC4DCEA), Glow = Rgb(0xFFFBEA), Key = Rgb(0xFFF6E0), Fill = Rgb(0x6C8CB2),
            CloudLit = Rgb(0xFFFFFF), CloudShade = Rgb(0xA3B4CC), Deep = Rgb(0x0D4763), SunHeight = 0.85f,
        },
        SceneTime.GoldenHour => new Mood
        {
            Zenith = Rgb(0x46699A), Middle = Rgb(0x9CA6A8), Horizon = Rgb(0xF6CB8C), Glow = Rgb(0xFFB45A), Key = Rgb(0xFFC47E), Fill = Rgb(0x5B6682),
            CloudLit = Rgb(0xFFDDAE), CloudShade = Rgb(0x8E869A), Deep = Rgb(0x173B4C), SunHeight = 0.115f, Lamps = 0.35f, Haze = 1.4f,
        },
        SceneTime.Sunset => new Mood
        {
            Zenith = Rgb(0x2A3566), Middle = Rgb(0x8F5D78), Horizon = Rgb(0xF68E4C), Glow = Rgb(0xFF7A30), Key = Rgb(0xFF9A58), Fill = Rgb(0x40446A),
            CloudLit = Rgb(0xFFA264), CloudShade = Rgb(0x5C4A6C), Deep = Rgb(0x17263E), SunHeight = 0.04f, Lamps = 0.55f, Stars = 0.06f, Haze = 1.4f,
        },
        SceneTime.BlueHour => new Mood
        {
            Zenith = Rgb(0x0E1C46), Middle = Rgb(0x2B4A84), Horizon = Rgb(0xC79A86), Glow = Rgb(0xE88A58), Key = Rgb(0x7C7FA8), Fill = Rgb(0x2C3F6C),
            CloudLit = Rgb(0x8C7C98), CloudShade = Rgb(0x2C3A62), Deep = Rgb(0x0E1C34), SunHeight = -0.05f, Stars = 0.35f, Lamps = 0.85f, Haze = 1.2f,
        },
        _ => new Mood
        {
            Zenith = Rgb(0x060B1C), Middle = Rgb(0x101D3C), Horizon = Rgb(0x2C4164), Glow = Rgb(0xB9C8EC), Key = Rgb(0x7F97CC), Fill = Rgb(0x18233F),
            CloudLit = Rgb(0x5E6F96), CloudShade = Rgb(0x141D36), Deep = Rgb(0x050C1A), SunHeight = 0.38f, IsMoon = true, Stars = 1, Lamps = 1, Haze = 0.9f,
        },
    };

    private static Mood Closed(Mood mood, float grey, float cover, float haze)
    {
        Vector3 G(Vector3 c, float dim = 1) => Mix(c, new Vector3(0.96f, 0.99f, 1.04f) * Luma(c), grey) * dim;
        return mood with
        {
            Zenith = G(mood.Zenith, 1.02f), Middle = G(mood.Middle, 0.95f), Horizon = G(mood.Horizon, 0.9f), Glow = G(mood.Glow, 0.8f),
            Key = G(mood.Key, 0.62f), Fill = G(mood.Fill, 1.02f), CloudLit = G(mood.CloudLit, 0.84f), CloudShade = G(mood.CloudShade, 0.78f),
            Deep = G(mood.Deep, 0.95f), Shine = mood.Shine * 0.25f, Stars = 0, Cover = cover, Haze = mood.Haze * haze, Lamps = Math.Max(mood.Lamps, 0.4f), Sea = mood.Sea * 1.2f,
        };
    }

    private Mood Darker(float by) => this with
    {
        Zenith = Zenith * by, Middle = Middle * by, Horizon = Horizon * (by + 0.12f), Key = Key * by, Fill = Fill * by,
        CloudLit = CloudLit * by, CloudShade = CloudShade * (by - 0.06f), Deep = Deep * by, Lamps = Math.Max(Lamps, 0.7f),
    };
}
