using SkiaSharp;

namespace Filmgate.Animatic;

/// <summary>One layer of a drawn scene: a picture, how far away it is, and its own motion.</summary>
/// <remarks>
/// Where a layer reaches the frame's edge at rest, its outermost pixels are continued as far as the camera looks.
/// Where it ends inside the frame, there is nothing beyond it.
/// </remarks>
public sealed record SceneLayer : IDisposable
{
    /// <summary>The drawing: 8-bit BGRA or RGBA, alpha premultiplied, usually larger than the frame by a margin.</summary>
    public required SKBitmap Picture { get; init; }

    /// <summary>Nearness: 0 is infinitely far and does not move with the camera, 1 is nearest and moves fully.</summary>
    public required double Depth { get; init; }

    /// <summary>Where the picture's left edge lies at rest, in frame pixels from the frame's left edge.</summary>
    public double Left { get; init; }

    /// <summary>Where the picture's top edge lies at rest, in frame pixels from the frame's top edge.</summary>
    public double Top { get; init; }

    /// <summary>Own motion to the right, in pixels per second.</summary>
    public double DriftX { get; init; }

    /// <summary>Own motion downwards, in pixels per second.</summary>
    public double DriftY { get; init; }

    /// <summary>How far the layer sways to each side, in pixels. Default: 0.</summary>
    public double SwayX { get; init; }

    /// <summary>How far the layer sways up and down, in pixels. Default: 0.</summary>
    public double SwayY { get; init; }

    /// <summary>Seconds of one full sway, more than 0. Default: 4.</summary>
    public double SwayPeriodSeconds { get; init; } = 4;

    /// <inheritdoc/>
    public void Dispose() => Picture.Dispose();
}
