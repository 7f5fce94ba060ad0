using Filmgate.EndToEnd.House;
using Microsoft.AspNetCore.Http;

namespace Filmgate.EndToEnd;

/// <summary>Callbacks to a real receiver: refused, repeated, redirected, and across the death of the gateway.</summary>
public sealed class CallbackTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private LoopbackSite _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await LoopbackSite.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_receiver_that_refuses_twice_gets_the_same_event_three_times_and_then_no_more()
    {
        await using var gateway = await StartAsync("00:00:00.2", "00:00:00.2", "00:00:00.2", "00:00:00.2");
        var url = _receiver.Page("/hook", context =>
        {
            context.Response.StatusCode = _receiver.PostsTo("/hook").Count < 3 ? 500 : 200;
            return Task.CompletedTask;
        });

        var id = await gateway.Api.CreateAsync(TaskApi.Standard("pan left", TestPicture.DataUrl(400, 400)), url);
        await gateway.Api.ClipOfAsync(id);
        await PostsAsync("/hook", 3);
        await MarkerAsync(gateway);

        var posts = _receiver.PostsTo("/hook");
        Assert.Equal(3, posts.Count);
        Assert.NotNull(posts[0].WebhookId);
        Assert.Single(posts.Select(post => post.WebhookId).Distinct());
        Assert.All(posts, post => Assert.Equal("application/json", post.ContentType));
        var status = await gateway.Api.StatusAsync(id);
        Assert.All(posts, post => Assert.Equal(status.Text, post.Body));
    }

    [Fact]
    public async Task A_failure_is_called_back_too_and_the_task_can_still_be_polled()
    {
        await using var gateway = await StartAsync("00:00:00.2");
        var url = _receiver.Page("/hook", _ => Task.CompletedTask);

        var id = await gateway.Api.CreateAsync(TaskApi.Text("@fail(CONTENT_VIOLATION)"), url);
        await PostsAsync("/hook", 1);
        await MarkerAsync(gateway);

        var post = Assert.Single(_receiver.PostsTo("/hook"));
        var status = await gateway.Api.StatusAsync(id);
        Assert.Equal(status.Text, post.Body);
        Assert.Equal("CONTENT_VIOLATION", status.Data.GetProperty("failCode").GetString());
        Assert.Equal(200, status.Envelope.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task An_event_between_two_attempts_survives_the_death_of_the_gateway()
    {
        var accepts = false;
        var url = _receiver.Page("/hook", context =>
        {
            context.Response.StatusCode = Volatile.Read(ref accepts) ? 200 : 503;
            return Task.CompletedTask;
        });
        string id;
        await using (var gateway = await StartAsync("00:00:02", "00:00:02", "00:00:02", "00:00:02", "00:00:02"))
        {
            id = await gateway.Api.CreateAsync(TaskApi.Text("@fail(PROCESSING_TIMEOUT)"), url);
            await PostsAsync("/hook", 1);
            await gateway.KillAsync();
        }

        Volatile.Write(ref accepts, true);
        var before = _receiver.PostsTo("/hook").Count;
        await using var next = await StartAsync("00:00:02", "00:00:02", "00:00:02", "00:00:02", "00:00:02");
        await PostsAsync("/hook", before + 1);

        var posts = _receiver.PostsTo("/hook");
        Assert.Single(posts.Select(post => post.WebhookId).Distinct());
        Assert.Single(posts.Select(post => post.Body).Distinct());
        Assert.Equal((await next.Api.StatusAsync(id)).Text, posts[^1].Body);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_receiver_that_redirects_is_not_followed_and_is_tried_again(int status)
    {
        await using var gateway = await StartAsync("00:00:00.2");
        var target = _receiver.Page("/elsewhere", _ => Task.CompletedTask);
        var url = _receiver.Page("/hook", context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = target;
            return Task.CompletedTask;
        });

        await gateway.Api.CreateAsync(TaskApi.Text("@fail(INVALID_PROMPT)"), url);
        await PostsAsync("/hook", 2);
        await MarkerAsync(gateway);

        Assert.DoesNotContain(_receiver.Seen, seen => seen.Path == "/elsewhere");
        Assert.Equal(2, _receiver.PostsTo("/hook").Count);
    }

    [Fact]
    public async Task A_receiver_that_says_gone_is_not_asked_again()
    {
        await using var gateway = await StartAsync("00:00:00.1", "00:00:00.1");
        var url = _receiver.Page("/hook", context =>
        {
            context.Response.StatusCode = StatusCodes.Status410Gone;
            return Task.CompletedTask;
        });

        await gateway.Api.CreateAsync(TaskApi.Text("@fail(INVALID_PROMPT)"), url);
        await PostsAsync("/hook", 1);
        await MarkerAsync(gateway);

        Assert.Single(_receiver.PostsTo("/hook"));
    }

    private Task<ServedGateway> StartAsync(params string[] waits) => ServedGateway.StartAsync(
        _folder["data"], [.. waits.Select((wait, index) => ($"Filmgate__Webhooks__Waits__{index}", wait))]);

    private Task<int> PostsAsync(string path, int count) => Eventually.BecomesAsync(
        () => Task.FromResult(_receiver.PostsTo(path).Count), posts => posts >= count, Patience, $"Post {count} to {path}");

    // That nothing more comes is shown by events made later which went through all their own attempts in the meantime.
    private async Task MarkerAsync(ServedGateway gateway)
    {
        var url = _receiver.Page("/marker", context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        });
        await gateway.Api.CreateAsync(TaskApi.Text("@fail(INVALID_PROMPT)"), url);
        await PostsAsync("/marker", 2);
    }
}
