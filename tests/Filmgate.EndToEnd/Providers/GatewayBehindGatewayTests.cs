using System.Net;
using Filmgate.EndToEnd.House;
using SkiaSharp;

namespace Filmgate.EndToEnd.Providers;

/// <summary>Two gateways: one with live keys, whose provider is the other one under a test key.</summary>
public sealed class GatewayBehindGatewayTests : IDisposable
{
    private const string LiveKey = "fg_live_end-to-end-0123456789abcdef";
    private static readonly TimeSpan HintPatience = TimeSpan.FromSeconds(15);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("apixo")]
    [InlineData("filmgate")]
    [InlineData("openai-videos")]
    public async Task A_clip_comes_back_byte_for_byte_and_as_soon_as_the_provider_posts(string dialect)
    {
        await using var behind = await ServedGateway.StartAsync(_folder["behind"]);
        await using var front = await StartFrontAsync(behind, dialect);
        using var api = new TaskApi(front.Address, LiveKey);

        var id = await api.CreateAsync(TestInput(SKEncodedImageFormat.Webp));
        var clip = await ReadAsync(await api.ClipOfAsync(id));

        var theirs = (await behind.Api.GetAsync("api/v1/tasks")).Data.GetProperty("tasks").EnumerateArray().ToArray();
        var theirId = Assert.Single(theirs).GetProperty("taskId").GetString()!;
        Assert.Equal(await ReadAsync(await behind.Api.ClipOfAsync(theirId)), clip);

        // The first read of APIXO is half a minute after the submission; only the callback makes it earlier.
        var ours = (await api.DetailsAsync(id)).Data;
        var lag = Number(ours, "completeTime") - Number((await behind.Api.StatusAsync(theirId)).Data, "completeTime");
        Assert.True(lag < HintPatience.TotalMilliseconds, $"The clip was noticed {lag} ms after it was there: {ours}");
        var attempt = Assert.Single(ours.GetProperty("attempts").EnumerateArray());
        Assert.Equal("other", attempt.GetProperty("provider").GetString());
        Assert.Equal(0.28m, ours.GetProperty("cost").GetDecimal());
    }

    [Fact]
    public async Task A_refusal_of_the_provider_is_told_in_its_own_words()
    {
        await using var behind = await ServedGateway.StartAsync(_folder["behind"]);
        await using var front = await StartFrontAsync(behind, "filmgate");
        using var api = new TaskApi(front.Address, LiveKey);

        var failure = await api.FailureOfAsync(await api.CreateAsync(TaskApi.Text("A pier @fail(CONTENT_VIOLATION)")));

        Assert.Equal("CONTENT_VIOLATION", failure.GetProperty("failCode").GetString());
        Assert.Contains("Acted out", failure.GetProperty("failMsg").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_is_not_there_loses_nothing_and_costs_nothing()
    {
        var closed = ClosedPort.Find();
        await using var front = await ServedGateway.StartAsync(
            _folder["front"],
            ("FILMGATE_API_KEY", LiveKey),
            ("Filmgate__Providers__other__Dialect", "apixo"),
            ("Filmgate__Providers__other__BaseUrl", $"http://127.0.0.1:{closed}"),
            ("Filmgate__Providers__other__ApiKey", "the-key-of-the-provider"));
        using var api = new TaskApi(front.Address, LiveKey);

        var id = await api.CreateAsync(TaskApi.Text("A pier"));
        var details = await Eventually.BecomesAsync(
            () => api.DetailsAsync(id), answer => answer.Data.GetProperty("attempts").GetArrayLength() > 0
                && answer.Data.GetProperty("attempts")[0].GetProperty("state").GetString() == "refused", TaskApi.TaskPatience, "A refusal");
        Assert.Equal(0, details.Data.GetProperty("cost").GetDecimal());
        Assert.DoesNotContain("the-key-of-the-provider", string.Join('\n', front.Process.Error), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_and_callbacks_need_what_only_this_gateway_can_sign()
    {
        await using var server = await ServedGateway.StartAsync(_folder["data"]);
        foreach (var (method, path, status) in ((HttpMethod, string, int)[])
        [
            (HttpMethod.Get, $"inputs/{new string('a', 64)}.png?expires=9999999999&signature=forged", 403),
            (HttpMethod.Head, $"inputs/{new string('a', 64)}.png?expires=9999999999&signature=forged", 403),
            (HttpMethod.Get, "inputs/..%2f..%2fsigning.key?expires=9999999999&signature=forged", 403),
            (HttpMethod.Post, $"inputs/{new string('a', 64)}.png", 405),
            (HttpMethod.Post, "callbacks/acc_1.task_1.att_1.forged", 404),
            (HttpMethod.Put, "callbacks/x", 404),
            (HttpMethod.Get, "callbacks/acc_1.task_1.att_1.forged", 404),
        ])
        {
            Assert.Equal((path, status), (path, (await server.Api.SendAsync(method, path)).Status));
        }
    }

    private async Task<ServedGateway> StartFrontAsync(ServedGateway behind, string dialect) => await ServedGateway.StartAsync(
        _folder["front"],
        ("FILMGATE_API_KEY", LiveKey),
        ("Filmgate__Providers__other__Dialect", dialect),
        ("Filmgate__Providers__other__BaseUrl", behind.Address.GetLeftPart(UriPartial.Authority)),
        ("Filmgate__Providers__other__ApiKey", ServedGateway.Key));

    private static object TestInput(SKEncodedImageFormat format)
    {
        using var picture = TestPicture.Draw(640, 360);
        return TaskApi.Standard("slow push in", "data:image/webp;base64," + Convert.ToBase64String(picture.Encode(format, 90).ToArray()));
    }

    private static long Number(System.Text.Json.JsonElement data, string name) => data.GetProperty(name).GetInt64();

    private static async Task<byte[]> ReadAsync(Uri address)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }
}
