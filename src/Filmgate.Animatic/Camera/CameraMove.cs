namespace Filmgate.Animatic.Camera;

/// <summary>
/// What the camera does over a whole clip. Each part is an amount: 0 is nothing, 1 an ordinary move, about 0.6 a slow one
/// and 1.6 a fast one; the sign is the direction.
/// </summary>
/// <param name="Push">Towards the subject (positive) or away from it (negative).</param>
/// <param name="Pan">To the right (positive) or to the left (negative).</param>
/// <param name="Tilt">Upwards (positive) or downwards (negative).</param>
/// <param name="Orbit">Around the subject to the right (positive) or to the left (negative).</param>
/// <param name="Handheld">How much the operator's hand shows, 0 or more.</param>
public readonly record struct CameraMove(double Push = 0, double Pan = 0, double Tilt = 0, double Orbit = 0, double Handheld = 0)
{
    /// <summary>The camera stands still.</summary>
    public static CameraMove Static => default;

    /// <summary>What a prompt without camera words gets: half a push in, because a still clip looks broken.</summary>
    public static CameraMove Gentle => new(Push: 0.5);
}
