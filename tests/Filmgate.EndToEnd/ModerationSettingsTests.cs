using System.Text.Json;
using Filmgate.EndToEnd.House;
using Microsoft.AspNetCore.Http;

namespace Filmgate.EndToEnd;

/// <summary>The settings of moderation: what is wrong with them is told at the start, and each of them does what it says.</summary>
public sealed class ModerationSettingsTests : IAsyncLifetime
{
    private const string Prefix = "Filmgate__Moderation__";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private LoopbackSite _service = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await LoopbackSite.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("RuleFile", "missing.json", "missing.json")]
    [InlineData("BaseUrl", "ftp://moderation.example.com", "Use the service's address before /v1/moderations")]
    [InlineData("BaseUrl", "http://moderation.example.com", "FILMGATE_ALLOW_NETWORKS")]
    [InlineData("BaseUrl", "https://10.1.2.3", "FILMGATE_ALLOW_NETWORKS")]
    [InlineData("BaseUrl", "https://moderation.example.com/?key=secret-7319", "it has a query")]
    [InlineData("ApiKey", "secret-7319", "a key without Filmgate:Moderation:BaseUrl moderates nothing")]
    [InlineData("ApiKey", "secret-7319 with a space", "holds a space or a sign that no HTTP header can carry")]
    [InlineData("TimeoutSeconds", "0", "'0' must be a whole number from 1 to 300")]
    [InlineData("TimeoutSeconds", "301", "'301' must be a whole number from 1 to 300")]
    [InlineData("Threshold", "0", "'0' must be a number above 0 and at most 1")]
    [InlineData("Threshold", "1.1", "'1.1' must be a number above 0 and at most 1")]
    [InlineData("Threshold", "NaN", "'NaN' must be a number above 0 and at most 1")]
    [InlineData("WhenUnavailable", "perhaps", "'perhaps' must be wait, allow or refuse")]
    [InlineData("WhenUnavailable", "1", "'1' must be wait, allow or refuse")]
    public async Task A_wrong_setting_is_one_line_that_names_it_and_the_way_out(string name, string value, string says)
    {
        var settings = ServedGateway.Settings(_folder["data"]);
        settings.Remove("FILMGATE_ALLOW_NETWORKS");
        settings[Prefix + name] = value;

        var (code, output, error) = await FilmgateProcess.RunAsync(_folder.Path, settings, Patience, "serve");

        ServeCommandTests.AssertOneLine(2, says, code, output, error);
        Assert.Contains($"Filmgate:Moderation:{name}: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-7319", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_service_key_model_and_threshold_are_used_as_they_are_set()
    {
        await File.WriteAllTextAsync(_folder["rules.json"], """{"categories":{"boats":{"terms":["galleon"]}}}""", Ct);
        var authorization = "";
        _service.Page("/v1/moderations", context =>
        {
            authorization = context.Request.Headers.Authorization.ToString();
            return context.Response.WriteAsync(
                """{"results":[{"flagged":true,"categories":{"storms":true},"category_scores":{"storms":0.65}}]}""", Ct);
        });
        await using var gateway = await StartAsync(
            ("RuleFile", _folder["rules.json"]), ("BaseUrl", _service.Address + "/v1"), ("ApiKey", "key-7319"), ("Model", "model-7319"), ("Threshold", "0.7"));

        // The rules come first and spare the service; the threshold overrules the service's flag.
        var ruled = await gateway.Api.FailureOfAsync(await gateway.Api.CreateAsync(TaskApi.Text("a galleon")));
        Assert.Equal(("CONTENT_VIOLATION", "the prompt breaks the policy on 'boats'"), Failure(ruled));
        Assert.Empty(_service.Seen);
        Assert.Equal(("NSFW_DETECTED", true), Passed(await gateway.Api.FailureOfAsync(await gateway.Api.CreateAsync(TaskApi.Text("a storm @fail(NSFW_DETECTED)")))));
        Assert.Equal("Bearer key-7319", authorization);
        Assert.Equal("model-7319", JsonElement.Parse(Assert.Single(_service.Seen).Body).GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("refuse", "MODEL_UNAVAILABLE")]
    [InlineData("allow", "NSFW_DETECTED")]
    public async Task A_service_that_is_away_refuses_or_lets_pass_as_the_operator_chose(string choice, string code)
    {
        await using var gateway = await StartAsync(("BaseUrl", _service.Address), ("WhenUnavailable", choice));

        var failure = await gateway.Api.FailureOfAsync(await gateway.Api.CreateAsync(TaskApi.Text("@fail(NSFW_DETECTED)")));

        Assert.Equal(code, failure.GetProperty("failCode").GetString());
        Assert.NotEmpty(_service.Seen);
    }

    [Fact]
    public async Task Unless_told_otherwise_a_task_waits_for_a_service_that_is_away_or_too_slow()
    {
        var isBack = false;
        _service.Page("/v1/moderations", context => Volatile.Read(ref isBack)
            ? context.Response.WriteAsync("""{"results":[{"flagged":false}]}""", Ct)
            : Task.Delay(Timeout.Infinite, context.RequestAborted));
        await using var gateway = await StartAsync(("BaseUrl", _service.Address), ("TimeoutSeconds", "1"));

        var task = await gateway.Api.CreateAsync(TaskApi.Text("@fail(NSFW_DETECTED)"));
        await Eventually.TrueAsync(() => _service.Seen.Count >= 2, Patience, "A second try");
        Assert.Equal("pending", (await gateway.Api.StatusAsync(task)).Data.GetProperty("state").GetString());
        Volatile.Write(ref isBack, true);

        Assert.Equal("NSFW_DETECTED", (await gateway.Api.FailureOfAsync(task)).GetProperty("failCode").GetString());
    }

    private Task<ServedGateway> StartAsync(params (string Name, string Value)[] settings) =>
        ServedGateway.StartAsync(_folder["data"], [.. settings.Select(setting => (Prefix + setting.Name, setting.Value))]);

    private static (string Code, string Message) Failure(JsonElement data) => (data.GetProperty("failCode").GetString()!, data.GetProperty("failMsg").GetString()!);

    private static (string Code, bool IsThere) Passed(JsonElement data) => (Failure(data).Code, data.TryGetProperty("failMsg", out _));
}
