namespace Filmgate.Animatic.Frames;

/// <summary>One plane of samples to be resampled from, in fixed point (<see cref="FixedPoint"/>).</summary>
internal sealed class SamplePlane
{
    // Vector loads may run over the end of the last row.
    private const int Slack = 64;

    /// <summary>Allocates a plane.</summary>
    public SamplePlane(int width, int height)
    {
        Width = width;
        Height = height;
        Samples = GC.AllocateArray<short>(width * height + Slack, pinned: true);
    }

    /// <summary>Samples in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The rows one after the other, then some slack.</summary>
    public short[] Samples { get; }

    /// <summary>The samples of one row.</summary>
    public Span<short> Row(int row) => Samples.AsSpan(row * Width, Width);
}
