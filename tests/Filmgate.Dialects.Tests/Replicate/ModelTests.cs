using System.Text.Json;

namespace Filmgate.Dialects.Tests.Replicate;

/// <summary>What clients ask about models and their account.</summary>
public sealed class ModelTests(OwnGateway gateway) : IClassFixture<OwnGateway>
{
    [Theory]
    [InlineData("kling-v2.1", """{"title":"Input","type":"object","required":["prompt","start_image"],"properties":{"prompt":{"type":"string","maxLength":5000},"start_image":{"type":"string","format":"uri"},"end_image":{"type":"string","format":"uri"},"mode":{"type":"string","enum":["standard","pro"],"default":"standard"},"duration":{"type":"integer","enum":[5,10],"default":5},"negative_prompt":{"type":"string","maxLength":500}}}""")]
    [InlineData("kling-v2.1-master", """{"title":"Input","type":"object","required":["prompt"],"properties":{"prompt":{"type":"string","maxLength":5000},"start_image":{"type":"string","format":"uri"},"aspect_ratio":{"type":"string","enum":["16:9","9:16","1:1"],"default":"16:9"},"duration":{"type":"integer","enum":[5,10],"default":5},"negative_prompt":{"type":"string","maxLength":500}}}""")]
    public async Task A_model_tells_the_fields_that_it_takes(string name, string schema)
    {
        var path = $"{OwnGateway.Base}/models/kwaivgi/{name}";
        using var model = JsonDocument.Parse((await gateway.SendAsync("GET", path)).Body);
        var version = model.RootElement.GetProperty("latest_version");
        Assert.Equal(("kwaivgi", name), (model.RootElement.GetProperty("owner").GetString(), model.RootElement.GetProperty("name").GetString()));
        Assert.Equal(schema, version.GetProperty("openapi_schema").GetProperty("components").GetProperty("schemas").GetProperty("Input").GetRawText());
        Assert.Equal(64, version.GetProperty("id").GetString()!.Length);

        Assert.Equal(
            $$"""{"previous":null,"next":null,"results":[{{version.GetRawText()}}]}""", (await gateway.SendAsync("GET", path + "/versions")).Body);
        Assert.Equal(version.GetRawText(), (await gateway.SendAsync("GET", $"{path}/versions/{version.GetProperty("id")}")).Body);
        Assert.Contains(model.RootElement.GetRawText(), (await gateway.SendAsync("GET", OwnGateway.Base + "/models")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_tells_its_id() =>
        Assert.Equal("""{"type":"organization","username":"acc_1","name":"acc_1"}""", (await gateway.SendAsync("GET", OwnGateway.Base + "/account")).Body);
}
