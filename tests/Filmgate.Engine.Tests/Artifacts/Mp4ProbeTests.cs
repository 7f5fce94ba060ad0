using System.Diagnostics;
using System.Text;
using Filmgate.Engine.Artifacts;
using Filmgate.Engine.Tests.Intake;
using static Filmgate.Engine.Tests.Artifacts.Mp4Files;

namespace Filmgate.Engine.Tests.Artifacts;

/// <summary>Clips of a real encoder, made once for all tests.</summary>
public sealed class RealClips : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public RealClips()
    {
        Plain = Make("plain.mp4", "-c:v", "libx264");
        FastStart = Make("fast.mp4", "-c:v", "libx264", "-c:a", "aac", "-movflags", "+faststart");
        Fragmented = Make("fragmented.mp4", "-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov");
        Sound = Make("sound.mp4", "-vn", "-c:a", "aac");
        Mpeg4 = Make("mpeg4.mp4", "-c:v", "mpeg4", "-r", "30", "-t", "2");
        Matroska = Make("clip.mkv", "-c:v", "mpeg4");
        Mov = Make("clip.mov", "-c:v", "libx264");
        var turned = _folder.File("turned.mp4");
        Ffmpeg.Run("-i", _folder.File("plain.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90", turned);
        Turned = System.IO.File.ReadAllBytes(turned);
    }

    public byte[] Plain { get; }
    public byte[] FastStart { get; }
    public byte[] Fragmented { get; }
    public byte[] Sound { get; }
    public byte[] Mpeg4 { get; }
    public byte[] Matroska { get; }
    public byte[] Mov { get; }
    public byte[] Turned { get; }

    public void Dispose() => _folder.Dispose();

    private byte[] Make(string name, params string[] options)
    {
        var path = _folder.File(name);
        Assert.True(Ffmpeg.Run(["-f", "lavfi", "-i", "testsrc=s=320x180:r=24:d=5", "-f", "lavfi", "-i", "sine=d=5", "-preset", "ultrafast", "-pix_fmt", "yuv420p", .. options, path]), name);
        return System.IO.File.ReadAllBytes(path);
    }
}

public class Mp4ProbeTests(RealClips clips) : IClassFixture<RealClips>
{
    private static ClipVerdict Inspect(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes, writable: false);
        return Mp4Probe.Inspect(stream);
    }

    private static ClipFacts Accept(byte[] bytes)
    {
        var verdict = Inspect(bytes);
        Assert.Null(verdict.Reason);
        return verdict.Facts!;
    }

    private static void Refuse(byte[] bytes, string reason)
    {
        var verdict = Inspect(bytes);
        Assert.Null(verdict.Facts);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Clips_of_a_real_encoder_are_described()
    {
        var plain = Accept(clips.Plain);
        Assert.Equal((320, 180, TimeSpan.FromSeconds(5), 120L, "avc1", false), (plain.Width, plain.Height, plain.Duration, plain.FrameCount, plain.Codec, plain.FastStart));
        Assert.Equal(24, plain.FramesPerSecond, 6);
        Assert.Equal(clips.Plain.Length, plain.Bytes);
        var fast = Accept(clips.FastStart);
        Assert.True(fast.FastStart);
        Assert.True(fast.HasAudio);
        var mpeg4 = Accept(clips.Mpeg4);
        Assert.Equal((60L, "mp4v", TimeSpan.FromSeconds(2)), (mpeg4.FrameCount, mpeg4.Codec, mpeg4.Duration));
        Assert.Equal((180, 320), (Accept(clips.Turned).Width, Accept(clips.Turned).Height));
        Assert.Equal(120, Accept(clips.Mov).FrameCount);
    }

    [Fact]
    public void A_clip_cut_at_any_byte_is_refused()
    {
        foreach (var clip in new[] { clips.Plain, clips.FastStart, clips.Mpeg4 })
        {
            var whole = new MemoryStream(clip, writable: false);
            Assert.NotNull(Mp4Probe.Inspect(whole).Facts);
            for (var length = 0; length < clip.Length; length += length < 4096 || length > clip.Length - 4096 ? 1 : 41)
            {
                using var cut = new MemoryStream(clip, 0, length, writable: false);
                var verdict = Mp4Probe.Inspect(cut);
                Assert.True(verdict.Facts is null, $"accepted at {length} of {clip.Length}");
            }
        }
        var built = Mp4Files.File();
        Accept(built);
        for (var length = 0; length < built.Length; length++)
            Assert.Null(Inspect(built[..length]).Facts);
    }

    [Fact]
    public void What_is_no_clip_is_refused_by_what_it_is()
    {
        Refuse([], "is empty");
        Refuse("<!doctype html><title>Not found</title>"u8.ToArray(), "web page");
        Refuse("\r\n <?xml version=\"1.0\"?><Error><Code>ExpiredToken</Code></Error>"u8.ToArray(), "XML");
        Refuse("{\"error\":{\"code\":404,\"message\":\"gone\"}}"u8.ToArray(), "JSON");
        Refuse("#EXTM3U\n#EXTINF:10,\nhttp://10.0.0.1/a.ts\n"u8.ToArray(), "playlist");
        Refuse(clips.Matroska, "WebM");
        Refuse(clips.Sound, "no video track");
        Refuse(clips.Fragmented, "fragmented");
        Refuse(new byte[5000], "not an MP4");
        Refuse(Encoding.ASCII.GetBytes("Service unavailable, try again later"), "not an MP4");
        Refuse(PictureFiles.Png(), "not an MP4");
        Refuse([0, 0, 0, 8, .. "ftyp"u8], "not an MP4");
        Refuse(Join(Ftyp(), Box("mdat", new byte[100])), "no index");
    }

    [Fact]
    public void Unusual_but_valid_forms_are_accepted()
    {
        Assert.Equal((640, 360, TimeSpan.FromSeconds(1), 10L, 10.0), Accept(Mp4Files.File()) is var f ? (f.Width, f.Height, f.Duration, f.FrameCount, f.FramesPerSecond) : default);
        Accept(Mp4Files.File(mdat: LongBox("mdat", null, new byte[100]), dataStart: 40));
        Accept(Mp4Files.File(offsets: Box("co64", U32(0, 2, 0, 32, 0, 82))));
        Accept(Mp4Files.File(sizes: Box("stsz", U32(0, 0, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10))));
        Accept(Mp4Files.File(sizes: Box("stz2", U32(0, 8, 10), [10, 10, 10, 10, 10, 10, 10, 10, 10, 10])));
        Accept(Mp4Files.File(sizes: Box("stz2", U32(0, 4, 10), [0xAA, 0xAA, 0xAA, 0xAA, 0xAA])));
        Accept(Mp4Files.File(sizes: Box("stz2", U32(0, 16, 10), [0, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0, 10, 0, 10])));
        Accept(Mp4Files.File(mdat: Join(Box("mdat", new byte[50]), Box("mdat", new byte[50])), offsets: Box("stco", U32(0, 2, 90, 32))));
        // Size 0 reaches to the end of the file, so such a box comes last.
        var index = Mp4Files.File(mdat: [], dataStart: 0)[24..];
        var start = (uint)(24 + index.Length + 8);
        Accept(Join(Ftyp(), Mp4Files.File(mdat: [], dataStart: start)[24..], BoxOfSize(0, "mdat", new byte[100])));
        Refuse(Join(Ftyp(), Mp4Files.File(mdat: [], dataStart: start)[24..], BoxOfSize(0, "mdat", new byte[99])), "cut short");
    }

    [Fact]
    public void An_index_that_lies_is_refused()
    {
        const string contradicts = "contradicts itself";
        Refuse(Mp4Files.File(offsets: Box("stco", U32(0, 2, 32, 83))), "cut short");
        Refuse(Mp4Files.File(offsets: Box("stco", U32(0, 2, 31, 82))), "cut short");
        Refuse(Mp4Files.File(offsets: Box("stco", U32(0, 2, 32, uint.MaxValue))), "cut short");
        Refuse(Mp4Files.File(offsets: Box("co64", U32(0, 2, 0, 32, uint.MaxValue, uint.MaxValue))), "cut short");
        Refuse(Mp4Files.File(offsets: Box("stco", U32(0, 1, 32))), contradicts);
        Refuse(Mp4Files.File(offsets: Box("stco", U32(0, 0))), contradicts);
        Refuse(Mp4Files.File(offsets: []), contradicts);
        Refuse(Mp4Files.File(offsets: Box("stco", U32(0, uint.MaxValue, 32))), "damaged");
        Refuse(Mp4Files.File(offsets: Box("co64", U32(0, 0x2000_0001, 0, 32))), "damaged");
        Refuse(Mp4Files.File(sizes: Box("stsz", U32(0, 11, 10))), "cut short");
        Refuse(Mp4Files.File(sizes: Box("stsz", U32(0, uint.MaxValue, uint.MaxValue)), stts: Box("stts", U32(0, 1, uint.MaxValue, 1)), stsc: Box("stsc", U32(0, 1, 1, uint.MaxValue, 1))), "cut short");
        Refuse(Mp4Files.File(sizes: Box("stsz", U32(0, 0, uint.MaxValue))), "damaged");
        Refuse(Mp4Files.File(sizes: Box("stsz", U32(0, 10, 9))), contradicts);
        Refuse(Mp4Files.File(sizes: Box("stsz", U32(0, 10, 0))), "without frames");
        Refuse(Mp4Files.File(sizes: []), "without frames");
        Refuse(Mp4Files.File(stsc: Box("stsc", U32(0, 1, 1, 0, 1))), contradicts);
        Refuse(Mp4Files.File(stsc: Box("stsc", U32(0, 1, 2, 5, 1))), contradicts);
        Refuse(Mp4Files.File(stsc: Box("stsc", U32(0, 1, 1, 4, 1))), contradicts);
        Refuse(Mp4Files.File(stsc: []), contradicts);
        Refuse(Mp4Files.File(stts: Box("stts", U32(0, 1, 9, 100))), contradicts);
        Refuse(Mp4Files.File(stts: []), contradicts);
        Refuse(Mp4Files.File(stts: Box("stts", U32(0, 1, 10, 0))), "without a duration");
        Refuse(Mp4Files.File(stts: Box("stts", U32(0, 1, 10, uint.MaxValue)), timescale: 1), "duration that cannot be");
        Refuse(Mp4Files.File(timescale: 0), "without a duration");
        Refuse(Mp4Files.File(stsd: []), "valid description");
        Refuse(Mp4Files.File(stsd: Box("stsd", U32(0, 1), Box("avc1", new byte[80]))), "valid description");
        Refuse(Mp4Files.File(dref: Box("dref", U32(0, 1), Box("url ", U32(0), "file:///etc/passwd\0"u8.ToArray()))), "other files");
        Refuse(Mp4Files.File(kind: "soun"), "no video track");
        Refuse(Mp4Files.File(moreInMoov: Box("mvex")), "fragmented");
        Refuse(Mp4Files.File(moreInMoov: BoxOfSize(7, "trak", new byte[8])), "damaged index");
        Refuse(Mp4Files.File(moreInMoov: Join(Enumerable.Repeat(Box("trak"), 100).ToArray())), "too many tracks");
        Refuse(Join(Mp4Files.File(), Box("moov")), "two indexes");
        Refuse(Join(Mp4Files.File(), BoxOfSize(7, "free")), "damaged");
        Refuse(Join(Mp4Files.File(), Box("\0\0\0\0")), "damaged");
        Refuse(Join(Mp4Files.File(), LongBox("free", 15)), "damaged");
        Refuse(Join(Mp4Files.File(), LongBox("free", ulong.MaxValue)), "cut short");
        Refuse(Join(Mp4Files.File(), LongBox("free", long.MaxValue)), "cut short");
        Refuse(Join(Mp4Files.File(), Enumerable.Repeat(Box("free"), 1000).SelectMany(box => box).ToArray()), "too many boxes");
    }

    [Fact]
    public void A_bomb_of_boxes_tables_or_ranges_costs_little()
    {
        byte[] nested = [];
        for (var depth = 0; depth < 200; depth++)
            nested = Box("trak", nested);
        var ranges = Join(Enumerable.Repeat(Box("mdat"), 990).ToArray());
        var offsets = new uint[2 + 2_000_000];
        (offsets[0], offsets[1]) = (0, 2_000_000);
        for (var i = 2; i < offsets.Length; i++)
            offsets[i] = i % 2 == 0 ? 32u : 32 + (8 * 900);
        byte[][] bombs =
        [
            Mp4Files.File(moreInMoov: nested),
            Mp4Files.File(mdat: ranges, offsets: Box("stco", U32(offsets)), stsc: Box("stsc", U32(0, 1, 1, 1, 1)), sizes: Box("stsz", U32(0, 0, 2_000_000), new byte[8_000_000]), stts: Box("stts", U32(0, 1, 2_000_000, 1))),
            Mp4Files.File(moreInMoov: new byte[15_000_000]),
            Mp4Files.File(moreInMoov: Box("udta", new byte[17_000_000])),
            Join(Ftyp(), BoxOfSize(uint.MaxValue, "moov")),
        ];
        foreach (var bomb in bombs)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            Inspect(bomb);
            Assert.True(clock.ElapsedMilliseconds < 2000, $"{clock.ElapsedMilliseconds} ms");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 17 * 1024 * 1024);
        }
    }

    [Fact]
    public void Mutated_clips_get_a_verdict_and_nothing_else()
    {
        byte[][] seeds = [Mp4Files.File(), Mp4Files.File(offsets: Box("co64", U32(0, 2, 0, 32, 0, 82)), sizes: Box("stz2", U32(0, 8, 10), [10, 10, 10, 10, 10, 10, 10, 10, 10, 10])), clips.FastStart[..8192], clips.FastStart];
        var random = new Random(20260301);
        var accepted = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var seed = seeds[round % 10 == 0 ? 3 : random.Next(3)];
            var file = (byte[])seed.Clone();
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                // The index of a fast-start clip lies at the beginning; that is where bytes matter.
                var at = random.Next(Math.Min(file.Length, 8000));
                file[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => (byte)(file[at] ^ (1 << random.Next(8))), _ => random.Next(2) == 0 ? (byte)0xFF : (byte)0 };
            }
            if (random.Next(4) == 0)
                file = [.. file[..random.Next(file.Length)], .. file[random.Next(file.Length)..]];
            var verdict = Inspect(file);
            if (verdict.Facts is { } facts)
            {
                accepted++;
                Assert.True(facts is { Width: > 0, Height: > 0, FrameCount: > 0, FramesPerSecond: > 0 } && facts.Duration > TimeSpan.Zero);
            }
            else
                Assert.NotNull(verdict.Reason);
        }
        Assert.True(accepted > 100, $"{accepted} accepted; the mutations never reach the inside");
    }

    [Fact]
    public void Random_bytes_behind_a_valid_beginning_get_a_verdict()
    {
        var random = new Random(7);
        string[] names = ["moov", "trak", "mdia", "minf", "stbl", "stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64", "tkhd", "mdhd", "hdlr", "dinf", "dref", "mdat", "moof", "free"];
        for (var round = 0; round < 20_000; round++)
            Inspect(Join(Ftyp(), Grow(3), Grow(3)));

        byte[] Grow(int depth)
        {
            var name = names[random.Next(names.Length)];
            var noise = new byte[random.Next(40)];
            if (random.Next(2) == 0)
                random.NextBytes(noise);
            return depth == 0 || random.Next(3) == 0 ? Box(name, noise) : Box(name, Grow(depth - 1), Grow(depth - 1));
        }
    }
}
