using System.Collections.Frozen;

namespace Filmgate.Animatic.Scenes;

/// <summary>Reads the drawable words out of a prompt. Whole words count, in any case, singular or plural; the rest is passed over.</summary>
public static class SceneWords
{
    private static readonly FrozenDictionary<string, SceneTime> Times = Table<SceneTime>(
        (SceneTime.Dawn, "dawn sunrise daybreak"),
        (SceneTime.Morning, "morning"),
        (SceneTime.Day, "day noon midday daylight daytime afternoon sunny"),
        (SceneTime.GoldenHour, "golden-hour evening late-afternoon"),
        (SceneTime.Sunset, "sunset dusk sundown afterglow"),
        (SceneTime.BlueHour, "blue-hour twilight nightfall"),
        (SceneTime.Night, "night midnight moonlight moonlit starlight starry nighttime nocturnal"));

    private static readonly FrozenDictionary<string, SceneWeather> Weathers = Table<SceneWeather>(
        (SceneWeather.Clear, "clear cloudless sunny"),
        (SceneWeather.Clouds, "cloud cloudy cumulus cloudscape cirrus"),
        (SceneWeather.Overcast, "overcast grey-sky gray-sky gloomy"),
        (SceneWeather.Fog, "fog foggy mist misty haze hazy"),
        (SceneWeather.Rain, "rain rainy raining drizzle downpour shower"),
        (SceneWeather.Snow, "snow snowy snowing snowfall blizzard winter snowflake"),
        (SceneWeather.Storm, "storm stormy thunderstorm tempest thunder lightning hurricane"),
        (SceneWeather.Wind, "wind windy breeze breezy gale windswept"));

    private static readonly FrozenDictionary<string, ScenePlaces> PlaceWords = Table<ScenePlaces>(
        (ScenePlaces.Sea, "sea ocean wave coast coastline coastal surf bay seaside seascape tide island"),
        (ScenePlaces.Beach, "beach sand-beach shore sandy seashore"),
        (ScenePlaces.Lake, "lake river pond fjord loch lagoon"),
        (ScenePlaces.Hills, "hill hillside countryside valley vineyard hilly"),
        (ScenePlaces.Mountains, "mountain peak alp alpine summit ridge mountainous glacier volcano"),
        (ScenePlaces.Forest, "forest tree wood woodland pine fir spruce jungle conifer"),
        (ScenePlaces.City, "city skyline skyscraper downtown metropolis cityscape urban town tower-block rooftop"),
        (ScenePlaces.Street, "street avenue boulevard alley"),
        (ScenePlaces.Desert, "desert dune sahara"),
        (ScenePlaces.Lighthouse, "lighthouse beacon"),
        (ScenePlaces.Road, "road highway path trail track lane"),
        (ScenePlaces.Meadow, "field meadow grass grassland prairie pasture flower farm savanna savannah lawn"),
        (ScenePlaces.Boat, "boat sailboat yacht sail sailing dinghy"),
        (ScenePlaces.Ship, "ship freighter tanker vessel ferry liner"),
        (ScenePlaces.Birds, "bird gull seagull swallow crow flock goose geese"),
        (ScenePlaces.House, "house cabin cottage hut barn farmhouse home village"),
        (ScenePlaces.Bridge, "bridge viaduct"),
        (ScenePlaces.Harbour, "harbour harbor port marina pier quay dock"),
        (ScenePlaces.Rocks, "rock rocky cliff cape headland boulder"));

    private static readonly FrozenDictionary<string, SceneSkyLights> Lights = Table<SceneSkyLights>(
        (SceneSkyLights.Sun, "sun sunlight sunbeam sunlit"),
        (SceneSkyLights.Moon, "moon moonlight moonlit moonrise"),
        (SceneSkyLights.Stars, "star starry starlight galaxy milky-way"));

    private static readonly FrozenDictionary<string, uint> Colours = Table<uint>(
        (0xD8402Cu, "red crimson scarlet"),
        (0xF08A3Cu, "orange amber"),
        (0xF0C050u, "gold yellow"),
        (0x58A860u, "green emerald"),
        (0x30A0A0u, "teal turquoise cyan aquamarine"),
        (0x3C6CC8u, "blue azure indigo cobalt"),
        (0x8450B8u, "purple violet lavender magenta"),
        (0xF088A8u, "pink rose"));

    /// <summary>Reads the words. It is total: any text gives a description.</summary>
    /// <param name="prompt">The prompt, of any length.</param>
    /// <returns>What the prompt names. When two times of day are named, the first counts, as the first is the one the clip begins with.</returns>
    public static SceneDescription Read(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        SceneTime? time = null;
        uint? tint = null;
        SceneWeather weather = 0;
        ScenePlaces places = 0;
        SceneSkyLights lights = 0;
        List<string> words = Split(prompt);
        for (int i = 0; i < words.Count; i++)
        {
            // A pair is looked up first, so that "golden hour" is a time and "milky way" is no way.
            if (i + 1 < words.Count && Take(words[i] + "-" + words[i + 1]))
            {
                i++;
                continue;
            }
            Take(words[i]);
        }
        return new SceneDescription(time, weather, places, lights, tint, Hash(prompt));

        bool Take(string word)
        {
            bool known = false;
            if (Find(Times, word, out SceneTime namedTime)) { time ??= namedTime; known = true; }
            if (Find(Weathers, word, out SceneWeather namedWeather)) { weather |= namedWeather; known = true; }
            if (Find(PlaceWords, word, out ScenePlaces place)) { places |= place; known = true; }
            if (Find(Lights, word, out SceneSkyLights light)) { lights |= light; known = true; }
            if (Find(Colours, word, out uint colour)) { tint ??= colour; known = true; }
            return known;
        }
    }

    private static bool Find<T>(FrozenDictionary<string, T> table, string word, out T value)
    {
        if (table.TryGetValue(word, out value!)) return true;
        if (word.EndsWith('s') && table.TryGetValue(word[..^1], out value!)) return true;
        if (word.EndsWith("es", StringComparison.Ordinal) && table.TryGetValue(word[..^2], out value!)) return true;
        return word.EndsWith("ies", StringComparison.Ordinal) && table.TryGetValue(word[..^3] + "y", out value!);
    }

    private static List<string> Split(string prompt)
    {
        var words = new List<string>();
        int start = -1;
        for (int i = 0; i <= prompt.Length; i++)
        {
            bool letter = i < prompt.Length && char.IsLetter(prompt[i]);
            if (letter && start < 0) start = i;
            if (letter || start < 0) continue;
            words.Add(prompt[start..i].ToLowerInvariant());
            start = -1;
        }
        return words;
    }

    /// <summary>FNV-1a over the UTF-16 units, because string.GetHashCode differs from process to process.</summary>
    private static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (char unit in text) hash = (hash ^ unit) * 16777619;
        return hash;
    }

    private static FrozenDictionary<string, T> Table<T>(params (T Value, string Words)[] rows)
    {
        var table = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach ((T value, string words) in rows)
        {
            foreach (string word in words.Split(' ')) table.Add(word, value);
        }
        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
