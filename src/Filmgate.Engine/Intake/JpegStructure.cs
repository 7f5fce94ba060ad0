namespace Filmgate.Engine.Intake;

/// <summary>
/// Walks over a JPEG file (ITU T.81 annex B): every segment's bounds, one frame header, at least one scan, and the end marker.
/// Nothing is decoded. A file without its end marker is refused, since it cannot be told from one that was cut. Bytes after
/// the end are left alone: cameras append previews there.
/// </summary>
internal static class JpegStructure
{
    /// <summary>More segments than any encoder writes.</summary>
    private const int MostSegments = 20_000;

    public static PictureStructure Walk(PictureReader reader)
    {
        var found = new PictureStructure();
        found.Fault = Walk(reader, ref found);
        return found;
    }

    private static string? Walk(PictureReader reader, ref PictureStructure found)
    {
        const string cut = "is a JPEG file that is cut short";
        const string broken = "is a damaged JPEG file";
        Span<byte> frame = stackalloc byte[6];
        Span<byte> exifMark = stackalloc byte[6];
        var sawFrame = false;
        var sawScan = false;
        var sawExif = false;
        var inScan = false;

        if (!reader.TrySkip(2))
            return cut;
        for (var segment = 0; segment < MostSegments; segment++)
        {
            // 1. Find the next marker: at once between segments, anywhere within picture data.
            byte marker;
            if (inScan)
            {
                if (!reader.TrySkipToMarker(out marker))
                    return cut;
            }
            else
            {
                if (!reader.TryReadByte(out var lead))
                    return cut;
                if (lead != 0xFF)
                    return broken;
                if (!reader.TryReadByteBehindFilling(out marker))
                    return cut;
            }

            // 2. Markers without a segment.
            if (marker == 0xD9)
                return sawScan ? null : broken;
            if (marker is 0x00 or 0x01 or (>= 0xD0 and <= 0xD8))
                return broken;

            // 3. Markers with one.
            if (!reader.TryReadUInt16BigEndian(out var length))
                return cut;
            length -= 2;
            if (length < 0)
                return broken;
            if (length > reader.Remaining)
                return cut;
            inScan = false;
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                if (sawFrame || length < 6)
                    return broken;
                if (marker > 0xC2)
                    return "is a JPEG file of a kind that hardly any program reads (lossless, hierarchical or arithmetic)";
                if (!reader.TryRead(frame))
                    return cut;
                found.Height = (frame[1] << 8) | frame[2];
                found.Width = (frame[3] << 8) | frame[4];
                if (frame[0] != 8)
                    return "is a JPEG file with other than 8 bits a sample";
                if (found.Width == 0 || found.Height == 0 || frame[5] is not (1 or 3 or 4) || length != 6 + (3 * frame[5]))
                    return broken;
                sawFrame = true;
                length -= 6;
            }
            else if (marker == 0xDA)
            {
                if (!sawFrame || length < 6)
                    return broken;
                sawScan = inScan = true;
            }
            else if (marker == 0xE1 && !sawExif && length > 6)
            {
                if (!reader.TryRead(exifMark))
                    return cut;
                length -= 6;
                if (exifMark.SequenceEqual("Exif\0\0"u8))
                {
                    var block = new byte[length];
                    if (!reader.TryRead(block))
                        return cut;
                    found.Orientation = ExifOrientation.Read(block);
                    sawExif = true;
                    length = 0;
                }
            }
            if (!reader.TrySkip(length))
                return cut;
        }
        return "is a JPEG file with too many segments";
    }
}
