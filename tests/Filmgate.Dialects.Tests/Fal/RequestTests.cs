using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Tests.Fal;

/// <summary>What the input of the apps becomes, row by row of the field table, and what is refused.</summary>
public sealed class RequestTests(FalGateway gateway) : IClassFixture<FalGateway>
{
    private const string Png = "https://pictures.test/a.png";

    [Fact]
    public async Task Every_field_of_the_pro_app_arrives()
    {
        var draft = await DraftAsync(FalGateway.Pro, $$"""{"prompt":"a cat","image_url":"{{Png}}","tail_image_url":"https://pictures.test/b.png","duration":"10","negative_prompt":"dogs","cfg_scale":0.7,"seed":7}""", "?fal_webhook=https%3A%2F%2Fcaller.test%2Fhook%3Fa%3D1%26b%3D2");
        Assert.Equal("pro-image-to-video", draft.Mode);
        Assert.Equal(("a cat", "dogs", 10m, 0.7m), (draft.Prompt, draft.NegativePrompt, draft.Duration, draft.CfgScale));
        Assert.Equal([Png, "https://pictures.test/b.png"], draft.ImageUrls);
        Assert.Equal("https://caller.test/hook?a=1&b=2", draft.CallbackUrl);
        Assert.Equal(Model.Gateway.TaskEvents.Completed, draft.CallbackEvents);
    }

    [Theory]
    [InlineData(FalGateway.Standard, "standard-image-to-video")]
    [InlineData(FalGateway.Pro, "pro-image-to-video")]
    [InlineData(FalGateway.Master, "master-image-to-video")]
    public async Task The_apps_with_a_picture_are_modes_and_pass_over_a_shape(string app, string mode)
    {
        var draft = await DraftAsync(app, $$"""{"prompt":"a cat","image_url":"{{Png}}","aspect_ratio":7}""");
        Assert.Equal(mode, draft.Mode);
        Assert.Equal([Png], draft.ImageUrls);
        Assert.Null(draft.AspectRatio);
    }

    [Fact]
    public async Task What_is_left_out_has_the_defaults_of_the_apps()
    {
        var draft = await DraftAsync(FalGateway.Words, """{"prompt":"sea","negative_prompt":null,"duration":null,"cfg_scale":null,"aspect_ratio":null}""");
        Assert.Equal("master-text-to-video", draft.Mode);
        Assert.Equal("blur, distort, and low quality", draft.NegativePrompt);
        Assert.Null(draft.CallbackUrl);
        Assert.Equal("", (await DraftAsync(FalGateway.Words, """{"prompt":"sea","negative_prompt":""}""")).NegativePrompt);
        Assert.Equal("9:16", (await DraftAsync(FalGateway.Words, """{"prompt":"sea","aspect_ratio":"9:16"}""")).AspectRatio);
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("\"5\"", 5)]
    [InlineData("\"5s\"", 5)]
    [InlineData("5.0", 5)]
    [InlineData("10", 10)]
    [InlineData("\"10\"", 10)]
    [InlineData("\"10s\"", 10)]
    public async Task A_duration_may_be_written_as_callers_write_it(string wire, int seconds) =>
        Assert.Equal(seconds, (await DraftAsync(FalGateway.Words, $$"""{"prompt":"sea","duration":{{wire}}}""")).Duration);

    [Theory]
    [InlineData(FalGateway.Words, """{"prompt":"sea","duration":"7"}""", """{"loc":["body","duration"],"msg":"duration must be \"5\" or \"10\" (seconds), got 7","type":"one_of","url":"https://docs.fal.ai/errors#one_of","ctx":{"expected":["5","10"]},"input":"7"}""")]
    [InlineData(FalGateway.Words, """{"prompt":"sea","duration":7}""", """{"loc":["body","duration"],"msg":"duration must be 5 or 10 (seconds), got 7","type":"one_of","url":"https://docs.fal.ai/errors#one_of","ctx":{"expected":["5","10"]},"input":"7"}""")]
    [InlineData(FalGateway.Words, """{"prompt":"sea","aspect_ratio":"4:3"}""", """{"loc":["body","aspect_ratio"],"msg":"aspect_ratio must be one of 16:9, 9:16, 1:1, got 4:3","type":"one_of","url":"https://docs.fal.ai/errors#one_of","ctx":{"expected":["16:9","9:16","1:1"]},"input":"4:3"}""")]
    [InlineData(FalGateway.Words, """{"prompt":"sea","cfg_scale":1.5}""", """{"loc":["body","cfg_scale"],"msg":"cfg_scale must be a number from 0 to 1, got 1.5","type":"less_than_equal","url":"https://docs.fal.ai/errors#less_than_equal","input":"1.5"}""")]
    [InlineData(FalGateway.Words, """{"prompt":"sea","cfg_scale":-1}""", """{"loc":["body","cfg_scale"],"msg":"cfg_scale must be a number from 0 to 1, got -1","type":"greater_than_equal","url":"https://docs.fal.ai/errors#greater_than_equal","input":"-1"}""")]
    [InlineData(FalGateway.Words, """{"prompt":"sea","cfg_scale":"x"}""", """{"loc":["body","cfg_scale"],"msg":"cfg_scale must be a number from 0 to 1 and not a string, got \"x\"","type":"float_type","url":"https://docs.fal.ai/errors#float_type","input":"\"x\""}""")]
    [InlineData(FalGateway.Words, """{}""", """{"loc":["body","prompt"],"msg":"prompt is required: 1 to 5000 characters, not only spaces","type":"missing","url":"https://docs.fal.ai/errors#missing"}""")]
    [InlineData(FalGateway.Standard, """{"prompt":"a cat"}""", """{"loc":["body","image_url"],"msg":"image_url is required: the address or data URL of the picture that moves","type":"missing","url":"https://docs.fal.ai/errors#missing"}""")]
    [InlineData(FalGateway.Words, """{"prompt":"a cat","image_url":"https://pictures.test/a.png"}""", """{"loc":["body","image_url"],"msg":"image_url must be left out: fal-ai/kling-video/v2.1/master/text-to-video makes clips of words alone, got https://pictures.test/a.png","type":"feature_not_supported","url":"https://docs.fal.ai/errors#feature_not_supported","input":"https://pictures.test/a.png"}""")]
    [InlineData(FalGateway.Master, """{"prompt":"a cat","image_url":"u","tail_image_url":"v"}""", """{"loc":["body","tail_image_url"],"msg":"tail_image_url must be left out: only fal-ai/kling-video/v2.1/pro/image-to-video takes an end picture, got v","type":"feature_not_supported","url":"https://docs.fal.ai/errors#feature_not_supported","input":"v"}""")]
    [InlineData(FalGateway.Words, "[]", """{"loc":["body"],"msg":"body must be a JSON object and not an array, got []","type":"json_invalid","url":"https://docs.fal.ai/errors#json_invalid","input":"[]"}""")]
    [InlineData(FalGateway.Words, "", """{"loc":["body"],"msg":"body is required: a JSON object","type":"json_invalid","url":"https://docs.fal.ai/errors#json_invalid"}""")]
    public async Task A_wrong_value_is_named_with_the_way_out(string app, string body, string entry)
    {
        var answer = await gateway.CallAsync("POST", $"/fal/queue/{app}", body);
        Assert.Equal((422, $$"""{"detail":[{{entry}}]}"""), (answer.Status, answer.Body));
        Assert.Equal(JsonElement.Parse(entry).GetProperty("type").GetString(), answer.Header("X-Fal-Error-Type"));
        Assert.Equal(("false", "0"), (answer.Header("X-Fal-Retryable"), answer.Header("X-Fal-Needs-Retry")));
        Assert.NotNull(answer.Header("x-fal-request-id"));
    }

    [Theory]
    [InlineData("""{"prompt":"a","prompt":"b"}""")]
    [InlineData("""{"prompt":"\ud800"}""")]
    [InlineData("""{"prompt":"a\u0000b"}""")]
    [InlineData("""{"prompt":7}""")]
    [InlineData("""{"Prompt":"sea"}""")]
    [InlineData("""{"prompt":"sea","duration":1e400}""")]
    [InlineData("""{"prompt":"sea","duration":"\ud800"}""")]
    [InlineData("""{"prompt":"sea","duration":true}""")]
    [InlineData("""{"prompt":"sea","image_url":[]}""")]
    [InlineData("""{"prompt":"sea","aspect_ratio":{}}""")]
    [InlineData("{")]
    [InlineData("null")]
    public async Task Odd_input_is_a_422_with_a_list(string body)
    {
        var answer = await gateway.CallAsync("POST", $"/fal/queue/{FalGateway.Words}", body);
        Assert.Equal(422, answer.Status);
        Assert.NotEqual(0, JsonElement.Parse(answer.Body).GetProperty("detail").GetArrayLength());
    }

    [Theory]
    [InlineData("fal_max_queue_length=-1", "fal_max_queue_length must be a whole number from 0, got -1")]
    [InlineData("fal_max_queue_length=many", "fal_max_queue_length must be a whole number from 0, got many")]
    [InlineData("fal_max_queue_length=99999999999", "fal_max_queue_length must be a whole number from 0, got 99999999999")]
    [InlineData("fal_webhook=https%3A%2F%2Fa.test&fal_webhook=https%3A%2F%2Fb.test", "fal_webhook must be given once in the query")]
    public async Task A_wrong_query_is_named_where_it_stands(string query, string message)
    {
        var answer = await gateway.CallAsync("POST", $"/fal/queue/{FalGateway.Words}?{query}", """{"prompt":"sea"}""");
        var entry = JsonElement.Parse(answer.Body).GetProperty("detail")[0];
        Assert.Equal((422, message), (answer.Status, entry.GetProperty("msg").GetString()));
        Assert.Equal($"""["query","{query.Split('=')[0]}"]""", entry.GetProperty("loc").GetRawText());
    }

    [Fact]
    public async Task An_app_that_is_not_served_is_told_with_those_that_are()
    {
        var answer = await gateway.CallAsync("POST", "/fal/queue/fal-ai/kling-video/v2.1/pro/text-to-video", """{"prompt":"sea"}""");
        Assert.Equal(404, answer.Status);
        Assert.StartsWith("""{"detail":"Application fal-ai/kling-video/v2.1/pro/text-to-video is not served here; served are fal-ai/kling-video/v2.1/standard/image-to-video, """, answer.Body, StringComparison.Ordinal);
    }

    private async Task<GenerationDraft> DraftAsync(string app, string body, string query = "")
    {
        var answer = await gateway.CallAsync("POST", $"/fal/queue/{app}{query}", body);
        Assert.True(answer.Status == 200, answer.Body);
        return gateway.Desk.Drafts["task_" + JsonElement.Parse(answer.Body).GetProperty("request_id").GetString()];
    }
}
