using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Tests.Apixo;

public sealed class GoodRequestTests(TestGateway gateway)
{
    [Theory]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat"}}""", null)]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":5}}""", 5)]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":10}}""", 10)]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":5.0}}""", 5)]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":1e1}}""", 10)]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":"5"}}""", 5)]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":"10"}}""", 10)]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":"\u0035"}}""", 5)]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a cat","duration":null}}""", null)]
    public async Task A_duration_is_read_as_number_or_text(string body, int? seconds)
    {
        var draft = await CreateAsync(body);
        Assert.Equal(seconds, draft.Duration);
        Assert.Equal("a cat", draft.Prompt);
    }

    [Fact]
    public async Task Every_field_reaches_the_desk_as_it_was_given()
    {
        var draft = await CreateAsync(
            """
            {"request_type":"callback","callback_url":"https://hooks.e.test/x?t=1&u=%20","provider":"official","source":"mcp","metadata":{"shot":"7 \u017c","Film":""},"webhook":{"a":[1]},
             "input":{"mode":"pro-image-to-video","prompt":"Zażółć 🎬 \"x\"\r\n\u202e","negative_prompt":"blur","duration":10,
             "image_urls":["https://e.test/a.png?x=1&y=2","data:image/png;base64,AAAA"],"aspect_ratio":"9:16","cfg_scale":0.7}}
            """);

        Assert.Equal("pro-image-to-video", draft.Mode);
        Assert.Equal("Zażółć 🎬 \"x\"\r\n\u202e", draft.Prompt);
        Assert.Equal("blur", draft.NegativePrompt);
        Assert.Equal(10, draft.Duration);
        Assert.Equal(["https://e.test/a.png?x=1&y=2", "data:image/png;base64,AAAA"], draft.ImageUrls);
        Assert.Equal("9:16", draft.AspectRatio);
        Assert.Equal(0.7m, draft.CfgScale);
        Assert.Equal("official", draft.Provider);
        Assert.Equal("mcp", draft.Source);
        Assert.Equal([new("Film", ""), new("shot", "7 ż")], draft.Metadata);
        Assert.Equal("https://hooks.e.test/x?t=1&u=%20", draft.CallbackUrl);
    }

    [Fact]
    public async Task A_null_counts_as_not_given()
    {
        var draft = await CreateAsync(
            """
            {"request_type":null,"callback_url":null,"provider":null,"source":null,"metadata":null,"input":{"mode":"master-text-to-video","prompt":"a cat",
             "negative_prompt":null,"duration":null,"image_urls":null,"aspect_ratio":null,"cfg_scale":null}}
            """);
        Assert.Equal(new GenerationDraft { Mode = "master-text-to-video", Prompt = "a cat", ImageUrls = draft.ImageUrls }, draft);
        Assert.Empty(draft.ImageUrls);
    }

    [Theory]
    [InlineData("""{"request_type":"async","callback_url":"https://e.test/","input":{"mode":"master-text-to-video","prompt":"a"}}""")]
    [InlineData("""{"callback_url":"","input":{"mode":"master-text-to-video","prompt":"a"}}""")]
    public async Task A_callback_address_is_ignored_unless_a_callback_is_asked_for(string body) => Assert.Null((await CreateAsync(body)).CallbackUrl);

    [Theory]
    [InlineData("""{"status":"success","cost":0,"account_id":"acc_2","input":{"mode":"master-text-to-video","prompt":"a","seed":9007199254740993}}""")]
    [InlineData("""{"x":{"y":["\ud800",1e400,{"z":null}]},"input":{"mode":"master-text-to-video","prompt":"a","w\u00e9":1}}""")]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a","cfg_scale":0}}""")]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a","cfg_scale":1.0}}""")]
    [InlineData("""{"input":{"mode":"master-text-to-video","prompt":"a","cfg_scale":5e-1}}""")]
    [InlineData("""{"input":{"mode":"standard-image-to-video","prompt":"a","image_urls":["https://e.test/1.png"],"aspect_ratio":"4:3"}}""")]
    [InlineData("""{"input":{"prompt":"a","image_urls":["https://e.test/1.png"]}}""")]
    [InlineData("""{"\u0069nput":{"mode":"master-text-to-video","\u0070rompt":"a"}}""")]
    public async Task Unknown_fields_and_odd_spellings_do_no_harm(string body) => Assert.Equal("a", (await CreateAsync(body)).Prompt);

    [Fact]
    public async Task A_byte_order_mark_and_space_around_the_body_do_no_harm()
    {
        var (status, _) = await gateway.CreateAsync([0xEF, 0xBB, 0xBF, .. " \r\n {\"input\":{\"mode\":\"master-text-to-video\",\"prompt\":\"a\"}}\n\t"u8]);
        Assert.Equal(200, status);
    }

    [Fact]
    public async Task A_body_with_pictures_of_twenty_megabytes_is_taken()
    {
        var picture = "data:image/png;base64," + new string('A', 20_000_000);
        var draft = await CreateAsync($$$"""{"input":{"prompt":"a","image_urls":["{{{picture}}}"]}}""");
        Assert.Equal(picture.Length, Assert.Single(draft.ImageUrls).Length);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json;charset=utf-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("Application/JSON ; Charset=UTF-8")]
    [InlineData("application/json; charset=utf-8; profile=x")]
    public async Task A_content_type_may_carry_a_charset_in_any_legal_spelling(string type)
    {
        using var content = new ByteArrayContent("{\"input\":{\"mode\":\"master-text-to-video\",\"prompt\":\"a\"}}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await gateway.Client.PostAsync(
            new Uri("/api/v1/generateTask/kling-2-1", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    public async Task The_scheme_may_be_written_in_any_case(string scheme)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/apikeys/current-balance");
        request.Headers.Authorization = new AuthenticationHeaderValue(scheme, ScriptedDesk.LiveKey);
        using var answer = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_path_may_end_with_a_slash()
    {
        using var content = new StringContent("""{"input":{"mode":"master-text-to-video","prompt":"a"}}""", Encoding.UTF8, "application/json");
        using var created = await gateway.Client.PostAsync(
            new Uri("/api/v1/generateTask/kling-2-1/", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(200, (int)created.StatusCode);
        Assert.Equal(200, (await gateway.GetAsync("/api/v1/apikeys/current-balance/")).Status);
        Assert.Equal("taskId is required in the query", Message((await gateway.GetAsync("/api/v1/statusTask/kling-2-1/")).Body));
        Assert.StartsWith("There is no such task", Message((await gateway.GetAsync("/api/v1/tasks/t9/")).Body), StringComparison.Ordinal);
    }

    private static string Message(string body)
    {
        using var envelope = JsonDocument.Parse(body);
        return envelope.RootElement.GetProperty("message").GetString()!;
    }

    private async Task<GenerationDraft> CreateAsync(string body)
    {
        var (status, text) = await gateway.CreateAsync(Encoding.UTF8.GetBytes(body));
        Assert.True(status == 200, text);
        using var envelope = JsonDocument.Parse(text);
        var id = envelope.RootElement.GetProperty("data").GetProperty("taskId").GetString()!;
        Assert.Equal($$$"""{"code":200,"message":"success","data":{"taskId":"{{{id}}}"}}""", text);
        return gateway.Desk.Drafts[id];
    }
}
