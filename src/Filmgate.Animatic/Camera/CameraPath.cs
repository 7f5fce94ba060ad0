namespace Filmgate.Animatic.Camera;

/// <summary>The camera's pose in every frame of a clip: a pure function of move, length and seed.</summary>
/// <remarks>
/// Every move is eased in and out. Over a picture it starts at <see cref="CameraPose.Whole"/>, because the first frame is the
/// picture itself; moves to the side therefore close in a little first, to have somewhere to go. Over a drawn scene there
/// is no such promise, so that moves to the side run through the middle and a pull out ends, rather than starts, at the whole.
/// </remarks>
public sealed class CameraPath
{
    // An ordinary push or pull magnifies by this much from the first frame to the last.
    private const double PushRatio = 1.22;

    // An ordinary pan or tilt moves the view by this part of the frame.
    private const double SideTravel = 0.10;
    private const double OrbitTravel = 0.075;
    private const double OrbitRoll = 1.1 * Math.PI / 180;

    // A hand moves the view by up to about this part of the frame's width, and rolls it by about a quarter of a degree.
    private const double HandTravel = 0.006;
    private const double HandRoll = 0.25 * Math.PI / 180;
    private const double HandHeadroom = 0.03;

    private readonly CameraMove move;
    private readonly int frames;
    private readonly bool overScene;
    private readonly bool endsAtRest;
    private readonly HandSway sway;
    private readonly double sideways;
    private readonly double upwards;
    private readonly double closest;
    private readonly bool closesInFirst;

    private CameraPath(CameraMove move, int frames, ulong seed, bool overScene, bool endsAtRest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        this.move = move;
        this.frames = frames;
        this.overScene = overScene;
        this.endsAtRest = endsAtRest;
        sway = new HandSway(seed);
        sideways = Math.Clamp(SideTravel * move.Pan + OrbitTravel * move.Orbit, -0.2, 0.2);
        upwards = Math.Clamp(SideTravel * move.Tilt, -0.2, 0.2);

        double zoom = Math.Pow(PushRatio, move.Push);
        double headroom = 2 * Math.Max(Math.Abs(sideways), Math.Abs(upwards))
            + (move.Orbit != 0 ? 0.04 : 0) + HandHeadroom * Math.Min(move.Handheld, 2);
        closesInFirst = headroom > 0 && !overScene;
        closest = overScene ? zoom : move.Push < 0 ? zoom : Math.Max(zoom, 1 / (1 - headroom));
    }

    /// <summary>The path over a picture that fills the frame.</summary>
    /// <param name="move">The move.</param>
    /// <param name="frames">The clip's number of frames, 1 or more.</param>
    /// <param name="seed">Decides the sway of a handheld camera.</param>
    /// <param name="endsAtRest">Whether the hand comes to rest with the last frame, as an end picture needs it.</param>
    public static CameraPath OverPicture(CameraMove move, int frames, ulong seed, bool endsAtRest = false) =>
        new(move, frames, seed, overScene: false, endsAtRest);

    /// <summary>The path over a drawn scene, whose nearest layer moves as the pose says.</summary>
    /// <param name="move">The move.</param>
    /// <param name="frames">The clip's number of frames, 1 or more.</param>
    /// <param name="seed">Decides the sway of a handheld camera.</param>
    public static CameraPath OverScene(CameraMove move, int frames, ulong seed) =>
        new(move, frames, seed, overScene: true, endsAtRest: false);

    /// <summary>The pose in one frame.</summary>
    /// <param name="frame">The frame, 0 to the number of frames less one.</param>
    public CameraPose At(int frame)
    {
        double along = frames == 1 ? 0 : (double)frame / (frames - 1);
        double eased = Ease(along);
        double closing = closesInFirst ? Ease(Math.Min(1, along / 0.65)) : eased;

        double x = sideways * eased;
        double y = -upwards * eased;
        double scale = Math.Pow(closest, closing);
        double roll = -OrbitRoll * move.Orbit * eased;
        if (overScene)
        {
            x -= sideways / 2;
            y += upwards / 2;
            roll = 0;
            scale = Math.Pow(closest, move.Push < 0 ? eased - 1 : eased);
        }

        if (move.Handheld > 0)
        {
            double strength = move.Handheld * Ease(Math.Min(1, frame / 24.0));
            if (endsAtRest)
                strength *= Ease(Math.Min(1, (frames - 1 - frame) / 24.0));
            HandSway.Offset hand = sway.At(frame / (double)FrameRate.PerSecond);
            x += HandTravel * strength * hand.X;
            y += HandTravel * strength * hand.Y;
            roll += HandRoll * strength * hand.Roll;
        }

        return new CameraPose(x, y, scale, roll);
    }

    // Speed and acceleration are both zero at either end, so that the move neither starts nor stops with a jerk.
    private static double Ease(double p) => p * p * p * (p * (p * 6 - 15) + 10);
}
