using System.Buffers.Binary;

namespace Filmgate.Engine.Intake;

/// <summary>
/// Finds the orientation in an EXIF block. It looks at the first directory only and follows no further pointer, so a block
/// that points at itself costs nothing.
/// </summary>
internal static class ExifOrientation
{
    /// <summary>How much of a block is ever looked at, in bytes: the most that a JPEG segment can hold.</summary>
    public const int MostBytes = 64 * 1024;

    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;

    /// <summary>Reads the orientation from TIFF data, with or without the <c>Exif\0\0</c> that JPEG puts in front.</summary>
    /// <returns>1 to 8; 1 for whatever is missing, cut or not valid, since viewers ignore such a block too.</returns>
    public static int Read(ReadOnlySpan<byte> block)
    {
        if (block.StartsWith("Exif\0\0"u8))
            block = block[6..];
        if (block.Length < 8)
            return 1;
        bool little;
        if (block.StartsWith("II*\0"u8))
            little = true;
        else if (block.StartsWith("MM\0*"u8))
            little = false;
        else
            return 1;

        var offset = little ? BinaryPrimitives.ReadUInt32LittleEndian(block[4..]) : BinaryPrimitives.ReadUInt32BigEndian(block[4..]);
        if (offset < 8 || offset > block.Length - 2)
            return 1;
        var directory = block[(int)offset..];
        int count = UInt16(directory, little);
        for (var i = 0; i < count && directory.Length >= 2 + ((i + 1) * 12); i++)
        {
            var entry = directory.Slice(2 + (i * 12), 12);
            if (UInt16(entry, little) != OrientationTag)
                continue;
            var value = UInt16(entry[8..], little);
            return UInt16(entry[2..], little) == ShortType && value is >= 1 and <= 8 ? value : 1;
        }
        return 1;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
