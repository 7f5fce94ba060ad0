namespace Filmgate.Animatic.Frames;

/// <summary>Frames of another source with the slate on them.</summary>
internal sealed class SlatedFrames(IFrameSource frames) : IFrameSource
{
    private readonly Slate slate = new(frames.Size);

    /// <inheritdoc/>
    public FrameSize Size => frames.Size;

    /// <inheritdoc/>
    public int FrameCount => frames.FrameCount;

    /// <inheritdoc/>
    public void Render(int frame, PlanarFrame target)
    {
        frames.Render(frame, target);
        slate.Stamp(target, frame);
    }

    /// <inheritdoc/>
    public void Dispose() => frames.Dispose();
}
