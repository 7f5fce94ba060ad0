using Filmgate.EndToEnd.House;
using SkiaSharp;

namespace Filmgate.EndToEnd.Providers;

/// <summary>
/// Every surface into every provider: a task enters the front gateway by one dialect, leaves it by another one to the gateway behind, and
/// the clip that comes back is, byte for byte, the one that was made there.
/// </summary>
public sealed class LoopbackMatrixTests(LoopbackMatrixTests.GatewayBehind gateway) : IClassFixture<LoopbackMatrixTests.GatewayBehind>
{
    private const string LiveKey = "fg_live_end-to-end-0123456789abcdef";

    [Theory]
    [InlineData("apixo", "", false)]
    [InlineData("kling", "kling", true)]
    [InlineData("fal", "fal/queue", false)]
    [InlineData("replicate", "replicate", false)]
    [InlineData("openai-videos", "", false)]
    [InlineData("kie", "kie", true)]
    public async Task A_task_of_every_surface_goes_out_by_this_dialect_and_its_clip_comes_back_unchanged(string outbound, string mount, bool tellsItsCharge)
    {
        var behind = gateway.Served;
        using var folder = new TemporaryFolder();
        await using var front = await ServedGateway.StartAsync(
            folder["front"],
            ("FILMGATE_API_KEY", LiveKey),
            ("Filmgate__Providers__other__Dialect", outbound),
            ("Filmgate__Providers__other__BaseUrl", new Uri(behind.Address, mount).ToString().TrimEnd('/')),
            ("Filmgate__Providers__other__ApiKey", ServedGateway.Key));
        using var drawn = TestPicture.Draw(320, 320);
        var picture = drawn.Encode(SKEncodedImageFormat.Png, 100).ToArray();

        // One after the other's submission, not after its end: the gateway behind has two places, and each task is told apart by its words.
        var clips = await Task.WhenAll(VendorSurface.All.Select(async surface =>
            (surface.Name, Prompt: Words(surface.Name, outbound), Clip: await surface.MakeAsync(front.Address, LiveKey, Words(surface.Name, outbound), picture))));

        Assert.Equal(6, clips.Length);
        foreach (var (inbound, prompt, clip) in clips)
        {
            var theirs = Assert.Single((await behind.Api.GetAsync($"api/v1/tasks?prompt={Uri.EscapeDataString(prompt)}")).Data.GetProperty("tasks").EnumerateArray());
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            var made = await http.GetByteArrayAsync(new Uri(theirs.GetProperty("resultUrls")[0].GetString()!), TestContext.Current.CancellationToken);
            Assert.True(made.AsSpan().SequenceEqual(clip), $"{inbound} to {outbound}: {clip.Length} bytes came back of {made.Length}.");
        }

        // Seen from the front's own API they are tasks like any other: six, each submitted once. Each is paid for by the price list, unless the
        // vendor tells what it charged, which under the test key of the gateway behind is nothing.
        using var api = new TaskApi(front.Address, LiveKey);
        var tasks = (await api.GetAsync("api/v1/tasks")).Data.GetProperty("tasks").EnumerateArray().ToArray();
        Assert.Equal(6, tasks.Length);
        Assert.All(tasks, task => Assert.Single(task.GetProperty("attempts").EnumerateArray()));
        Assert.All(tasks, task => Assert.Equal(tellsItsCharge, task.GetProperty("cost").GetDecimal() == 0));
    }

    private static string Words(string inbound, string outbound) => $"slow push in, {inbound} to {outbound}";

    /// <summary>The gateway behind, which all outbound dialects share.</summary>
    public sealed class GatewayBehind : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();
        private ServedGateway? _served;

        internal ServedGateway Served => _served ?? throw new InvalidOperationException("It is not started yet.");

        public async ValueTask InitializeAsync() => _served = await ServedGateway.StartAsync(_folder["behind"]);

        public async ValueTask DisposeAsync()
        {
            await Served.DisposeAsync();
            _folder.Dispose();
        }
    }
}
