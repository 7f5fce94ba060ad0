using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Tests.Apixo;
using Filmgate.Dialects.Tests.Http;

namespace Filmgate.Dialects.Tests.OpenAiVideos;

public sealed class BadCreationTests(TestGateway gateway)
{
    private const string Picture = "\"input_reference\":{\"image_url\":\"https://e.test/a.png\"}";

    public static TheoryData<string, string?, string, string> Bodies => new()
    {
        { """{"model":"kling-2.1-master"}""", "prompt", "missing_required_parameter", "prompt is required: 1 to 5000 characters, not only spaces" },
        { """{"model":"kling-2.1-master","prompt":"  "}""", "prompt", "missing_required_parameter", "prompt is required: 1 to 5000 characters, not only spaces, got \"  \"" },
        { """{"model":"kling-2.1-master","prompt":7}""", "prompt", "invalid_value", "prompt must be a string and not a number, got 7" },
        { """{"model":"kling-2.1-master","prompt":"\ud800"}""", "prompt", "invalid_prompt", "prompt must be well-formed Unicode text without U+0000" },
        { """{"model":"kling-2.1-master","prompt":"a\u0000"}""", "prompt", "invalid_prompt", "prompt must be well-formed Unicode text without U+0000" },
        { $$"""{"model":"kling-2.1-master","prompt":"{{new string('a', 5001)}}"}""", "prompt", "string_above_max_length", "prompt must be at most 5000 characters, got 5001 characters" },
        { """{"model":"sora-2","prompt":"a cat"}""", "model", "model_not_found", "model must be one of kling-2.1-standard, kling-2.1-pro, kling-2.1-master, kling-2.1, got sora-2" },
        { """{"model":["kling-2.1"],"prompt":"a cat"}""", "model", "model_not_found", "model must be a string and not an array, got [\"kling-2.1\"]" },
        { """{"Model":"kling-2.1","prompt":"a cat"}""", "model", "model_not_found", "model must be spelled in lower case, got Model" },
        { """{"model":"kling-2.1-master","prompt":"a cat","seconds":"4"}""", "seconds", "invalid_value", "seconds must be \"5\" or \"10\", got \"4\"" },
        { """{"model":"kling-2.1-master","prompt":"a cat","seconds":8}""", "seconds", "invalid_value", "seconds must be 5 or 10 (seconds), got 8" },
        { """{"model":"kling-2.1-master","prompt":"a cat","seconds":1e400}""", "seconds", "invalid_value", "seconds must be \"5\" or \"10\", got 1e400" },
        { """{"model":"kling-2.1-master","prompt":"a cat","seconds":[5]}""", "seconds", "invalid_value", "seconds must be \"5\" or \"10\" and not an array, got [5]" },
        { """{"model":"kling-2.1-master","prompt":"a cat","size":"big"}""", "size", "invalid_value", "size must be <width>x<height> in pixels, such as 1280x720, or a ratio such as 16:9, got big" },
        { """{"model":"kling-2.1-master","prompt":"a cat","size":"0x0"}""", "size", "invalid_value", "size must be <width>x<height> in pixels, such as 1280x720, or a ratio such as 16:9, got 0x0" },
        { """{"model":"kling-2.1-master","prompt":"a cat","size":"99999999999x1"}""", "size", "invalid_value", "size must be <width>x<height> in pixels, such as 1280x720, or a ratio such as 16:9, got 99999999999x1" },
        { """{"model":"kling-2.1-master","prompt":"a cat","size":"1000x700"}""", "size", "invalid_value", "size must be 16:9, 9:16 or 1:1 in shape, such as 1280x720, 720x1280 or 1024x1024, because there is no input_reference that gives one, got 1000x700" },
        { """{"model":"kling-2.1-standard","prompt":"a cat"}""", "input_reference", "missing_required_parameter", "input_reference is required for kling-2.1-standard: a file of a form, or an object with image_url. kling-2.1-master makes videos from words alone" },
        { """{"model":"kling-2.1-pro","prompt":"a cat"}""", "input_reference", "missing_required_parameter", "input_reference is required for kling-2.1-pro: a file of a form, or an object with image_url. kling-2.1-master makes videos from words alone" },
        { """{"model":"kling-2.1-standard","prompt":"a cat","input_reference":7}""", "input_reference", "invalid_value", "input_reference must be a file of a form, or an object with image_url and not a number, got 7" },
        { """{"model":"kling-2.1-standard","prompt":"a cat","input_reference":{}}""", "input_reference.image_url", "invalid_value", "input_reference.image_url must hold the address of a picture, or a data URL" },
        { """{"model":"kling-2.1-standard","prompt":"a cat","input_reference":{"image_url":7}}""", "input_reference.image_url", "invalid_value", "input_reference.image_url must be a string and not a number, got 7" },
        { """{"model":"kling-2.1-standard","prompt":"a cat","input_reference":{"file_id":"file-1"}}""", "input_reference.file_id", "invalid_value", "input_reference.file_id is not served, because there is no file store here; send the picture as a file or by image_url" },
        { $$"""{"model":"kling-2.1-standard","prompt":"a cat",{{Picture}},"tail_image_url":"https://e.test/b.png"}""", "tail_image_url", "invalid_value", "tail_image_url is an end frame, which kling-2.1-pro takes beside input_reference, and kling-2.1-standard as it is asked here does not" },
        { """{"model":"kling-2.1","prompt":"a cat","end_image_url":"https://e.test/b.png"}""", "tail_image_url", "invalid_value", "tail_image_url is an end frame, which kling-2.1-pro takes beside input_reference, and kling-2.1 as it is asked here does not" },
        { $$"""{"model":"kling-2.1-pro","prompt":"a cat",{{Picture}},"tail_image_url":"https://e.test/b.png","end_image_url":"https://e.test/b.png"}""", "tail_image_url", "invalid_value", "tail_image_url and end_image_url are two names of one picture; send one of them" },
        { """{"model":"kling-2.1-master","prompt":"a cat","cfg_scale":"0.5"}""", "cfg_scale", "invalid_value", "cfg_scale must be a number from 0 to 1 and not a string, got \"0.5\"" },
        { """{"model":"kling-2.1-master","prompt":"a cat","cfg_scale":1.5}""", "cfg_scale", "invalid_value", "cfg_scale must be a number from 0 to 1, got 1.5" },
        { """{"model":"kling-2.1-master","prompt":"a cat","metadata":{"a":1}}""", "metadata.a", "invalid_value", "metadata.a must be a string and not a number, got 1" },
        { """{"prompt":"a cat","prompt":"a dog"}""", null, "invalid_value", "body must name each field once, got prompt twice" },
        { "[]", null, "invalid_value", "body must be a JSON object and not an array, got []" },
        { "", null, "missing_required_parameter", "body is required: a JSON object" },
        { """{"model":"kling-2.1-master","prompt":7,"seconds":"4"}""", "prompt", "invalid_value", "prompt must be a string and not a number, got 7; seconds must be \"5\" or \"10\", got \"4\"" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Bad_JSON_is_refused_by_field_and_code(string body, string? param, string code, string message)
    {
        var answer = await gateway.SendAsync("POST", VideosApi.Videos, body);
        Assert.Equal(Error(message, param, code), answer.Body);
        Assert.Equal(400, answer.Status);
        Assert.NotEmpty(answer.Header("x-request-id")!);
    }

    [Fact]
    public async Task Bad_forms_are_refused_by_field_and_code()
    {
        await RefusedAsync("seconds", "invalid_value", "seconds must be \"5\" or \"10\", got \"7\"", ("prompt", "a cat"), ("model", "kling-2.1-master"), ("seconds", "7"));
        await RefusedAsync("cfg_scale", "invalid_value", "cfg_scale must be a number from 0 to 1 and not a string, got \"much\"", ("prompt", "a cat"), ("model", "kling-2.1-master"), ("cfg_scale", "much"));
        await RefusedAsync("prompt", "invalid_prompt", "prompt must be well-formed Unicode text without U+0000", ("prompt", "a\0cat"), ("model", "kling-2.1-master"));
        await RefusedAsync(null, "invalid_value", "body must name each field once, got prompt twice", ("prompt", "a cat"), ("prompt", "a dog"));
        await RefusedAsync(null, "invalid_value", "body must name each field once, got metadata[a] twice", ("prompt", "a cat"), ("metadata[a]", "1"), ("metadata[a]", "2"));
        await RefusedAsync(
            null, "invalid_value", "body must name each field once, got input_reference and input_reference[…]",
            ("prompt", "a cat"), ("input_reference", "https://e.test/a.png"), ("input_reference[image_url]", "https://e.test/a.png"));
        await RefusedAsync("input_reference", "invalid_value", "input_reference must be given once, got a file and a value", ("prompt", "a cat"), ("input_reference", VideosApi.Png), ("input_reference[image_url]", "https://e.test/a.png"));
        await RefusedAsync("input_reference", "invalid_value", "input_reference must be given once, got 2 files", ("prompt", "a cat"), ("input_reference", VideosApi.Png), ("input_reference", VideosApi.Png));
        await RefusedAsync("input_reference", "invalid_image_format", "input_reference must not be an empty file", ("prompt", "a cat"), ("input_reference", Array.Empty<byte>()));
        await RefusedAsync("image", "invalid_value", "image must not be a file; the picture's field is input_reference", ("prompt", "a cat"), ("model", "kling-2.1-master"), ("image", VideosApi.Png));
        await RefusedAsync("input_reference.file_id", "invalid_value", "input_reference.file_id is not served, because there is no file store here; send the picture as a file or by image_url", ("prompt", "a cat"), ("input_reference[file_id]", "file-1"));
        await RefusedAsync("prompt", "missing_required_parameter", "prompt is required: 1 to 5000 characters, not only spaces", ("model", "kling-2.1-master"));
    }

    [Theory]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("multipart/form-data", 415)]
    [InlineData("multipart/mixed; boundary=x", 415)]
    [InlineData("multipart/form-data; boundary=x", 400)]
    public async Task A_body_of_another_type_or_a_broken_form_is_refused(string type, int status)
    {
        using var content = new ByteArrayContent("""{"prompt":"a cat"}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await gateway.Client.PostAsync(new Uri(VideosApi.Videos, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var error = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("error");
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_form_whose_text_is_not_UTF8_is_refused()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent([0x61, 0xC3, 0x28]), "\"prompt\"" } };
        using var answer = await gateway.Client.PostAsync(new Uri(VideosApi.Videos, UriKind.Relative), form, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Hostile_JSON_gets_400_in_the_vendors_form()
    {
        string[] values = ["-1", "1e400", "9999999999999999999999999999999999999", "true", "[]", "[[]]", "{}", "{\"a\":[]}", "\"\\ud800\"", "\"\\u0000\"", "[null]", "{\"\\ud800\":1}", "{\"a\":1,\"\\u0061\":2}"];
        string[] names = ["model", "prompt", "seconds", "size", "input_reference", "negative_prompt", "cfg_scale", "tail_image_url", "end_image_url", "callback_url", "metadata"];
        var misfits = from name in names
                      from value in values
                      where !(name == "metadata" && value == "{}")
                      select Encoding.UTF8.GetBytes($$"""{"{{name}}":{{value}},"x":"a"}""");
        foreach (var body in HostileJson.Malformed().Concat(misfits))
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
            using var answer = await gateway.Client.PostAsync(new Uri(VideosApi.Videos, UriKind.Relative), content, TestContext.Current.CancellationToken);
            var error = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("error");
            Assert.True((int)answer.StatusCode == 400, $"{(int)answer.StatusCode} for {Convert.ToBase64String(body[..Math.Min(body.Length, 200)])}");
            Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(property => property.Name));
        }
    }

    private static string Error(string message, string? param, string code) =>
        $$$"""{"error":{"message":{{{Text(message)}}},"type":"invalid_request_error","param":{{{(param is null ? "null" : Text(param))}}},"code":"{{{code}}}"}}""";

    private static string Text(string text) => JsonSerializer.Serialize(text, Relaxed);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private async Task RefusedAsync(string? param, string code, string message, params (string, object)[] parts) =>
        Assert.Equal((400, Error(message, param, code)), await gateway.PostFormAsync(parts));
}
