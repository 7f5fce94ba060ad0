using System.Numerics;

namespace Filmgate.Animatic.Scenes;

/// <summary>The frame a scene is painted for: its measures, its camera, its light and its chance.</summary>
internal sealed class Stage
{
    private int draws;

    public Stage(SceneDescription words, SceneTime time, int width, int height)
    {
        Words = words;
        Time = time;
        Width = width;
        Height = height;
        Unit = Math.Min(width, height) / 1080f;
        Horizon = height * (height > width * 1.2 ? 0.58f : 0.60f);
        Focal = Math.Max(width * 0.95f, height * 0.92f);
        Mood = Mood.Of(time, words);
        Noise = new Noise(words.Seed);
        bool left = Noise.Unit(words.Seed, 41) < 0.6f;
        float off = 0.20f + (0.10f * Noise.Unit(words.Seed, 42));
        SunX = width * (left ? off : 1 - off);
        SunY = Horizon - (Mood.SunHeight * height);
        SunSide = left ? -1 : 1;
    }

    public SceneDescription Words { get; }

    public SceneTime Time { get; }

    public Mood Mood { get; }

    public Noise Noise { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>One pixel of a 1080-line frame, in pixels of this frame. All drawn sizes are multiples of it.</summary>
    public float Unit { get; }

    /// <summary>The row at which sea and sky meet.</summary>
    public float Horizon { get; set; }

    /// <summary>The camera's focal length in pixels.</summary>
    public float Focal { get; }

    public float SunX { get; init; }

    public float SunY { get; }

    /// <summary>-1 when the light comes from the left, 1 from the right. The scene's subject stands on the other side.</summary>
    public float SunSide { get; }

    public bool SunSeen => Mood.SunHeight is > -0.001f and < 0.6f && Mood.Shine > 0.3f;

    /// <summary>
    /// How far a layer of that depth must reach over the frame at each side: the camera moves the nearest layer by a tenth of
    /// the longer side, and the rest is reserve for shake.
    /// </summary>
    public int Margin(float depth) => (int)MathF.Ceiling(Math.Max(Width, Height) * ((0.145f * depth) + 0.012f)) + 2;

    public bool Has(ScenePlaces places) => (Words.Places & places) != 0;

    public bool Has(SceneWeather weather) => (Words.Weather & weather) != 0;

    /// <summary>The next number of this scene's chance, 0 to below 1.</summary>
    public float Next() => Noise.Unit(Words.Seed, (uint)(1000 + draws++));

    /// <summary>The next number of this scene's chance in a range.</summary>
    public float Next(float from, float to) => from + ((to - from) * Next());

    /// <summary>A plate that covers the columns of the frame and the margin of its depth, between two rows.</summary>
    public Plate Band(float depth, float top, float bottom, float extraSide = 0)
    {
        int side = Margin(depth) + (int)MathF.Ceiling(extraSide);
        return new Plate(-side, (int)MathF.Floor(top), Width + side, (int)MathF.Ceiling(bottom));
    }

    /// <summary>The sky without sun, stars and clouds at a place of the frame; below the horizon it gives the horizon's haze.</summary>
    public Vector3 SkyAt(float x, float y)
    {
        float t = Math.Clamp((Horizon - y) / Horizon, 0, 1);
        Vector3 c = t < 0.36f
            ? Vector3.Lerp(Mood.Horizon, Mood.Middle, Ease(t / 0.36f))
            : Vector3.Lerp(Mood.Middle, Mood.Zenith, MathF.Sqrt((t - 0.36f) / 0.64f) * 0.55f + (0.45f * (t - 0.36f) / 0.64f));
        float scale = 1 / (1080 * Unit);
        float dx = (x - SunX) * scale, dy = (Math.Min(y, Horizon) - SunY) * scale;
        float round = MathF.Sqrt((dx * dx) + (dy * dy));
        float low = MathF.Sqrt((dx * dx * 0.22f) + (dy * dy * 2.2f));
        float strength = Mood.IsMoon ? 0.28f : 0.62f;
        float glow = Mood.Shine * strength * ((0.75f * MathF.Exp(-low * 3.4f)) + (0.65f * MathF.Exp(-round * 7)));
        return Shade.Screen(c, Mood.Glow * glow);

        static float Ease(float v) => 1 - ((1 - v) * (1 - v) * (0.55f + (0.45f * (1 - v))));
    }

    /// <summary>What the air between shows at that column: the sky just above the horizon.</summary>
    public Vector3 AirAt(float x) => SkyAt(x, Horizon - (0.03f * Height));
}
