using Filmgate.Animatic.Camera;
using Filmgate.Animatic.Frames;
using Filmgate.Animatic.Tests.Support;
using SkiaSharp;

namespace Filmgate.Animatic.Tests.Frames;

public sealed class SceneFramesTests
{
    private static readonly FrameSize Size = new(320, 180);

    [Theory]
    [InlineData(0)]
    [InlineData(0.4)]
    [InlineData(1)]
    public void A_layer_moves_by_its_depth(double depth)
    {
        CameraPath path = CameraPath.OverScene(CameraWords.Read("pan right"), 48, 0);
        double first = Centre(Render(Bar(depth), path, 48, 0));
        double last = Centre(Render(Bar(depth), path, 48, 47));
        Assert.Equal(-0.1 * Size.Width * depth, last - first, 0.15);
    }

    [Fact]
    public void A_layer_drifts_by_itself()
    {
        CameraPath still = CameraPath.OverScene(CameraMove.Static, 48, 0);
        SceneLayer Drifting() => Bar(0.5) with { DriftX = 10 };
        Assert.Equal(10.0, Centre(Render(Drifting(), still, 48, 24)) - Centre(Render(Drifting(), still, 48, 0)), 0.1);
    }

    [Fact]
    public void A_layer_sways_and_comes_back()
    {
        CameraPath still = CameraPath.OverScene(CameraMove.Static, 96, 0);
        SceneLayer Swaying() => Bar(0.5) with { SwayX = 6, SwayPeriodSeconds = 2 };
        double rest = Centre(Render(Swaying(), still, 96, 0));
        Assert.Equal(6.0, Centre(Render(Swaying(), still, 96, 12)) - rest, 0.1);
        Assert.Equal(0.0, Centre(Render(Swaying(), still, 96, 48)) - rest, 0.1);
    }

    [Fact]
    public void A_half_transparent_layer_lets_half_of_what_is_behind_through()
    {
        using var scene = new Scene(Size.Width, Size.Height,
        [
            new SceneLayer { Picture = Drawing.Plain(Size.Width, Size.Height, SKColors.White), Depth = 0 },
            new SceneLayer { Picture = Drawing.Plain(Size.Width, Size.Height, new SKColor(0, 0, 0, 128)), Depth = 1 },
        ]);
        using var frames = new SceneFrames(scene, CameraPath.OverScene(CameraWords.Read("push in"), 24, 0), 24);
        var frame = new PlanarFrame(Size);
        frames.Render(12, frame);
        Assert.All(frame.Luma.ToArray(), value => Assert.InRange(value, 124, 126));
        Assert.All(frame.Cb.ToArray(), value => Assert.InRange(value, 127, 129));
    }

    [Fact]
    public void A_layer_is_continued_where_it_reached_the_edge_and_ends_where_it_did_not()
    {
        // The lower half of the frame, without any margin for the camera to look into.
        using var scene = new Scene(Size.Width, Size.Height,
        [
            new SceneLayer { Picture = Drawing.Plain(Size.Width, Size.Height / 2, SKColors.White), Depth = 1, Top = Size.Height / 2, DriftX = 40 },
        ]);
        using var frames = new SceneFrames(scene, CameraPath.OverScene(CameraMove.Static, 48, 0), 48);
        var frame = new PlanarFrame(Size);
        frames.Render(47, frame);
        Assert.Equal(235, frame.Luma[(Size.Height - 1) * Size.Width]);
        Assert.Equal(235, frame.Luma[(Size.Height - 1) * Size.Width + Size.Width - 1]);
        Assert.Equal(16, frame.Luma[Size.Width * (Size.Height / 2 - 8)]);
    }

    [Theory]
    [InlineData("pan left")]
    [InlineData("push in")]
    [InlineData("pull out, tilt up")]
    [InlineData("handheld camera")]
    public void Leaving_out_what_cannot_be_seen_changes_nothing(string prompt)
    {
        // The same scene with a hair of transparency in every layer's farthest corner must be composed the long way.
        var painter = new LayeredPainter();
        CameraPath path = CameraPath.OverScene(CameraWords.Read(prompt), 48, 5);
        using Scene quick = painter.Paint("", Size.Width, Size.Height);
        using Scene thorough = painter.Paint("", Size.Width, Size.Height);
        foreach (SceneLayer layer in thorough.Layers)
        {
            for (int y = 0; y < layer.Picture.Height; y++)
            {
                foreach (int x in (int[])[0, layer.Picture.Width - 1])
                {
                    SKColor color = layer.Picture.GetPixel(x, y);
                    layer.Picture.SetPixel(x, y, color.Alpha == 0 ? new SKColor(0, 0, 0, 1) : color.WithAlpha((byte)Math.Min(color.Alpha, (byte)254)));
                }
            }
        }

        using var quickFrames = new SceneFrames(quick, path, 48);
        using var thoroughFrames = new SceneFrames(thorough, path, 48);
        var left = new PlanarFrame(Size);
        var right = new PlanarFrame(Size);
        foreach (int frame in (int[])[0, 20, 47])
        {
            quickFrames.Render(frame, left);
            thoroughFrames.Render(frame, right);
            int worst = left.Bytes.Zip(right.Bytes, (a, b) => Math.Abs(a - b)).Max();
            Assert.InRange(worst, 0, 2);
        }
    }

    // A white bar in the middle of the frame.
    private static SceneLayer Bar(double depth)
    {
        SKBitmap picture = Drawing.Plain(Size.Width, Size.Height, SKColors.Transparent);
        using var canvas = new SKCanvas(picture);
        using var paint = new SKPaint { Color = SKColors.White };
        canvas.DrawRect(140, 0, 40, Size.Height, paint);
        canvas.Flush();
        return new SceneLayer { Picture = picture, Depth = depth };
    }

    private static PlanarFrame Render(SceneLayer layer, CameraPath path, int count, int frame)
    {
        using var scene = new Scene(Size.Width, Size.Height, [layer]);
        using var frames = new SceneFrames(scene, path, count);
        var target = new PlanarFrame(Size);
        frames.Render(frame, target);
        return target;
    }

    // The bar's centre of light, which moves as its edges do.
    private static double Centre(PlanarFrame frame)
    {
        double light = 0, moment = 0;
        Span<byte> row = frame.Luma.Slice(90 * Size.Width, Size.Width);
        for (int x = 0; x < row.Length; x++)
        {
            light += row[x] - 16;
            moment += x * (row[x] - 16.0);
        }

        return moment / light;
    }
}
