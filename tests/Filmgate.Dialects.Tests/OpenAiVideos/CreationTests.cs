using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Tests.OpenAiVideos;

public sealed class CreationTests(TestGateway gateway)
{
    [Fact]
    public async Task A_creation_answers_with_the_thirteen_names_and_explicit_nulls()
    {
        var answer = await gateway.SendAsync("POST", VideosApi.Videos, """{"model":"kling-2.1-master","prompt":"a \"cat\" & żółw","seconds":"10","size":"720x1280"}""");
        var id = JsonElement.Parse(answer.Body).GetProperty("id").GetString()!;
        Assert.Matches("^video_[0-9a-hjkmnp-tv-z]{36}$", id);
        var created = gateway.Desk.TasksOf(ScriptedDesk.Owner).Single(task => task.Task.Key.Task == VideosApi.TaskOf(id)).Task.CreatedAt.ToUnixTimeSeconds();
        Assert.Equal(
            $$"""{"id":"{{id}}","object":"video","model":"kling-2.1-master","status":"queued","progress":0,"created_at":{{created}},"completed_at":null,"expires_at":null,"prompt":"a \"cat\" & żółw","size":"720x1280","seconds":"10","remixed_from_video_id":null,"error":null}""",
            answer.Body);
        Assert.Equal(200, answer.Status);
        Assert.NotEmpty(answer.Header("x-request-id")!);
        Assert.Equal("openai-videos", gateway.Desk.TasksOf(ScriptedDesk.Owner).Single(task => task.Task.Key.Task == VideosApi.TaskOf(id)).Task.Dialect);
    }

    [Theory]
    [InlineData("kling-2.1-master", false, false, null, "master-text-to-video")]
    [InlineData("kling-2.1-master", true, false, null, "master-image-to-video")]
    [InlineData("kling-2.1-standard", true, false, "1920x1080", "standard-image-to-video")]
    [InlineData("kling-2.1-pro", true, false, "1280x720", "pro-image-to-video")]
    [InlineData("kling-2.1-pro", true, true, null, "pro-image-to-video")]
    [InlineData("kling-2.1", false, false, "1280x720", "master-text-to-video")]
    [InlineData("kling-2.1", true, false, null, "standard-image-to-video")]
    [InlineData("kling-2.1", true, false, "720x1280", "standard-image-to-video")]
    [InlineData("kling-2.1", true, false, "1920x1080", "pro-image-to-video")]
    [InlineData("kling-2.1", true, false, "1024x1792", "pro-image-to-video")]
    [InlineData("kling-2.1", true, true, "1280x720", "pro-image-to-video")]
    [InlineData(null, false, false, null, "master-text-to-video")]
    [InlineData(null, true, false, null, "standard-image-to-video")]
    public async Task Model_pictures_and_size_make_the_mode(string? model, bool hasImage, bool hasEnd, string? size, string mode)
    {
        var body = JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["prompt"] = "a cat",
            ["model"] = model,
            ["size"] = size,
            ["input_reference"] = hasImage ? new { image_url = "https://e.test/a.png" } : null,
            ["tail_image_url"] = hasEnd ? "https://e.test/b.png" : null,
        });
        var (_, draft) = await gateway.CreateAsync(body);
        Assert.Equal(mode, draft.Mode);
        Assert.Equal(new[] { hasImage ? "https://e.test/a.png" : "", hasEnd ? "https://e.test/b.png" : "" }.Where(url => url.Length > 0), draft.ImageUrls);
    }

    [Theory]
    [InlineData("1280x720", "16:9")]
    [InlineData("1920x1080", "16:9")]
    [InlineData("1792x1024", "16:9")]
    [InlineData("1808x1024", "16:9")]
    [InlineData("3840x2160", "16:9")]
    [InlineData("16:9", "16:9")]
    [InlineData("720x1280", "9:16")]
    [InlineData("1080x1920", "9:16")]
    [InlineData("1024x1792", "9:16")]
    [InlineData("1024x1808", "9:16")]
    [InlineData("9:16", "9:16")]
    [InlineData("1024x1024", "1:1")]
    [InlineData("720x720", "1:1")]
    [InlineData("1:1", "1:1")]
    public async Task A_size_gives_the_shape_of_a_video_from_words(string size, string ratio)
    {
        var (_, draft) = await gateway.CreateAsync($$"""{"model":"kling-2.1-master","prompt":"a cat","size":"{{size}}"}""");
        Assert.Equal(ratio, draft.AspectRatio);
    }

    [Fact]
    public async Task A_size_of_another_shape_is_no_matter_beside_a_picture()
    {
        var (_, draft) = await gateway.CreateAsync("""{"model":"kling-2.1-pro","prompt":"a cat","size":"1000x700","input_reference":{"image_url":"https://e.test/a.png"}}""");
        Assert.Equal("pro-image-to-video", draft.Mode);
    }

    [Theory]
    [InlineData("\"5\"", 5)]
    [InlineData("\"10\"", 10)]
    [InlineData("5", 5)]
    [InlineData("10", 10)]
    [InlineData("null", null)]
    public async Task Seconds_come_as_text_or_number(string seconds, int? expected)
    {
        var (id, draft) = await gateway.CreateAsync($$"""{"model":"kling-2.1-master","prompt":"a cat","seconds":{{seconds}}}""");
        Assert.Equal(expected, draft.Duration);
        var (_, body) = await gateway.GetAsync($"{VideosApi.Videos}/{id}");
        Assert.Contains($"\"seconds\":\"{expected ?? 5}\",", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_field_of_a_JSON_body_reaches_the_desk()
    {
        var (_, draft) = await gateway.CreateAsync(
            """
            {"model":"kling-2.1-pro","prompt":"Zażółć 🎬 \u202e","seconds":"10","size":"1280x720","input_reference":{"image_url":"https://e.test/a.png?x=1&y=2","file_id":null},
             "negative_prompt":"blur","cfg_scale":0.7,"end_image_url":"data:image/png;base64,AAAA","callback_url":"https://hooks.e.test/x","metadata":{"shot":"7"},
             "user":"u-1","n":1,"extra_body":{"a":[1,{"b":null}]}}
            """);
        Assert.Equal("Zażółć 🎬 \u202e", draft.Prompt);
        Assert.Equal(10, draft.Duration);
        Assert.Equal(["https://e.test/a.png?x=1&y=2", "data:image/png;base64,AAAA"], draft.ImageUrls);
        Assert.Equal("blur", draft.NegativePrompt);
        Assert.Equal(0.7m, draft.CfgScale);
        Assert.Equal("https://hooks.e.test/x", draft.CallbackUrl);
        Assert.Equal(TaskEvents.Completed, draft.CallbackEvents);
        Assert.Equal([new("shot", "7")], draft.Metadata);
        Assert.Equal("""{"model":"kling-2.1-pro","size":"1280x720"}""", draft.Notes);
    }

    [Fact]
    public async Task Every_field_of_a_form_reaches_the_desk_as_of_JSON()
    {
        var (_, draft) = await gateway.CreateAsync(
            ("model", "kling-2.1-pro"), ("prompt", "Zażółć 🎬\r\n--x"), ("seconds", "10"), ("size", "1280x720"), ("input_reference", VideosApi.Png),
            ("negative_prompt", "blur"), ("cfg_scale", "0.7"), ("tail_image_url", "https://e.test/b.png"), ("callback_url", "https://hooks.e.test/x"),
            ("metadata[shot]", "7"), ("metadata[take]", "2"), ("kling[tags][]", "a"), ("kling[tags][]", "b"), ("extra[deep][er]", "x"), ("user", "u-1"), ("user", "u-2"));
        Assert.Equal("pro-image-to-video", draft.Mode);
        Assert.Equal("Zażółć 🎬\r\n--x", draft.Prompt);
        Assert.Equal(10, draft.Duration);
        Assert.Equal([VideosApi.PngUrl, "https://e.test/b.png"], draft.ImageUrls);
        Assert.Equal("blur", draft.NegativePrompt);
        Assert.Equal(0.7m, draft.CfgScale);
        Assert.Equal("https://hooks.e.test/x", draft.CallbackUrl);
        Assert.Equal([new("shot", "7"), new("take", "2")], draft.Metadata);
        Assert.DoesNotContain("base64", draft.Notes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_without_a_file_is_a_form()
    {
        var (id, draft) = await gateway.CreateAsync(("model", "kling-2.1-master"), ("prompt", "a cat"), ("size", "1024x1024"));
        Assert.Equal(("master-text-to-video", "1:1"), (draft.Mode, draft.AspectRatio));
        Assert.Empty(draft.ImageUrls);
        Assert.StartsWith("video_", id, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_comes_by_its_address_in_brackets()
    {
        var (_, draft) = await gateway.CreateAsync(("model", "kling-2.1-standard"), ("prompt", "a cat"), ("input_reference[image_url]", "https://e.test/a.png"));
        Assert.Equal(["https://e.test/a.png"], draft.ImageUrls);
    }

    [Fact]
    public async Task A_picture_comes_as_the_address_alone()
    {
        var (_, inJson) = await gateway.CreateAsync("""{"model":"kling-2.1-standard","prompt":"a cat","input_reference":"https://e.test/a.png"}""");
        Assert.Equal(["https://e.test/a.png"], inJson.ImageUrls);
        var (_, inForm) = await gateway.CreateAsync(("model", "kling-2.1-standard"), ("prompt", "a cat"), ("input_reference", "https://e.test/a.png"));
        Assert.Equal(["https://e.test/a.png"], inForm.ImageUrls);
    }

    [Fact]
    public async Task Both_pictures_come_as_files()
    {
        byte[] other = [1, 2, 3];
        var (_, draft) = await gateway.CreateAsync(("model", "kling-2.1-pro"), ("prompt", "a cat"), ("input_reference", VideosApi.Png), ("end_image_url", other));
        Assert.Equal([VideosApi.PngUrl, "data:application/octet-stream;base64,AQID"], draft.ImageUrls);
    }

    [Fact]
    public async Task Extensions_stand_in_the_vendors_object_and_the_body_itself_goes_first()
    {
        var (_, inForm) = await gateway.CreateAsync(("model", "kling-2.1-master"), ("prompt", "a cat"), ("kling[cfg_scale]", "0.25"), ("kling[negative_prompt]", "blur"));
        Assert.Equal((0.25m, "blur"), (inForm.CfgScale, inForm.NegativePrompt));
        var (_, inJson) = await gateway.CreateAsync("""{"model":"kling-2.1-master","prompt":"a cat","cfg_scale":1,"kling":{"cfg_scale":0.25,"negative_prompt":"blur","prompt":"no"}}""");
        Assert.Equal((1m, "blur", "a cat"), (inJson.CfgScale, inJson.NegativePrompt, inJson.Prompt));
    }

    [Fact]
    public async Task A_key_makes_one_video_of_two_requests_and_refuses_another_request()
    {
        const string body = """{"model":"kling-2.1-master","prompt":"a cat, once"}""";
        (string, string) key = ("Idempotency-Key", "k-openai-1");
        var first = await gateway.SendAsync("POST", VideosApi.Videos, body, headers: key);
        var again = await gateway.SendAsync("POST", VideosApi.Videos, body, headers: key);
        Assert.Equal(first.Body, again.Body);
        Assert.Equal((null, "true"), (first.Header("Idempotent-Replayed"), again.Header("Idempotent-Replayed")));

        var other = await gateway.SendAsync("POST", VideosApi.Videos, body.Replace("once", "twice", StringComparison.Ordinal), headers: key);
        Assert.Equal(422, other.Status);
        Assert.Contains("\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"idempotency_key_reused\"", other.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_a_video_is_accepted_nothing_that_breaks_is_said_as_an_error()
    {
        var answer = await gateway.SendAsync("POST", VideosApi.Videos, """{"model":"kling-2.1-master","prompt":"@unreadable","seconds":10,"size":"9:16"}""");
        Assert.Equal(200, answer.Status);
        var id = JsonElement.Parse(answer.Body).GetProperty("id").GetString()!;
        Assert.Equal(
            $$"""{"id":"{{id}}","object":"video","model":"kling-2.1-master","status":"queued","progress":0,"created_at":0,"completed_at":null,"expires_at":null,"prompt":"@unreadable","size":"1080x1920","seconds":"10","remixed_from_video_id":null,"error":null}""",
            answer.Body);
        Assert.Single(gateway.Desk.Drafts, draft => draft.Value.Prompt == "@unreadable");
    }
}
