namespace Filmgate.Animatic;

/// <summary>How large a clip is, told by its short side as the trade does.</summary>
public enum FrameResolution
{
    /// <summary>The short side has 720 pixels.</summary>
    P720 = 720,

    /// <summary>The short side has 1080 pixels.</summary>
    P1080 = 1080,
}
