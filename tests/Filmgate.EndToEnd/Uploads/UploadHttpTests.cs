using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using static Filmgate.Engine.Tests.Intake.PictureFiles;

namespace Filmgate.EndToEnd.Uploads;

/// <summary><c>POST /api/v1/uploads</c> over HTTP against a whole gateway in this process.</summary>
public sealed class UploadHttpTests(UploadGateway gateway) : IClassFixture<UploadGateway>
{
    private const string Path = "/api/v1/uploads";
    private const int LengthMax = 10 * 1024 * 1024;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static ByteArrayContent Raw(byte[] bytes, string? type)
    {
        var content = new ByteArrayContent(bytes);
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return content;
    }

    private static MultipartFormDataContent Form(params (string Name, string? File, byte[] Bytes)[] parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, file, bytes) in parts)
        {
            if (file is null)
            {
                form.Add(new ByteArrayContent(bytes), name);
            }
            else
            {
                form.Add(new ByteArrayContent(bytes), name, file);
            }
        }

        return form;
    }

    private async Task<(int Status, JsonElement Body)> PostAsync(HttpContent content)
    {
        using (content)
        {
            using var answer = await gateway.Client.PostAsync(new Uri(Path, UriKind.Relative), content, Token);
            return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Token));
        }
    }

    private async Task AssertRefusedAsync(HttpContent content, int status, string code)
    {
        var (got, body) = await PostAsync(content);
        Assert.Equal(status, got);
        Assert.Equal(status, body.GetProperty("code").GetInt32());
        Assert.Equal(code, body.GetProperty("data").GetProperty("failCode").GetString());
        Assert.Equal("body", body.GetProperty("data").GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("image/png"), InlineData("image/jpeg"), InlineData("application/octet-stream"), InlineData("image/anything; x=y")]
    public async Task A_raw_picture_is_stored_as_what_it_is(string type)
    {
        var (status, body) = await PostAsync(Raw(Png(640, 480), type));
        Assert.Equal(200, status);
        var data = body.GetProperty("data");
        Assert.Equal(["uploadId", "url", "width", "height", "bytes", "mediaType", "expiresTime"], data.EnumerateObject().Select(member => member.Name));
        Assert.Equal((640, 480), (data.GetProperty("width").GetInt32(), data.GetProperty("height").GetInt32()));
        Assert.Equal(Png(640, 480).Length, data.GetProperty("bytes").GetInt32());
        Assert.Equal("image/png", data.GetProperty("mediaType").GetString());
        Assert.StartsWith("upl_", data.GetProperty("uploadId").GetString(), StringComparison.Ordinal);
        Assert.Equal($"{gateway.Address}uploads/{data.GetProperty("uploadId").GetString()}", data.GetProperty("url").GetString());
        var wait = DateTimeOffset.FromUnixTimeMilliseconds(data.GetProperty("expiresTime").GetInt64()) - TimeProvider.System.GetUtcNow();
        Assert.InRange(wait.TotalHours, 23.9, 24.1);
    }

    [Fact]
    public async Task A_form_with_one_file_is_taken_whatever_fields_stand_beside_it()
    {
        var (status, body) = await PostAsync(Form(("purpose", null, "start"u8.ToArray()), ("file", "a.bin", Jpeg()), ("note", null, "x"u8.ToArray())));
        Assert.Equal(200, status);
        Assert.Equal("image/jpeg", body.GetProperty("data").GetProperty("mediaType").GetString());
    }

    [Fact]
    public Task A_form_without_a_file_is_refused() => AssertRefusedAsync(Form(("file", null, Png())), 400, "UNSUPPORTED_FORMAT");

    [Fact]
    public Task A_form_with_two_files_is_refused() => AssertRefusedAsync(Form(("a", "a.png", Png()), ("b", "b.png", Png())), 400, "UNSUPPORTED_FORMAT");

    [Theory]
    [InlineData("multipart/form-data"), InlineData("multipart/form-data; boundary=other"), InlineData("multipart/form-data; boundary=\"\"")]
    public Task A_broken_form_is_refused(string type) => AssertRefusedAsync(Raw("--b\r\n\r\n"u8.ToArray(), type), 400, "UNSUPPORTED_FORMAT");

    [Theory]
    [InlineData("application/json"), InlineData("text/plain"), InlineData("video/mp4"), InlineData("multipart/mixed; boundary=b"), InlineData("nonsense"), InlineData(null)]
    public Task Another_content_type_is_refused(string? type) => AssertRefusedAsync(Raw(Png(), type), 415, "UNSUPPORTED_FORMAT");

    [Theory]
    [InlineData("GIF89a"), InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>"), InlineData("{}"), InlineData("")]
    public Task Bytes_that_are_no_picture_are_refused_whatever_they_are_called(string text) =>
        AssertRefusedAsync(Raw(System.Text.Encoding.UTF8.GetBytes(text), "image/png"), 415, "UNSUPPORTED_FORMAT");

    [Fact]
    public Task A_picture_that_is_too_small_is_refused() => AssertRefusedAsync(Raw(Png(299, 400), "image/png"), 400, "UNSUPPORTED_FORMAT");

    [Fact]
    public Task A_picture_of_too_many_pixels_is_refused() => AssertRefusedAsync(Raw(Png(20000, 20000), "image/png"), 400, "IMAGE_TOO_LARGE");

    [Fact]
    public async Task A_picture_of_too_many_bytes_is_refused_and_one_of_just_as_many_is_taken()
    {
        var room = LengthMax - Png(400, 300, PngChunk("teXt", [])).Length;
        Assert.Equal(200, (await PostAsync(Raw(Png(400, 300, PngChunk("teXt", new byte[room])), "image/png"))).Status);
        Assert.Equal(200, (await PostAsync(Form(("file", "a.png", Png(400, 300, PngChunk("teXt", new byte[room])))))).Status);
        await AssertRefusedAsync(Raw(Png(400, 300, PngChunk("teXt", new byte[room + 1])), "image/png"), 413, "IMAGE_TOO_LARGE");
        await AssertRefusedAsync(Form(("file", "a.png", Png(400, 300, PngChunk("teXt", new byte[room + 1])))), 413, "IMAGE_TOO_LARGE");
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_stopped_at_the_limit()
    {
        using var content = new StreamContent(new MemoryStream(new byte[LengthMax + 1]));
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = content };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await gateway.Client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("IMAGE_TOO_LARGE", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_encoded_body_is_refused()
    {
        var content = Raw(Png(), "image/png");
        content.Headers.ContentEncoding.Add("gzip");
        await AssertRefusedAsync(content, 415, "UNSUPPORTED_FORMAT");
    }

    [Fact]
    public async Task A_key_is_needed_and_an_admin_key_is_not_enough()
    {
        using var without = new HttpRequestMessage(HttpMethod.Post, Path) { Content = Raw(Png(), "image/png") };
        without.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "fg_test_nobody-knows-this-key-000");
        using var refused = await gateway.Client.SendAsync(without, Token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        using var admin = new HttpRequestMessage(HttpMethod.Post, Path) { Content = Raw(Png(), "image/png") };
        admin.Headers.Authorization = new AuthenticationHeaderValue("Bearer", gateway.AdminKey);
        using var forbidden = await gateway.Client.SendAsync(admin, Token);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
    }

    [Fact]
    public async Task An_upload_becomes_a_tasks_picture_and_is_served_to_nobody()
    {
        var (_, body) = await PostAsync(Raw(Png(), "image/png"));
        var url = body.GetProperty("data").GetProperty("url").GetString()!;

        using var read = await gateway.Client.GetAsync(new Uri(url), Token);
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
        using var listed = await gateway.Client.GetAsync(new Uri(Path, UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, listed.StatusCode);
        Assert.Equal("POST", Assert.Single(listed.Content.Headers.Allow));

        var (status, task) = await CreateAsync(url);
        Assert.Equal(200, status);
        Assert.StartsWith("task_", task.GetProperty("data").GetProperty("taskId").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_nobody_made_is_refused_by_name()
    {
        var (status, body) = await CreateAsync($"{gateway.Address}uploads/upl_000000000000000000000000000000000000");
        Assert.Equal(400, status);
        Assert.Equal("INVALID_IMAGE_URL", body.GetProperty("data").GetProperty("failCode").GetString());
        Assert.Contains("does not have or that has expired", body.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private async Task<(int Status, JsonElement Body)> CreateAsync(string image)
    {
        using var content = Raw(
            System.Text.Encoding.UTF8.GetBytes($$$"""{"input":{"mode":"standard-image-to-video","prompt":"push in","image_urls":["{{{image}}}"]}}"""), "application/json");
        using var answer = await gateway.Client.PostAsync(new Uri("/api/v1/generateTask/kling-2-1", UriKind.Relative), content, Token);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>(Token));
    }
}
