namespace Filmgate.Animatic;

/// <summary>How far a render has come.</summary>
/// <param name="FramesDone">Frames handed to the encoder, 0 to <paramref name="FramesTotal"/>.</param>
/// <param name="FramesTotal">Frames of the whole clip.</param>
public readonly record struct RenderProgress(int FramesDone, int FramesTotal);
