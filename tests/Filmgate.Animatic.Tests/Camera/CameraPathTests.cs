using Filmgate.Animatic.Camera;

namespace Filmgate.Animatic.Tests.Camera;

public sealed class CameraPathTests
{
    private const int Frames = 120;

    public static TheoryData<string> Prompts => ["push in", "pull out", "pan left", "pan right, tilt up", "orbit left", "handheld camera", "fast push in, pan right, handheld", "static shot"];

    [Theory]
    [MemberData(nameof(Prompts))]
    public void The_first_frame_shows_the_whole_picture(string prompt) =>
        Assert.Equal(CameraPose.Whole, CameraPath.OverPicture(CameraWords.Read(prompt), Frames, 7).At(0));

    [Theory]
    [MemberData(nameof(Prompts))]
    public void Every_move_is_smooth(string prompt)
    {
        CameraPath path = CameraPath.OverPicture(CameraWords.Read(prompt), Frames, 7);
        for (int frame = 1; frame < Frames - 1; frame++)
        {
            CameraPose before = path.At(frame - 1), here = path.At(frame), after = path.At(frame + 1);
            Assert.InRange(Math.Abs(after.X - 2 * here.X + before.X), 0, 0.0012);
            Assert.InRange(Math.Abs(after.Y - 2 * here.Y + before.Y), 0, 0.0012);
            Assert.InRange(Math.Abs(after.Scale - 2 * here.Scale + before.Scale), 0, 0.0012);
            Assert.InRange(Math.Abs(after.Rotation - 2 * here.Rotation + before.Rotation), 0, 0.0012);
        }
    }

    [Theory]
    [InlineData("push in")]
    [InlineData("fast push in, pan right")]
    [InlineData("whip pan left")]
    [InlineData("tilt down, pan right")]
    public void Moves_inwards_and_sideways_stay_within_the_picture(string prompt)
    {
        CameraPath path = CameraPath.OverPicture(CameraWords.Read(prompt), Frames, 7);
        for (int frame = 0; frame < Frames; frame++)
        {
            CameraPose pose = path.At(frame);
            double room = (1 - 1 / pose.Scale) / 2 + 1e-9;
            Assert.InRange(Math.Abs(pose.X), 0, room);
            Assert.InRange(Math.Abs(pose.Y), 0, room);
        }
    }

    [Fact]
    public void Directions_are_as_named()
    {
        CameraPose End(string prompt) => CameraPath.OverPicture(CameraWords.Read(prompt), Frames, 7).At(Frames - 1);
        Assert.True(End("push in").Scale > 1.15);
        Assert.True(End("pull out").Scale < 0.9);
        Assert.True(End("pan right").X > 0.05);
        Assert.True(End("pan left").X < -0.05);
        Assert.True(End("tilt up").Y < -0.05);
        Assert.True(End("tilt down").Y > 0.05);
        Assert.True(End("fast push in").Scale > End("push in").Scale);
        Assert.True(End("slow push in").Scale < End("push in").Scale);
    }

    [Fact]
    public void A_hand_sways_by_its_seed_alone()
    {
        CameraMove handheld = CameraWords.Read("handheld camera");
        Assert.Equal(CameraPath.OverPicture(handheld, Frames, 7).At(50), CameraPath.OverPicture(handheld, Frames, 7).At(50));
        Assert.NotEqual(CameraPath.OverPicture(handheld, Frames, 7).At(50), CameraPath.OverPicture(handheld, Frames, 8).At(50));
    }

    [Fact]
    public void A_clip_of_one_frame_shows_the_whole() =>
        Assert.Equal(CameraPose.Whole, CameraPath.OverPicture(CameraMove.Gentle, 1, 0).At(0));
}
