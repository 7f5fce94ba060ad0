using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Filmgate.Client;
using Filmgate.EndToEnd.House;
using Microsoft.AspNetCore.Http;

namespace Filmgate.EndToEnd.Events;

/// <summary><c>filmgate listen</c> as docs/webhooks.md shows it: three processes' worth of gateway, command and receiver.</summary>
public sealed partial class ListenCommandTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<(string Id, string Type, string Task)> _taken = new();
    private LoopbackSite _receiver = null!;
    private string _secret = "";
    private string _url = "";

    public async ValueTask InitializeAsync()
    {
        _receiver = await LoopbackSite.StartAsync();
        _url = _receiver.Page("/hook", context =>
        {
            // Whatever is not signed by the secret that the command printed fails the test as an event that never came.
            var headers = context.Request.Headers;
            var body = Encoding.UTF8.GetBytes(_receiver.PostsTo("/hook").Last(post => post.WebhookId == headers["webhook-id"]).Body);
            var happened = new WebhookVerifier(_secret).Verify(
                headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], body, TimeProvider.System.GetUtcNow());
            _taken.Enqueue((happened.Id, happened.Type!, happened.Data.GetProperty("id").GetString()!));
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_command_of_the_page_posts_each_event_with_a_valid_signature_and_ends_well_by_ctrl_c()
    {
        await using var gateway = await ServedGateway.StartAsync(_folder["data"]);
        var commands = await CommandsAsync();
        Assert.Equal(3, commands.Length);

        // :: All events, signed by a secret of the command's own.
        await using var listen = Start(gateway, commands[0].Replace("http://localhost:3000/hook", _url, StringComparison.Ordinal));
        await ListeningAsync(listen);
        _secret = listen.Out.First(line => line.StartsWith("Secret: ", StringComparison.Ordinal))["Secret: ".Length..];
        var id = await gateway.Api.CreateAsync(TaskApi.Text("@fail(CONTENT_VIOLATION)"));
        await Eventually.TrueAsync(() => _taken.Count == 3, Patience, "Three events");
        Assert.Equal([("video.accepted", id), ("video.in_progress", id), ("video.failed", id)], _taken.Select(one => (one.Type, one.Task)));
        await Eventually.TrueAsync(() => listen.Out.Count(line => LogLine().IsMatch(line)) == 3, Patience, "Three lines");

        // :: A receiver that is away is told of, and does not end the command.
        _receiver.Page("/hook", context =>
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        });
        await gateway.Api.CreateAsync(TaskApi.Text("@fail(CONTENT_VIOLATION)"));
        await Eventually.TrueAsync(() => listen.Out.Count(line => line.Contains("  500  ", StringComparison.Ordinal)) == 3, Patience, "Three refused events");
        listen.Send(FilmgateProcess.SigInt);
        Assert.Equal(0, await listen.ExitAsync(Patience));
        Assert.Equal(("Stopped after 6 events, 3 not taken by the receiver.", ""), (listen.Out[^1], string.Join('\n', listen.Error)));

        // :: Only some events; and JSON for programs, beginning where an earlier run ended.
        await using var narrow = Start(gateway, commands[1].Replace("http://localhost:3000/hook", $"http://127.0.0.1:{ClosedPort.Find()}/hook", StringComparison.Ordinal));
        await ListeningAsync(narrow);
        await using var json = Start(gateway, $"{commands[2]} --after {_taken.First().Id}");
        await Eventually.TrueAsync(() => json.Out.Count >= 1, Patience, "A line of JSON");
        var last = await gateway.Api.CreateAsync(TaskApi.Text("@fail(CONTENT_VIOLATION)"));
        await Eventually.TrueAsync(() => narrow.Out.Any(line => line.Contains(last, StringComparison.Ordinal)), Patience, "The event");
        await Eventually.TrueAsync(() => json.Out.Count == 3, Patience, "Three lines of JSON");
        Assert.Equal(id, JsonElement.Parse(json.Out[0]).GetProperty("data").GetProperty("id").GetString());
        Assert.All(json.Out, line => Assert.Equal("video.failed", JsonElement.Parse(line).GetProperty("type").GetString()));
        var told = Assert.Single(narrow.Out, line => line.Contains(last, StringComparison.Ordinal));
        Assert.Contains("video.failed", told, StringComparison.Ordinal);
        Assert.Contains("failed: Connection refused", told, StringComparison.Ordinal);
        foreach (var process in new[] { narrow, json })
        {
            process.Send(FilmgateProcess.SigTerm);
            Assert.Equal(0, await process.ExitAsync(Patience));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Kill_9_of_the_gateway_in_the_middle_of_a_stream_loses_no_event_and_tells_none_twice(int seed)
    {
        const int TasksPerLife = 25;
        var random = new Random(seed);
        _secret = WebhookForwarder.NewSecret();
        var urls = $"http://127.0.0.1:{ClosedPort.Find()}";
        var gateway = await ServedGateway.StartAsync(_folder["data"], ("FILMGATE_URLS", urls));
        await using var listen = Start(gateway, $"listen --forward-to {_url} --secret {_secret}");
        await ListeningAsync(listen);
        var ids = new List<string>();
        for (var life = 0; life < 3; life++)
        {
            if (life > 0)
            {
                gateway = await ServedGateway.StartAsync(_folder["data"], ("FILMGATE_URLS", urls));
            }

            for (var number = 0; number < TasksPerLife; number++)
            {
                ids.Add(await gateway.Api.CreateAsync(TaskApi.Text("@fail(CONTENT_VIOLATION)")));
            }

            if (life < 2)
            {
                var seen = _taken.Count + random.Next(5, TasksPerLife);
                await Eventually.TrueAsync(() => _taken.Count >= seen, Patience, "Some events");
                await gateway.KillAsync();
                await gateway.DisposeAsync();
            }
        }

        await Eventually.TrueAsync(() => _taken.Count(one => one.Type == "video.failed") >= ids.Count, Patience, "The end of every task");
        await Eventually.TrueAsync(() => _taken.Count >= 3 * ids.Count, Patience, "Every event");
        Assert.Equal(
            ids.SelectMany(id => new[] { (id, "video.accepted"), (id, "video.failed"), (id, "video.in_progress") }).Order(), _taken.Select(one => (one.Task, one.Type)).Order());
        Assert.Equal(_taken.Count, _taken.Select(one => one.Id).Distinct().Count());
        Assert.Contains(listen.Out, line => line.EndsWith("  connected again", StringComparison.Ordinal));
        Assert.Contains(listen.Out, line => line.Contains("; trying again in ", StringComparison.Ordinal));
        listen.Send(FilmgateProcess.SigInt);
        Assert.Equal(0, await listen.ExitAsync(Patience));
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_receiver_in_a_process_of_its_own_verifies_what_comes_with_standardwebhooks_and_a_fault_of_its_is_counted()
    {
        await using var gateway = await ServedGateway.StartAsync(_folder["data"]);
        var secret = WebhookForwarder.NewSecret();
        await using var receiver = await ReceiverProcess.StartAsync(secret, Patience);
        await using var listen = Start(gateway, $"listen --forward-to {receiver.Url}", ("FILMGATE_WEBHOOK_SECRET", secret));
        await ListeningAsync(listen);
        var id = await gateway.Api.CreateAsync(TaskApi.Text("@fail(CONTENT_VIOLATION)"));
        await Eventually.TrueAsync(() => listen.Out.Count(line => line.Contains(id, StringComparison.Ordinal)) == 3, Patience, "Three lines");
        Assert.Equal(
            [(500, "video.accepted", id), (200, "video.in_progress", id), (200, "video.failed", id)],
            receiver.Posts.Select(post => (post.GetProperty("status").GetInt32(), post.GetProperty("type").GetString(), post.GetProperty("task").GetString()!)));
        Assert.All(receiver.Posts, post => Assert.Equal(post.GetProperty("header").GetString(), post.GetProperty("id").GetString()));
        Assert.Equal(["500", "200", "200"], listen.Out.Where(line => line.Contains(id, StringComparison.Ordinal)).Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries)[^2]));
        Assert.DoesNotContain(listen.Out, line => line.StartsWith("Secret: ", StringComparison.Ordinal));

        // What another secret signed is refused by the receiver, so it does look.
        await using var stranger = Start(gateway, $"listen --forward-to {receiver.Url} --events video.failed");
        await ListeningAsync(stranger);
        await gateway.Api.CreateAsync(TaskApi.Text("@fail(CONTENT_VIOLATION)"));
        await Eventually.TrueAsync(() => stranger.Out.Any(line => line.Contains("  400  ", StringComparison.Ordinal)), Patience, "A refused event");
        await Eventually.TrueAsync(() => listen.Out.Count(line => line.Contains("  200  ", StringComparison.Ordinal)) == 5, Patience, "Three more events");

        foreach (var process in new[] { listen, stranger })
        {
            process.Send(FilmgateProcess.SigInt);
            Assert.Equal(0, await process.ExitAsync(Patience));
        }

        Assert.Equal("Stopped after 6 events, 1 not taken by the receiver.", listen.Out[^1]);
        Assert.Equal("Stopped after 1 event, 1 not taken by the receiver.", stranger.Out[^1]);
    }

    [Fact]
    public async Task What_cannot_work_is_told_in_one_line()
    {
        await using var gateway = await ServedGateway.StartAsync(_folder["data"]);
        await AssertAsync(1, "filmgate listen: The API key is missing or invalid", "--key", "fg_test_wrong-0123456789abcdefghij");
        await AssertAsync(1, "filmgate listen: Last-Event-ID must be", "--after", "nonsense");
        await AssertAsync(1, "filmgate listen: http://127.0.0.1:", "--server", $"http://127.0.0.1:{ClosedPort.Find()}");

        async Task AssertAsync(int code, string beginning, params string[] arguments)
        {
            await using var process = Start(gateway, string.Join(' ', ["listen", .. arguments]));
            var ended = await process.ExitAsync(Patience);
            Assert.Equal(code, ended);
            Assert.StartsWith(beginning, Assert.Single(process.Error), StringComparison.Ordinal);
        }
    }

    private FilmgateProcess Start(ServedGateway gateway, string command, params (string Name, string Value)[] variables)
    {
        var environment = new Dictionary<string, string> { ["FILMGATE_URLS"] = gateway.Address.GetLeftPart(UriPartial.Authority), ["FILMGATE_API_KEY"] = ServedGateway.Key };
        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        return FilmgateProcess.Start(_folder.Path, environment, command.Split(' '));
    }

    private static Task ListeningAsync(FilmgateProcess process) => Eventually.TrueAsync(
        () => process.Out.Any(line => line.EndsWith("  listening", StringComparison.Ordinal)) || process.HasExited, Patience, "Listening");

    private static async Task<string[]> CommandsAsync()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Filmgate.slnx")))
        {
            root = root.Parent!;
        }

        var page = await File.ReadAllTextAsync(Path.Combine(root.FullName, "docs", "webhooks.md"), TestContext.Current.CancellationToken);
        return [.. CommandPattern().Matches(page).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex(@"^filmgate (listen.*)$", RegexOptions.Multiline)]
    private static partial Regex CommandPattern();

    [GeneratedRegex(@"^\d\d:\d\d:\d\dZ  video\.\w+ +task_\w+  204  \d+ ms$")]
    private static partial Regex LogLine();
}
