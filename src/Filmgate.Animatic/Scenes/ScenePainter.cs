namespace Filmgate.Animatic.Scenes;

/// <summary>Paints landscapes, coasts and cities from the words of a prompt. It holds no state and may be used by many threads.</summary>
public sealed class ScenePainter : IScenePainter
{
    /// <inheritdoc/>
    public Scene Paint(string prompt, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, 4096);
        SceneDescription words = Complete(SceneWords.Read(prompt));
        var stage = new Stage(words, words.Time!.Value, width, height);
        return new Composition(stage).Paint();
    }

    /// <summary>Decides by the seed what the prompt leaves open, among combinations that look well.</summary>
    private static SceneDescription Complete(SceneDescription words)
    {
        float pick = Noise.Unit(words.Seed, 1);
        const ScenePlaces Grounds = ~(ScenePlaces.Birds | ScenePlaces.Rocks);
        if ((words.Places & Grounds) == 0)
        {
            ScenePlaces places = words.Places.HasFlag(ScenePlaces.Rocks) ? ScenePlaces.Sea : pick switch
            {
                < 0.25f => ScenePlaces.Sea,
                < 0.5f => ScenePlaces.Mountains | ScenePlaces.Lake,
                < 0.65f => ScenePlaces.Meadow | ScenePlaces.Hills,
                < 0.8f => ScenePlaces.Mountains | ScenePlaces.Forest,
                < 0.9f => ScenePlaces.Desert,
                _ => ScenePlaces.Lake | ScenePlaces.Forest,
            };
            words = words with { Places = words.Places | places };
        }
        if (words.Time is null)
        {
            float hour = Noise.Unit(words.Seed, 2);
            SceneTime time = (words.SkyLights & (SceneSkyLights.Moon | SceneSkyLights.Stars)) != 0 ? SceneTime.Night
                : words.Places.HasFlag(ScenePlaces.City) && hour < 0.5f ? SceneTime.BlueHour
                : hour switch { < 0.15f => SceneTime.Dawn, < 0.35f => SceneTime.Morning, < 0.55f => SceneTime.Day, < 0.8f => SceneTime.GoldenHour, _ => SceneTime.Sunset };
            words = words with { Time = time };
        }
        return words;
    }
}
