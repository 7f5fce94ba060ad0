namespace Filmgate.Animatic.Scenes;

/// <summary>Puts a scene together from back to front: sky, clouds, far land, water or ground, the subject, the foreground, weather.</summary>
internal sealed class Composition(Stage stage)
{
    private readonly List<(Plate Plate, Func<SceneLayer> Layer)> layers = [];

    public Scene Paint()
    {
        Add(SkyPainter.Paint(stage), SkyPainter.Depth);
        float drift = stage.SunSide * (stage.Has(SceneWeather.Wind | SceneWeather.Storm) ? 9 : 3.5f) * stage.Unit;
        if (CloudPainter.Paint(stage, drift) is Plate clouds) Add(clouds, CloudPainter.Depth, drift);
        bool wet = stage.Has(ScenePlaces.Sea | ScenePlaces.Beach | ScenePlaces.Lake | ScenePlaces.Lighthouse | ScenePlaces.Boat | ScenePlaces.Ship | ScenePlaces.Harbour | ScenePlaces.Bridge)
            || (stage.Has(ScenePlaces.City) && !stage.Has(ScenePlaces.Street | ScenePlaces.Road | ScenePlaces.Meadow | ScenePlaces.Desert));
        Backdrop(wet);
        if (wet) Water();
        else Ground();
        return new Scene(stage.Width, stage.Height, [.. layers.Select(entry => entry.Layer())]);
    }

    private void Backdrop(bool wet)
    {
        if (stage.Has(ScenePlaces.Mountains)) AddLand(Lands.Mountains(stage), 0.14f);
        if (wet && stage.Has(ScenePlaces.Lake | ScenePlaces.Hills | ScenePlaces.Forest)) AddLand(Lands.Foothills(stage, 2.6f, 0.5f, true), 0.22f);
        else if (wet && !stage.Has(ScenePlaces.City | ScenePlaces.Mountains)) AddLand(Lands.Headlands(stage, stage.Has(ScenePlaces.Lighthouse) ? stage.SunSide : -stage.SunSide), 0.16f);
        else if (!wet && stage.Has(ScenePlaces.Mountains | ScenePlaces.Hills | ScenePlaces.Forest)) AddLand(Lands.Foothills(stage, 3, 0.55f, false), 0.24f);
    }

    private void Water()
    {
        float calm = stage.Has(ScenePlaces.Lake) && !stage.Has(ScenePlaces.Sea) ? 0.16f : stage.Has(ScenePlaces.City | ScenePlaces.Bridge | ScenePlaces.Harbour) ? 0.42f : 1;
        var water = new WaterPainter(stage, [.. layers.Select(entry => entry.Plate)], calm);
        Add(water.Surface(0.3f), 0.3f);
        float low = stage.Height - stage.Horizon;
        float sway = Math.Min(1, calm * stage.Mood.Sea + 0.2f) * stage.Unit;
        Add(water.Strip(0.5f, stage.Horizon + (low * 0.34f), 1), 0.5f, 0, 0, 9 * sway, 3 * sway, 5.2f);
        if (stage.Has(ScenePlaces.Lighthouse)) Add(LighthousePainter.Paint(stage, 0.55f), 0.55f);
        Add(water.Strip(0.72f, stage.Horizon + (low * 0.66f), 2), 0.72f, 0, 0, 14 * sway, 6 * sway, 6.8f);
        if (stage.Has(ScenePlaces.Rocks | ScenePlaces.Lighthouse)) Add(NearRocks(), 1);
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
            return (rise * 5.6f) - 0.9f;
        }, 0.85f, 50);
        RockPainter.Foot(stage, plate, 46, 15);
        return plate;
    }

    private void Ground()
    {
        if (stage.Has(ScenePlaces.Desert))
        {
            AddLand(Lands.Dunes(stage, 1.1f, 7), 0.3f);
            AddLand(Lands.Dunes(stage, 0.14f, 1.3f), 0.7f);
            return;
        }
        bool road = stage.Has(ScenePlaces.Road);
        AddLand(Lands.Meadow(stage, 0.5f, 5, road), 0.4f);
        AddLand(Lands.Meadow(stage, 0.055f, 0.62f, road), 0.7f);
    }

    private void AddLand(Land land, float depth)
    {
        // A land that starts far away still reaches down to where the next nearer one may uncover it.
        float foot = stage.Horizon + (land.Eye / land.Near * stage.Focal);
        Plate plate = stage.Band(depth, stage.Horizon * 0.12f, Math.Min(stage.Height + stage.Margin(depth), foot + (stage.Margin(depth) * 0.6f)));
        TerrainPainter.Paint(stage, plate, land);
        Add(plate, depth);
    }

    private void Add(Plate plate, float depth, float driftX = 0, float driftY = 0, float swayX = 0, float swayY = 0, float period = 4) =>
        layers.Add((plate, () => plate.ToLayer(depth, driftX, driftY, swayX, swayY, period)));
}
