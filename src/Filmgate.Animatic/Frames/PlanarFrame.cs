namespace Filmgate.Animatic.Frames;

/// <summary>One raw frame as the encoder takes it: yuv420p, BT.709, limited range, the planes Y, U and V one after the other without gaps.</summary>
public sealed class PlanarFrame
{
    /// <summary>Allocates a frame; its content is undefined until it is rendered into.</summary>
    /// <param name="size">The frame's size.</param>
    public PlanarFrame(FrameSize size)
    {
        if (size.Width < 2 || size.Height < 2 || (size.Width | size.Height) % 2 != 0)
            throw new ArgumentException($"A frame's sides are even and at least 2, not {size.Width}x{size.Height}.", nameof(size));
        Size = size;
        Bytes = GC.AllocateUninitializedArray<byte>(size.Bytes, pinned: true);
    }

    /// <summary>The frame's size.</summary>
    public FrameSize Size { get; }

    /// <summary>All three planes; this is what goes through the pipe.</summary>
    public byte[] Bytes { get; }

    /// <summary>Luma, 16 (black) to 235 (white), one byte for each pixel.</summary>
    public Span<byte> Luma => Bytes.AsSpan(0, Size.Width * Size.Height);

    /// <summary>Blue difference around 128, one byte for each two by two pixels.</summary>
    public Span<byte> Cb => Bytes.AsSpan(Size.Width * Size.Height, Size.Width * Size.Height / 4);

    /// <summary>Red difference around 128, one byte for each two by two pixels.</summary>
    public Span<byte> Cr => Bytes.AsSpan(Size.Width * Size.Height * 5 / 4, Size.Width * Size.Height / 4);

    internal int OffsetOf(int plane) => plane switch
    {
        0 => 0,
        1 => Size.Width * Size.Height,
        _ => Size.Width * Size.Height * 5 / 4,
    };
}
