using System.Buffers.Binary;

namespace Filmgate.Engine.Artifacts;

/// <summary>
/// Reads the structure of an MP4 file (ISO/IEC 14496-12 and -14) and says whether it is a whole clip with a picture. No
/// frame is decoded and no program is started.
/// </summary>
/// <remarks>
/// Whole means: every box lies inside the file, there is one index, and every sample of every track that the index names lies
/// inside the media data. A file cut at any byte therefore fails. A fragmented file (<c>moof</c>) is refused, since one that
/// was cut between two fragments cannot be told from a whole one. Memory is bounded by the index, at most 16 MiB; a clip of
/// 10 s needs some 20 KB.
/// </remarks>
public static class Mp4Probe
{
    private const int MostIndexBytes = 16 * 1024 * 1024;
    private const int MostTopBoxes = 1_000;
    private const int MostTracks = 64;
    private static readonly TimeSpan LongestClip = TimeSpan.FromHours(24);

    /// <summary>Inspects a file.</summary>
    /// <param name="stream">The whole file, seekable.</param>
    /// <returns>Facts or what is wrong; never an exception because of the bytes.</returns>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static ClipVerdict Inspect(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Seek(0, SeekOrigin.Begin);
        var length = stream.Length;
        if (length == 0)
            return ClipVerdict.CutShort("is empty");

        // 1. Is it an MP4 at all?
        Span<byte> header = stackalloc byte[16];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (read < 16 || !header[4..8].SequenceEqual("ftyp"u8))
            return ClipVerdict.Refused(WhatElse(header[..read]));

        // 2. The boxes at the top.
        byte[]? index = null;
        var data = new List<(ulong Start, ulong End)>();
        var fastStart = false;
        long position = 0;
        for (var box = 0; position < length; box++)
        {
            if (box == MostTopBoxes)
                return ClipVerdict.Refused("has too many boxes");
            stream.Seek(position, SeekOrigin.Begin);
            read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (read < 8)
                return ClipVerdict.CutShort("is cut short");
            ulong size = BinaryPrimitives.ReadUInt32BigEndian(header);
            var name = header[4..8];
            var headerBytes = 8;
            if (size == 1)
            {
                if (read < 16)
                    return ClipVerdict.CutShort("is cut short");
                size = BinaryPrimitives.ReadUInt64BigEndian(header[8..]);
                headerBytes = 16;
            }
            else if (size == 0)
                size = (ulong)(length - position);
            if (size < (ulong)headerBytes || name.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
                return ClipVerdict.Refused("is damaged");
            if (size > (ulong)(length - position))
                return ClipVerdict.CutShort("is cut short");

            var bodyBytes = (long)size - headerBytes;
            if (name.SequenceEqual("moof"u8))
                return ClipVerdict.Refused("is a fragmented MP4, which cannot be proved whole");
            if (name.SequenceEqual("mdat"u8))
                data.Add(((ulong)(position + headerBytes), (ulong)position + size));
            else if (name.SequenceEqual("moov"u8))
            {
                if (index is not null || bodyBytes > MostIndexBytes)
                    return ClipVerdict.Refused(index is null ? "has an index of more than 16 MB" : "has two indexes");
                index = new byte[bodyBytes];
                stream.Seek(position + headerBytes, SeekOrigin.Begin);
                if (stream.ReadAtLeast(index, index.Length, throwOnEndOfStream: false) < index.Length)
                    return ClipVerdict.CutShort("is cut short");
                fastStart = data.Count == 0;
            }
            position += (long)size;
        }
        if (index is null)
            return ClipVerdict.CutShort("has no index");
        return Judge(index, data, fastStart, length);
    }

    private static ClipVerdict Judge(byte[] index, List<(ulong Start, ulong End)> data, bool fastStart, long length)
    {
        // 3. The tracks. Sound is checked like the picture: a clip that falls silent half way is not whole either.
        var tracks = 0;
        var hasAudio = false;
        ClipFacts? facts = null;
        string? pictureFault = null;
        var boxes = new Mp4Boxes(index);
        while (boxes.Next())
        {
            if (boxes.Name.SequenceEqual("mvex"u8))
                return ClipVerdict.Refused("is a fragmented MP4, which cannot be proved whole");
            if (!boxes.Name.SequenceEqual("trak"u8))
                continue;
            if (++tracks > MostTracks)
                return ClipVerdict.Refused("has too many tracks");
            if (Mp4Track.Read(boxes.Body, out var track) is { } trackFault)
                return ClipVerdict.Refused(trackFault);
            if (track.CheckSamples(data) is { } sampleFault)
                return ClipVerdict.CutShort(sampleFault);
            hasAudio |= track.Kind == "soun" && track.Samples > 0;
            if (track.Kind == "vide" && facts is null)
            {
                pictureFault = Describe(track, fastStart, length, out facts);
            }
        }
        if (boxes.IsBroken)
            return ClipVerdict.Refused("has a damaged index");

        // 4. The picture.
        return facts is null
            ? ClipVerdict.Refused(pictureFault ?? "has no video track")
            : ClipVerdict.Whole(facts with { HasAudio = hasAudio });
    }

    private static string? Describe(Mp4Track track, bool fastStart, long length, out ClipFacts? facts)
    {
        facts = null;
        if (track.Samples == 0)
            return "has a video track without frames";
        if (track.Timescale == 0 || track.Duration == 0)
            return "has a video track without a duration";
        var ticks = track.Duration * (UInt128)TimeSpan.TicksPerSecond / track.Timescale;
        if (ticks == 0 || ticks > (UInt128)LongestClip.Ticks)
            return "has a duration that cannot be";
        var duration = TimeSpan.FromTicks((long)ticks);
        var (width, height) = track.IsTurned ? (track.Height, track.Width) : (track.Width, track.Height);
        var perSecond = (double)track.Samples * track.Timescale / (double)track.Duration;
        facts = new ClipFacts(width, height, duration, (long)track.Samples, perSecond, track.Codec, fastStart, HasAudio: false, length);
        return null;
    }

    private static string WhatElse(ReadOnlySpan<byte> start)
    {
        var text = start.TrimStart(" \t\r\n\uFEFF"u8);
        if (text.StartsWith("<"u8))
            return "is a web page or XML, not a clip";
        if (text.StartsWith("{"u8) || text.StartsWith("["u8))
            return "is JSON, not a clip";
        if (text.StartsWith("#EXTM3U"u8))
            return "is a playlist, not a clip";
        if (start.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]))
            return "is WebM or Matroska, not MP4";
        return "is not an MP4 file";
    }
}
