using System.Buffers.Binary;
using System.Text;

namespace Filmgate.Engine.Tests.Intake;

/// <summary>Writes picture files by the byte, right or wrong as a test wants them.</summary>
internal static class PictureFiles
{
    public static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10];

    public static byte[] Join(params byte[][] parts) => parts.SelectMany(part => part).ToArray();

    public static byte[] Png(int width = 400, int height = 300, params byte[][] between) =>
        Join(PngSignature, PngHeader(width, height), Join(between), PngChunk("IDAT", new byte[64]), PngChunk("IEND", []));

    public static byte[] PngHeader(int width, int height, byte depth = 8, byte color = 2, byte compression = 0, byte filter = 0, byte interlace = 0)
    {
        var data = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(data, width);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(4), height);
        (data[8], data[9], data[10], data[11], data[12]) = (depth, color, compression, filter, interlace);
        return PngChunk("IHDR", data);
    }

    public static byte[] PngChunk(string name, byte[] data, uint? crc = null, uint? length = null)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteUInt32BigEndian(chunk, length ?? (uint)data.Length);
        Encoding.Latin1.GetBytes(name).CopyTo(chunk, 4);
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), crc ?? Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    public static byte[] Jpeg(int width = 400, int height = 300, params byte[][] between) =>
        Join([0xFF, 0xD8], Join(between), JpegFrame(width, height), JpegScan(), [0xFF, 0xD9]);

    public static byte[] JpegFrame(int width, int height, byte marker = 0xC0, byte precision = 8, byte components = 3) =>
        JpegSegment(marker, [precision, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, components, .. Enumerable.Range(1, components).SelectMany(i => new byte[] { (byte)i, 0x11, 0 })]);

    public static byte[] JpegScan() => Join(JpegSegment(0xDA, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]), [1, 2, 3, 0xFF, 0x00, 4, 0xFF, 0xD0, 5, 6]);

    public static byte[] JpegSegment(byte marker, byte[] data, int? length = null)
    {
        var n = length ?? data.Length + 2;
        return [0xFF, marker, (byte)(n >> 8), (byte)n, .. data];
    }

    public static byte[] WebP(params byte[][] chunks) => WebPOfSize(null, chunks);

    public static byte[] WebPOfSize(uint? size, params byte[][] chunks)
    {
        var body = Join(chunks);
        var file = Join("RIFF\0\0\0\0WEBP"u8.ToArray(), body);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4), size ?? (uint)(4 + body.Length));
        return file;
    }

    public static byte[] WebPChunk(string name, byte[] data, uint? length = null)
    {
        var chunk = new byte[8 + data.Length + (data.Length & 1)];
        Encoding.Latin1.GetBytes(name).CopyTo(chunk, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(chunk.AsSpan(4), length ?? (uint)data.Length);
        data.CopyTo(chunk, 8);
        return chunk;
    }

    public static byte[] Vp8(int width = 400, int height = 300) =>
        WebPChunk("VP8 ", [0x10, 0, 0, 0x9D, 0x01, 0x2A, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), .. new byte[50]]);

    public static byte[] Vp8L(int width = 400, int height = 300)
    {
        var data = new byte[40];
        data[0] = 0x2F;
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(1), (uint)((width - 1) | ((height - 1) << 14)));
        return WebPChunk("VP8L", data);
    }

    public static byte[] Vp8X(int width = 400, int height = 300, byte flags = 0) =>
        WebPChunk("VP8X", [flags, 0, 0, 0, (byte)(width - 1), (byte)((width - 1) >> 8), (byte)((width - 1) >> 16), (byte)(height - 1), (byte)((height - 1) >> 8), (byte)((height - 1) >> 16)]);

    /// <summary>TIFF data with an orientation as its second entry.</summary>
    public static byte[] Tiff(int orientation, bool little, uint directoryAt = 8, int type = 3, ushort? entries = null)
    {
        var data = new byte[8 + 2 + 24 + 4];
        (little ? "II*\0"u8 : "MM\0*"u8).CopyTo(data);
        Write32(4, directoryAt);
        Write16(8, entries ?? 2);
        Write16(10, 0x0100);
        Write16(12, 3);
        Write32(14, 1);
        Write16(22, 0x0112);
        Write16(24, (ushort)type);
        Write32(26, 1);
        Write16(30, (ushort)orientation);
        Write32(34, 8);
        return data;

        void Write16(int at, ushort value)
        {
            if (little)
                BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(at), value);
            else
                BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(at), value);
        }

        void Write32(int at, uint value)
        {
            if (little)
                BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(at), value);
            else
                BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(at), value);
        }
    }

    public static byte[] Exif(byte[] tiff) => Join("Exif\0\0"u8.ToArray(), tiff);

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        // Bit by bit, unlike the code under test.
        var crc = 0xFFFF_FFFFu;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320u);
        }
        return ~crc;
    }
}
