using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Filmgate.EndToEnd.House;
using Filmgate.Engine.Tests.Support;

namespace Filmgate.EndToEnd.Artifacts;

/// <summary>A gateway that keeps clips and pictures in the bucket of an S3 service.</summary>
public sealed class S3ArtifactsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private S3Server _s3 = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _s3 = await S3Server.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _s3.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_clip_is_kept_in_the_bucket_served_from_it_in_parts_and_leaves_it_when_its_time_is_over()
    {
        Uri link;
        string clip;
        await using (var gateway = await StartAsync())
        {
            // :: Made from a picture that came with the request, and served whole.
            link = await gateway.Api.ClipOfAsync(await gateway.Api.CreateAsync(TaskApi.Standard("pan left", TestPicture.DataUrl(400, 400))));
            using var whole = await SendAsync(HttpMethod.Get, link);
            var bytes = await whole.Content.ReadAsByteArrayAsync(Cancel);
            clip = Convert.ToHexStringLower(SHA256.HashData(bytes));
            Assert.Equal((HttpStatusCode.OK, "video/mp4", $"\"{clip}\""), (whole.StatusCode, whole.Content.Headers.ContentType!.ToString(), whole.Headers.ETag!.Tag));
            Assert.Equal(bytes.Length, whole.Content.Headers.ContentLength);

            // :: In parts, conditionally, and without a body.
            using var part = await SendAsync(HttpMethod.Get, link, request => request.Headers.Range = new RangeHeaderValue(1000, 1999));
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal($"bytes 1000-1999/{bytes.Length}", part.Content.Headers.ContentRange!.ToString());
            Assert.Equal(bytes[1000..2000], await part.Content.ReadAsByteArrayAsync(Cancel));
            using var end = await SendAsync(HttpMethod.Get, link, request => request.Headers.Range = new RangeHeaderValue(null, 10));
            Assert.Equal(bytes[^10..], await end.Content.ReadAsByteArrayAsync(Cancel));
            using var beyond = await SendAsync(HttpMethod.Get, link, request => request.Headers.Range = new RangeHeaderValue(bytes.Length, null));
            Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
            using var known = await SendAsync(HttpMethod.Get, link, request => request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue($"\"{clip}\"")));
            Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
            using var head = await SendAsync(HttpMethod.Head, link);
            Assert.Equal((HttpStatusCode.OK, bytes.Length), (head.StatusCode, head.Content.Headers.ContentLength));

            // :: Picture, clip and poster are in the bucket, and nothing of them is here.
            Assert.Equal(3, _s3.Keys.Count());
            Assert.Contains($"house/{clip[..2]}/{clip}", _s3.Keys);
            Assert.Equal(["incoming"], Directory.GetDirectories(Path.Combine(_folder["data"], "artifacts")).Select(Path.GetFileName));
            Assert.True((await DoctorAsync(gateway)).GetProperty("ok").GetBoolean());
            await gateway.KillAsync();
        }

        // :: Two weeks later.
        await MakeOldAsync();
        await using var later = await StartAsync();
        await Eventually.TrueAsync(() => _s3.Keys.All(key => !key.Contains(clip, StringComparison.Ordinal)), TaskApi.TaskPatience, "The deletion of the clip");
        using var gone = await SendAsync(HttpMethod.Get, new Uri(later.Address, link.PathAndQuery));
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
        Assert.DoesNotContain(_s3.Keys, key => key.Contains("deleting", StringComparison.Ordinal));
    }

    [Fact(Explicit = true)]
    public async Task While_the_bucket_is_out_of_reach_reads_and_pictures_are_put_off_and_tasks_wait()
    {
        await using var gateway = await StartAsync();
        var link = await gateway.Api.ClipOfAsync(await gateway.Api.CreateAsync(TaskApi.Text("pan left", "1:1")));
        var waiting = await gateway.Api.CreateAsync(TaskApi.Text("@delay(2s) pan right", "1:1"));
        await _s3.StopAsync();

        using var read = await SendAsync(HttpMethod.Get, link);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, read.StatusCode);
        Assert.NotNull(read.Headers.RetryAfter);
        Assert.DoesNotContain("immutable", read.Headers.CacheControl?.ToString() ?? "", StringComparison.Ordinal);
        var refused = await gateway.Api.SendAsync(HttpMethod.Post, TaskApi.Create, TaskApi.Body(TaskApi.Standard("pan up", TestPicture.DataUrl(400, 400))));
        Assert.Equal(503, refused.Status);
        Assert.Contains("artifact store", Assert.Single((await DoctorAsync(gateway)).GetProperty("findings").EnumerateArray()).GetString(), StringComparison.Ordinal);
        await Eventually.TrueAsync(
            () => gateway.Process.Error.Any(line => line.Contains($"The clip of task {waiting} could not be stored", StringComparison.Ordinal)),
            TaskApi.TaskPatience, "The take-in that finds the bucket away");
        Assert.Equal("processing", (await gateway.Api.StatusAsync(waiting)).Data.GetProperty("state").GetString());

        await _s3.StartAgainAsync();
        await gateway.Api.ClipOfAsync(waiting);
        Assert.Equal(1, (await gateway.Api.DetailsAsync(waiting)).Data.GetProperty("attempts").GetArrayLength());
        using var again = await SendAsync(HttpMethod.Get, link);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.DoesNotContain(gateway.Process.Error, line => line.Contains(S3Server.Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clients_are_sent_to_the_service_where_the_operator_wants_that()
    {
        await using var gateway = await StartAsync("&reads=redirect");
        var link = await gateway.Api.ClipOfAsync(await gateway.Api.CreateAsync(TaskApi.Text("pan left", "1:1")));
        using var sent = await SendAsync(HttpMethod.Get, link);
        Assert.Equal((HttpStatusCode.TemporaryRedirect, "no-store"), (sent.StatusCode, sent.Headers.CacheControl!.ToString()));
        Assert.Equal(_s3.Address.Authority, sent.Headers.Location!.Authority);
        using var clip = await SendAsync(HttpMethod.Get, sent.Headers.Location, request => request.Headers.Range = new RangeHeaderValue(4, 7));
        Assert.Equal((HttpStatusCode.PartialContent, "video/mp4"), (clip.StatusCode, clip.Content.Headers.ContentType!.ToString()));
        Assert.Equal("ftyp"u8.ToArray(), await clip.Content.ReadAsByteArrayAsync(Cancel));

        // An address is signed for GET alone, so whoever asks for the head only is answered here.
        using var head = await SendAsync(HttpMethod.Head, link);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    private Task<ServedGateway> StartAsync(string more = "") => ServedGateway.StartAsync(
        _folder["data"],
        ("FILMGATE_ARTIFACTS", $"s3://{S3Server.Bucket}/house?endpoint={_s3.Address.GetLeftPart(UriPartial.Authority)}{more}"),
        ("FILMGATE_S3_ACCESS_KEY", S3Server.Key),
        ("FILMGATE_S3_SECRET_KEY", S3Server.Key));

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, Action<HttpRequestMessage>? shape = null)
    {
        var request = new HttpRequestMessage(method, address);
        shape?.Invoke(request);
        return _http.SendAsync(request, Cancel);
    }

    private async Task<System.Text.Json.JsonElement> DoctorAsync(ServedGateway gateway)
    {
        using var answer = await SendAsync(
            HttpMethod.Get, new Uri(gateway.Address, "/admin/v1/doctor"), request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ServedGateway.AdminKey));
        return System.Text.Json.JsonElement.Parse(await answer.Content.ReadAsStringAsync(Cancel)).GetProperty("data");
    }

    // The clip's row has expired, and what lies in the bucket was stored long ago.
    private async Task MakeOldAsync()
    {
        Assert.Equal(1, await StoreUnderTest.ExecuteAsync(_folder["data"], "UPDATE clips SET expires_at = 1"));
        foreach (var key in _s3.Keys)
        {
            File.SetLastWriteTimeUtc(_s3.FileOf(key), TimeProvider.System.GetUtcNow().AddDays(-15).UtcDateTime);
        }
    }
}
