using System.Buffers.Binary;
using System.Text;

namespace Filmgate.Engine.Artifacts;

/// <summary>One track of a movie header: its kind, its picture and where its samples lie. Tables stay spans of the header.</summary>
internal ref struct Mp4Track
{
    /// <summary>The handler's four characters: <c>vide</c>, <c>soun</c> or another.</summary>
    public string Kind;
    public string Codec;
    public int Width;
    public int Height;
    public bool IsTurned;
    public uint Timescale;
    public UInt128 Duration;
    public ulong Samples;

    private ReadOnlySpan<byte> _descriptions;
    private ReadOnlySpan<byte> _times;
    private ReadOnlySpan<byte> _chunkRuns;
    private ReadOnlySpan<byte> _offsets;
    private ReadOnlySpan<byte> _sizes;
    private uint _oneSize;
    private int _sizeBits;
    private int _offsetBytes;

    /// <summary>Reads the content of a <c>trak</c> box.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public static string? Read(ReadOnlySpan<byte> body, out Mp4Track track)
    {
        const string broken = "has a damaged track";
        track = new Mp4Track { Kind = "", Codec = "" };

        // The tables lie at a fixed depth, so each level is walked by name and nothing recurses.
        var boxes = new Mp4Boxes(body);
        while (boxes.Next())
        {
            if (boxes.Name.SequenceEqual("tkhd"u8))
            {
                if (!track.ReadHeader(boxes.Body))
                    return broken;
            }
            else if (boxes.Name.SequenceEqual("mdia"u8))
            {
                var media = new Mp4Boxes(boxes.Body);
                while (media.Next())
                {
                    if (media.Name.SequenceEqual("mdhd"u8))
                    {
                        var at = media.Body.Length > 0 && media.Body[0] == 1 ? 20 : 12;
                        if (media.Body.Length < at + 8)
                            return broken;
                        track.Timescale = BinaryPrimitives.ReadUInt32BigEndian(media.Body[at..]);
                    }
                    else if (media.Name.SequenceEqual("hdlr"u8))
                    {
                        if (media.Body.Length < 12)
                            return broken;
                        track.Kind = Encoding.Latin1.GetString(media.Body.Slice(8, 4));
                    }
                    else if (media.Name.SequenceEqual("minf"u8))
                    {
                        if (track.ReadInformation(media.Body) is { } fault)
                            return fault;
                    }
                }
                if (media.IsBroken)
                    return broken;
            }
        }
        if (boxes.IsBroken)
            return broken;
        return track.Kind == "vide" && !track.ReadPicture() ? "has a video track without a valid description" : null;
    }

    /// <summary>Checks that every sample has a time and lies inside the data of the file, and sums up the durations.</summary>
    /// <param name="data">The ranges of media data, ascending.</param>
    /// <returns>Null, or what is wrong.</returns>
    public string? CheckSamples(List<(ulong Start, ulong End)> data)
    {
        const string contradictory = "has an index that contradicts itself";
        if (Samples == 0)
            return null;

        // 1. Times.
        ulong timed = 0;
        for (var i = 0; i < _times.Length; i += 8)
        {
            ulong count = BinaryPrimitives.ReadUInt32BigEndian(_times[i..]);
            timed += count;
            Duration += (UInt128)count * BinaryPrimitives.ReadUInt32BigEndian(_times[(i + 4)..]);
        }
        if (timed != Samples)
            return contradictory;

        // 2. Places: chunk by chunk, the samples of each one behind the other.
        ulong placed = 0;
        var run = 0;
        var chunks = _offsets.IsEmpty ? 0 : _offsets.Length / _offsetBytes;
        if (_chunkRuns.IsEmpty || BinaryPrimitives.ReadUInt32BigEndian(_chunkRuns) != 1)
            return contradictory;
        for (var chunk = 0; chunk < chunks && placed < Samples; chunk++)
        {
            while (run + 12 < _chunkRuns.Length && BinaryPrimitives.ReadUInt32BigEndian(_chunkRuns[(run + 12)..]) <= (uint)chunk + 1)
                run += 12;
            ulong count = BinaryPrimitives.ReadUInt32BigEndian(_chunkRuns[(run + 4)..]);
            count = Math.Min(count, Samples - placed);
            if (count == 0)
                return contradictory;
            var bytes = SizeOf(placed, count);
            var start = _offsetBytes == 8
                ? BinaryPrimitives.ReadUInt64BigEndian(_offsets[(chunk * 8)..])
                : BinaryPrimitives.ReadUInt32BigEndian(_offsets[(chunk * 4)..]);
            if (!LiesIn(data, start, bytes))
                return "is cut short: its index names data that is not in the file";
            placed += count;
        }
        return placed == Samples ? null : contradictory;
    }

    private static bool LiesIn(List<(ulong Start, ulong End)> data, ulong start, UInt128 bytes)
    {
        // The last range that begins at or before the chunk; found by halving, since an index may jump between ranges.
        int low = 0, high = data.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (data[middle].Start <= start)
                low = middle + 1;
            else
                high = middle;
        }
        return low > 0 && start + bytes <= data[low - 1].End;
    }

    private readonly UInt128 SizeOf(ulong first, ulong count)
    {
        if (_sizes.IsEmpty)
            return (UInt128)count * _oneSize;
        UInt128 sum = 0;
        for (var i = (int)first; i < (int)(first + count); i++)
        {
            sum += _sizeBits switch
            {
                32 => BinaryPrimitives.ReadUInt32BigEndian(_sizes[(i * 4)..]),
                16 => BinaryPrimitives.ReadUInt16BigEndian(_sizes[(i * 2)..]),
                8 => _sizes[i],
                _ => (uint)((i & 1) == 0 ? _sizes[i / 2] >> 4 : _sizes[i / 2] & 0x0F),
            };
        }
        return sum;
    }

    private bool ReadHeader(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return false;
        var matrix = body[0] == 1 ? 52 : 40;
        if (body.Length < matrix + 36)
            return false;
        // A quarter turn has nothing on the diagonal.
        IsTurned = BinaryPrimitives.ReadInt32BigEndian(body[matrix..]) == 0 && BinaryPrimitives.ReadInt32BigEndian(body[(matrix + 16)..]) == 0
            && BinaryPrimitives.ReadInt32BigEndian(body[(matrix + 4)..]) != 0;
        return true;
    }

    private string? ReadInformation(ReadOnlySpan<byte> body)
    {
        const string broken = "has a damaged track";
        var boxes = new Mp4Boxes(body);
        while (boxes.Next())
        {
            if (boxes.Name.SequenceEqual("dinf"u8))
            {
                if (!IsSelfContained(boxes.Body))
                    return "refers to data in other files";
            }
            else if (boxes.Name.SequenceEqual("stbl"u8))
            {
                var tables = new Mp4Boxes(boxes.Body);
                while (tables.Next())
                {
                    if (tables.Name.SequenceEqual("stsd"u8))
                        _descriptions = tables.Body;
                    else if (!ReadTable(tables.Name, tables.Body))
                        return broken;
                }
                if (tables.IsBroken)
                    return broken;
            }
        }
        return boxes.IsBroken ? broken : null;
    }

    private bool ReadTable(ReadOnlySpan<byte> name, ReadOnlySpan<byte> body)
    {
        if (name.SequenceEqual("stts"u8))
            return Entries(body, 4, 8, out _times);
        if (name.SequenceEqual("stsc"u8))
            return Entries(body, 4, 12, out _chunkRuns);
        if (name.SequenceEqual("stco"u8))
            return Entries(body, 4, _offsetBytes = 4, out _offsets);
        if (name.SequenceEqual("co64"u8))
            return Entries(body, 4, _offsetBytes = 8, out _offsets);
        if (name.SequenceEqual("stsz"u8))
        {
            if (body.Length < 12)
                return false;
            _oneSize = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
            Samples = BinaryPrimitives.ReadUInt32BigEndian(body[8..]);
            _sizeBits = 32;
            _sizes = default;
            return _oneSize != 0 || Entries(body, 8, 4, out _sizes);
        }
        if (name.SequenceEqual("stz2"u8))
        {
            if (body.Length < 12 || body[7] is not (4 or 8 or 16))
                return false;
            _sizeBits = body[7];
            Samples = BinaryPrimitives.ReadUInt32BigEndian(body[8..]);
            var bytes = ((Samples * (ulong)_sizeBits) + 7) / 8;
            if (bytes > (ulong)(body.Length - 12))
                return false;
            _sizes = body.Slice(12, (int)bytes);
            return true;
        }
        return true;
    }

    /// <summary>Cuts a table out of its box; false when it claims more entries than the box has room for.</summary>
    private static bool Entries(ReadOnlySpan<byte> body, int countAt, int entryBytes, out ReadOnlySpan<byte> entries)
    {
        entries = default;
        if (body.Length < countAt + 4)
            return false;
        ulong bytes = (ulong)BinaryPrimitives.ReadUInt32BigEndian(body[countAt..]) * (uint)entryBytes;
        if (bytes > (ulong)(body.Length - countAt - 4))
            return false;
        entries = body.Slice(countAt + 4, (int)bytes);
        return true;
    }

    private static bool IsSelfContained(ReadOnlySpan<byte> body)
    {
        var boxes = new Mp4Boxes(body);
        while (boxes.Next())
        {
            if (!boxes.Name.SequenceEqual("dref"u8))
                continue;
            if (boxes.Body.Length < 8)
                return false;
            var references = new Mp4Boxes(boxes.Body[8..]);
            while (references.Next())
            {
                if (references.Body.Length < 4 || (references.Body[3] & 1) == 0)
                    return false;
            }
            if (references.IsBroken)
                return false;
        }
        return !boxes.IsBroken;
    }

    private bool ReadPicture()
    {
        if (_descriptions.Length < 8)
            return false;
        var entries = new Mp4Boxes(_descriptions[8..]);
        if (!entries.Next() || entries.Body.Length < 28 || entries.Name.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            return false;
        Codec = Encoding.Latin1.GetString(entries.Name);
        Width = BinaryPrimitives.ReadUInt16BigEndian(entries.Body[24..]);
        Height = BinaryPrimitives.ReadUInt16BigEndian(entries.Body[26..]);
        return Width > 0 && Height > 0;
    }
}
