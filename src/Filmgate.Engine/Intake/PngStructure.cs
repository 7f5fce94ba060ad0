using System.Buffers.Binary;

namespace Filmgate.Engine.Intake;

/// <summary>
/// Walks over a PNG file (W3C PNG, third edition): the header's values, every chunk's bounds, name and checksum, picture data
/// and the end. Nothing is unpacked. An animated one is refused, since providers disagree on what to make of it. Bytes after
/// the end are left alone, as all viewers do.
/// </summary>
internal static class PngStructure
{
    /// <summary>More chunks than any encoder writes; a file of empty chunks is refused early.</summary>
    private const int MostChunks = 20_000;

    public static PictureStructure Walk(PictureReader reader)
    {
        var found = new PictureStructure();
        found.Fault = Walk(reader, ref found);
        return found;
    }

    private static string? Walk(PictureReader reader, ref PictureStructure found)
    {
        const string cut = "is a PNG file that is cut short";
        const string broken = "is a damaged PNG file";
        Span<byte> head = stackalloc byte[8];
        Span<byte> tail = stackalloc byte[4];
        Span<byte> header = stackalloc byte[13];
        var sawPalette = false;
        var sawData = false;

        if (!reader.TrySkip(8))
            return cut;
        for (var chunk = 0; chunk < MostChunks; chunk++)
        {
            if (!reader.TryRead(head))
                return cut;
            var length = BinaryPrimitives.ReadUInt32BigEndian(head);
            var name = head[4..];
            if (length > int.MaxValue || !IsName(name))
                return broken;
            if (length > reader.Remaining - 4)
                return cut;

            var isHeader = name.SequenceEqual("IHDR"u8);
            var isExif = name.SequenceEqual("eXIf"u8);
            if (isHeader != (chunk == 0) || (isHeader && length != 13))
                return broken;
            var beginning = isHeader ? header : isExif ? new byte[Math.Min((int)length, ExifOrientation.MostBytes)] : default;
            var crc = new PngChecksum();
            crc.Add(name);
            if (!reader.TryRead(length, ref crc, beginning) || !reader.TryRead(tail))
                return cut;
            if (BinaryPrimitives.ReadUInt32BigEndian(tail) != crc.Value)
                return broken;

            if (isHeader)
            {
                var width = BinaryPrimitives.ReadUInt32BigEndian(header);
                var height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
                if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue || !IsDepthOfColor(header[8], header[9])
                    || header[10] != 0 || header[11] != 0 || header[12] > 1)
                    return broken;
                (found.Width, found.Height) = ((int)width, (int)height);
            }
            else if (isExif)
                found.Orientation = ExifOrientation.Read(beginning);
            else if (name.SequenceEqual("PLTE"u8))
            {
                if (length is 0 or > 768 || length % 3 != 0 || sawPalette || sawData)
                    return broken;
                sawPalette = true;
            }
            else if (name.SequenceEqual("IDAT"u8))
            {
                if (header[9] == 3 && !sawPalette)
                    return broken;
                sawData |= length > 0;
            }
            else if (name.SequenceEqual("acTL"u8))
                return "is an animated PNG; send a still picture";
            else if (name.SequenceEqual("IEND"u8))
                return sawData && length == 0 ? null : broken;
            else if ((name[0] & 0x20) == 0)
                return broken; // A critical chunk that nobody knows.
        }
        return "is a PNG file with too many chunks";
    }

    private static bool IsName(ReadOnlySpan<byte> name)
    {
        foreach (var b in name)
        {
            if (!char.IsAsciiLetter((char)b))
                return false;
        }
        return true;
    }

    private static bool IsDepthOfColor(byte depth, byte color) => color switch
    {
        0 => depth is 1 or 2 or 4 or 8 or 16,
        2 or 4 or 6 => depth is 8 or 16,
        3 => depth is 1 or 2 or 4 or 8,
        _ => false,
    };
}
