namespace Filmgate.Animatic.Camera;

/// <summary>Where the camera looks in one frame, relative to the whole picture seen straight on.</summary>
/// <param name="X">How far the view's centre lies to the right of the picture's centre, in frame widths.</param>
/// <param name="Y">How far the view's centre lies below the picture's centre, in frame heights.</param>
/// <param name="Scale">Magnification: 1 shows the whole picture, 2 its half, 0.5 shows as much again around it.</param>
/// <param name="Rotation">Roll of the camera in radians; positive turns the picture anticlockwise.</param>
public readonly record struct CameraPose(double X, double Y, double Scale, double Rotation)
{
    /// <summary>The whole picture, straight on.</summary>
    public static CameraPose Whole => new(0, 0, 1, 0);
}
