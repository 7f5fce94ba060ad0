using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.Replicate;

/// <summary>Files: sent ahead as forms, and named in <c>input</c> by the address that the answer gives.</summary>
public sealed class FileTests(OwnGateway gateway) : IClassFixture<OwnGateway>
{
    private const string Files = OwnGateway.Base + "/files";

    [Fact]
    public async Task A_file_is_shown_with_type_size_and_hash_and_its_metadata_comes_back()
    {
        var (status, body) = await SendAsync(Form(ScriptedUploads.Png, metadata: """{"a": 1}""", metadataAsFile: true), ScriptedDesk.OtherKey);
        var id = OwnGateway.IdIn(body);
        var upload = (await gateway.Uploads.ListAsync(ScriptedDesk.Other, TestContext.Current.CancellationToken)).Single(upload => upload.Id.Value == "upl_" + id);
        string Text(string metadata) =>
            $$$"""{"id":"{{{id}}}","content_type":"image/png","size":{{{ScriptedUploads.Png.Length}}},"checksums":{"sha256":"{{{Convert.ToHexStringLower(SHA256.HashData(ScriptedUploads.Png))}}}"},"metadata":{{{metadata}}},"created_at":"{{{upload.CreatedAt.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}}}","expires_at":"{{{upload.ExpiresAt.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}}}","urls":{"get":"https://gate.test/replicate/v1/files/{{{id}}}"}}""";
        Assert.Equal((201, Text("""{"a": 1}""")), (status, body));

        var read = await gateway.SendAsync("GET", $"{Files}/{id}", key: ScriptedDesk.OtherKey);
        Assert.Equal((200, Text("{}")), (read.Status, read.Body));
        Assert.Contains(Text("{}"), (await gateway.SendAsync("GET", Files, key: ScriptedDesk.OtherKey)).Body, StringComparison.Ordinal);
        Assert.Equal(404, (await gateway.SendAsync("GET", $"{Files}/{id}")).Status);

        Assert.Equal((404, 204, 404), (
            (await gateway.SendAsync("DELETE", $"{Files}/{id}")).Status,
            (await gateway.SendAsync("DELETE", $"{Files}/{id}", key: ScriptedDesk.OtherKey)).Status,
            (await gateway.SendAsync("DELETE", $"{Files}/{id}", key: ScriptedDesk.OtherKey)).Status));
    }

    [Fact]
    public async Task A_files_address_in_the_input_becomes_that_of_the_upload_and_is_echoed_as_it_came()
    {
        var (_, body) = await SendAsync(Form(ScriptedUploads.Png));
        var file = OwnGateway.IdIn(body);
        var address = $"https://gate.test/replicate/v1/files/{file}";
        var id = await gateway.CreateAsync($$$"""{"input":{"prompt":"p","mode":"pro","start_image":"{{{address}}}","end_image":"https://gate.test/uploads/upl_{{{file}}}"}}""");
        Assert.Equal([$"https://gate.test/uploads/upl_{file}", $"https://gate.test/uploads/upl_{file}"], gateway.Desk.Drafts["task_" + id].ImageUrls);
        Assert.Contains($"\"start_image\":\"{address}\"", (await gateway.SendAsync("GET", $"{OwnGateway.Base}/predictions/{id}")).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://gate.test/replicate/v1/files/short")]
    [InlineData("https://gate.test/replicate/v1/files/")]
    [InlineData("https://elsewhere.test/replicate/v1/files/000000000000000000000000000000000001")]
    public async Task Another_address_stays_as_it_is(string address)
    {
        var id = await gateway.CreateAsync($$$"""{"input":{"prompt":"p","start_image":"{{{address}}}"}}""");
        Assert.Equal(address, Assert.Single(gateway.Desk.Drafts["task_" + id].ImageUrls));
    }

    [Fact]
    public async Task Metadata_may_come_as_a_plain_field_or_not_at_all()
    {
        Assert.Contains("\"metadata\":{\"b\":2}", (await SendAsync(Form(ScriptedUploads.Png, metadata: """{"b":2}"""))).Body, StringComparison.Ordinal);
        Assert.Contains("\"metadata\":{}", (await SendAsync(Form(ScriptedUploads.Png))).Body, StringComparison.Ordinal);
        Assert.Contains("\"metadata\":{}", (await SendAsync(Form(ScriptedUploads.Png, metadata: ""))).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no picture", null, 400, "The file must be a picture that the model can use; this one is no JPEG, PNG or WebP picture")]
    [InlineData("full", null, 429, "The account has its 1000 uploads.")]
    [InlineData("disk", null, 503, "The store cannot take files now; nothing was kept.")]
    [InlineData("full", "[1]", 400, "The part metadata must be a JSON object of at most 16384 bytes.")]
    [InlineData("full", "{", 400, "The part metadata must be a JSON object of at most 16384 bytes.")]
    public async Task What_cannot_be_taken_is_told_in_the_vendors_form(string content, string? metadata, int status, string detail)
    {
        var (got, body) = await SendAsync(Form(Encoding.UTF8.GetBytes(content), metadata: metadata));
        Assert.Equal(status, got);
        Assert.Contains($"\"detail\":\"{detail}\",\"status\":{status}", body, StringComparison.Ordinal);
        Assert.Equal(status == 429, body.Contains("\"retry_after\":240", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_form_without_its_file_or_with_two_or_no_form_at_all_is_refused()
    {
        using var none = new MultipartFormDataContent { { new StringContent("{}"), "metadata" } };
        Assert.Contains("The form must hold the file in a part named content.", (await SendAsync(none)).Body, StringComparison.Ordinal);
        var two = Form(ScriptedUploads.Png);
        two.Add(new ByteArrayContent(ScriptedUploads.Png), "content", "b.png");
        Assert.Contains("The form must hold one part named content.", (await SendAsync(two)).Body, StringComparison.Ordinal);
        Assert.Equal(413, (await SendAsync(Form(new byte[1_100_000]))).Status);
        Assert.Equal(415, (await gateway.SendAsync("POST", Files, "{}")).Status);
    }

    private static MultipartFormDataContent Form(byte[] content, string? metadata = null, bool metadataAsFile = false)
    {
        var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, "content", "buffer_1" },
        };
        if (metadata is not null)
        {
            var part = new StringContent(metadata, Encoding.UTF8, "application/json");
            if (metadataAsFile)
            {
                form.Add(part, "metadata", "blob");
            }
            else
            {
                form.Add(part, "metadata");
            }
        }

        return form;
    }

    private async Task<(int Status, string Body)> SendAsync(MultipartFormDataContent form, string key = ScriptedDesk.LiveKey)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Files) { Content = form };
        request.Headers.Authorization = new AuthenticationHeaderValue("Token", key);
        using var answer = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
