namespace Filmgate.Animatic;

/// <summary>A finished clip on disk.</summary>
/// <param name="Path">The MP4 file.</param>
/// <param name="Width">Width in pixels, even.</param>
/// <param name="Height">Height in pixels, even.</param>
/// <param name="Frames">Number of frames.</param>
/// <param name="Duration">Exact running time.</param>
public sealed record RenderedClip(string Path, int Width, int Height, int Frames, TimeSpan Duration);
