using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using System.Net;
using System.Text;
using Filmgate.EndToEnd.House;
using Microsoft.AspNetCore.Http;

namespace Filmgate.EndToEnd;

/// <summary>Pictures that are none, lie, never end or are not there, over HTTP and inside the request.</summary>
[Trait("Database", "own")]
[Collection(SharedServerTests.Name)]
public sealed class HostilePictureTests(SharedServer shared)
{
    private const string Svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"360\"><image href=\"file:///etc/passwd\"/></svg>";

    public static TheoryData<string, string, string> Refused => new()
    {
        { "svg", "UNSUPPORTED_FORMAT", "is not a JPEG, PNG or WebP picture" },
        { "html", "UNSUPPORTED_FORMAT", "is not a JPEG, PNG or WebP picture" },
        { "playlist", "UNSUPPORTED_FORMAT", "is not a JPEG, PNG or WebP picture" },
        { "empty", "UNSUPPORTED_FORMAT", "is empty" },
        { "gzip bomb", "UNSUPPORTED_FORMAT", "is not a JPEG, PNG or WebP picture" },
        { "pixel bomb", "IMAGE_TOO_LARGE", "is 65535 x 65535 px" },
        { "pixels beyond 32 bits", "IMAGE_TOO_LARGE", "is 65536 x 65536 px" },
        { "too small", "UNSUPPORTED_FORMAT", "is 299 x 400 px; each side must be at least 300 px" },
        { "wrong ratio", "UNSUPPORTED_FORMAT", "is 1000 x 300 px; its aspect ratio must be between 1:2.5 and 2.5:1" },
        { "cut off", "UNSUPPORTED_FORMAT", "" },
        { "one bit turned", "UNSUPPORTED_FORMAT", "" },
        { "endless", "IMAGE_TOO_LARGE", "is larger than 10 MB" },
        { "broken off", "IMAGE_DOWNLOAD_FAILED", "could not be fetched" },
        { "not found", "IMAGE_DOWNLOAD_FAILED", "could not be fetched" },
        { "server error", "IMAGE_DOWNLOAD_FAILED", "could not be fetched" },
        { "redirect loop", "IMAGE_DOWNLOAD_FAILED", "could not be fetched" },
        { "redirect to a file", "IMAGE_DOWNLOAD_FAILED", "could not be fetched" },
        { "redirect inside", "IMAGE_DOWNLOAD_FAILED", "could not be fetched" },
        { "closed port", "IMAGE_DOWNLOAD_FAILED", "could not be fetched" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_hostile_picture_fails_its_task_with_its_code_and_its_place(string kind, string code, string message)
    {
        var url = Url(kind);
        var good = shared.Site.Bytes("/good.png", TestPicture.Png(640, 360));

        // As the first picture and as the second.
        foreach (var (input, name) in ((object, string)[])[(TaskApi.Standard("@fail(PROCESSING_TIMEOUT)", url), "image 1 "), (TaskApi.Pro("@fail(PROCESSING_TIMEOUT)", good, url), "image 2 ")])
        {
            var failure = await shared.Server.Api.FailureOfAsync(await shared.Server.Api.CreateAsync(input));

            var said = $"{failure.GetProperty("failCode").GetString()}: {failure.GetProperty("failMsg").GetString()}";
            Assert.StartsWith(code + ": ", said, StringComparison.Ordinal);
            Assert.StartsWith(name + message, failure.GetProperty("failMsg").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain("127.0.0.1", said, StringComparison.Ordinal);
        }

        Assert.Equal(200, (await shared.Server.Api.GetAsync("ready")).Status);
    }

    [Theory]
    [InlineData("svg", "UNSUPPORTED_FORMAT")]
    [InlineData("html", "UNSUPPORTED_FORMAT")]
    [InlineData("pixel bomb", "IMAGE_TOO_LARGE")]
    [InlineData("too small", "UNSUPPORTED_FORMAT")]
    [InlineData("wrong ratio", "UNSUPPORTED_FORMAT")]
    [InlineData("cut off", "UNSUPPORTED_FORMAT")]
    public async Task The_same_inside_the_request_fails_in_the_same_way(string kind, string code)
    {
        var data = "data:image/png;base64," + Convert.ToBase64String(Content(kind));

        var failure = await shared.Server.Api.FailureOfAsync(await shared.Server.Api.CreateAsync(TaskApi.Standard("@fail(PROCESSING_TIMEOUT)", data)));

        Assert.Equal(code, failure.GetProperty("failCode").GetString());
        Assert.StartsWith("image 1 ", failure.GetProperty("failMsg").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data:", "INVALID_IMAGE_URL")]
    [InlineData("data:image/png,hello", "INVALID_IMAGE_URL")]
    [InlineData("data:image/png;base64,????", "INVALID_IMAGE_URL")]
    [InlineData("data:image/png;base64,QUJ", "INVALID_IMAGE_URL")]
    public async Task A_broken_data_url_is_refused_at_once(string data, string code)
    {
        var answer = await shared.Server.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Standard("a", data)));

        Assert.Equal((400, code), (answer.Status, answer.Data.GetProperty("failCode").GetString()));
        Assert.StartsWith("input.image_urls[0] ", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_url_of_more_than_10_MB_is_refused_at_once_and_a_body_of_more_than_30_MB_is_not_read()
    {
        var eleven = "data:image/png;base64," + new string('A', 15_400_000);
        var tooLarge = await shared.Server.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Standard("a", eleven)));
        Assert.Equal((400, "IMAGE_TOO_LARGE"), (tooLarge.Status, tooLarge.Data.GetProperty("failCode").GetString()));
        Assert.True(tooLarge.Text.Length < 2_000, "The answer must not repeat the picture");

        // Only the head is sent: the announced length alone is refused.
        var head = $"POST /{TaskApi.Create} HTTP/1.1\r\nHost: {shared.Server.Address.Authority}\r\nAuthorization: Bearer {ServedGateway.Key}\r\n"
            + "Content-Type: application/json\r\nContent-Length: 30000001\r\nConnection: close\r\n\r\n";
        var body = await Dialects.Tests.Apixo.RawHttp.SendAsync(new IPEndPoint(IPAddress.Loopback, shared.Server.Address.Port), Encoding.ASCII.GetBytes(head));
        Assert.Equal(413, body.Status);
    }

    [Fact]
    public async Task A_picture_under_a_wrong_name_and_type_is_taken_for_what_it_is()
    {
        var url = shared.Site.Bytes("/photo.txt", TestPicture.Png(640, 360), "text/plain");

        var failure = await shared.Server.Api.FailureOfAsync(await shared.Server.Api.CreateAsync(TaskApi.Standard("@fail(PROCESSING_TIMEOUT)", url)));

        // The acted-out failure comes only after the picture was accepted.
        Assert.Equal("PROCESSING_TIMEOUT", failure.GetProperty("failCode").GetString());
    }

    private string Url(string kind)
    {
        var path = "/hostile/" + kind.Replace(' ', '-') + ".png";
        return kind switch
        {
            "gzip bomb" => shared.Site.Page(path, context =>
            {
                context.Response.ContentType = "image/png";
                context.Response.Headers.ContentEncoding = "gzip";
                return context.Response.Body.WriteAsync(GzipBomb()).AsTask();
            }),
            "endless" => shared.Site.Page(path, async context =>
            {
                var block = new byte[64 * 1024];
                TestPicture.Png(320, 320).AsSpan(0, 200).CopyTo(block);
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(block, context.RequestAborted);
                }
            }),
            "broken off" => shared.Site.Page(path, async context =>
            {
                context.Response.ContentLength = 1_000_000;
                await context.Response.Body.WriteAsync(TestPicture.Png(320, 320).AsMemory(0, 200));
                await context.Response.Body.FlushAsync();
                context.Abort();
            }),
            "not found" => shared.Site.Address + path,
            "server error" => shared.Site.Page(path, context =>
            {
                context.Response.StatusCode = 500;
                return Task.CompletedTask;
            }),
            "redirect loop" => shared.Site.Page(path, Redirect(path)),
            "redirect to a file" => shared.Site.Page(path, Redirect("file:///etc/passwd")),
            "redirect inside" => shared.Site.Page(path, Redirect("http://10.0.0.1/a.png")),
            "closed port" => $"http://127.0.0.1:{ClosedPort.Find().ToString(CultureInfo.InvariantCulture)}/a.png",
            _ => shared.Site.Bytes(path, Content(kind), "image/png"),
        };
    }

    private static byte[] Content(string kind) => kind switch
    {
        "svg" => Encoding.UTF8.GetBytes(Svg),
        "html" => "<!doctype html><title>Sign in</title>"u8.ToArray(),
        "playlist" => "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"u8.ToArray(),
        "empty" => [],
        "pixel bomb" => PngOf(65535, 65535),
        "pixels beyond 32 bits" => PngOf(65536, 65536),
        "too small" => TestPicture.Png(299, 400),
        "wrong ratio" => TestPicture.Png(1000, 300),
        "cut off" => TestPicture.Png(640, 360)[..^200],
        "one bit turned" => Turned(TestPicture.Png(640, 360)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such picture."),
    };

    private static byte[] Turned(byte[] png)
    {
        png[png.Length / 2] ^= 1;
        return png;
    }

    private static Func<HttpContext, Task> Redirect(string target) => context =>
    {
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = target;
        return Task.CompletedTask;
    };

    // A tiny file that claims to be enormous; every checksum is right.
    private static byte[] PngOf(int width, int height)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        header[9] = 2;
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(new byte[1000]);
        }

        return [0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n', .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, packed.ToArray()), .. Chunk("IEND"u8, [])];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        type.CopyTo(chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static byte[] GzipBomb()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1024 * 1024];
            for (var megabyte = 0; megabyte < 100; megabyte++)
            {
                gzip.Write(zeros);
            }
        }

        return packed.ToArray();
    }
}
