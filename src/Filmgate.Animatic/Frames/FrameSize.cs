namespace Filmgate.Animatic.Frames;

/// <summary>The size of a frame in pixels; both sides are even, as 4:2:0 colour asks.</summary>
/// <param name="Width">Width, even.</param>
/// <param name="Height">Height, even.</param>
public readonly record struct FrameSize(int Width, int Height)
{
    // Beyond this shape the picture is cropped: the clip would be a strip, and its encoding slow.
    private const double LongestShape = 2.5;

    /// <summary>The frame for a picture: the short side as the resolution says, the long side in the picture's shape, at most 2.5 times the short one.</summary>
    /// <param name="pictureWidth">Width of the picture as it is meant to be seen, 1 or more.</param>
    /// <param name="pictureHeight">Height of the picture as it is meant to be seen, 1 or more.</param>
    /// <param name="resolution">The clip's resolution.</param>
    public static FrameSize ForPicture(int pictureWidth, int pictureHeight, FrameResolution resolution)
    {
        int shortSide = (int)resolution;
        double shape = (double)Math.Max(pictureWidth, pictureHeight) / Math.Min(pictureWidth, pictureHeight);
        int longSide = 2 * (int)Math.Round(shortSide * Math.Min(shape, LongestShape) / 2, MidpointRounding.AwayFromZero);
        return pictureWidth >= pictureHeight ? new FrameSize(longSide, shortSide) : new FrameSize(shortSide, longSide);
    }

    /// <summary>The frame for text alone.</summary>
    /// <param name="aspect">The clip's shape.</param>
    /// <param name="resolution">The clip's resolution.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shape is none of the known ones.</exception>
    public static FrameSize ForText(AspectRatio aspect, FrameResolution resolution) => aspect switch
    {
        AspectRatio.Wide => ForPicture(16, 9, resolution),
        AspectRatio.Tall => ForPicture(9, 16, resolution),
        AspectRatio.Square => ForPicture(1, 1, resolution),
        _ => throw new ArgumentOutOfRangeException(nameof(aspect), aspect, "The shape is Wide, Tall or Square."),
    };

    /// <summary>Bytes of one frame as planar 4:2:0.</summary>
    public int Bytes => Width * Height * 3 / 2;
}
