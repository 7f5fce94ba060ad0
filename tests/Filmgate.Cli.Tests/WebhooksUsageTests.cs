using Filmgate.Testing;

namespace Filmgate.Cli.Tests;

public sealed class WebhooksUsageTests
{
    [Theory]
    [InlineData("webhooks", "filmgate webhooks: a command is missing; there are list, show, resend, endpoints, add, update, remove, rotate, test and secret")]
    [InlineData("webhooks list", "filmgate webhooks list: an API key is needed: give --key or set FILMGATE_API_KEY")]
    [InlineData("webhooks add --key k", "filmgate webhooks add: Required argument missing for command: 'add'")]
    [InlineData("webhooks update --key k ep_1", "filmgate webhooks update: nothing is to be changed; there are --url, --events")]
    [InlineData("webhooks update --key k ep_1 --enable --disable", "filmgate webhooks update: --enable and --disable exclude each other")]
    [InlineData("webhooks rotate --key k ep_1 --grace long", "filmgate webhooks rotate: --grace must be a number, got 'long'")]
    [InlineData("webhooks show --key k ..", "filmgate webhooks show: DELIVERY must be an id, got '..'")]
    [InlineData("webhooks resend --key k", "filmgate webhooks resend: give one DELIVERY, or at least one of --endpoint, --task and --from")]
    [InlineData("webhooks resend --key k evt_1 --endpoint ep_1", "filmgate webhooks resend: give one DELIVERY, or at least one of")]
    public async Task A_wrong_command_line_is_explained_in_one_line_and_ends_with_2(string line, string beginning)
    {
        var run = await CommandLine.RunAsync(line.Split(' '));

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.StartsWith(beginning, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Help_shows_every_command_and_examples()
    {
        var run = await CommandLine.RunAsync("webhooks", "--help");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("filmgate webhooks resend --endpoint ep_", run.Out, StringComparison.Ordinal);
        Assert.Contains("endpoints", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("add https://h.example/hook --events video.completed,video.failed --description shop", "POST /api/v1/webhooks/endpoints", """{"url":"https://h.example/hook","description":"shop","events":["video.completed","video.failed"]}""")]
    [InlineData("update ep_1 --url https://h.example/2 --disable", "PATCH /api/v1/webhooks/endpoints/ep_1", """{"url":"https://h.example/2","enabled":false}""")]
    [InlineData("update ep_1 --enable", "PATCH /api/v1/webhooks/endpoints/ep_1", """{"enabled":true}""")]
    [InlineData("rotate ep_1 --grace 60", "POST /api/v1/webhooks/endpoints/ep_1/rotate", """{"graceSeconds":60}""")]
    [InlineData("resend --endpoint ep_1 --from 2026-01-31T12:00:00Z --state failed,missed", "POST /api/v1/webhooks/replay", """{"endpointId":"ep_1","from":"2026-01-31T12:00:00Z","states":["failed","missed"]}""")]
    [InlineData("resend evt_1", "POST /api/v1/webhooks/deliveries/evt_1/resend", "")]
    [InlineData("remove ep_1", "DELETE /api/v1/webhooks/endpoints/ep_1", "")]
    public async Task Only_what_is_given_is_sent(string line, string request, string body)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(request, Reply.Data("{}"));

        var run = await AskAsync(server, line.Split(' '));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(body, Assert.Single(server.Requests).Body);
        Assert.Equal("Bearer fg_test_k", server.Requests[0].Headers["Authorization"]);
    }

    [Fact]
    public async Task A_list_is_asked_for_with_its_filters_and_shown_as_a_table_with_its_next_page()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /api/v1/webhooks/deliveries", Reply.Data(
            """{"deliveries":[{"deliveryId":"evt_1_2","eventId":"evt_1","event":"video.failed","endpointId":"ep_2","url":"https://h.example","state":"failed","attempts":8,"createTime":1760000000000}],"nextCursor":"evt_1_2"}"""));

        var run = await AskAsync(server, "webhooks list --state failed --from 2026-01-31T12:00:00Z --limit 1".Split(' ')[1..]);

        Assert.Equal("?state=failed&created_from=2026-01-31T12%3A00%3A00Z&limit=1", server.Requests[0].Query);
        Assert.Contains(run.Out.Split('\n'), line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["evt_1_2", "video.failed", "-", "ep_2", "failed", "8", "2025-10-09", ..]);
        Assert.Contains("There are more: --cursor evt_1_2", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delivered", 0)]
    [InlineData("pending", 1)]
    public async Task A_test_shows_what_was_answered_and_ends_with_1_when_it_was_not_taken(string state, int code)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /api/v1/webhooks/endpoints/ep_1/test", Reply.Data("""{"deliveryId":"evt_1_1","eventId":"evt_1"}"""));
        server.On(
            "GET /api/v1/webhooks/deliveries/evt_1_1",
            Reply.Data("""{"deliveryId":"evt_1_1","state":"pending","attempts":0}"""),
            Reply.Data($$"""{"deliveryId":"evt_1_1","state":"{{state}}","attempts":1,"attemptLog":[{"number":1,"cause":"event","time":1760000000000,"tookMs":3,"error":"No connection."}]}"""));

        var run = await AskAsync(server, "test", "ep_1");

        Assert.Equal((code, ""), (run.ExitCode, run.Error));
        Assert.Contains("No connection.", run.Out, StringComparison.Ordinal);
    }

    private static Task<CommandLine> AskAsync(ScriptedServer server, params string[] line) =>
        CommandLine.RunAsync(["webhooks", .. line, "--server", server.Address, "--key", "fg_test_k"]);
}
