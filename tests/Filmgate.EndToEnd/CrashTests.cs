using System.Globalization;
using System.Net.Sockets;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd;

/// <summary>kill -9: what was accepted is kept, is made once, and is told.</summary>
public sealed class CrashTests : IAsyncLifetime
{
    private const int Tasks = 20;

    private readonly TemporaryFolder _folder = new();
    private LoopbackSite _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await LoopbackSite.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Twenty_tasks_in_flight_all_succeed_after_kill_9_and_each_is_rendered_at_most_once_more()
    {
        // :: Accept: pictures by link and by data URL, and one clip from text. The first render at once, the others wait a moment.
        var picture = _receiver.Bytes("/in.png", TestPicture.Png(400, 400), "image/png");
        var port = ClosedPort.Find();
        var ids = new Dictionary<string, string>();
        await using (var gateway = await StartAsync(port))
        {
            for (var number = 0; number < Tasks; number++)
            {
                var path = string.Create(CultureInfo.InvariantCulture, $"/hook/{number}");
                var prompt = number < 2 ? "pan left" : "@delay(1s) pan left";
                var input = number == 5 ? TaskApi.Text(prompt, "1:1") : TaskApi.Standard(prompt, number % 2 == 0 ? picture : TestPicture.DataUrl(400, 400));
                ids[path] = await gateway.Api.CreateAsync(input, _receiver.Page(path, _ => Task.CompletedTask));
            }

            await Eventually.TrueAsync(() => FilmgateProcess.FfmpegAt(_folder.Path).Count > 0, TaskApi.TaskPatience, "The first render");
            await gateway.KillAsync();
        }

        // :: A render belongs to its gateway and ends with it.
        await Eventually.TrueAsync(() => FilmgateProcess.FfmpegAt(_folder.Path).Count == 0, TimeSpan.FromSeconds(20), "The end of FFmpeg");

        // :: It was writing a poster, say. A kill falls into the few milliseconds of one only rarely, so this one is put there.
        var scratch = Assert.Single(Directory.GetDirectories(Path.Combine(_folder["data"], "artifacts", "incoming")));
        await File.WriteAllTextAsync(Path.Combine(scratch, ".poster.part"), "half", TestContext.Current.CancellationToken);

        // :: The next life finishes all of it.
        await using var next = await StartAsync(port);
        Assert.DoesNotContain(Directory.GetFiles(Path.Combine(_folder["data"], "renders")), file => file.EndsWith(".part", StringComparison.Ordinal) && File.GetLastWriteTimeUtc(file) < System.Diagnostics.Process.GetProcessById(next.Process.Id).StartTime.ToUniversalTime());
        foreach (var (path, id) in ids)
        {
            await next.Api.ClipOfAsync(id);
            var attempts = (await next.Api.DetailsAsync(id)).Data.GetProperty("attempts").GetArrayLength();
            Assert.InRange(attempts, 1, 2);
            await Eventually.TrueAsync(() => _receiver.PostsTo(path).Count > 0, TaskApi.TaskPatience, $"The callback of task {id}");
        }

        foreach (var (path, id) in ids)
        {
            var status = await next.Api.StatusAsync(id);
            var posts = _receiver.PostsTo(path);
            Assert.Single(posts.Select(post => post.WebhookId).Distinct());
            Assert.All(posts, post => Assert.Equal(status.Text, post.Body));
        }

        Assert.Empty(FilmgateProcess.FfmpegAt(_folder.Path));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder["data"], "renders")));
        Assert.Empty(Unfinished());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_creation_that_was_answered_is_there_after_kill_9_at_a_random_moment(int seed)
    {
        var random = new Random(seed);
        var answered = new List<string>();
        await using (var gateway = await ServedGateway.StartAsync(_folder["data"], ("Filmgate__Engine__Paused", "true")))
        {
            var killAfter = random.Next(1, Tasks - 1);
            using var reached = new SemaphoreSlim(0);
            var creations = Enumerable.Range(0, Tasks).Select(number => Task.Run(async () =>
            {
                try
                {
                    var id = await gateway.Api.CreateAsync(TaskApi.Standard($"task {number}", TestPicture.DataUrl(320, 320)));
                    lock (answered)
                    {
                        answered.Add(id);
                    }

                    reached.Release();
                }
                catch (Exception cut) when (cut is HttpRequestException or IOException or SocketException)
                {
                    // Not answered, so nothing was promised.
                }
            })).ToList();
            for (var number = 0; number < killAfter; number++)
            {
                Assert.True(await reached.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
            }

            await gateway.KillAsync();
            await Task.WhenAll(creations);
            Assert.InRange(answered.Count, killAfter, Tasks);
        }

        await using var next = await ServedGateway.StartAsync(_folder["data"], ("Filmgate__Engine__Paused", "true"));
        foreach (var id in answered)
        {
            var status = await next.Api.StatusAsync(id);
            Assert.True(status.Status == 200 && status.Data.GetProperty("state").GetString() == "pending", $"{id}: {status}");
        }
    }

    // The lock file of the process that lives tells that its folder is in use.
    private IEnumerable<string> Unfinished() => Directory.EnumerateFiles(Path.Combine(_folder["data"], "artifacts", "incoming"), "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal));

    private Task<ServedGateway> StartAsync(int port) => ServedGateway.StartAsync(
        _folder["data"],
        ("FILMGATE_URLS", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")),
        ("Filmgate__Animatic__Slots", "4"),
        ("Filmgate__Webhooks__Waits__0", "00:00:00.5"),
        ("Filmgate__Webhooks__Waits__1", "00:00:00.5"));
}
