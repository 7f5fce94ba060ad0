using System.Net;
using System.Text;
using System.Text.Json;
using Filmgate.Engine.Moderation;
using Filmgate.Engine.Moderation.Service;
using Filmgate.Engine.Tests.Egress;
using Filmgate.Engine.Tests.Intake;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Tests.Moderation;

public sealed class ModerationServiceTests : IDisposable
{
    private const string Clean = """{"id":"modr-1","model":"m","results":[{"flagged":false,"categories":{"violence":false},"category_scores":{"violence":0.4}}]}""";

    private const string Flagged = """
        {"results":[{"flagged":true,"categories":{"sexual":true,"violence":true,"hate":false,"odd":null},
        "category_scores":{"sexual":0.6,"violence":0.9,"hate":0.95},
        "category_applied_input_types":{"sexual":["text"],"violence":["image"]}}]}
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static ModerationServiceClient Client(int port, double? threshold = null, double seconds = 20, string network = "127.0.0.0/8") => new(
        new ModerationServiceOptions
        {
            Endpoint = new Uri(ModerationServiceOptions.EndpointOf($"http://judge.example:{port}")),
            ApiKey = "secret-key",
            Model = "model-1",
            Threshold = threshold,
            Timeout = TimeSpan.FromSeconds(seconds),
            AllowNetworks = [IPNetwork.Parse(network)],
        },
        new ScriptedResolver().With("judge.example", "127.0.0.1"),
        TimeProvider.System);

    private static string Answer(string body, string status = "200 OK", string headers = "") =>
        $"HTTP/1.1 {status}\r\n{headers}Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    private async Task<ModerationVerdict> JudgeAsync(RawServer server, double? threshold = null, double seconds = 20, bool withPicture = false, string network = "127.0.0.0/8")
    {
        using var client = Client(server.Port, threshold, seconds, network);
        return await client.JudgeAsync(Case(withPicture), TestContext.Current.CancellationToken);
    }

    private ModerationCase Case(bool withPicture = false)
    {
        if (!withPicture)
        {
            return new ModerationCase(new AccountId("acc_one"), "a \"walk\" — mit Grüßen", "never sent", []);
        }

        var picture = Enumerable.Range(0, 150_001).Select(i => (byte)(i * 7)).ToArray();
        File.WriteAllBytes(_folder.File("picture"), picture);
        return new ModerationCase(
            new AccountId("acc_one"), "a \"walk\" — mit Grüßen", "never sent", [new ModeratedPicture(_folder.File("picture"), "image/png", picture.Length)]);
    }

    private static void AssertUnavailable(ModerationVerdict verdict, string reason) =>
        Assert.Contains(reason, Assert.IsType<ModerationVerdict.Unavailable>(verdict).Reason, StringComparison.Ordinal);

    [Fact]
    public async Task Words_and_pictures_are_sent_in_the_shape_that_such_services_take()
    {
        var body = new MemoryStream();
        await using var server = new RawServer(async exchange =>
        {
            var length = int.Parse(exchange.Head.Split("Content-Length: ", 2)[1].Split("\r\n", 2)[0]);
            var bytes = new byte[length];
            await exchange.Stream.ReadExactlyAsync(bytes, exchange.Stop);
            body.Write(bytes);
            await exchange.SendAsync(Answer(Clean));
        });
        Assert.Equal(ModerationVerdict.Fine, await JudgeAsync(server, withPicture: true));

        var head = Assert.Single(server.Heads);
        Assert.StartsWith("POST /v1/moderations HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer secret-key\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/json\r\n", head, StringComparison.Ordinal);
        using var sent = JsonDocument.Parse(body.ToArray());
        Assert.Equal("model-1", sent.RootElement.GetProperty("model").GetString());
        var input = sent.RootElement.GetProperty("input");
        Assert.Equal(2, input.GetArrayLength());
        Assert.Equal("""{"type":"text","text":"a \"walk\" — mit Grüßen"}""", input[0].GetRawText());
        Assert.Equal("image_url", input[1].GetProperty("type").GetString());
        var url = input[1].GetProperty("image_url").GetProperty("url").GetString()!;
        Assert.StartsWith("data:image/png;base64,", url, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(_folder.File("picture"), TestContext.Current.CancellationToken), Convert.FromBase64String(url["data:image/png;base64,".Length..]));
    }

    [Theory]
    [InlineData("https://judge.example", "https://judge.example/v1/moderations")]
    [InlineData("https://judge.example/", "https://judge.example/v1/moderations")]
    [InlineData("https://judge.example/v1/", "https://judge.example/v1/moderations")]
    [InlineData("https://judge.example/proxy/v1", "https://judge.example/proxy/v1/moderations")]
    public void The_endpoint_is_found_with_and_without_the_version(string written, string endpoint) =>
        Assert.Equal(endpoint, ModerationServiceOptions.EndpointOf(written));

    [Theory]
    [InlineData(Clean, null, false, null, RequestPart.Prompt)]
    [InlineData(Clean, 0.3, false, "violence", RequestPart.Prompt)]
    [InlineData(Flagged, null, false, "violence", RequestPart.Prompt)]
    [InlineData(Flagged, null, true, "violence", RequestPart.Picture)]
    [InlineData(Flagged, 0.93, true, "hate", RequestPart.Any)]
    [InlineData(Flagged, 0.99, true, null, RequestPart.Prompt)]
    [InlineData("""{"results":[{"flagged":true}]}""", null, false, "unspecified", RequestPart.Prompt)]
    [InlineData("""{"results":[{"flagged":true}]}""", 0.5, false, "unspecified", RequestPart.Prompt)]
    [InlineData("""{"results":[{"flagged":true,"categories":null,"category_scores":null}]}""", null, true, "unspecified", RequestPart.Any)]
    [InlineData("""{"results":[{"flagged":false},{"flagged":true,"categories":{"hate":true}}]}""", null, false, "hate", RequestPart.Prompt)]
    public async Task Answers_are_judged_by_flags_or_by_a_threshold(string answer, double? threshold, bool withPicture, string? category, RequestPart part)
    {
        await using var server = RawServer.Answering(Answer(answer));
        var verdict = await JudgeAsync(server, threshold, withPicture: withPicture);
        Assert.Equal(category is null ? ModerationVerdict.Fine : new ModerationVerdict.Violates(category, part), verdict);
    }

    [Theory]
    [InlineData("500 Internal Server Error"), InlineData("429 Too Many Requests"), InlineData("401 Unauthorized"), InlineData("204 No Content")]
    public async Task Another_status_than_200_is_no_judgement(string status)
    {
        await using var server = RawServer.Answering(Answer(status.StartsWith("204", StringComparison.Ordinal) ? "" : Clean, status));
        AssertUnavailable(await JudgeAsync(server), $"status {status[..3]}");
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var other = RawServer.Answering(Answer(Clean));
        await using var server = RawServer.Answering(Answer("", "307 Temporary Redirect", $"Location: http://judge.example:{other.Port}/v1/moderations\r\n"));
        AssertUnavailable(await JudgeAsync(server), "status 307");
        Assert.Equal(0, other.Connections);
    }

    [Theory]
    [InlineData(""), InlineData("<html>"), InlineData("null"), InlineData("[]"), InlineData("{}"), InlineData("""{"results":[]}"""), InlineData("""{"results":[null]}""")]
    [InlineData("""{"results":[{}]}"""), InlineData("""{"results":[{"flagged":"yes"}]}"""), InlineData("""{"results":{"flagged":true}}"""), InlineData("""{"results":[{"flagged":true,"categories":["hate"]}]}""")]
    public async Task An_answer_of_another_shape_is_no_judgement(string answer)
    {
        await using var server = RawServer.Answering(Answer(answer));
        AssertUnavailable(await JudgeAsync(server), "no moderation result");
    }

    [Fact]
    public async Task A_deep_answer_is_no_judgement()
    {
        await using var server = RawServer.Answering(Answer($$"""{"results":{{new string('[', 5000)}}{{new string(']', 5000)}}}"""));
        AssertUnavailable(await JudgeAsync(server), "no moderation result");
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task An_answer_without_end_is_given_up(bool isAnnounced)
    {
        await using var server = new RawServer(async exchange =>
        {
            await exchange.SendAsync($"HTTP/1.1 200 OK\r\n{(isAnnounced ? "Content-Length: 5000000\r\n" : "")}\r\n");
            var piece = new byte[64 * 1024];
            for (var i = 0; i < 70; i++)
            {
                await exchange.SendAsync(piece);
            }
        });
        AssertUnavailable(await JudgeAsync(server), "more than 1048576 bytes");
    }

    [Fact]
    public async Task A_service_that_does_not_answer_in_time_is_given_up()
    {
        await using var server = new RawServer(exchange => exchange.StallAsync());
        AssertUnavailable(await JudgeAsync(server, seconds: 0.2), "A deadline passed");
    }

    [Fact]
    public async Task A_broken_connection_is_no_judgement()
    {
        await using var server = new RawServer(exchange =>
        {
            exchange.Reset();
            return Task.CompletedTask;
        });
        Assert.IsType<ModerationVerdict.Unavailable>(await JudgeAsync(server));
    }

    [Fact]
    public async Task A_private_address_is_not_reached_unless_the_operator_opened_it()
    {
        await using var server = RawServer.Answering(Answer(Clean));
        AssertUnavailable(await JudgeAsync(server, network: "10.0.0.0/8"), "must not be reached");
        Assert.Equal(0, server.Connections);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_no_verdict()
    {
        await using var server = new RawServer(exchange => exchange.StallAsync());
        using var client = Client(server.Port);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.JudgeAsync(Case(), stop.Token));
    }

    [Fact]
    public void Options_do_not_show_the_key() => Assert.DoesNotContain(
        "secret", new ModerationServiceOptions { Endpoint = new Uri("https://judge.example/"), ApiKey = "secret" }.ToString(), StringComparison.Ordinal);
}
