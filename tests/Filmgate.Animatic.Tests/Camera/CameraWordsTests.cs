using Filmgate.Animatic.Camera;

namespace Filmgate.Animatic.Tests.Camera;

public sealed class CameraWordsTests
{
    [Theory]
    [InlineData("push in", 1, 0, 0, 0, 0)]
    [InlineData("A castle at dusk. Camera slowly pushes in.", 0.6, 0, 0, 0, 0)]
    [InlineData("Zoom in on the eyes", 1, 0, 0, 0, 0)]
    [InlineData("crash zoom in", 1.6, 0, 0, 0, 0)]
    [InlineData("dolly-in through the hall", 1, 0, 0, 0, 0)]
    [InlineData("the camera moves slowly forward", 0.6, 0, 0, 0, 0)]
    [InlineData("pull out", -1, 0, 0, 0, 0)]
    [InlineData("camera pulls back to reveal the valley", -1, 0, 0, 0, 0)]
    [InlineData("fast zoom out", -1.6, 0, 0, 0, 0)]
    [InlineData("slow dolly out", -0.6, 0, 0, 0, 0)]
    [InlineData("pan left", 0, -1, 0, 0, 0)]
    [InlineData("the camera pans slowly to the right", 0, 0.6, 0, 0, 0)]
    [InlineData("panning from left to right", 0, 1, 0, 0, 0)]
    [InlineData("panning from right to left", 0, -1, 0, 0, 0)]
    [InlineData("whip pan right", 0, 1.6, 0, 0, 0)]
    [InlineData("camera pans across the room", 0, 1, 0, 0, 0)]
    [InlineData("tilt up to the sky", 0, 0, 1, 0, 0)]
    [InlineData("the view tilts downwards", 0, 0, -1, 0, 0)]
    [InlineData("crane up", 0, 0, 1, 0, 0)]
    [InlineData("orbit around the statue", 0, 0, 0, 1, 0)]
    [InlineData("camera orbits left", 0, 0, 0, -1, 0)]
    [InlineData("slow orbit", 0, 0, 0, 0.6, 0)]
    [InlineData("handheld camera, busy market", 0, 0, 0, 0, 1)]
    [InlineData("shaky cam", 0, 0, 0, 0, 1)]
    [InlineData("slow push in and pan left", 0.6, -0.6, 0, 0, 0)]
    [InlineData("Pan right, then slow tilt up, handheld", 0, 1, 0.6, 0, 1)]
    [InlineData("A fast car in the rain, slow push in", 0.6, 0, 0, 0, 0)]
    [InlineData("push in then pull out", 1, 0, 0, 0, 0)]
    [InlineData("no zoom in, pan left", 0, -1, 0, 0, 0)]
    [InlineData("PUSH IN", 1, 0, 0, 0, 0)]
    public void Camera_words_decide_the_move(string prompt, double push, double pan, double tilt, double orbit, double handheld) =>
        Assert.Equal(new CameraMove(push, pan, tilt, orbit, handheld), CameraWords.Read(prompt));

    [Theory]
    [InlineData("static shot of a lighthouse")]
    [InlineData("a lighthouse, locked-off")]
    [InlineData("The camera is static.")]
    [InlineData("no camera movement")]
    [InlineData("the camera doesn’t move")]
    [InlineData("fixed camera, waves below")]
    public void A_camera_that_is_told_to_stand_still_does(string prompt) =>
        Assert.Equal(CameraMove.Static, CameraWords.Read(prompt));

    [Theory]
    [InlineData("")]
    [InlineData("A cat on a windowsill")]
    [InlineData("butter in a frying pan")]
    [InlineData("tilt-shift photograph of a town")]
    [InlineData("a satellite orbiting the Earth")]
    [InlineData("static electricity in her hair")]
    [InlineData("a handheld lantern in the dark")]
    [InlineData("she pushes the door")]
    [InlineData("日本の海岸、夕焼け")]
    public void Words_that_move_no_camera_leave_the_gentle_push(string prompt) =>
        Assert.Equal(CameraMove.Gentle, CameraWords.Read(prompt));
}
