using SkiaSharp;

namespace Filmgate.Animatic.Scenes;

/// <summary>Puts a scene together from back to front: sky, clouds, far land, water or ground, the subject, the foreground, weather.</summary>
internal sealed class Composition(Stage stage)
{
    private readonly List<(Plate Plate, Func<SceneLayer> Layer)> layers = [];

    private bool Still => stage.Has(ScenePlaces.Lake) && !stage.Has(ScenePlaces.Sea | ScenePlaces.Beach);

    /// <summary>
    /// 1. sky and clouds; 2. the far land; 3. water or ground with what stands on it; 4. weather. Each step adds layers in front
    /// of those before it, and water mirrors what it finds behind it.
    /// </summary>
    public Scene Paint()
    {
        Plate sky = SkyPainter.Paint(stage);
        Add(sky, SkyPainter.Depth);
        bool windy = stage.Has(SceneWeather.Wind | SceneWeather.Storm);
        float drift = stage.SunSide * (windy ? 9 : 3.5f) * stage.Unit;
        if (CloudPainter.Paint(stage, drift) is Plate clouds)
        {
            if (stage.Has(SceneWeather.Storm)) WeatherPainter.Lightning(stage, clouds);
            Add(clouds, CloudPainter.Depth, drift);
        }
        bool wet = stage.Has(ScenePlaces.Sea | ScenePlaces.Beach | ScenePlaces.Lake | ScenePlaces.Lighthouse | ScenePlaces.Boat | ScenePlaces.Ship | ScenePlaces.Harbour | ScenePlaces.Bridge)
            || (stage.Has(ScenePlaces.City) && !stage.Has(ScenePlaces.Street | ScenePlaces.Road | ScenePlaces.Meadow | ScenePlaces.Desert | ScenePlaces.Forest));
        if (stage.Has(ScenePlaces.Street) && !wet) Street();
        else if (wet) Water();
        else Ground();
        if (stage.Has(ScenePlaces.Birds)) Add(WeatherPainter.Birds(stage), 0.35f, -stage.SunSide * 22 * stage.Unit, -2 * stage.Unit, 0, 5 * stage.Unit, 3.1f);
        Weather();
        return new Scene(stage.Width, stage.Height, [.. layers.Select(entry => entry.Layer())]);
    }

    private void Water()
    {
        bool city = stage.Has(ScenePlaces.City), lighthouse = stage.Has(ScenePlaces.Lighthouse), harbour = stage.Has(ScenePlaces.Harbour);
        float unit = stage.Unit;
        // 1. What the water mirrors.
        if (stage.Has(ScenePlaces.Mountains)) AddLand(Lands.Mountains(stage), 0.14f);
        if (city)
        {
            float high = Math.Min(stage.Height * 0.40f, 560 * unit);
            Add(CityPainter.Row(stage, 0.15f, stage.Horizon + (2 * unit), high * 0.62f, 34 * unit, 0.52f, 1), 0.15f);
            Plate front = CityPainter.Row(stage, 0.24f, stage.Horizon + (5 * unit), high, 62 * unit, 0.14f, 2);
            CityPainter.Quay(stage, front, stage.Horizon + (5 * unit));
            Add(front, 0.24f);
        }
        else if (stage.Has(ScenePlaces.Forest) && !lighthouse)
        {
            AddLand(Lands.Foothills(stage, 2.6f, 0.5f, true), 0.2f);
            float line = stage.Horizon + (6 * unit);
            Add(TreePainter.Forest(stage, 0.27f, [(line - (26 * unit), 74 * unit, 0.42f), (line - (12 * unit), 88 * unit, 0.24f), (line, 96 * unit, 0.08f)], 9 * unit), 0.27f);
        }
        else if (stage.Has(ScenePlaces.Lake | ScenePlaces.Hills | ScenePlaces.Mountains) || harbour) AddLand(Lands.Foothills(stage, 2.6f, harbour ? 0.6f : 0.5f, true), 0.22f);
        else AddLand(Lands.Headlands(stage, lighthouse ? stage.SunSide : -stage.SunSide), 0.16f);
        if (stage.Has(SceneWeather.Fog)) Add(WeatherPainter.Fog(stage, 0.25f, stage.Horizon - (30 * unit), 170 * unit, 0.75f, 5 * unit), 0.25f, 5 * unit);

        // 2. The water.
        float calm = Still ? 0.16f : harbour ? 0.22f : city || stage.Has(ScenePlaces.Bridge) ? 0.42f : 1;
        Plate? town = harbour ? Town() : null;
        List<Plate> behind = [.. layers.Select(entry => entry.Plate)];
        if (town is not null) behind.Add(town);
        var water = new WaterPainter(stage, behind, calm);
        if (town is not null) Add(town, 0.28f);
        Add(water.Surface(0.3f), 0.3f);
        float low = stage.Height - stage.Horizon;
        float sway = Math.Min(1.4f, (calm * stage.Mood.Sea) + 0.2f) * unit;
        if (stage.Has(ScenePlaces.Bridge)) Add(BoatPainter.Bridge(stage, 0.36f), 0.36f);
        if (stage.Has(ScenePlaces.Ship))
        {
            float line = stage.Horizon + (16 * unit), length = 430 * unit, x = stage.Width * (0.5f - (stage.SunSide * 0.16f));
            Add(BoatPainter.Afloat(stage, 0.34f, line, x - (length * 0.6f), x + (length * 0.6f), length * 0.3f, (canvas, paint) => BoatPainter.Freighter(stage, canvas, paint, x, line, length), 0.4f), 0.34f, -stage.SunSide * 5 * unit);
        }
        Add(water.Strip(0.5f, stage.Horizon + (low * 0.34f), 1), 0.5f, 0, 0, 9 * sway, 3 * sway, 5.2f);
        if (lighthouse) Add(LighthousePainter.Paint(stage, 0.55f), 0.55f);
        if (stage.Has(ScenePlaces.Boat) && !harbour)
        {
            float line = stage.Horizon + (low * 0.26f), high = Math.Min(330 * unit, stage.Horizon * 0.55f), x = stage.Width * (0.5f + (stage.SunSide * (lighthouse ? 0.18f : 0.02f)));
            if (lighthouse) (line, high) = (stage.Horizon + (low * 0.12f), high * 0.42f);
            Add(BoatPainter.Afloat(stage, 0.5f, line, x - (high * 0.55f), x + (high * 0.55f), high * 1.03f, (canvas, paint) => BoatPainter.Sloop(stage, canvas, paint, x, line, high)), 0.5f, -stage.SunSide * 7 * unit, 0, 2 * unit, 3.5f * sway, 4.4f);
        }
        if (harbour) Add(Moorings(low), 0.55f, 0, 0, 1.5f * unit, 2.2f * unit, 5.1f);
        Add(water.Strip(0.72f, stage.Horizon + (low * 0.66f), 2), 0.72f, 0, 0, 14 * sway, 6 * sway, 6.8f);

        // 3. The shore at the camera's feet.
        if (stage.Has(ScenePlaces.Beach) && !lighthouse) Add(Beach(), 0.9f);
        else if (stage.Has(ScenePlaces.Rocks) || lighthouse) Add(NearRocks(), 1);
        else if (Still && !city) Add(TreePainter.Grass(stage, 1, 130 * unit, 0.8f), 1, 0, 0, 5 * unit, 0, 3.7f);
    }

    private void Ground()
    {
        float unit = stage.Unit, h = stage.Horizon, low = stage.Height - h;
        bool mountains = stage.Has(ScenePlaces.Mountains), forest = stage.Has(ScenePlaces.Forest), road = stage.Has(ScenePlaces.Road);
        if (mountains) AddLand(Lands.Mountains(stage), 0.14f);
        if (stage.Has(ScenePlaces.City)) Add(CityPainter.Row(stage, 0.2f, h + (4 * unit), Math.Min(stage.Height * 0.36f, 480 * unit), 46 * unit, 0.36f, 1), 0.2f);
        if (stage.Has(ScenePlaces.Desert))
        {
            AddLand(Lands.Dunes(stage, 1.1f, 7), 0.3f);
            AddLand(Lands.Dunes(stage, 0.14f, 1.3f), 0.7f);
            return;
        }
        if (!stage.Has(ScenePlaces.City) && (mountains || forest || stage.Has(ScenePlaces.Hills))) AddLand(Lands.Foothills(stage, 3, 0.55f, false), 0.24f);
        bool fog = stage.Has(SceneWeather.Fog);
        if (fog) Add(WeatherPainter.Fog(stage, 0.3f, h - (40 * unit), 190 * unit, 0.8f, 5 * unit), 0.3f, 5 * unit);
        bool open = stage.Has(ScenePlaces.Meadow | ScenePlaces.Road | ScenePlaces.House | ScenePlaces.Hills);
        if (forest && !open)
        {
            float air = fog ? 1.25f : 1;
            Add(TreePainter.Forest(stage, 0.38f, [(h - (22 * unit), 95 * unit, 0.62f * air), (h - (2 * unit), 130 * unit, 0.48f * air)], 40 * unit), 0.38f);
            Add(TreePainter.Forest(stage, 0.55f, [(h + (34 * unit), 190 * unit, 0.32f * air), (h + (70 * unit), 250 * unit, 0.17f * air)], 34 * unit), 0.5f);
            AddLand(Lands.Meadow(stage, 0.055f, 0.34f, false), 0.7f);
            Add(TreePainter.Forest(stage, 1, [(h + (low * 0.98f), 620 * unit, 0.03f)], 60 * unit, stage.Width * 0.24f), 1);
            Add(TreePainter.Grass(stage, 1, 120 * unit, 0.8f), 1, 0, 0, 4 * unit, 0, 3.9f);
            return;
        }
        AddLand(Lands.Meadow(stage, 0.5f, 5, road), 0.4f);
        if (forest) Add(TreePainter.Forest(stage, 0.44f, [(h + (10 * unit), 88 * unit, 0.34f), (h + (24 * unit), 112 * unit, 0.18f)], 14 * unit, road ? stage.Width * 0.09f : 0), 0.44f);
        else if (!stage.Has(ScenePlaces.City)) Add(Copse(), 0.44f);
        AddLand(Lands.Meadow(stage, 0.055f, 0.62f, road), 0.7f);
        bool house = stage.Has(ScenePlaces.House);
        float x = stage.Width * (0.5f - (stage.SunSide * 0.20f)), foot = h + (low * 0.30f);
        float high = house ? 210 * unit : 330 * unit;
        var plate = new Plate((int)(x - (high * 2.2f)), (int)(foot - (high * 1.6f)), (int)(x + (high * 2.2f)), (int)(foot + (60 * unit)));
        using (SKCanvas canvas = plate.Canvas())
        {
            if (house)
            {
                TreePainter.Broad(stage, canvas, x - (stage.SunSide * 150 * unit), foot - (4 * unit), high * 1.3f, 0.06f);
                LighthousePainter.Cottage(stage, canvas, x, foot, 22 * unit, 1, 0xD8C8A8, 0x6A4A3C);
            }
            else TreePainter.Broad(stage, canvas, x, foot, high, 0.05f);
            TreePainter.Foot(stage, canvas, x - (high * (house ? 0.95f : 0.2f)), x + (high * (house ? 0.75f : 0.2f)), foot + (3 * unit));
        }
        Add(plate, 0.66f);
        Add(TreePainter.Grass(stage, 1, 150 * unit, 1), 1, 0, 0, 6 * unit, 0, 3.7f);
    }

    private void Street()
    {
        float unit = stage.Unit;
        Add(CityPainter.Row(stage, 0.15f, stage.Horizon + (4 * unit), Math.Min(stage.Height * 0.4f, 430 * unit), 44 * unit, 0.45f, 1), 0.15f);
        Add(CityPainter.Street(stage, 0.45f), 0.45f);
    }

    private void Weather()
    {
        float unit = stage.Unit;
        if (stage.Has(SceneWeather.Fog)) Add(WeatherPainter.Fog(stage, 0.8f, stage.Horizon + ((stage.Height - stage.Horizon) * 0.45f), 210 * unit, 0.42f, -7 * unit), 0.8f, -7 * unit);
        if (stage.Has(SceneWeather.Rain | SceneWeather.Storm))
        {
            float fall = 115 * unit, slant = stage.Has(SceneWeather.Wind | SceneWeather.Storm) ? 0.20f : 0.07f;
            Add(WeatherPainter.Rain(stage, 0.6f, fall, slant), 0.6f, fall * slant, fall);
        }
        if (!stage.Has(SceneWeather.Snow)) return;
        Add(WeatherPainter.Snow(stage, 0.5f, 34 * unit, 6 * unit, 1), 0.5f, 6 * unit, 34 * unit, 9 * unit, 0, 4.6f);
        Add(WeatherPainter.Snow(stage, 0.9f, 46 * unit, 8 * unit, 2.1f), 0.9f, 8 * unit, 46 * unit, 15 * unit, 0, 3.6f);
    }

    /// <summary>A few small trees far off on the meadow; they give it its size.</summary>
    private Plate Copse()
    {
        float unit = stage.Unit;
        Plate plate = stage.Band(0.44f, stage.Horizon - (90 * unit), stage.Horizon + (60 * unit));
        using SKCanvas canvas = plate.Canvas();
        for (int i = 0; i < 9; i++)
        {
            float x = stage.Width * stage.Next(-0.05f, 1.05f), near = stage.Next();
            TreePainter.Broad(stage, canvas, x, stage.Horizon + ((14 + (22 * near)) * unit), (36 + (46 * near)) * unit, 0.34f - (0.16f * near));
        }
        return plate;
    }

    /// <summary>Houses along the quay of a harbour, on the side away from the light.</summary>
    private Plate Town()
    {
        float unit = stage.Unit, ground = stage.Horizon + (3 * unit);
        Plate plate = stage.Band(0.28f, ground - (150 * unit), ground + (stage.Margin(0.28f) * 0.4f));
        using SKCanvas canvas = plate.Canvas();
        uint[] walls = [0xE8DCC4, 0xC8604A, 0xE0B860, 0x7C9CB0, 0xF0ECE4, 0xB8C8A8, 0xD89078];
        uint[] roofs = [0x7A4034, 0x5A4A48, 0x8C5440, 0x4C5058];
        for (int row = 0; row < 3; row++)
        {
            for (float x = plate.Left; x < plate.Right; x += unit * stage.Next(44, 76))
            {
                float up = (2 - row) * 22 * unit;
                if (row < 2 && stage.Noise.At(x / (300 * unit), row + 0.5f) < -0.1f) continue;
                LighthousePainter.Cottage(stage, canvas, x, ground - up, unit * stage.Next(6.2f, 8.4f), 1, walls[(int)(stage.Next() * walls.Length)], roofs[(int)(stage.Next() * roofs.Length)]);
            }
        }
        CityPainter.Quay(stage, plate, ground + (3 * unit));
        return plate;
    }

    private Plate Moorings(float low)
    {
        const float Depth = 0.55f;
        float unit = stage.Unit;
        uint[] hulls = [0x2C5A80, 0xE8E2D6, 0x9A3A2C, 0x3C6A58, 0xD8B050, 0x38424E];
        (float X, float Line, float High)[] berths =
        [
            (0.12f, 0.05f, 150), (0.27f, 0.06f, 165), (0.88f, 0.05f, 150), (0.43f, 0.08f, 170), (0.64f, 0.09f, 185), (0.78f, 0.15f, 245), (0.20f, 0.20f, 300), (0.55f, 0.26f, 330),
        ];
        Plate plate = stage.Band(Depth, stage.Horizon - (260 * unit), stage.Horizon + (low * 0.8f));
        using SKCanvas canvas = plate.Canvas();
        for (int i = 0; i < berths.Length; i++)
        {
            (float at, float down, float tall) = berths[i];
            float x = stage.Width * (at + stage.Next(-0.02f, 0.02f)), line = stage.Horizon + (low * down), high = tall * unit;
            uint hull = hulls[(i + (int)(stage.Next() * 3)) % hulls.Length];
            using Plate boat = BoatPainter.Afloat(stage, Depth, line, x - (high * 0.5f), x + (high * 0.5f), high * 1.05f, (c, p) => BoatPainter.Moored(stage, c, p, x, line, high, hull), 0.6f);
            canvas.DrawBitmap(boat.Picture, boat.Left, boat.Top);
        }
        return plate;
    }

    private Plate NearRocks()
    {
        const float Depth = 1;
        Plate plate = stage.Band(Depth, stage.Horizon + (stage.Height * 0.03f), stage.Height + stage.Margin(Depth));
        Noise noise = stage.Noise;
        float side = stage.SunSide;
        float edge = stage.Width * 0.5f / stage.Focal * 19;
        RockPainter.Paint(stage, plate, 0.0075f, 0.034f, (x, z) =>
        {
            float along = (x * side) - edge + ((z - 19) * -0.22f);
            float rise = Shade.Smooth(-6.5f, 3.5f, along + (noise.At((x * 0.3f) + 9, (z * 0.3f) + 1) * 2.8f)) * Shade.Smooth(31, 19, z);
            return (rise * 5.2f) - 0.9f;
        }, 0.85f, 50, 0.3f);
        RockPainter.Foot(stage, plate, 46, 15);
        return plate;
    }

    private Plate Beach()
    {
        const float Depth = 0.9f;
        Mood mood = stage.Mood;
        Noise noise = stage.Noise;
        float unit = stage.Unit, low = stage.Height - stage.Horizon;
        float top = stage.Horizon + (low * 0.52f);
        Plate plate = stage.Band(Depth, top, stage.Height + stage.Margin(Depth));
        Parallel.For(plate.Left, plate.Right, x =>
        {
            float u = ((x / (float)stage.Width) - 0.5f) * -stage.SunSide;
            float edge = stage.Horizon + (low * (0.80f - (0.42f * u))) + (noise.Fbm(x / (420 * unit), 2.2f, 3) * 60 * unit);
            for (int y = Math.Max(plate.Top, (int)(edge - (50 * unit))); y < plate.Bottom; y++)
            {
                float down = (y - stage.Horizon) / low, scale = 1 / Math.Max(0.2f, down);
                float px = (x - (stage.Width * 0.5f)) * scale / unit, py = 900 * scale;
                float inland = (y - edge) / unit;
                float n = noise.Fbm(px / 30, py / 22, 4), grain = noise.At(px / 1.6f, py / 1.1f);
                System.Numerics.Vector3 sand = Shade.Rgb(0xD2B48A) * ((mood.Key * 0.62f * (0.4f + (0.6f * mood.Shine))) + (mood.Fill * 0.75f)) * (1 + (0.16f * n) + (0.09f * grain));
                float wet = Shade.Smooth(130, 15, inland + (n * 40));
                System.Numerics.Vector3 shine = stage.SkyAt(x, stage.Horizon - ((y - stage.Horizon) * 0.75f));
                sand = Shade.Mix(sand, (sand * 0.45f) + (shine * 0.45f), wet * 0.85f);
                float lace = noise.Fbm(x / (34 * unit), (y - (edge * 0.6f)) / (15 * unit), 4);
                float foam = Shade.Smooth(0.08f, 0.55f, lace + 0.60f - (MathF.Pow((inland + 6) / 24, 2) * 0.9f)) + (0.7f * Shade.Smooth(0.1f, 0.5f, lace + 0.42f - MathF.Pow((inland - 52) / 12, 2)));
                System.Numerics.Vector3 white = (mood.Key * 0.6f) + (mood.Fill * 0.75f);
                float body = Shade.Smooth(-14, 12, inland + (lace * 14));
                float a = Math.Clamp(Math.Max(body, foam), 0, 1);
                if (a > 0.01f) plate.Set(x, y, Shade.Mix(sand, white, Math.Clamp(foam, 0, 1) * 0.85f), a);
            }
        });
        return plate;
    }

    private void AddLand(Land land, float depth)
    {
        // A land that starts far away still reaches down to where the next nearer one may uncover it.
        float foot = stage.Horizon + (land.Eye / land.Near * stage.Focal);
        Plate plate = stage.Band(depth, stage.Horizon * 0.12f, Math.Min(stage.Height + stage.Margin(depth), foot + (stage.Margin(depth) * 0.6f)));
        TerrainPainter.Paint(stage, plate, land);
        Extend(plate);
        Add(plate, depth);
    }

    /// <summary>
    /// Draws each column's lowest colour on downwards. At rest the nearer layers hide that; when the camera tilts and the layers
    /// part, land shows between them and not the sky.
    /// </summary>
    private static void Extend(Plate plate)
    {
        for (int x = plate.Left; x < plate.Right; x++)
        {
            int y = plate.Bottom - 1;
            while (y > plate.Top && plate.Get(x, y).W < 0.9f) y--;
            if (y <= plate.Top + 2 || y == plate.Bottom - 1) continue;
            System.Numerics.Vector4 last = plate.Get(x, y - 1);
            if (last.W < 0.9f) continue;
            for (int below = y; below < plate.Bottom; below++) plate.Set(x, below, new System.Numerics.Vector3(last.X, last.Y, last.Z));
        }
    }

    private void Add(Plate plate, float depth, float driftX = 0, float driftY = 0, float swayX = 0, float swayY = 0, float period = 4) =>
        layers.Add((plate, () => plate.ToLayer(depth, driftX, driftY, swayX, swayY, period)));
}
