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

    /// <summary>Skips beyond the next byte of this value.</summary>
    public bool TrySkipPast(byte value)
    {
        while (Fill())
        {
            var found = _buffer.AsSpan(_start, _end - _start).IndexOf(value);
            Advance(found < 0 ? _end - _start : found + 1);
            if (found >= 0)
                return true;
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
