using System.Text.Json;
using System.Text.RegularExpressions;
using Filmgate.EndToEnd.House;
using Microsoft.AspNetCore.Http;

namespace Filmgate.EndToEnd.Webhooks;

/// <summary>The commands that docs/webhooks.md shows, typed one after the other against a real gateway and receiver.</summary>
public sealed partial class WebhookCommandTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private LoopbackSite _receiver = null!;
    private ServedGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _receiver = await LoopbackSite.StartAsync();
        _gateway = await ServedGateway.StartAsync(_folder["data"], ("Filmgate__Webhooks__Waits__0", "00:00:00.1"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _receiver.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_commands_of_the_page_do_what_it_says()
    {
        var accepts = true;
        var url = _receiver.Page("/hooks", context =>
        {
            context.Response.StatusCode = accepts ? 200 : 500;
            return context.Response.WriteAsync("read\u001b[2J me");
        });
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Filmgate.slnx")))
        {
            root = root.Parent!;
        }

        var commands = CommandPattern().Matches(await File.ReadAllTextAsync(Path.Combine(root.FullName, "docs", "webhooks.md"), TestContext.Current.CancellationToken))
            .Select(match => match.Groups[1].Value).ToArray();
        Assert.Equal(["add", "test", "list", "show", "resend", "resend", "rotate"], commands.Select(command => command.Split(' ')[0]));

        // :: An endpoint, made and tested.
        var added = await RunAsync(commands[0].Replace("https://shop.example/hooks", url, StringComparison.Ordinal));
        var endpoint = Value(added, "id");
        Assert.StartsWith("whsec_", Value(added, "secret"), StringComparison.Ordinal);
        var tested = await RunAsync(Filled(commands[1], endpoint, ""));
        Assert.Equal("delivered", Value(tested, "state"));
        Assert.Contains("read [2J me", tested, StringComparison.Ordinal);

        // :: A failure, found, looked at and sent again: in vain, by one attempt; then with success, and all of a time at once.
        accepts = false;
        await RunAsync(Filled("test ep_…", endpoint, ""), code: 1);
        var failed = await Eventually.BecomesAsync(
            async () => DeliveryPattern().Match(await RunAsync(commands[2])), match => match.Success, TimeSpan.FromSeconds(30), "The failed delivery");
        var shown = await RunAsync(Filled(commands[3], endpoint, failed.Value));
        Assert.Equal(("failed", "test.ping"), (Value(shown, "state"), Value(shown, "event")));
        Assert.Equal(2, shown.Split('\n').Count(line => line.Contains(" 500 ", StringComparison.Ordinal)));
        await RunAsync(Filled(commands[4], endpoint, failed.Value));
        await Eventually.BecomesAsync(
            async () => JsonElement.Parse(await RunAsync(Filled("show evt_… --json", endpoint, failed.Value))),
            data => data.GetProperty("attempts").GetInt32() == 3 && data.GetProperty("state").GetString() == "failed", TimeSpan.FromSeconds(30), "The third attempt");
        accepts = true;
        Assert.Equal("1", Value(await RunAsync(Filled(commands[5], endpoint, "")), "deliveries"));
        await Eventually.BecomesAsync(
            async () => Value(await RunAsync(Filled("show evt_…", endpoint, failed.Value)), "state"), state => state == "delivered", TimeSpan.FromSeconds(30), "The replay");
        Assert.Single(_receiver.PostsTo("/hooks").Skip(1).Select(post => post.WebhookId).Distinct());

        // :: A new secret, and the old one for a day.
        var rotated = await RunAsync(Filled(commands[6], endpoint, ""));
        Assert.NotEqual(Value(added, "secret"), Value(rotated, "secret"));
        Assert.Contains("old secret until", rotated, StringComparison.Ordinal);
        Assert.Contains(endpoint, await RunAsync("endpoints"), StringComparison.Ordinal);
        Assert.Equal(endpoint, Value(await RunAsync($"remove {endpoint}"), "removed"));
    }

    private static string Filled(string command, string endpoint, string delivery) =>
        command.Replace("ep_…", endpoint, StringComparison.Ordinal).Replace("evt_…", delivery, StringComparison.Ordinal);

    private static string Value(string output, string name) =>
        output.Split('\n').First(line => line.StartsWith($"{name} ", StringComparison.Ordinal))[name.Length..].Trim();

    private async Task<string> RunAsync(string command, int code = 0)
    {
        await using var process = FilmgateProcess.Start(
            _folder.Path,
            new Dictionary<string, string> { ["FILMGATE_URLS"] = _gateway.Address.GetLeftPart(UriPartial.Authority), ["FILMGATE_API_KEY"] = ServedGateway.Key },
            ["webhooks", .. command.Split(' ')]);
        var ended = await process.ExitAsync(TimeSpan.FromSeconds(60));
        Assert.True(ended == code, $"filmgate webhooks {command} ended in {ended}: {string.Join('\n', process.Error)}");
        return string.Join('\n', process.Out) + "\n";
    }

    [GeneratedRegex(@"^filmgate webhooks (.+)$", RegexOptions.Multiline)]
    private static partial Regex CommandPattern();

    [GeneratedRegex(@"evt_\w+")]
    private static partial Regex DeliveryPattern();
}
