using System.Text.Json;
using Filmgate.Dialects.Tests.Http;
using static Filmgate.Dialects.Tests.Kie.KieSurface;

namespace Filmgate.Dialects.Tests.Kie;

/// <summary>The side calls: models, their rules and prices, credits, links.</summary>
public sealed class CatalogTests(TestGateway gateway)
{
    private const string Ours = $"{ScriptedDesk.PublicAddress}/artifacts/clip_1.mp4?expires=1&signature=s";
    private const string Download = "/kie/api/v1/common/download-url";

    [Fact]
    public async Task What_is_left_is_a_bare_number_of_credits() =>
        Assert.Equal("""{"code":200,"msg":"success","data":2468}""", (await gateway.SendAsync("GET", "/kie/api/v1/chat/credit")).Body);

    [Theory]
    [InlineData("", "4: kling/v2-1-standard kling/v2-1-pro kling/v2-1-master-image-to-video kling/v2-1-master-text-to-video")]
    [InlineData("?taskType=&provider=&q=", "4: kling/v2-1-standard kling/v2-1-pro kling/v2-1-master-image-to-video kling/v2-1-master-text-to-video")]
    [InlineData("?taskType=text-to-video", "1: kling/v2-1-master-text-to-video")]
    [InlineData("?q=MASTER&taskType=image-to-video&provider=Kling", "1: kling/v2-1-master-image-to-video")]
    [InlineData("?provider=google", "0: ")]
    [InlineData("?q=%00", "0: ")]
    public async Task Models_are_listed_as_far_as_the_query_wants_them(string query, string expected)
    {
        var data = JsonElement.Parse((await gateway.SendAsync("GET", "/kie/api/v1/models" + query)).Body).GetProperty("data");
        var models = data.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("model").GetString());
        Assert.Equal(expected, $"{data.GetProperty("total").GetInt32()}: {string.Join(' ', models)}");
    }

    [Fact]
    public async Task A_model_is_described_in_full()
    {
        var data = JsonElement.Parse((await gateway.SendAsync("GET", "/kie/api/v1/models?q=v2-1-pro")).Body).GetProperty("data");
        Assert.Equal(
            ["model", "slug", "title", "provider", "taskType", "description", "pricingDesc"],
            data.GetProperty("models")[0].EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public async Task A_price_is_told_in_credits_and_dollars()
    {
        var answer = await gateway.SendAsync("GET", "/kie/api/v1/models/kling/v2-1-pro/price");
        Assert.StartsWith("""{"code":200,"msg":"success","data":{"model":"kling/v2-1-pro","pricingDesc":"5 s: 98 credits (0.49 USD), 10 s: 196 credits (0.98 USD)""", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Standard, "prompt image_url", "prompt duration negative_prompt cfg_scale image_url")]
    [InlineData(Pro, "prompt image_url", "prompt duration negative_prompt cfg_scale image_url tail_image_url")]
    [InlineData(MasterImage, "prompt image_url", "prompt duration negative_prompt cfg_scale image_url")]
    [InlineData(MasterText, "prompt", "prompt duration negative_prompt cfg_scale aspect_ratio")]
    public async Task A_schema_names_what_its_model_takes(string model, string required, string all)
    {
        var answer = await gateway.SendAsync("GET", $"/kie/api/v1/models/{model}/schema");
        var data = JsonElement.Parse(answer.Body).GetProperty("data");
        Assert.Equal(model, data.GetProperty("model").GetString());
        Assert.Equal("3.1.0", data.GetProperty("openapi").GetProperty("openapi").GetString());
        var input = data.GetProperty("openapi").GetProperty("paths").GetProperty("/api/v1/jobs/createTask").GetProperty("post").GetProperty("requestBody")
            .GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("properties").GetProperty("input");
        Assert.Equal(required, string.Join(' ', input.GetProperty("required").EnumerateArray().Select(name => name.GetString())));
        Assert.Equal(all, string.Join(' ', input.GetProperty("properties").EnumerateObject().Select(field => field.Name)));
    }

    [Theory]
    [InlineData("/kie/api/v1/models/kling/v2-1-pro")]
    [InlineData("/kie/api/v1/models/kling/v2-1-pro/")]
    [InlineData("/kie/api/v1/models/kling/v2-1-pro/success-rate")]
    [InlineData("/kie/api/v1/models/kling/v3/price")]
    [InlineData("/kie/api/v1/models/price")]
    public async Task What_is_not_served_of_a_model_is_told_with_what_is(string address)
    {
        var answer = await gateway.SendAsync("GET", address);
        Assert.Equal(
            (200, $$"""{"code":404,"msg":"There is nothing at this address. Served are /schema and /price of {{AllModels}}.","data":null}"""), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task A_link_of_ours_is_its_own_fresh_link() =>
        Assert.Equal($$"""{"code":200,"msg":"success","data":"{{Ours}}"}""", (await gateway.SendAsync("POST", Download, $$"""{"url":"{{Ours}}"}""")).Body);

    [Theory]
    [InlineData("""{"url":"https://elsewhere.test/artifacts/clip_1.mp4"}""", "body must hold in url the address of a clip of this gateway, got https://elsewhere.test/artifacts/clip_1.mp4")]
    [InlineData("""{"url":"https://gate.test.elsewhere.test/artifacts/x"}""", "body must hold in url the address of a clip of this gateway, got https://gate.test.elsewhere.test/artifacts/x")]
    [InlineData("""{"url":7}""", "body must be a JSON object with url, the address of a clip")]
    [InlineData("""{"url":"\ud800"}""", "body must be a JSON object with url, the address of a clip")]
    [InlineData("""{}""", "body must be a JSON object with url, the address of a clip")]
    [InlineData("""[]""", "body must be a JSON object with url, the address of a clip")]
    [InlineData("", "body is required: a JSON object")]
    public async Task Any_other_link_is_code_422(string body, string message)
    {
        var answer = await gateway.SendAsync("POST", Download, body);
        Assert.Equal((200, $$"""{"code":422,"msg":"{{message}}","data":null}"""), (answer.Status, answer.Body));
    }
}
