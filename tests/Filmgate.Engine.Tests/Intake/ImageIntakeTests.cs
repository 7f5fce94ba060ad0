using System.Net;
using System.Security.Cryptography;
using System.Text;
using Filmgate.Engine.Egress;
using Filmgate.Engine.Intake;
using Filmgate.Engine.Tests.Egress;
using Filmgate.Model.Tasks;
using static Filmgate.Engine.Tests.Intake.PictureFiles;

namespace Filmgate.Engine.Tests.Intake;

public sealed class ImageIntakeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly GuardedHttp _http = Client(new EgressOptions());

    private static GuardedHttp Client(EgressOptions options) => new(
        options with { AllowNetworks = [IPNetwork.Parse("127.0.0.0/8")] },
        new ScriptedResolver().With("pictures.example", "127.0.0.1").With("inside.example", "10.0.0.1"), TimeProvider.System);

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task<ImageIntakeResult> TakeAsync(string url, int index = 1, GuardedHttp? http = null)
    {
        var source = ImageSource.Parse(url, ImageRules.Default, new OutboundUrlRules { AllowNetworks = [IPNetwork.Parse("127.0.0.0/8")], AllowedPorts = null }).Source!;
        return await new ImageIntake(http ?? _http, ImageRules.Default).TakeAsync(index, source, _folder.File("picture"), TestContext.Current.CancellationToken);
    }

    private async Task<ImageIntakeResult> ServeAsync(byte[] body, string headers = "", int index = 1)
    {
        await using var server = new RawServer(async exchange =>
        {
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{headers}Content-Length: {body.Length}\r\n\r\n");
            await exchange.SendAsync(body);
        });
        return await TakeAsync($"http://pictures.example:{server.Port}/a.png?token=s", index);
    }

    private void AssertFailed(ImageIntakeResult result, FailureCode code, string message, bool retryable = false)
    {
        Assert.Null(result.Image);
        Assert.Equal(new ImageIntakeFailure(code, message, retryable), result.Failure);
        Assert.Empty(_folder.Names);
    }

    [Theory]
    [InlineData("Content-Type: image/png\r\n"), InlineData("Content-Type: application/octet-stream\r\n"), InlineData("Content-Type: text/html\r\n"), InlineData("Content-Type: \"\r\n"), InlineData("")]
    public async Task A_jpeg_named_png_of_any_media_type_is_stored_as_what_it_is(string headers)
    {
        var result = await ServeAsync(Jpeg(), headers);
        Assert.Null(result.Failure);
        Assert.Equal(ImageFormat.Jpeg, result.Image!.Facts.Format);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Jpeg())), result.Image.Sha256);
        Assert.Equal(["picture"], _folder.Names);
        Assert.Equal(Jpeg(), await File.ReadAllBytesAsync(_folder.File("picture"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_data_url_is_stored_and_inspected_like_any_other()
    {
        var result = await TakeAsync("data:image/jpeg;base64," + Convert.ToBase64String(Png()));
        Assert.Equal(ImageFormat.Png, result.Image!.Facts.Format);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Png())), result.Image.Sha256);
        File.Delete(_folder.File("picture"));
        AssertFailed(await TakeAsync("data:image/png;base64,AAAA", 2), FailureCode.UnsupportedFormat, "image 2 is not a JPEG, PNG or WebP picture");
        AssertFailed(await TakeAsync("data:image/png;base64,A*AA"), FailureCode.InvalidImageUrl, "image 1 is a malformed data URL");
    }

    [Fact]
    public async Task A_picture_that_breaks_a_rule_is_named_with_its_place()
    {
        AssertFailed(await ServeAsync(Png(200, 200), index: 2), FailureCode.UnsupportedFormat, "image 2 is 200 x 200 px; each side must be at least 300 px");
        AssertFailed(await ServeAsync(Png(65536, 65536)), FailureCode.ImageTooLarge, "image 1 is 65536 x 65536 px; no side may be longer than 16384 px");
        AssertFailed(await ServeAsync("<svg/>"u8.ToArray(), "Content-Type: image/png\r\n"), FailureCode.UnsupportedFormat, "image 1 is not a JPEG, PNG or WebP picture");
        AssertFailed(await ServeAsync([]), FailureCode.UnsupportedFormat, "image 1 is empty");
    }

    [Fact]
    public async Task A_body_without_end_is_stopped_at_ten_megabytes_whatever_length_it_announces()
    {
        foreach (var headers in new[] { "", "Content-Length: 99999999999\r\n", "Transfer-Encoding: chunked\r\n" })
        {
            await using var server = new RawServer(async exchange =>
            {
                await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{headers}\r\n");
                var block = Encoding.ASCII.GetBytes(headers.StartsWith('T') ? "10000\r\n" + new string('a', 65536) + "\r\n" : new string('a', 65536));
                while (true)
                    await exchange.SendAsync(block);
            });
            AssertFailed(await TakeAsync($"http://pictures.example:{server.Port}/"), FailureCode.ImageTooLarge, "image 1 is larger than 10 MB");
        }
    }

    [Fact]
    public async Task A_small_announced_length_with_a_large_body_takes_the_announced_part_only()
    {
        await using var server = new RawServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
            var block = new byte[65536];
            while (true)
                await exchange.SendAsync(block);
        });
        AssertFailed(await TakeAsync($"http://pictures.example:{server.Port}/"), FailureCode.UnsupportedFormat, "image 1 is not a JPEG, PNG or WebP picture");
    }

    [Fact]
    public async Task A_gzip_bomb_is_not_unpacked()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(new byte[30_000_000]);
        AssertFailed(await ServeAsync(packed.ToArray(), "Content-Encoding: gzip\r\nContent-Type: image/png\r\n"), FailureCode.UnsupportedFormat, "image 1 is not a JPEG, PNG or WebP picture");
    }

    [Fact]
    public async Task Failures_of_the_network_and_the_server_say_whether_a_retry_is_sensible()
    {
        const string message = "image 1 could not be fetched";
        foreach (var (status, retryable) in new[] { (403, false), (404, false), (410, false), (429, true), (500, true), (503, true), (204, false) })
        {
            await using var server = RawServer.Answering($"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
            AssertFailed(await TakeAsync($"http://pictures.example:{server.Port}/"), FailureCode.ImageDownloadFailed, message, retryable);
        }
        AssertFailed(await TakeAsync("http://unknown.example/"), FailureCode.ImageDownloadFailed, message, retryable: true);
        await using (var cut = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nxx"))
            AssertFailed(await TakeAsync($"http://pictures.example:{cut.Port}/"), FailureCode.ImageDownloadFailed, message, retryable: true);
        await using (var stalled = new RawServer(async exchange => { await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nxx"); await exchange.StallAsync(); }))
        {
            using var impatient = Client(new EgressOptions { IdleTimeout = TimeSpan.FromMilliseconds(200) });
            AssertFailed(await TakeAsync($"http://pictures.example:{stalled.Port}/", http: impatient), FailureCode.ImageDownloadFailed, message, retryable: true);
        }
        await using (var redirecting = RawServer.Answering("HTTP/1.1 302 X\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"))
            AssertFailed(await TakeAsync($"http://pictures.example:{redirecting.Port}/"), FailureCode.ImageDownloadFailed, message);
    }

    [Fact]
    public async Task A_body_cut_without_announced_length_is_noticed_by_its_content()
    {
        var half = Encoding.Latin1.GetString(Png()[..^20]);
        await using var server = RawServer.Answering($"HTTP/1.1 200 OK\r\n\r\n{half}");
        AssertFailed(await TakeAsync($"http://pictures.example:{server.Port}/"), FailureCode.UnsupportedFormat, "image 1 is a PNG file that is cut short");
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_an_invalid_url() =>
        AssertFailed(await TakeAsync("http://inside.example/"), FailureCode.InvalidImageUrl, "image 1 is not at an address that may be fetched");

    [Fact]
    public async Task Cancellation_leaves_nothing_behind()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var server = new RawServer(async exchange =>
        {
            await exchange.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nxx");
            await cancel.CancelAsync();
            await exchange.StallAsync();
        });
        var source = new ImageSource.Remote(new Uri($"http://127.0.0.1:{server.Port}/"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ImageIntake(_http, ImageRules.Default).TakeAsync(1, source, _folder.File("picture"), cancel.Token));
        Assert.Empty(_folder.Names);
    }
}
