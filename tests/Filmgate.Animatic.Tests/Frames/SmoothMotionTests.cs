using Filmgate.Animatic.Camera;
using Filmgate.Animatic.Frames;
using Filmgate.Animatic.Tests.Support;
using SkiaSharp;

namespace Filmgate.Animatic.Tests.Frames;

/// <summary>Measures how far the picture moves from frame to frame, as a viewer sees it, on the frames themselves.</summary>
public sealed class SmoothMotionTests
{
    private const int Frames = 240;

    [Theory]
    [InlineData("slow pan left")]
    [InlineData("pan right, tilt up")]
    [InlineData("pull out, pan left")]
    [InlineData("orbit around the tower")]
    public void The_picture_moves_without_jitter(string prompt)
    {
        using SKBitmap picture = Drawing.Blobs(640, 360, 11);
        CameraPath path = CameraPath.OverPicture(CameraWords.Read(prompt), Frames, 3);
        using var frames = new PictureFrames(picture, null, path, Frames);
        var before = new PlanarFrame(frames.Size);
        var after = new PlanarFrame(frames.Size);
        frames.Render(40, before);

        var shifts = new List<(double X, double Y)>();
        for (int frame = 41; frame < 100; frame++)
        {
            frames.Render(frame, after);
            (double X, double Y) shift = OpticalShift.AtCentre(before, after);
            shifts.Add(shift);

            PlaneMap then = PlaneMap.Of(path.At(frame - 1), frames.Size), now = PlaneMap.Of(path.At(frame), frames.Size);
            (double x, double y) = then.At(320, 180);
            (double u, double v) = now.Inverse().At(x, y);
            Assert.InRange(shift.X - (u - 320), -0.1, 0.1);
            Assert.InRange(shift.Y - (v - 180), -0.1, 0.1);
            (before, after) = (after, before);
        }

        for (int i = 2; i < shifts.Count; i++)
        {
            Assert.InRange(shifts[i].X - 2 * shifts[i - 1].X + shifts[i - 2].X, -0.04, 0.04);
            Assert.InRange(shifts[i].Y - 2 * shifts[i - 1].Y + shifts[i - 2].Y, -0.04, 0.04);
        }
    }
}
