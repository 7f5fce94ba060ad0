using System.Buffers.Binary;

namespace Filmgate.Engine.Artifacts;

/// <summary>Goes over the boxes (ISO/IEC 14496-12 section 4.2) that lie side by side in memory.</summary>
internal ref struct Mp4Boxes(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether a box had a size that cannot be. The walk ends there.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The four characters of the box at hand.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The content of the box at hand, without its header.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Goes to the next box; false at the end and when the next one is broken.</summary>
    public bool Next()
    {
        // Four zero bytes end some old containers' lists of children.
        if (_rest.Length < 8)
        {
            IsBroken = _rest.ContainsAnyExcept((byte)0);
            return false;
        }
        ulong size = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        var header = 8;
        if (size == 1 && _rest.Length >= 16)
        {
            size = BinaryPrimitives.ReadUInt64BigEndian(_rest[8..]);
            header = 16;
        }
        // Size 0, "to the end of the file", is for boxes at the top only.
        if (size < (ulong)header || size > (ulong)_rest.Length)
        {
            IsBroken = true;
            return false;
        }
        Name = _rest.Slice(4, 4);
        Body = _rest[header..(int)size];
        _rest = _rest[(int)size..];
        return true;
    }
}
