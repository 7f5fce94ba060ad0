using System.Buffers.Binary;

namespace Filmgate.Engine.Intake;

/// <summary>
/// Walks over a WebP file (RFC 9649): the RIFF size against the bytes there are, every chunk's bounds, the header of the
/// lossy or lossless picture, and that an extended header states the same size. Nothing is decoded. An animated one is
/// refused, since providers disagree on what to make of it.
/// </summary>
internal static class WebPStructure
{
    private const int MostChunks = 1_000;
    private const byte AnimationFlag = 0x02;

    public static PictureStructure Walk(PictureReader reader)
    {
        var found = new PictureStructure();
        found.Fault = Walk(reader, ref found);
        return found;
    }

    private static string? Walk(PictureReader reader, ref PictureStructure found)
    {
        const string cut = "is a WebP file that is cut short";
        const string broken = "is a damaged WebP file";
        Span<byte> head = stackalloc byte[12];
        Span<byte> picture = stackalloc byte[10];

        if (!reader.TryRead(head))
            return cut;
        long end = 8L + BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
        if (end > reader.Length)
            return cut;
        var isExtended = false;
        var sawPicture = false;

        for (var chunk = 0; chunk < MostChunks; chunk++)
        {
            if (end - reader.Position < 8)
                return sawPicture ? null : broken;
            if (!reader.TryRead(head[..8]))
                return cut;
            var name = head[..4];
            long length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            var rest = length;
            if (length > end - reader.Position)
                return broken;

            if (name.SequenceEqual("VP8X"u8))
            {
                if (chunk != 0 || length < 10)
                    return broken;
                if (!reader.TryRead(picture))
                    return cut;
                rest -= 10;
                isExtended = true;
                found.Width = 1 + (picture[4] | (picture[5] << 8) | (picture[6] << 16));
                found.Height = 1 + (picture[7] | (picture[8] << 8) | (picture[9] << 16));
                if ((picture[0] & AnimationFlag) != 0)
                    return "is an animated WebP picture; send a still picture";
            }
            else if (name.SequenceEqual("ANIM"u8) || name.SequenceEqual("ANMF"u8))
                return "is an animated WebP picture; send a still picture";
            else if (name.SequenceEqual("VP8 "u8) || name.SequenceEqual("VP8L"u8))
            {
                var lossy = name[3] == ' ';
                var needed = lossy ? 10 : 5;
                if (sawPicture || (chunk != 0 && !isExtended) || length < needed)
                    return broken;
                if (!reader.TryRead(picture[..needed]))
                    return cut;
                rest -= needed;
                if (!(lossy ? ReadLossy(picture, length, out var width, out var height) : ReadLossless(picture, out width, out height)))
                    return broken;
                // A decoder allocates by this size, whatever the extended header claims.
                if (isExtended && (width != found.Width || height != found.Height))
                    return broken;
                (found.Width, found.Height) = (width, height);
                sawPicture = true;
            }
            else if (name.SequenceEqual("EXIF"u8))
            {
                var block = new byte[Math.Min(length, ExifOrientation.MostBytes)];
                if (!reader.TryRead(block))
                    return cut;
                rest -= block.Length;
                found.Orientation = ExifOrientation.Read(block);
            }
            if (!reader.TrySkip(rest))
                return cut;
            // Chunks of odd length are padded; the padding of the last one is missing in some files.
            if ((length & 1) != 0 && reader.Position < end && !reader.TrySkip(1))
                return cut;
        }
        return "is a WebP file with too many chunks";
    }

    private static bool ReadLossy(ReadOnlySpan<byte> picture, long length, out int width, out int height)
    {
        width = (picture[6] | (picture[7] << 8)) & 0x3FFF;
        height = (picture[8] | (picture[9] << 8)) & 0x3FFF;
        var firstPartition = (picture[0] | (picture[1] << 8) | (picture[2] << 16)) >> 5;
        return (picture[0] & 1) == 0 && picture[3..6].SequenceEqual((ReadOnlySpan<byte>)[0x9D, 0x01, 0x2A])
            && firstPartition <= length - 10 && width > 0 && height > 0;
    }

    private static bool ReadLossless(ReadOnlySpan<byte> picture, out int width, out int height)
    {
        var bits = BinaryPrimitives.ReadUInt32LittleEndian(picture[1..]);
        width = 1 + (int)(bits & 0x3FFF);
        height = 1 + (int)((bits >> 14) & 0x3FFF);
        return picture[0] == 0x2F && bits >> 29 == 0;
    }
}
