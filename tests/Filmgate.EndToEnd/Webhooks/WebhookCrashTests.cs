using System.Globalization;
using System.Text;
using System.Text.Json;
using Filmgate.Client;
using Filmgate.EndToEnd.House;
using Microsoft.AspNetCore.Http;

namespace Filmgate.EndToEnd.Webhooks;

/// <summary>kill -9 of the sender in the middle of its deliveries: none is lost, and what comes again comes under the same id.</summary>
public sealed class WebhookCrashTests : IAsyncLifetime
{
    private const int Tasks = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TemporaryFolder _folder = new();
    private LoopbackSite _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await LoopbackSite.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_event_of_every_task_arrives_across_kill_9(int seed)
    {
        var random = new Random(seed);
        var isFirstLife = true;
        var (forged, seen) = (0, 0);
        string secret = "";
        var events = _receiver.Page("/events", async context =>
        {
            // In the first life some are taken, some refused, and some hang until the sender dies.
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            if (Volatile.Read(ref isFirstLife))
            {
                switch (Interlocked.Increment(ref seen) % 3)
                {
                    case 0:
                        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                        break;
                    case 1:
                        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                        break;
                }
            }

            var body = Encoding.UTF8.GetBytes(_receiver.PostsTo("/events").Last(post => post.WebhookId == context.Request.Headers["webhook-id"]).Body);
            var headers = context.Request.Headers;
            try
            {
                new WebhookVerifier(secret).Verify(headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], body, TimeProvider.System.GetUtcNow());
            }
            catch (WebhookVerificationException)
            {
                Interlocked.Increment(ref forged);
            }
        });
        var ids = new List<string>();
        await using (var gateway = await StartAsync())
        {
            var made = await gateway.Api.SendAsync(
                HttpMethod.Post, "api/v1/webhooks/endpoints", $$"""{"url":"{{events}}","events":["video.accepted","video.failed"]}""");
            secret = made.Data.GetProperty("secret").GetString()!;
            for (var number = 0; number < Tasks; number++)
            {
                ids.Add(await gateway.Api.CreateAsync(TaskApi.Text("@fail(CONTENT_VIOLATION)")));
            }

            await Eventually.TrueAsync(() => _receiver.PostsTo("/events").Count > random.Next(5, Tasks), Patience, "Some events");
            await gateway.KillAsync();
        }

        Volatile.Write(ref isFirstLife, false);
        await using var next = await StartAsync();
        await Eventually.BecomesAsync(
            async () => (await next.Api.GetAsync("api/v1/webhooks/deliveries?state=delivered&limit=1000")).Data.GetProperty("deliveries").GetArrayLength(),
            delivered => delivered == 2 * Tasks, Patience, "Every delivery");

        var posts = _receiver.PostsTo("/events");
        var told = posts.GroupBy(post => post.WebhookId!).ToList();
        Assert.All(told, one => Assert.Single(one.Select(post => post.Body).Distinct()));
        var happened = told.Select(one => JsonElement.Parse(one.First().Body)).Select(json => (json.GetProperty("type").GetString()!, json.GetProperty("data").GetProperty("id").GetString()!));
        Assert.Equal(ids.SelectMany(id => new[] { ("video.accepted", id), ("video.failed", id) }).Order(), happened.Order());
        Assert.Equal(0, forged);
    }

    private Task<ServedGateway> StartAsync() => ServedGateway.StartAsync(
        _folder["data"],
        [.. Enumerable.Range(0, 8).Select(index => (string.Create(CultureInfo.InvariantCulture, $"Filmgate__Webhooks__Waits__{index}"), "00:00:00.5"))]);
}
