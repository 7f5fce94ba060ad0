using System.CommandLine;
using System.Text.Json;
using Filmgate.Cli.Admin;
using Filmgate.Client;

namespace Filmgate.Cli.Webhooks;

/// <summary>The commands of <c>filmgate webhooks</c> that are about endpoints.</summary>
internal static class EndpointCommands
{
    private static readonly TimeSpan TestPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TestPause = TimeSpan.FromMilliseconds(200);

    public static Command List(CliTerminal terminal)
    {
        var options = new AccountOptions();
        return WebhooksCommand.Make("endpoints", "List the endpoints and how they fare.", options, terminal, async (client, line, cancellationToken) =>
        {
            var data = await client.ReadAsync("webhooks/endpoints", cancellationToken);
            options.Write(terminal, line, data, () => DataOutput.WriteTable(
                terminal,
                ["id", "url", "events", "state", "reason", "failing since", "last success", "description"],
                data.List("endpoints").Select(endpoint => new[]
                {
                    endpoint.Cell("endpointId"), endpoint.Cell("url"), endpoint.Cell("events"), endpoint.Cell("state"), endpoint.Cell("disabledReason"),
                    endpoint.UnixMoment("failingSince"), endpoint.UnixMoment("lastSuccessTime"), endpoint.Cell("description"),
                })));
            return ExitCode.Ok;
        });
    }

    public static Command Add(CliTerminal terminal)
    {
        var options = new AccountOptions();
        var url = new Argument<string>("URL") { Description = "Where to; https, at a public address." };
        var events = Events("What it hears of. Default: video.completed,video.failed.");
        var description = Description();
        var command = WebhooksCommand.Make("add", "Add an endpoint and show its secret, this once.", options, terminal, async (client, line, cancellationToken) =>
        {
            var body = AdminBody.Of(json =>
            {
                json.WriteText("url", line.GetRequiredValue(url));
                json.WriteText("description", line.GetValue(description));
                json.WriteList("events", line, events);
            });
            var data = await client.ChangeAsync(HttpMethod.Post, "webhooks/endpoints", body, cancellationToken);
            options.Write(terminal, line, data, () => WriteEndpoint(terminal, data));
            return ExitCode.Ok;
        });
        command.Add(url);
        command.Add(events);
        command.Add(description);
        return command;
    }

    public static Command Update(CliTerminal terminal)
    {
        var options = new AccountOptions();
        var id = IdArgument.Make("ENDPOINT", "The endpoint.");
        var url = new Option<string?>("--url") { HelpName = "URL", Description = "Where to; what waits goes there too." };
        var events = Events("What it hears of from now on.");
        var description = Description();
        var enable = new Option<bool>("--enable") { Description = "Send to it again; what it missed is sent by resend." };
        var disable = new Option<bool>("--disable") { Description = "Send nothing and keep what comes as missed." };
        var command = WebhooksCommand.Make("update", "Change an endpoint; what is not given stays as it is.", options, terminal, async (client, line, cancellationToken) =>
        {
            var (on, off) = (line.GetValue(enable), line.GetValue(disable));
            if (on && off)
            {
                throw new UsageException("--enable and --disable exclude each other");
            }

            if (!on && !off && line.GetValue(url) is null && line.GetValue(events) is null && line.GetValue(description) is null)
            {
                throw new UsageException("nothing is to be changed; there are --url, --events, --description, --enable and --disable");
            }

            var body = AdminBody.Of(json =>
            {
                json.WriteText("url", line.GetValue(url));
                json.WriteText("description", line.GetValue(description));
                json.WriteList("events", line, events);
                if (on || off)
                {
                    json.WriteBoolean("enabled", on);
                }
            });
            var data = await client.ChangeAsync(HttpMethod.Patch, Path(line, id), body, cancellationToken);
            options.Write(terminal, line, data, () => WriteEndpoint(terminal, data));
            return ExitCode.Ok;
        });
        command.Add(id);
        command.Add(url);
        command.Add(events);
        command.Add(description);
        command.Add(enable);
        command.Add(disable);
        return command;
    }

    public static Command Remove(CliTerminal terminal)
    {
        var options = new AccountOptions();
        var id = IdArgument.Make("ENDPOINT", "The endpoint.");
        var command = WebhooksCommand.Make("remove", "Delete an endpoint and cancel what waits for it.", options, terminal, async (client, line, cancellationToken) =>
        {
            var data = await client.ChangeAsync(HttpMethod.Delete, Path(line, id), null, cancellationToken);
            options.Write(terminal, line, data, () => DataOutput.WritePairs(terminal, ("removed", data.Cell("endpointId"))));
            return ExitCode.Ok;
        });
        command.Add(id);
        return command;
    }

    public static Command Rotate(CliTerminal terminal)
    {
        var options = new AccountOptions();
        var id = IdArgument.Make("ENDPOINT", "The endpoint.");
        var grace = new Option<string?>("--grace") { HelpName = "SECONDS", Description = "How long the old secret signs beside the new one, 0 to 604800. Default: 86400." };
        var command = WebhooksCommand.Make("rotate", "Replace an endpoint's secret and show the new one, this once.", options, terminal, async (client, line, cancellationToken) =>
        {
            var body = AdminBody.Of(json => json.WriteNumber("graceSeconds", line, grace));
            var data = await client.ChangeAsync(HttpMethod.Post, Path(line, id) + "/rotate", body, cancellationToken);
            options.Write(terminal, line, data, () => WriteEndpoint(terminal, data));
            return ExitCode.Ok;
        });
        command.Add(id);
        command.Add(grace);
        return command;
    }

    public static Command Test(CliTerminal terminal)
    {
        var options = new AccountOptions();
        var id = IdArgument.Make("ENDPOINT", "The endpoint.");
        var command = WebhooksCommand.Make(
            "test", "Send a test event and show what the endpoint answered; ends with 1 when it did not take it.", options, terminal, async (client, line, cancellationToken) =>
            {
                var sent = await client.ChangeAsync(HttpMethod.Post, Path(line, id) + "/test", null, cancellationToken);
                var data = await AnsweredAsync(client, sent.Cell("deliveryId"), cancellationToken);
                options.Write(terminal, line, data, () => DeliveryCommands.WriteDelivery(terminal, data));
                return data.Cell("state") == "delivered" ? ExitCode.Ok : ExitCode.Failed;
            });
        command.Add(id);
        return command;
    }

    public static Command Secret(CliTerminal terminal)
    {
        var options = new AccountOptions();
        return WebhooksCommand.Make("secret", "Show the secret by which callbacks of tasks are signed.", options, terminal, async (client, line, cancellationToken) =>
        {
            var data = await client.ReadAsync("webhooks/secret", cancellationToken);
            options.Write(terminal, line, data, () => terminal.Out.WriteLine(data.Cell("secret")));
            return ExitCode.Ok;
        });
    }

    private static Option<string?> Events(string description) => new("--events") { HelpName = "EVENT,…", Description = description };

    private static Option<string?> Description() => new("--description") { HelpName = "TEXT", Description = "For people; at most 200 characters." };

    private static string Path(ParseResult line, Argument<string> id) => $"webhooks/endpoints/{IdArgument.Segment(line, id)}";

    // The first attempt is made at once; what is shown is what came of it.
    private static async Task<JsonElement> AnsweredAsync(AccountClient client, string delivery, CancellationToken cancellationToken)
    {
        var path = $"webhooks/deliveries/{Uri.EscapeDataString(delivery)}";
        for (var waited = TimeSpan.Zero; ; waited += TestPause)
        {
            var data = await client.ReadAsync(path, cancellationToken);
            if (data.Cell("attempts") is not ("0" or "-") || waited >= TestPatience)
            {
                return data;
            }

            await Task.Delay(TestPause, cancellationToken);
        }
    }

    private static void WriteEndpoint(CliTerminal terminal, JsonElement endpoint)
    {
        (string Name, string Value)[] pairs =
        [
            ("id", endpoint.Cell("endpointId")),
            ("url", endpoint.Cell("url")),
            ("description", endpoint.Cell("description")),
            ("events", endpoint.Cell("events")),
            ("state", endpoint.Cell("state")),
            ("reason", endpoint.Cell("disabledReason")),
            ("created", endpoint.UnixMoment("createTime")),
            ("failing since", endpoint.UnixMoment("failingSince")),
            ("last success", endpoint.UnixMoment("lastSuccessTime")),
        ];
        var old = endpoint.List("secrets").Skip(1).Select(secret => ("old secret until", secret.UnixMoment("expireTime")));
        (string Name, string Value)[] secret = endpoint.Cell("secret") is var text && text != "-" ? [("secret", text)] : [];
        DataOutput.WritePairs(terminal, [.. pairs, .. old, .. secret]);
    }
}
