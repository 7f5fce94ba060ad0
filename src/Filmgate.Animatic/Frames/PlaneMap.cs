using Filmgate.Animatic.Camera;

namespace Filmgate.Animatic.Frames;

/// <summary>
/// Where each sample of a frame comes from: x = A·u + B·v + C and y = D·u + E·v + F. Depending on where it was made, it counts
/// in continuous pixels (corners at 0) or in the sample numbers of one plane.
/// </summary>
internal readonly record struct PlaneMap(double A, double B, double C, double D, double E, double F)
{
    /// <summary>What the camera sees, frame to picture, both in continuous pixels of the frame at rest.</summary>
    public static PlaneMap Of(CameraPose pose, FrameSize size)
    {
        double cos = Math.Cos(pose.Rotation) / pose.Scale;
        double sin = Math.Sin(pose.Rotation) / pose.Scale;
        double cx = size.Width / 2.0;
        double cy = size.Height / 2.0;
        return new PlaneMap(
            cos, -sin, cx + pose.X * size.Width - cos * cx + sin * cy,
            sin, cos, cy + pose.Y * size.Height - sin * cx - cos * cy);
    }

    /// <summary>This map followed by a shift of the picture's own coordinates.</summary>
    public PlaneMap Shifted(double x, double y) => this with { C = C + x, F = F + y };

    /// <summary>The map that first goes this way and then through <paramref name="next"/>.</summary>
    public PlaneMap Then(PlaneMap next) => new(
        next.A * A + next.B * D, next.A * B + next.B * E, next.A * C + next.B * F + next.C,
        next.D * A + next.E * D, next.D * B + next.E * E, next.D * C + next.E * F + next.F);

    /// <summary>The way back.</summary>
    public PlaneMap Inverse()
    {
        double det = A * E - B * D;
        return new PlaneMap(
            E / det, -B / det, (B * F - E * C) / det,
            -D / det, A / det, (D * C - A * F) / det);
    }

    /// <summary>From continuous pixels to sample numbers of the full-size planes, whose samples lie in the pixels' centres.</summary>
    public PlaneMap ForLuma() => this with { C = (A + B) / 2 + C - 0.5, F = (D + E) / 2 + F - 0.5 };

    /// <summary>
    /// From continuous pixels to sample numbers of the half-size planes. As H.264 has it by default, a colour sample lies on
    /// the left one of its two columns and midway between its two rows.
    /// </summary>
    public PlaneMap ForChroma() => this with { C = (A / 2 + B + C - 0.5) / 2, F = (D / 2 + E + F - 1) / 2 };

    /// <summary>The point that a point of the frame comes from.</summary>
    public (double X, double Y) At(double u, double v) => (A * u + B * v + C, D * u + E * v + F);
}
