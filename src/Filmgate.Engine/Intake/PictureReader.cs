using System.Buffers.Binary;

namespace Filmgate.Engine.Intake;

/// <summary>
/// Reads a file forwards through one fixed buffer, so that a picture of any size costs the same memory. Every read says
/// whether the bytes were there.
/// </summary>
internal sealed class PictureReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;

    /// <summary>The size of the file in bytes.</summary>
    public long Length { get; } = stream.Length;

    /// <summary>How many bytes have been read or skipped.</summary>
    public long Position { get; private set; }

    /// <summary>How many bytes are left.</summary>
    public long Remaining => Length - Position;

    public bool TryRead(Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            if (!Fill())
                return false;
            var n = Math.Min(target.Length, _end - _start);
            _buffer.AsSpan(_start, n).CopyTo(target);
            Advance(n);
            target = target[n..];
        }
        return true;
    }

    public bool TryReadByte(out byte value)
    {
        value = 0;
        if (!Fill())
            return false;
        value = _buffer[_start];
        Advance(1);
        return true;
    }

    public bool TryReadUInt16BigEndian(out int value)
    {
        Span<byte> bytes = stackalloc byte[2];
        var read = TryRead(bytes);
        value = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return read;
    }

    public bool TrySkip(long count)
    {
        if (count < 0 || count > Remaining)
            return false;
        var buffered = (int)Math.Min(count, _end - _start);
        Advance(buffered);
        count -= buffered;
        if (count > 0)
        {
            stream.Seek(count, SeekOrigin.Current);
            Position += count;
        }
        return true;
    }

    /// <summary>
    /// Skips over JPEG picture data up to and including the next marker that ends it. Stuffed FF 00 and restart markers, of
    /// which there may be millions, are passed inside the buffer.
    /// </summary>
    /// <param name="marker">The marker's second byte, neither 00, FF nor a restart.</param>
    public bool TrySkipToMarker(out byte marker)
    {
        marker = 0;
        var afterLead = false;
        while (Fill())
        {
            var bytes = _buffer.AsSpan(_start, _end - _start);
            var at = 0;
            while (at < bytes.Length)
            {
                if (!afterLead)
                {
                    var lead = bytes[at..].IndexOf((byte)0xFF);
                    at = lead < 0 ? bytes.Length : at + lead + 1;
                    afterLead = lead >= 0;
                    continue;
                }
                marker = bytes[at++];
                if (marker == 0xFF)
                    continue;
                afterLead = false;
                if (marker is not (0x00 or (>= 0xD0 and <= 0xD7)))
                {
                    Advance(at);
                    return true;
                }
            }
            Advance(at);
        }
        return false;
    }

    /// <summary>Reads the next byte that is not FF; before a JPEG marker any number of FF may stand as filling.</summary>
    public bool TryReadByteBehindFilling(out byte value)
    {
        value = 0;
        while (Fill())
        {
            var bytes = _buffer.AsSpan(_start, _end - _start);
            var other = bytes.IndexOfAnyExcept((byte)0xFF);
            if (other >= 0)
            {
                value = bytes[other];
                Advance(other + 1);
                return true;
            }
            Advance(bytes.Length);
        }
        return false;
    }

    /// <summary>Feeds the next bytes to a checksum and copies their beginning.</summary>
    /// <param name="count">How many bytes to go over.</param>
    /// <param name="crc">The running checksum.</param>
    /// <param name="beginning">Receives the first bytes, as far as it and <paramref name="count"/> reach.</param>
    public bool TryRead(long count, ref PngChecksum crc, Span<byte> beginning)
    {
        if (count > Remaining)
            return false;
        while (count > 0)
        {
            if (!Fill())
                return false;
            var n = (int)Math.Min(count, _end - _start);
            var bytes = _buffer.AsSpan(_start, n);
            crc.Add(bytes);
            var kept = Math.Min(n, beginning.Length);
            bytes[..kept].CopyTo(beginning);
            beginning = beginning[kept..];
            Advance(n);
            count -= n;
        }
        return true;
    }

    private bool Fill()
    {
        if (_start < _end)
            return true;
        _start = 0;
        _end = stream.Read(_buffer, 0, _buffer.Length);
        return _end > 0;
    }

    private void Advance(int count)
    {
        _start += count;
        Position += count;
    }
}
