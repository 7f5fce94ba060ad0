namespace Filmgate.Animatic.Scenes;

/// <summary>The time of day a scene plays at.</summary>
public enum SceneTime
{
    /// <summary>Just before and at sunrise: pale, pink and cool.</summary>
    Dawn = 1,
    /// <summary>The sun is up, the air is clear and a little warm.</summary>
    Morning = 2,
    /// <summary>Full daylight; the sun stands above the frame.</summary>
    Day = 3,
    /// <summary>The last warm hour with a low sun.</summary>
    GoldenHour = 4,
    /// <summary>The sun touches the horizon.</summary>
    Sunset = 5,
    /// <summary>After sunset: deep blue with a rest of warmth at the horizon; lamps are lit.</summary>
    BlueHour = 6,
    /// <summary>Night with moon or stars.</summary>
    Night = 7,
}

/// <summary>The weather words of a prompt; several may hold at once.</summary>
[Flags]
public enum SceneWeather
{
    /// <summary>The prompt says nothing about weather.</summary>
    None = 0,
    /// <summary>A clear sky.</summary>
    Clear = 1,
    /// <summary>Fair-weather clouds.</summary>
    Clouds = 2,
    /// <summary>A closed grey sky.</summary>
    Overcast = 4,
    /// <summary>Fog, mist or haze.</summary>
    Fog = 8,
    /// <summary>Rain.</summary>
    Rain = 16,
    /// <summary>Falling snow, and snow on the ground.</summary>
    Snow = 32,
    /// <summary>Dark storm clouds and high waves.</summary>
    Storm = 64,
    /// <summary>Wind: faster clouds, stronger sway.</summary>
    Wind = 128,
}

/// <summary>The place words of a prompt; several may hold at once.</summary>
[Flags]
public enum ScenePlaces
{
    /// <summary>The prompt names no place.</summary>
    None = 0,
    /// <summary>Open sea, ocean, coast.</summary>
    Sea = 1,
    /// <summary>A sandy shore in front of the sea.</summary>
    Beach = 1 << 1,
    /// <summary>Still water: lake, river, pond.</summary>
    Lake = 1 << 2,
    /// <summary>Rolling hills.</summary>
    Hills = 1 << 3,
    /// <summary>Mountains.</summary>
    Mountains = 1 << 4,
    /// <summary>Forest or trees.</summary>
    Forest = 1 << 5,
    /// <summary>City, skyline, towers.</summary>
    City = 1 << 6,
    /// <summary>A street in a city.</summary>
    Street = 1 << 7,
    /// <summary>Desert and dunes.</summary>
    Desert = 1 << 8,
    /// <summary>A lighthouse on a rocky cape.</summary>
    Lighthouse = 1 << 9,
    /// <summary>A road or a path through the land.</summary>
    Road = 1 << 10,
    /// <summary>Field or meadow.</summary>
    Meadow = 1 << 11,
    /// <summary>A sailing boat.</summary>
    Boat = 1 << 12,
    /// <summary>A large ship.</summary>
    Ship = 1 << 13,
    /// <summary>Birds in the sky.</summary>
    Birds = 1 << 14,
    /// <summary>House, cabin, cottage.</summary>
    House = 1 << 15,
    /// <summary>A bridge.</summary>
    Bridge = 1 << 16,
    /// <summary>A harbour with boats and houses.</summary>
    Harbour = 1 << 17,
    /// <summary>Rocks or cliffs at the shore.</summary>
    Rocks = 1 << 18,
}

/// <summary>Lights in the sky that a prompt asks for by name.</summary>
[Flags]
public enum SceneSkyLights
{
    /// <summary>None is named.</summary>
    None = 0,
    /// <summary>The sun's disc is to be seen.</summary>
    Sun = 1,
    /// <summary>The moon is to be seen.</summary>
    Moon = 2,
    /// <summary>Stars are to be seen.</summary>
    Stars = 4,
}

/// <summary>What a prompt says about a scene, as far as the painter can draw it.</summary>
/// <param name="Time">The time of day, or null when the prompt names none.</param>
/// <param name="Weather">The weather words.</param>
/// <param name="Places">The place words.</param>
/// <param name="SkyLights">Sun, moon or stars asked for by name.</param>
/// <param name="Tint">A colour word as 0xRRGGBB that shifts the mood, or null.</param>
/// <param name="Seed">A hash of the whole prompt; it decides everything that the words leave open.</param>
public sealed record SceneDescription(
    SceneTime? Time, SceneWeather Weather, ScenePlaces Places, SceneSkyLights SkyLights, uint? Tint, uint Seed);
