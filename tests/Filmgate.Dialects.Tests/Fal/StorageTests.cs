using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Fal;

/// <summary>Uploads: asked for with the key, sent without one.</summary>
public sealed class StorageTests(FalGateway gateway) : IClassFixture<FalGateway>
{
    private const string File = """{"content_type":"image/png","file_name":"a.png"}""";
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_are_put_once_to_the_address_that_was_given()
    {
        var (upload, file) = await InitiateAsync("initiate");
        Assert.StartsWith($"{ScriptedDesk.PublicAddress}/fal/rest/storage/files/ticket.upl_", upload, StringComparison.Ordinal);
        Assert.StartsWith($"{ScriptedDesk.PublicAddress}/uploads/upl_", file, StringComparison.Ordinal);
        var (status, body) = await PutAsync(upload, ScriptedUploads.Png);
        Assert.Equal((200, ""), (status, body));
        Assert.Equal(403, (await PutAsync(upload, ScriptedUploads.Png)).Status);
    }

    [Theory]
    [InlineData("not a picture", 422, """{"detail":[{"loc":["body"],"msg":"body must be a picture that the model can use; this one is no JPEG, PNG or WebP picture","type":"unsupported_image_format","url":"https://docs.fal.ai/errors#unsupported_image_format"}]}""")]
    [InlineData("full", 429, """{"detail":[{"loc":["body"],"msg":"The account has its 1000 uploads.","type":"concurrent_requests_limit","url":"https://docs.fal.ai/errors#concurrent_requests_limit"}]}""")]
    [InlineData("disk", 503, """{"detail":"The store cannot take pictures now; nothing was kept.","error_type":"runner_scheduling_failure"}""")]
    public async Task What_cannot_be_taken_is_told_in_fals_form(string bytes, int status, string body)
    {
        var (upload, _) = await InitiateAsync("initiate");
        Assert.Equal((status, body), await PutAsync(upload, Encoding.ASCII.GetBytes(bytes)));
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_told_the_limit()
    {
        var (upload, _) = await InitiateAsync("initiate");
        var (status, body) = await PutAsync(upload, new byte[1_000_001]);
        Assert.Equal((413, """{"detail":[{"loc":["body"],"msg":"A picture may have at most 1000000 bytes.","type":"file_too_large","url":"https://docs.fal.ai/errors#file_too_large"}]}"""), (status, body));
    }

    [Theory]
    [InlineData("files/ticket.forged")]
    [InlineData("parts/ticket.forged/1")]
    public async Task A_ticket_that_is_not_ours_opens_nothing(string path)
    {
        var (status, body) = await PutAsync($"/fal/rest/storage/{path}", ScriptedUploads.Png);
        Assert.Equal((403, """{"detail":"This upload address is not valid, or its time is over; nothing was kept. Initiate the upload again."}"""), (status, body));
    }

    [Fact]
    public async Task An_address_is_given_to_nobody_without_a_key() =>
        Assert.Equal(401, (await gateway.CallAsync("POST", "/fal/rest/storage/upload/initiate", File, key: null)).Status);

    [Fact]
    public async Task Parts_are_answered_with_their_tags_and_put_together_in_their_order()
    {
        var (upload, _) = await InitiateAsync("initiate-multipart");
        var second = await PartAsync(upload, 2, ScriptedUploads.Png[10..]);
        var first = await PartAsync(upload, 1, ScriptedUploads.Png[..10]);
        Assert.Matches("^[0-9a-f]{64}$", first);
        Assert.Equal((200, ""), await CompleteAsync(upload, $$"""{"parts":[{"partNumber":1,"etag":"{{first}}"},{"partNumber":2,"etag":"{{second}}"}]}"""));
        Assert.Equal(403, (await CompleteAsync(upload, $$"""{"parts":[{"partNumber":1,"etag":"{{first}}"}]}""")).Status);
    }

    [Fact]
    public async Task A_file_in_parts_that_is_too_large_is_told_so_at_the_end_because_a_refused_part_is_only_sent_again()
    {
        var (upload, _) = await InitiateAsync("initiate-multipart");
        var tags = new List<string>();
        for (var number = 1; number <= 3; number++)
        {
            tags.Add(await PartAsync(upload, number, new byte[700_000]));
        }

        var (status, body) = await CompleteAsync(upload, JsonSerializer.Serialize(new { parts = tags.Select((etag, index) => new { partNumber = index + 1, etag }) }));
        Assert.Equal(413, status);
        Assert.Contains("A picture may have at most 1000000 bytes.", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"parts":[{"partNumber":1,"etag":"other"}]}""")]
    [InlineData("""{"parts":[{"partNumber":2,"etag":"x"}]}""")]
    [InlineData("""{"parts":[]}""")]
    [InlineData("""{"parts":[{"partNumber":"1","etag":"x"}]}""")]
    [InlineData("""{"parts":[{"partNumber":1,"etag":"\ud800"}]}""")]
    [InlineData("""{"parts":[7]}""")]
    [InlineData("""{"parts":7}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task A_list_of_parts_that_did_not_come_is_refused_and_may_be_mended(string list)
    {
        var (upload, _) = await InitiateAsync("initiate-multipart");
        var tag = await PartAsync(upload, 1, ScriptedUploads.Png);
        var (status, body) = await CompleteAsync(upload, list);
        Assert.Equal(422, status);
        Assert.StartsWith("{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"", body, StringComparison.Ordinal);
        Assert.Equal(200, (await CompleteAsync(upload, $$"""{"parts":[{"partNumber":1,"etag":"{{tag}}"}]}""")).Status);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10001")]
    [InlineData("x")]
    public async Task Parts_are_numbered_from_one(string number)
    {
        var (upload, _) = await InitiateAsync("initiate-multipart");
        Assert.Equal(404, (await PutAsync($"{upload}/{number}", ScriptedUploads.Png)).Status);
    }

    private async Task<(string Upload, string File)> InitiateAsync(string way)
    {
        var answer = await gateway.CallAsync("POST", $"/fal/rest/storage/upload/{way}?storage_type=fal-cdn-v3", File);
        Assert.Equal(200, answer.Status);
        var body = JsonElement.Parse(answer.Body);
        return (body.GetProperty("upload_url").GetString()!, body.GetProperty("file_url").GetString()!);
    }

    private async Task<string> PartAsync(string upload, int number, byte[] bytes)
    {
        var (status, body) = await PutAsync($"{upload}/{number}", bytes);
        Assert.Equal(200, status);
        Assert.Equal(number, JsonElement.Parse(body).GetProperty("partNumber").GetInt32());
        return JsonElement.Parse(body).GetProperty("etag").GetString()!;
    }

    private async Task<(int Status, string Body)> CompleteAsync(string upload, string list)
    {
        var answer = await gateway.SendAsync("POST", Local($"{upload}/complete"), list, key: null);
        return (answer.Status, answer.Body);
    }

    private async Task<(int Status, string Body)> PutAsync(string upload, byte[] bytes)
    {
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = gateway.Client.BaseAddress };
        using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        using var answer = await client.PutAsync(new Uri(Local(upload), UriKind.Relative), content, Cancel);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    private static string Local(string address) => address.Replace(ScriptedDesk.PublicAddress, "", StringComparison.Ordinal);
}
