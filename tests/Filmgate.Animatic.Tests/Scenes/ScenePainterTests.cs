using Filmgate.Animatic.Scenes;
using SkiaSharp;

namespace Filmgate.Animatic.Tests.Scenes;

public sealed class ScenePainterTests
{
    private static readonly ScenePainter Painter = new();

    [Fact]
    public void The_same_prompt_gives_the_same_pixels()
    {
        using Scene first = Painter.Paint("a harbour at dusk, fog", 320, 180), second = Painter.Paint("a harbour at dusk, fog", 320, 180);
        Assert.Equal(first.Layers.Count, second.Layers.Count);
        for (int i = 0; i < first.Layers.Count; i++)
        {
            Assert.True(first.Layers[i].Picture.GetPixelSpan().SequenceEqual(second.Layers[i].Picture.GetPixelSpan()), $"Layer {i} differs.");
            Assert.Equal(first.Layers[i] with { Picture = second.Layers[i].Picture }, second.Layers[i]);
        }
    }

    [Theory]
    [InlineData("zzz", "zzy")]
    [InlineData("a sea", "a sea!")]
    [InlineData("mountains in the morning", "mountains at night")]
    public void Different_prompts_give_different_pictures(string one, string other)
    {
        using Scene first = Painter.Paint(one, 320, 180), second = Painter.Paint(other, 320, 180);
        using SKBitmap a = SceneStill.Flatten(first), b = SceneStill.Flatten(second);
        Assert.True(Likeness.Psnr(a, b) < 30, "The two pictures look the same.");
    }

    [Theory]
    [InlineData("lighthouse at golden hour, waves", 480, 270)]
    [InlineData("lighthouse in a storm", 270, 480)]
    [InlineData("city skyline at night", 480, 270)]
    [InlineData("a rainy city street at night", 270, 480)]
    [InlineData("pine forest, mist, dawn", 300, 300)]
    [InlineData("desert", 270, 480)]
    [InlineData("a cabin in the snow", 480, 270)]
    [InlineData("beach with birds and a boat", 480, 270)]
    [InlineData("suspension bridge, a ship", 300, 300)]
    [InlineData("harbour, blue hour", 270, 480)]
    [InlineData("a road through a meadow with trees", 480, 270)]
    public void No_camera_move_uncovers_an_edge(string prompt, int width, int height)
    {
        using Scene scene = Painter.Paint(prompt, width, height);
        double reach = 0.10 * width;
        foreach ((double dx, double dy) in new[] { (-1d, 0d), (1d, 0d), (0d, -1d), (0d, 1d), (-1d, -1d), (1d, 1d) })
        {
            foreach (double seconds in new[] { 0d, 10d })
            {
                using SKBitmap frame = Compose(scene, dx * reach, dy * reach, seconds);
                Assert.DoesNotContain(Edge(frame), colour => colour == Uncovered);
            }
        }
    }

    [Fact]
    public void A_layer_with_ground_reaches_below_the_frame_when_the_camera_tilts()
    {
        using Scene scene = Painter.Paint("a sea at noon, waves", 480, 270);
        double reach = 0.10 * scene.Width;
        foreach (SceneLayer layer in scene.Layers.Where(layer => layer.Depth is > 0.25 and < 0.8))
        {
            Assert.True(layer.Top + layer.Picture.Height - (layer.Depth * reach) - layer.SwayY >= scene.Height, $"The layer at depth {layer.Depth} ends above the frame's lower edge.");
            Assert.True(layer.Left + (layer.Depth * reach) + layer.SwayX <= 0, $"The layer at depth {layer.Depth} begins inside the frame.");
        }
    }

    [Theory]
    [InlineData("sea, clouds")]
    [InlineData("harbour in the rain")]
    [InlineData("a misty forest")]
    [InlineData("a snowy mountain road with a house")]
    public void A_scene_has_few_layers_and_its_first_is_opaque(string prompt)
    {
        using Scene scene = Painter.Paint(prompt, 320, 180);
        Assert.InRange(scene.Layers.Count, 3, 11);
        Assert.All(scene.Layers, layer =>
        {
            Assert.Equal(SKColorType.Bgra8888, layer.Picture.ColorType);
            Assert.Equal(SKAlphaType.Premul, layer.Picture.AlphaType);
            Assert.InRange(layer.Depth, 0, 1);
        });
        SKBitmap back = scene.Layers[0].Picture;
        ReadOnlySpan<byte> pixels = back.GetPixelSpan();
        for (int i = 3; i < pixels.Length; i += 4) Assert.Equal(255, pixels[i]);
    }

    public static TheoryData<string> OddPrompts => new("", " ", "\0\u0001\u001b[31m", "🌊🏔️🌙 \ud800", new string('x', 5000), string.Concat(Enumerable.Repeat("storm city lighthouse snow fog desert bridge ", 110)));

    [Theory]
    [MemberData(nameof(OddPrompts))]
    public void Any_text_paints(string prompt)
    {
        using Scene scene = Painter.Paint(prompt, 320, 180);
        using SKBitmap still = SceneStill.Flatten(scene);
        Assert.Equal((320, 180), (still.Width, still.Height));
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(33, 700)]
    [InlineData(701, 35)]
    public void Any_measure_paints(int width, int height)
    {
        foreach (string prompt in new[] { "lighthouse", "city street", "forest", "harbour", "beach", "bridge, boat", "desert", "meadow", "snow", "night sky" })
        {
            using Scene scene = Painter.Paint(prompt, width, height);
            Assert.Equal((width, height), (scene.Width, scene.Height));
        }
    }

    private static readonly SKColor Uncovered = new(255, 0, 255);

    private static SKBitmap Compose(Scene scene, double dx, double dy, double seconds)
    {
        var frame = new SKBitmap(new SKImageInfo(scene.Width, scene.Height, SKColorType.Bgra8888, SKAlphaType.Premul));
        using var canvas = new SKCanvas(frame);
        canvas.Clear(Uncovered);
        foreach (SceneLayer layer in scene.Layers)
        {
            canvas.DrawBitmap(layer.Picture, (float)(layer.Left + (dx * layer.Depth) + (layer.DriftX * seconds)), (float)(layer.Top + (dy * layer.Depth) + (layer.DriftY * seconds)));
        }
        return frame;
    }

    private static IEnumerable<SKColor> Edge(SKBitmap frame)
    {
        for (int x = 0; x < frame.Width; x++)
        {
            yield return frame.GetPixel(x, 0);
            yield return frame.GetPixel(x, frame.Height - 1);
        }
        for (int y = 0; y < frame.Height; y++)
        {
            yield return frame.GetPixel(0, y);
            yield return frame.GetPixel(frame.Width - 1, y);
        }
    }
}
