using System.Net;
using System.Net.Http.Headers;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Tests.OpenAiVideos;

public sealed class ContentTests(TestGateway gateway)
{
    private static readonly byte[] Mp4 = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF, 0xD9];

    [Theory]
    [InlineData("")]
    [InlineData("?variant=video")]
    public async Task A_clip_comes_as_bytes_under_its_own_address_and_never_as_a_redirect(string query)
    {
        var (id, sha256) = await DoneAsync("clip_content" + query.Length);
        using var answer = await SendAsync(HttpMethod.Get, $"{id}/content{query}", accept: "application/binary");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("video/mp4", 200), (answer.Content.Headers.ContentType!.ToString(), answer.Content.Headers.ContentLength));
        Assert.Equal(($"\"{sha256}\"", "bytes"), (answer.Headers.ETag!.Tag, answer.Headers.AcceptRanges.Single()));
        Assert.Equal($"inline; filename=\"{id}.mp4\"", answer.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal(("nosniff", true), (answer.Headers.GetValues("X-Content-Type-Options").Single(), answer.Headers.Contains("x-request-id")));
        Assert.Equal(Mp4, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_range_gives_that_part_and_HEAD_the_headers_alone()
    {
        var (id, _) = await DoneAsync("clip_range");
        using var part = await SendAsync(HttpMethod.Get, $"{id}/content", range: new RangeHeaderValue(10, 19));
        Assert.Equal((HttpStatusCode.PartialContent, "bytes 10-19/200"), (part.StatusCode, part.Content.Headers.ContentRange!.ToString()));
        Assert.Equal(Mp4[10..20], await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        using var beyond = await SendAsync(HttpMethod.Get, $"{id}/content", range: new RangeHeaderValue(200, null));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        using var head = await SendAsync(HttpMethod.Head, $"{id}/content");
        Assert.Equal((HttpStatusCode.OK, 200), (head.StatusCode, head.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task The_thumbnail_is_the_poster()
    {
        var (id, _) = await DoneAsync("clip_poster");
        gateway.Clips.Put(new ClipId("clip_poster"), ClipPart.Poster, Jpeg);
        using var answer = await SendAsync(HttpMethod.Get, $"{id}/content?variant=thumbnail");
        Assert.Equal("image/jpeg", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(Jpeg, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("spritesheet", "variant must be video or thumbnail; sprite sheets are not made here")]
    [InlineData("audio", "variant must be video or thumbnail, got audio")]
    [InlineData("", "variant must be video or thumbnail, got \\\"\\\"")]
    public async Task Another_variant_is_refused(string variant, string message)
    {
        var (id, _) = await DoneAsync("clip_variant" + variant);
        Assert.Equal(
            (400, $$$"""{"error":{"message":"{{{message}}}","type":"invalid_request_error","param":"variant","code":"invalid_value"}}"""),
            await gateway.GetAsync($"{VideosApi.Videos}/{id}/content?variant={variant}"));
    }

    [Fact]
    public async Task What_is_not_there_is_404_in_words_that_say_why()
    {
        var (id, _) = await gateway.CreateAsync("""{"model":"kling-2.1-master","prompt":"a cat"}""");
        await AssertMissingAsync(id, "", "video_not_ready", "The video is not ready yet. Read it until its status is completed, then ask for its content.");
        gateway.Desk.Advance(VideosApi.TaskOf(id), task => task with { State = TaskState.Processing });
        await AssertMissingAsync(id, "?variant=thumbnail", "video_not_ready", "The video is not ready yet. Read it until its status is completed, then ask for its content.");
        gateway.Desk.Advance(VideosApi.TaskOf(id), task => VideosApi.FailedWith(task, FailureCode.GenerationFailed, "Why."));
        await AssertMissingAsync(id, "", "video_not_ready", "The video failed, so it has no content; its error says why.");

        var (done, _) = await DoneAsync("clip_expires");
        await AssertMissingAsync(done, "?variant=thumbnail", "not_found", "This video has no thumbnail.");
        gateway.Clips.Expire(new ClipId("clip_expires"), ClipPart.Video);
        await AssertMissingAsync(done, "", "video_expired", "The file of this video is kept no longer; its expires_at said until when.");
    }

    private async Task AssertMissingAsync(string id, string query, string code, string message) => Assert.Equal(
        (404, $$$"""{"error":{"message":"{{{message}}}","type":"invalid_request_error","param":null,"code":"{{{code}}}"}}"""),
        await gateway.GetAsync($"{VideosApi.Videos}/{id}/content{query}"));

    private async Task<(string Id, string Sha256)> DoneAsync(string clip)
    {
        var (id, _) = await gateway.CreateAsync("""{"model":"kling-2.1-master","prompt":"a cat"}""");
        gateway.Desk.Advance(VideosApi.TaskOf(id), task => VideosApi.Done(task, VideosApi.Clip(clip)));
        return (id, gateway.Clips.Put(new ClipId(clip), ClipPart.Video, Mp4));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? accept = null, RangeHeaderValue? range = null)
    {
        using var request = new HttpRequestMessage(method, $"{VideosApi.Videos}/{path}");
        request.Headers.Range = range;
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
