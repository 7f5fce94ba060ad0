using Filmgate.Animatic.Scenes;

namespace Filmgate.Animatic.Tests.Scenes;

public sealed class SceneWordsTests
{
    [Theory]
    [InlineData("a beach at dawn", SceneTime.Dawn)]
    [InlineData("SUNRISE over the hills", SceneTime.Dawn)]
    [InlineData("early morning", SceneTime.Morning)]
    [InlineData("high noon", SceneTime.Day)]
    [InlineData("golden hour, sea", SceneTime.GoldenHour)]
    [InlineData("Golden-Hour", SceneTime.GoldenHour)]
    [InlineData("late afternoon light", SceneTime.GoldenHour)]
    [InlineData("sunsets", SceneTime.Sunset)]
    [InlineData("dusk", SceneTime.Sunset)]
    [InlineData("the blue hour", SceneTime.BlueHour)]
    [InlineData("midnight", SceneTime.Night)]
    [InlineData("moonlight on snow", SceneTime.Night)]
    public void A_time_of_day_is_read(string prompt, SceneTime expected) => Assert.Equal(expected, SceneWords.Read(prompt).Time);

    [Theory]
    [InlineData("")]
    [InlineData("a cat on a sofa")]
    [InlineData("knights holiday dawnless")]
    public void No_time_of_day_is_invented(string prompt) => Assert.Null(SceneWords.Read(prompt).Time);

    [Theory]
    [InlineData("clear sky", SceneWeather.Clear)]
    [InlineData("clouds", SceneWeather.Clouds)]
    [InlineData("overcast", SceneWeather.Overcast)]
    [InlineData("misty, foggy", SceneWeather.Fog)]
    [InlineData("heavy rain", SceneWeather.Rain)]
    [InlineData("a blizzard", SceneWeather.Snow)]
    [InlineData("thunderstorms with wind", SceneWeather.Storm | SceneWeather.Wind)]
    [InlineData("raincoat snowman", SceneWeather.None)]
    public void Weather_is_read_as_whole_words(string prompt, SceneWeather expected) => Assert.Equal(expected, SceneWords.Read(prompt).Weather);

    [Theory]
    [InlineData("waves", ScenePlaces.Sea)]
    [InlineData("BEACHES", ScenePlaces.Beach)]
    [InlineData("a lake under mountains", ScenePlaces.Lake | ScenePlaces.Mountains)]
    [InlineData("rolling hills and trees", ScenePlaces.Hills | ScenePlaces.Forest)]
    [InlineData("city skyline", ScenePlaces.City)]
    [InlineData("two cities", ScenePlaces.City)]
    [InlineData("a street", ScenePlaces.Street)]
    [InlineData("desert dunes", ScenePlaces.Desert)]
    [InlineData("lighthouse, rocky cape", ScenePlaces.Lighthouse | ScenePlaces.Rocks)]
    [InlineData("a road through fields", ScenePlaces.Road | ScenePlaces.Meadow)]
    [InlineData("ships and sailboats", ScenePlaces.Ship | ScenePlaces.Boat)]
    [InlineData("gulls over a harbour", ScenePlaces.Birds | ScenePlaces.Harbour)]
    [InlineData("a cabin by the bridge", ScenePlaces.House | ScenePlaces.Bridge)]
    [InlineData("seasoned cityless", ScenePlaces.None)]
    public void Places_are_read_as_whole_words(string prompt, ScenePlaces expected) => Assert.Equal(expected, SceneWords.Read(prompt).Places);

    [Fact]
    public void Lights_and_colours_are_read()
    {
        SceneDescription words = SceneWords.Read("a purple sky, the milky way, full moon");
        Assert.Equal(SceneSkyLights.Moon | SceneSkyLights.Stars, words.SkyLights);
        Assert.Equal(0x8450B8u, words.Tint);
    }

    [Fact]
    public void The_first_of_two_times_counts() => Assert.Equal(SceneTime.Dawn, SceneWords.Read("from sunrise to night").Time);

    [Fact]
    public void Another_prompt_gives_another_seed() => Assert.NotEqual(SceneWords.Read("a sea").Seed, SceneWords.Read("a see").Seed);
}
