namespace Filmgate.Animatic.Frames;

/// <summary>One plane of 8-bit samples to be resampled from.</summary>
internal sealed class SamplePlane
{
    // Vector loads may run over the end of the last row.
    private const int Slack = 64;

    /// <summary>Allocates a plane.</summary>
    public SamplePlane(int width, int height)
    {
        Width = width;
        Height = height;
        Bytes = GC.AllocateArray<byte>(width * height + Slack, pinned: true);
    }

    /// <summary>Samples in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The rows one after the other, then some slack.</summary>
    public byte[] Bytes { get; }

    /// <summary>The samples of one row.</summary>
    public Span<byte> Row(int row) => Bytes.AsSpan(row * Width, Width);
}
