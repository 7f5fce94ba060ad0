namespace Filmgate.Animatic;

/// <summary>The pace of every animatic.</summary>
public static class FrameRate
{
    /// <summary>Frames per second, constant.</summary>
    public const int PerSecond = 24;
}
