using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Tests.Apixo;
using Filmgate.Dialects.Tests.Http;
using static Filmgate.Dialects.Tests.Kling.KlingSurface;

namespace Filmgate.Dialects.Tests.Kling;

/// <summary>What is refused, under which status and code, and in which sentence.</summary>
public sealed class RefusalTests(TestGateway gateway)
{
    private const string Photo = "https://e.test/a.png";

    public static TheoryData<string, string, int, int, string> Bodies => new()
    {
        // The body as a whole.
        { Text, "", 400, 1201, "Failed to resolve the request body: body is required: a JSON object" },
        { Text, "{", 400, 1201, "Failed to resolve the request body: body must be valid JSON, at most 32 levels deep: see line 1, byte 2" },
        { Text, "[]", 400, 1201, "Failed to resolve the request body: body must be a JSON object and not an array, got []" },
        { Text, """{"prompt":"a","prompt":"b"}""", 400, 1201, "Failed to resolve the request body: body must name each field once, got prompt twice" },

        // The model.
        { Text, """{"prompt":"a cat"}""", 404, 1203, "model_name must be kling-v2-1 or kling-v2-1-master; kling-v1 is not served here and is what a request without model_name means; model is not read." },
        { Text, """{"model":"kling-v2-1-master","prompt":"a cat"}""", 404, 1203, "model_name must be kling-v2-1 or kling-v2-1-master; kling-v1 is not served here and is what a request without model_name means; model is not read." },
        { Text, """{"model_name":"kling-v2-6","prompt":"a cat"}""", 404, 1203, "model_name must be kling-v2-1 or kling-v2-1-master; kling-v2-6 is not served here." },
        { Image, """{"model_name":"kling-v2","image":"x","duration":true}""", 400, 1201, "duration must be \"5\" or \"10\" (seconds) and not a boolean, got true" },
        { Text, """{"model_name":"kling-v2-1","prompt":"a cat"}""", 400, 1201, "model_name must be kling-v2-1-master for text2video; kling-v2-1 begins with a picture, got kling-v2-1" },
        { Text, """{"modelName":"kling-v2-1-master","prompt":"a cat"}""", 400, 1201, "model_name must be spelled with underscores, got modelName" },
        { Text, """{"Prompt":"a cat"}""", 400, 1201, "prompt must be spelled in lower case, got Prompt" },

        // Types and values.
        { Text, """{"model_name":5,"prompt":["a"],"duration":true,"callback_url":{}}""", 400, 1201, "prompt must be a string and not an array, got [\"a\"]; duration must be \"5\" or \"10\" (seconds) and not a boolean, got true; callback_url must be a string and not an object, got {}; model_name must be a string and not a number, got 5" },
        { Text, """{"model_name":"kling-v2-1-master"}""", 400, 1201, "prompt is required: 1 to 5000 characters, not only spaces" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","aspect_ratio":"4:3"}""", 400, 1201, "aspect_ratio must be one of 16:9, 9:16, 1:1, got 4:3" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","duration":"7"}""", 400, 1201, "duration must be \"5\" or \"10\" (seconds), got \"7\"" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","sound":true}""", 400, 1201, "sound must be the string off or absent: these models make no sound, got true" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","sound":"on"}""", 400, 1201, "sound must be the string off or absent: these models make no sound, got \"on\"" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","camera_control":{"type":"simple"}}""", 400, 1201, "camera_control must be absent: kling-v2-1 and kling-v2-1-master have no motion brush and no camera control" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a \u0000"}""", 400, 1201, "prompt must be well-formed Unicode text without U+0000" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a \ud800"}""", 400, 1201, "prompt must be well-formed Unicode text without U+0000" },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"a cat","external_task_id":7}""", 400, 1201, "external_task_id must be a string and not a number, got 7" },
        { Text, $$"""{"model_name":"kling-v2-1-master","prompt":"a cat","external_task_id":"{{new string('a', 201)}}"}""", 400, 1201, "external_task_id must be at most 200 characters, got 201 characters" },
        { Text, $$"""{"model_name":"kling-v2-1-master","prompt":"a cat","negative_prompt":"{{new string('a', 501)}}"}""", 400, 1201, "negative_prompt must be at most 500 characters, got 501 characters" },

        // Pictures.
        { Image, """{"model_name":"kling-v2-1","prompt":"a cat"}""", 400, 1201, "image and image_tail can not be empty: give image, an http(s) address or bare base64" },
        { Image, """{"model_name":"kling-v2-1","image":"","image_tail":null}""", 400, 1201, "image and image_tail can not be empty: give image, an http(s) address or bare base64" },
        { Image, $$"""{"model_name":"kling-v2-1","mode":"pro","image_tail":"{{Photo}}"}""", 400, 1201, "image is required beside image_tail: an end frame alone is not served here" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","image_tail":"{{Photo}}"}""", 400, 1201, "model/mode/duration(kling-v2-1/std/5) is not supported with image_tail; an end frame needs kling-v2-1 and mode pro" },
        { Image, $$"""{"model_name":"kling-v2-1-master","mode":"pro","duration":"10","image":"{{Photo}}","image_tail":"{{Photo}}"}""", 400, 1201, "model/mode/duration(kling-v2-1-master/pro/10) is not supported with image_tail; an end frame needs kling-v2-1 and mode pro" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"data:image/png;base64,{{Pixel}}"}""", 400, 1201, $"File is not in a valid base64 format: image must be an http(s) address or bare base64, without data: before it, got data:image/png;base64,{Pixel[..58]}…" },
        { Image, """{"model_name":"kling-v2-1","image":"not base64"}""", 400, 1201, "File is not in a valid base64 format: image must be an http(s) address or bare base64, without data: before it, got not base64" },
        { Image, """{"model_name":"kling-v2-1","image":"ftp://e.test/a.png"}""", 400, 1201, "File is not in a valid base64 format: image must be an http(s) address or bare base64, without data: before it, got ftp://e.test/a.png" },
        { Image, """{"model_name":"kling-v2-1","image":"QUJ"}""", 400, 1201, "File is not in a valid base64 format: image must be an http(s) address or bare base64, without data: before it, got QUJ" },
        { Image, $$"""{"model_name":"kling-v2-1","mode":"pro","image":"{{Photo}}","image_tail":"a-b_"}""", 400, 1201, "File is not in a valid base64 format: image_tail must be an http(s) address or bare base64, without data: before it, got a-b_" },
        { Image, """{"model_name":"kling-v2-1","image":["https://e.test/a.png"]}""", 400, 1201, "image must be a string and not an array, got [\"https://e.test/a.png\"]" },
        { Image, $$"""{"model_name":"kling-v2-1","mode":"ultra","image":"{{Photo}}"}""", 400, 1201, "mode must be std or pro, got ultra" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","static_mask":"{{Photo}}","dynamic_masks":[{}]}""", 400, 1201, "static_mask must be absent: kling-v2-1 and kling-v2-1-master have no motion brush and no camera control; dynamic_masks must be absent: kling-v2-1 and kling-v2-1-master have no motion brush and no camera control" },
        { Image, $$"""{"model_name":"kling-v2-1","image":"{{Photo}}","imageTail":"{{Photo}}"}""", 400, 1201, "image_tail must be spelled with underscores, got imageTail" },

        // What the house says.
        { Text, """{"model_name":"kling-v2-1-master","prompt":"@full"}""", 429, 1303, "parallel task over resource pack limit: The account has its 3 tasks in flight." },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"@over"}""", 429, 1102, "Account balance not enough: The task would cost 1.40 USD and the account may still spend 0.25 USD; nothing was created. Raise its budget, or choose a cheaper mode or duration." },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"@unavailable"}""", 503, 5001, "The store does not answer." },
        { Text, """{"model_name":"kling-v2-1-master","prompt":"@policy"}""", 400, 1301, "Failed to resolve the request body: body is refused: INSUFFICIENT_CREDITS; body is refused: NSFW_DETECTED" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_bad_creation_is_told_its_fields_and_the_way_out(string address, string body, int status, int code, string message)
    {
        var answer = await gateway.SendAsync("POST", address, body);
        Assert.Equal((status, code, message), Told(answer));
    }

    [Theory]
    [InlineData("@full", "5", "3")]
    [InlineData("@unavailable", "3", null)]
    public async Task What_may_be_asked_again_says_when(string prompt, string seconds, string? limit)
    {
        var answer = await gateway.SendAsync("POST", Text, Words.Replace("a cat", prompt, StringComparison.Ordinal));
        Assert.Equal((seconds, limit), (answer.Header("Retry-After"), answer.Header("RateLimit-Limit")));
    }

    [Theory]
    [InlineData("PUT", "/kling/v1/videos/text2video", "POST, GET")]
    [InlineData("DELETE", "/v1/videos/image2video", "POST, GET")]
    [InlineData("POST", "/v1/videos/image2video/1", "GET")]
    [InlineData("HEAD", "/proxy/kling/v1/videos/text2video/1", "GET")]
    public async Task Another_method_is_what_Kling_calls_a_wrong_one(string method, string address, string allowed)
    {
        var answer = await gateway.SendAsync(method, address, key: null);
        Assert.Equal(404, answer.Status);
        if (method != "HEAD")
        {
            Assert.Equal((404, 1202, $"The method {method} is not allowed here; use {allowed}."), Told(answer));
        }
    }

    [Theory]
    [InlineData("/kling")]
    [InlineData("/kling/v1/videos")]
    [InlineData("/kling/v1/videos/1")]
    [InlineData("/kling/v1/videos/lip-sync")]
    [InlineData("/proxy/kling/v1/images/generations")]
    [InlineData("/v1/videos/text2video/1/2")]
    public async Task What_is_not_there_is_told_in_the_same_form(string address) =>
        Assert.Equal((404, 1203, "There is nothing at this address."), Told(await gateway.SendAsync("GET", address)));

    [Theory]
    [InlineData("/v1/videos")]
    [InlineData("/v1/videos/video_123")]
    [InlineData("/v1/videos/text2videos")]
    [InlineData("/proxy")]
    public async Task Other_addresses_beside_these_are_not_answered_in_this_form(string address) =>
        Assert.DoesNotContain("\"request_id\"", (await gateway.SendAsync("GET", address)).Body, StringComparison.Ordinal);

    [Fact]
    public async Task A_body_that_is_not_declared_as_json_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Text) { Content = new StringContent(Words, Encoding.UTF8, "text/plain") };
        using var answer = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.StartsWith("""{"code":1201,"message":"Content-Type must be application/json (charset utf-8), got text/plain""", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        var answer = await gateway.SendAsync("POST", Image, $$"""{"image":"{{new string('a', 30_000_001)}}"}""", headers: ("Expect", "100-continue"));
        Assert.Equal((413, 1201, "The body must be at most 30000000 bytes."), Told(answer));
    }

    [Fact]
    public async Task A_fault_of_ours_shows_a_trace_id_and_nothing_else()
    {
        var answer = await gateway.SendAsync("POST", Text, Words.Replace("a cat", "@bug", StringComparison.Ordinal));
        var (status, code, message) = Told(answer);
        Assert.Equal((500, 5000), (status, code));
        Assert.Equal($"Something went wrong on our side. Trace id: {answer.Header("X-Request-Id")}", message);
    }

    [Fact]
    public async Task Bodies_that_are_meant_to_hurt_are_refused_and_no_more()
    {
        foreach (var body in HostileJson.Malformed())
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
            using var answer = await gateway.Client.PostAsync(new Uri(Text, UriKind.Relative), content, TestContext.Current.CancellationToken);
            Assert.True((int)answer.StatusCode is 400 or 404, Encoding.UTF8.GetString(body));
        }
    }

    private static (int Status, int Code, string? Message) Told(Transcript answer)
    {
        using var body = JsonDocument.Parse(answer.Body);
        Assert.Equal(["code", "message", "request_id"], body.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal(answer.Header("X-Request-Id"), body.RootElement.GetProperty("request_id").GetString());
        return (answer.Status, body.RootElement.GetProperty("code").GetInt32(), body.RootElement.GetProperty("message").GetString());
    }
}
