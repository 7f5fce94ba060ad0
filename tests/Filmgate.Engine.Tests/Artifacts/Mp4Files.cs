using System.Buffers.Binary;
using System.Text;

namespace Filmgate.Engine.Tests.Artifacts;

/// <summary>Writes small MP4 files by the byte, right or wrong as a test wants them.</summary>
internal static class Mp4Files
{
    public static byte[] Join(params byte[][] parts) => parts.SelectMany(part => part).ToArray();

    public static byte[] Box(string name, params byte[][] body) => BoxOfSize(null, name, body);

    public static byte[] BoxOfSize(uint? size, string name, params byte[][] body)
    {
        var content = Join(body);
        return Join(U32(size ?? (uint)content.Length + 8), Encoding.Latin1.GetBytes(name), content);
    }

    public static byte[] LongBox(string name, ulong? size, params byte[][] body)
    {
        var content = Join(body);
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, size ?? (ulong)content.Length + 16);
        return Join(U32(1), Encoding.Latin1.GetBytes(name), bytes, content);
    }

    public static byte[] U32(params uint[] values)
    {
        var bytes = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * 4), values[i]);
        return bytes;
    }

    public static byte[] Ftyp() => Box("ftyp", "isom"u8.ToArray(), U32(512), "isommp41"u8.ToArray());

    /// <summary>A whole file: ftyp, mdat of 100 bytes in 10 samples of 2 chunks, moov. Parts can be replaced.</summary>
    public static byte[] File(
        byte[]? stts = null, byte[]? stsc = null, byte[]? sizes = null, byte[]? offsets = null, byte[]? stsd = null, byte[]? dref = null, string kind = "vide", uint timescale = 1000,
        byte[]? mdat = null, byte[]? moreInMoov = null, uint dataStart = 32)
    {
        stts ??= Box("stts", U32(0, 1, 10, 100));
        stsc ??= Box("stsc", U32(0, 1, 1, 5, 1));
        sizes ??= Box("stsz", U32(0, 10, 10));
        offsets ??= Box("stco", U32(0, 2, dataStart, dataStart + 50));
        stsd ??= Box("stsd", U32(0, 1), Box("avc1", new byte[24], [2, 128, 1, 104], new byte[50]));
        dref ??= Box("dref", U32(0, 1), Box("url ", U32(1)));
        var trak = Box("trak",
            Box("tkhd", U32(0, 0, 0, 1, 0, 1000, 0, 0, 0, 0, 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000, 640 << 16, 360 << 16)),
            Box("mdia",
                Box("mdhd", U32(0, 0, 0, timescale, 1000, 0)),
                Box("hdlr", U32(0, 0), Encoding.Latin1.GetBytes(kind), new byte[13]),
                Box("minf", Box("vmhd", new byte[12]), Box("dinf", dref), Box("stbl", stsd, stts, stsc, sizes, offsets))));
        return Join(Ftyp(), mdat ?? Box("mdat", new byte[100]), Box("moov", Box("mvhd", new byte[100]), trak, moreInMoov ?? []));
    }
}
