namespace Filmgate.Animatic.Frames;

/// <summary>Makes the raw frames of one clip. Each frame depends on its number alone, so they can be asked for in any order.</summary>
/// <remarks>One thread at a time: a source keeps scratch memory.</remarks>
public interface IFrameSource : IDisposable
{
    /// <summary>The size of every frame.</summary>
    FrameSize Size { get; }

    /// <summary>The number of frames.</summary>
    int FrameCount { get; }

    /// <summary>Draws one frame.</summary>
    /// <param name="frame">The frame's number, 0 to <see cref="FrameCount"/> less one.</param>
    /// <param name="target">Where to draw; it must have <see cref="Size"/>.</param>
    void Render(int frame, PlanarFrame target);
}
