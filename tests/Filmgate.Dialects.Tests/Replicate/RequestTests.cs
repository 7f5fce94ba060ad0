using System.Globalization;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Tests.Replicate;

/// <summary>Every row of the inbound field table, and what is refused.</summary>
public sealed class RequestTests(OwnGateway gateway) : IClassFixture<OwnGateway>
{
    private const string Kling = "kwaivgi/kling-v2.1", Master = "kwaivgi/kling-v2.1-master";

    [Theory]
    [InlineData(Kling, """{"prompt":"p","start_image":"https://a.test/1"}""", "standard-image-to-video", "https://a.test/1")]
    [InlineData(Kling, """{"prompt":"p","start_image":"https://a.test/1","mode":"standard"}""", "standard-image-to-video", "https://a.test/1")]
    [InlineData(Kling, """{"prompt":"p","start_image":"https://a.test/1","mode":null,"end_image":null,"negative_prompt":null}""", "standard-image-to-video", "https://a.test/1")]
    [InlineData(Kling, """{"prompt":"p","start_image":"https://a.test/1","mode":"pro"}""", "pro-image-to-video", "https://a.test/1")]
    [InlineData(Kling, """{"prompt":"p","start_image":"https://a.test/1","mode":"pro","end_image":"https://a.test/2"}""", "pro-image-to-video", "https://a.test/1 https://a.test/2")]
    [InlineData(Kling, """{"prompt":"p","image":"https://a.test/1"}""", "standard-image-to-video", "https://a.test/1")]
    [InlineData(Kling, """{"prompt":"p","image":"https://a.test/1","start_image":"https://a.test/1"}""", "standard-image-to-video", "https://a.test/1")]
    [InlineData(Kling, """{"prompt":"p","start_image":"https://a.test/1","aspect_ratio":"4:3","cfg_scale":9,"seed":1,"size":"720p","fps":24}""", "standard-image-to-video", "https://a.test/1")]
    [InlineData(Master, """{"prompt":"p"}""", "master-text-to-video", "")]
    [InlineData(Master, """{"prompt":"p","mode":"anything"}""", "master-text-to-video", "")]
    [InlineData(Master, """{"prompt":"p","start_image":"https://a.test/1","aspect_ratio":"1:1"}""", "master-image-to-video", "https://a.test/1")]
    public async Task Model_mode_and_pictures_choose_our_mode(string model, string input, string mode, string images)
    {
        var draft = await DraftAsync($$"""{"input":{{input}}}""", model);
        Assert.Equal(mode, draft.Mode);
        Assert.Equal(images, string.Join(' ', draft.ImageUrls));
        Assert.Equal("p", draft.Prompt);
        Assert.Null(draft.CfgScale);
    }

    [Theory]
    [InlineData("5", "5")]
    [InlineData("10", "10")]
    [InlineData("\"5\"", "5")]
    [InlineData("\"10\"", "10")]
    [InlineData("5.0", "5")]
    public async Task A_duration_is_a_number_or_its_digits(string given, string seconds) =>
        Assert.Equal(
            decimal.Parse(seconds, CultureInfo.InvariantCulture),
            decimal.Truncate((await DraftAsync($$$"""{"input":{"prompt":"p","duration":{{{given}}}}}""", Master)).Duration!.Value));

    [Fact]
    public async Task Words_and_shape_are_taken_as_they_come()
    {
        var draft = await DraftAsync("""{"input":{"prompt":" ż🎬\n","negative_prompt":"","aspect_ratio":"9:16"}}""", Master);
        Assert.Equal((" ż🎬\n", "", "9:16"), (draft.Prompt, draft.NegativePrompt, draft.AspectRatio));
    }

    [Theory]
    [InlineData("", TaskEvents.Completed)]
    [InlineData(""","webhook_events_filter":null""", TaskEvents.Completed)]
    [InlineData(""","webhook_events_filter":[]""", TaskEvents.Completed)]
    [InlineData(""","webhook_events_filter":["completed"]""", TaskEvents.Completed)]
    [InlineData(""","webhook_events_filter":["output"]""", TaskEvents.Completed)]
    [InlineData(""","webhook_events_filter":["start"]""", TaskEvents.Started)]
    [InlineData(""","webhook_events_filter":["logs"]""", TaskEvents.None)]
    [InlineData(""","webhook_events_filter":["start","output","logs","completed"]""", TaskEvents.Started | TaskEvents.Completed)]
    public async Task An_event_filter_says_what_is_told(string filter, TaskEvents events)
    {
        var draft = await DraftAsync($$"""{"input":{"prompt":"p"},"webhook":"https://caller.test/"{{filter}}}""", Master);
        Assert.Equal(("https://caller.test/", events), (draft.CallbackUrl, draft.CallbackEvents));
    }

    [Theory]
    [InlineData("kwaivgi/kling-v2.1-master", "kwaivgi/kling-v2.1-master", "hidden")]
    [InlineData("kwaivgi/kling-v2.1-master:41625bc100000000000000000000000000000000000000000000000000000000", "kwaivgi/kling-v2.1-master", "41625bc100000000000000000000000000000000000000000000000000000000")]
    [InlineData("41625bc1ffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "kwaivgi/kling-v2.1-master", "41625bc1ffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("daad218fffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "kwaivgi/kling-v2.1", "daad218fffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public async Task A_version_names_the_model(string version, string model, string shown)
    {
        var answer = await gateway.SendAsync(
            "POST", $"{OwnGateway.Base}/predictions", $$$"""{"version":"{{{version}}}","input":{"prompt":"p","start_image":"https://a.test/1"}}""");
        Assert.Equal(201, answer.Status);
        Assert.Contains($"\"model\":\"{model}\",\"version\":\"{shown}\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_that_a_model_names_can_be_created_by()
    {
        var model = await gateway.SendAsync("GET", $"{OwnGateway.Base}/models/{Kling}");
        var version = System.Text.Json.JsonDocument.Parse(model.Body).RootElement.GetProperty("latest_version").GetProperty("id").GetString();
        var answer = await gateway.SendAsync(
            "POST", $"{OwnGateway.Base}/predictions", $$$"""{"version":"{{{version}}}","input":{"prompt":"p","start_image":"https://a.test/1"}}""");
        Assert.Contains($"\"model\":\"{Kling}\",\"version\":\"{version}\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"input":{"prompt":"p"}}""", "required", "(root)", "version is required: kwaivgi/kling-v2.1 or kwaivgi/kling-v2.1-master")]
    [InlineData("""{"version":"owner/other","input":{"prompt":"p"}}""", "enum", "version", "version must be kwaivgi/kling-v2.1 or kwaivgi/kling-v2.1-master; only these models are served here, got owner/other")]
    [InlineData("""{"version":"kwaivgi/kling-v2.1:x","input":{"prompt":"p"}}""", "enum", "version", "version must be kwaivgi/kling-v2.1 or kwaivgi/kling-v2.1-master; only these models are served here, got kwaivgi/kling-v2.1:x")]
    [InlineData("""{"version":"kwaivgi/kling-v2.1:41625bc100000000000000000000000000000000000000000000000000000000","input":{"prompt":"p"}}""", "enum", "version", "version must be kwaivgi/kling-v2.1 or kwaivgi/kling-v2.1-master; only these models are served here, got kwaivgi/kling-v2.1:41625bc100000000000000000000000000000000000000000000000000000…")]
    [InlineData("""{"version":7,"input":{"prompt":"p"}}""", "invalid_type", "version", "version must be a string and not a number, got 7")]
    public async Task An_unknown_version_is_told_as_the_vendor_tells_it(string body, string type, string field, string description)
    {
        var answer = await gateway.SendAsync("POST", $"{OwnGateway.Base}/predictions", body);
        Assert.Equal(
            (422, $$"""{"title":"Invalid version or not permitted","detail":"- {{field}}: {{description}}\n","status":422,"invalid_fields":[{"type":"{{type}}","field":"{{field}}","description":"{{description}}"}]}"""),
            (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_body_with_model_is_refused()
    {
        var answer = await gateway.SendAsync(
            "POST", $"{OwnGateway.Base}/predictions", """{"model":"kwaivgi/kling-v2.1-master","version":"kwaivgi/kling-v2.1-master","input":{"prompt":"p"}}""");
        Assert.Equal(422, answer.Status);
        Assert.Contains("""[{"type":"additional_property_not_allowed","field":"model","description":"model is not allowed""", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Kling, """{"input":{"prompt":"p"}}""", "required", "input", "input.start_image is required: an address, a data URL, or urls.get of an uploaded file")]
    [InlineData(Kling, """{"input":{"start_image":"https://a.test/1"}}""", "required", "input", "input.prompt is required: 1 to 5000 characters, not only spaces")]
    [InlineData(Kling, """{"webhook":"https://a.test/"}""", "required", "(root)", "input is required: an object with prompt and what the model needs")]
    [InlineData(Kling, """{"input":[]}""", "invalid_type", "input", "input must be an object and not an array, got []")]
    [InlineData(Kling, """{"input":{"prompt":"p","start_image":7}}""", "invalid_type", "input.start_image", "input.start_image must be a string and not a number, got 7")]
    [InlineData(Kling, """{"input":{"prompt":"p","image":7}}""", "invalid_type", "input.start_image", "input.start_image must be a string and not a number, got 7")]
    [InlineData(Kling, """{"input":{"prompt":"p","start_image":"https://a.test/1","image":"https://a.test/2"}}""", "format", "input.start_image", "input.start_image must not differ from image, which is another name for it; give one of them")]
    [InlineData(Kling, """{"input":{"prompt":"p","start_image":"https://a.test/1","mode":"master"}}""", "enum", "input.mode", """input.mode must be one of the following: \"standard\", \"pro\", got master""")]
    [InlineData(Kling, """{"input":{"prompt":"p","start_image":"https://a.test/1","end_image":"https://a.test/2"}}""", "additional_property_not_allowed", "input.end_image", "input.end_image is not allowed with mode standard; it needs mode pro")]
    [InlineData(Master, """{"input":{"prompt":"p","start_image":"https://a.test/1","end_image":"https://a.test/2"}}""", "additional_property_not_allowed", "input.end_image", "input.end_image is not allowed: kwaivgi/kling-v2.1-master takes no end image; kwaivgi/kling-v2.1 does with mode pro")]
    [InlineData(Master, """{"input":{"prompt":"p","duration":7}}""", "enum", "input.duration", "input.duration must be 5 or 10 (seconds), got 7")]
    [InlineData(Master, """{"input":{"prompt":"p","duration":"six"}}""", "enum", "input.duration", "input.duration must be one of the following: 5, 10, got \\\"six\\\"")]
    [InlineData(Master, """{"input":{"prompt":"p","duration":1e999}}""", "enum", "input.duration", "input.duration must be one of the following: 5, 10, got 1e999")]
    [InlineData(Master, """{"input":{"prompt":"p","duration":[]}}""", "invalid_type", "input.duration", "input.duration must be one of the following: 5, 10 and not an array, got []")]
    [InlineData(Master, """{"input":{"prompt":"p","aspect_ratio":"4:3"}}""", "enum", "input.aspect_ratio", "input.aspect_ratio must be one of 16:9, 9:16, 1:1, got 4:3")]
    [InlineData(Master, """{"input":{"prompt":"p","Duration":5}}""", "enum", "input.duration", "input.duration must be spelled in lower case, got Duration")]
    [InlineData(Master, """{"input":{"prompt":"a\u0000b"}}""", "invalid", "input.prompt", "input.prompt must be well-formed Unicode text without U+0000")]
    [InlineData(Master, """{"input":{"prompt":"\ud800"}}""", "invalid", "input.prompt", "input.prompt must be well-formed Unicode text without U+0000")]
    [InlineData(Master, """{"input":{"prompt":"p"},"webhook":7}""", "invalid_type", "webhook", "webhook must be a string and not a number, got 7")]
    [InlineData(Master, """{"input":{"prompt":"p"},"webhook_events_filter":["end"]}""", "enum", "webhook_events_filter[0]", "webhook_events_filter[0] must hold only start, output, logs, completed, got end")]
    [InlineData(Master, """{"input":{"prompt":"p"},"webhook_events_filter":"completed"}""", "invalid_type", "webhook_events_filter", "webhook_events_filter must be an array of strings and not a string, got \\\"completed\\\"")]
    public async Task Wrong_input_names_field_value_and_way_out(string model, string body, string type, string field, string description)
    {
        var answer = await gateway.SendAsync("POST", $"{OwnGateway.Base}/models/{model}/predictions", body);
        Assert.Equal(
            (422, $$"""{"title":"Input validation failed","detail":"- {{field}}: {{description}}\n","status":422,"invalid_fields":[{"type":"{{type}}","field":"{{field}}","description":"{{description}}"}]}"""),
            (answer.Status, answer.Body));
    }

    [Fact]
    public async Task Several_faults_are_told_together_a_line_each()
    {
        var answer = await gateway.SendAsync(
            "POST", $"{OwnGateway.Base}/models/{Kling}/predictions", $$$"""{"input":{"prompt":"{{{new string('p', 5001)}}}","duration":6,"start_image":"https://a.test/1"}}""");
        Assert.Contains(
            """ "detail":"- input.prompt: input.prompt must be at most 5000 characters, got 5001 characters\n- input.duration: input.duration must be 5 or 10 (seconds), got 6\n" """.Trim(),
            answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"type\":\"string_lte\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("7")]
    [InlineData("""{"input":{"prompt":"a","prompt":"b"}}""")]
    [InlineData("""{"input":{"\ud800":1}}""")]
    public async Task A_body_that_is_no_object_is_a_bad_request(string body)
    {
        var answer = await gateway.SendAsync("POST", $"{OwnGateway.Base}/models/{Master}/predictions", body);
        Assert.Equal(400, answer.Status);
        Assert.StartsWith("""{"title":"Bad request","detail":"- """, answer.Body, StringComparison.Ordinal);
        Assert.Contains(": body ", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_in_the_input_of_a_broken_client_is_neither_taken_nor_told()
    {
        const string Secret = "fg_live_secret-in-the-body-0123456789";
        var answer = await gateway.SendAsync(
            "POST", $"{OwnGateway.Base}/models/{Kling}/predictions", $$$"""{"input":{"auth":"{{{Secret}}}","userAgent":"replicate-javascript/1.4.0","fileEncodingStrategy":"data-uri"}}""");
        Assert.Equal(422, answer.Status);
        Assert.DoesNotContain(Secret, answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Logs.Complaints, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    private async Task<GenerationDraft> DraftAsync(string body, string model) => gateway.Desk.Drafts["task_" + await gateway.CreateAsync(body, model)];
}
