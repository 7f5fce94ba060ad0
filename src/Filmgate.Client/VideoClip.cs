namespace Filmgate.Client;

/// <summary>What the server measured of a finished clip.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="DurationSeconds">Length in time.</param>
/// <param name="Frames">Frames.</param>
/// <param name="Length">Bytes.</param>
public sealed record VideoClip(int Width, int Height, double DurationSeconds, long Frames, long Length);
