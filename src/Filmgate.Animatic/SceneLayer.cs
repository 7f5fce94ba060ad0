using SkiaSharp;

namespace Filmgate.Animatic;

/// <summary>One picture of a layered scene, and how it moves by itself and with the camera.</summary>
public sealed record SceneLayer : IDisposable
{
    /// <summary>The picture, <see cref="SKColorType.Bgra8888"/> premultiplied. It may be larger than the frame.</summary>
    public required SKBitmap Picture { get; init; }

    /// <summary>How near the layer is: 0 is infinitely far and does not move with the camera, 1 is nearest.</summary>
    public required double Depth { get; init; }

    /// <summary>Where the picture's left edge lies at rest, in frame pixels. Negative is left of the frame. Default 0.</summary>
    public double Left { get; init; }

    /// <summary>Where the picture's top edge lies at rest, in frame pixels. Negative is above the frame. Default 0.</summary>
    public double Top { get; init; }

    /// <summary>The layer's own motion to the right, in pixels per second. Default 0.</summary>
    public double DriftX { get; init; }

    /// <summary>The layer's own motion downwards, in pixels per second. Default 0.</summary>
    public double DriftY { get; init; }

    /// <summary>The horizontal amplitude of a sine sway (waves, grass), in pixels. Default 0.</summary>
    public double SwayX { get; init; }

    /// <summary>The vertical amplitude of a sine sway (waves, grass), in pixels. Default 0.</summary>
    public double SwayY { get; init; }

    /// <summary>The period of the sway in seconds, above 0. Default 4.</summary>
    public double SwayPeriodSeconds { get; init; } = 4;

    /// <summary>Frees the picture.</summary>
    public void Dispose() => Picture.Dispose();
}
