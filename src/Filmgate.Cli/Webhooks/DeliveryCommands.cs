using System.CommandLine;
using System.Text.Json;
using Filmgate.Cli.Admin;

namespace Filmgate.Cli.Webhooks;

/// <summary>The commands of <c>filmgate webhooks</c> that are about deliveries.</summary>
internal static class DeliveryCommands
{
    public static Command List(CliTerminal terminal)
    {
        var options = new DeliveryOptions();
        var window = new Window();
        var state = new Option<string?>("--state") { HelpName = "STATE,…", Description = "Only these: pending, delivered, failed, missed, canceled." };
        var limit = new Option<string?>("--limit") { HelpName = "NUMBER", Description = "Most deliveries, 1 to 1000. Default: 100." };
        var cursor = new Option<string?>("--cursor") { HelpName = "DELIVERY", Description = "Goes on behind this one." };
        var command = options.Make("list", "List deliveries, newest first.", terminal, async (client, path, line, cancellationToken) =>
        {
            var query = QueryText.Of(
                ("endpointId", line.GetValue(window.Endpoint)), ("taskId", line.GetValue(window.Task)), ("state", line.GetValue(state)),
                ("created_from", line.GetValue(window.From)), ("created_before", line.GetValue(window.Before)), ("limit", line.GetValue(limit)), ("cursor", line.GetValue(cursor)));
            var data = await client.ReadAsync($"{path}/deliveries{query}", cancellationToken);
            options.Write(terminal, line, data, () =>
            {
                DataOutput.WriteTable(
                    terminal,
                    ["id", "event", "task", "to", "state", "attempts", "happened", "next"],
                    data.List("deliveries").Select(delivery => new[]
                    {
                        delivery.Cell("deliveryId"), delivery.Cell("event"), delivery.Cell("taskId"),
                        delivery.Cell("endpointId") is var endpoint && endpoint != "-" ? endpoint : delivery.Cell("url"), delivery.Cell("state"), delivery.Cell("attempts"),
                        delivery.UnixMoment("createTime"), delivery.UnixMoment("nextTime"),
                    }));
                if (data.Cell("nextCursor") is var next && next != "-")
                {
                    terminal.Out.WriteLine($"There are more: --cursor {next}");
                }
            });
            return ExitCode.Ok;
        });
        window.AddTo(command);
        command.Add(state);
        command.Add(limit);
        command.Add(cursor);
        return command;
    }

    public static Command Show(CliTerminal terminal)
    {
        var options = new DeliveryOptions();
        var id = IdArgument.Make("DELIVERY", "The delivery.");
        var command = options.Make("show", "Show a delivery, its body and every attempt.", terminal, async (client, path, line, cancellationToken) =>
        {
            var data = await client.ReadAsync($"{path}/deliveries/{IdArgument.Segment(line, id)}", cancellationToken);
            options.Write(terminal, line, data, () => WriteDelivery(terminal, data));
            return ExitCode.Ok;
        });
        command.Add(id);
        return command;
    }

    public static Command Resend(CliTerminal terminal)
    {
        var options = new DeliveryOptions();
        var window = new Window();
        var id = new Argument<string?>("DELIVERY") { Description = "One delivery, whatever became of it: one attempt. Without it, failed and missed ones by the options.", DefaultValueFactory = _ => null };
        var state = new Option<string?>("--state") { HelpName = "STATE,…", Description = "failed, missed or both. Default: both." };
        var command = options.Make(
            "resend", "Send one delivery again, or all that failed or were missed; the webhook-id stays the same.", terminal, async (client, path, line, cancellationToken) =>
            {
                var one = line.GetValue(id);
                if (one is null == !window.IsGiven(line))
                {
                    throw new UsageException("give one DELIVERY, or at least one of --endpoint, --task and --from");
                }

                if (one is not null)
                {
                    var delivery = await client.ChangeAsync(HttpMethod.Post, $"{path}/deliveries/{IdArgument.Segment(id.Name, one)}/resend", null, cancellationToken);
                    options.Write(terminal, line, delivery, () => WriteDelivery(terminal, delivery));
                    return ExitCode.Ok;
                }

                var body = AdminBody.Of(json =>
                {
                    json.WriteText("endpointId", line.GetValue(window.Endpoint));
                    json.WriteText("taskId", line.GetValue(window.Task));
                    json.WriteText("from", line.GetValue(window.From));
                    json.WriteText("before", line.GetValue(window.Before));
                    json.WriteList("states", line, state);
                });
                var data = await client.ChangeAsync(HttpMethod.Post, $"{path}/replay", body, cancellationToken);
                options.Write(terminal, line, data, () => DataOutput.WritePairs(
                    terminal, ("deliveries", data.Cell("deliveries")), ("more to come", data.Cell("hasMore") == "true" ? "yes, repeat the command" : "no")));
                return ExitCode.Ok;
            });
        command.Add(id);
        window.AddTo(command);
        command.Add(state);
        return command;
    }

    /// <summary>Shows a delivery and, where they are told, its attempts.</summary>
    public static void WriteDelivery(CliTerminal terminal, JsonElement delivery)
    {
        DataOutput.WritePairs(
            terminal,
            ("id", delivery.Cell("deliveryId")),
            ("webhook-id", delivery.Cell("eventId")),
            ("event", delivery.Cell("event")),
            ("task", delivery.Cell("taskId")),
            ("endpoint", delivery.Cell("endpointId")),
            ("url", delivery.Cell("url")),
            ("state", delivery.Cell("state")),
            ("happened", delivery.UnixMoment("createTime")),
            ("next attempt", delivery.UnixMoment("nextTime")),
            ("ended", delivery.UnixMoment("completeTime")));
        if (delivery.Cell("body") is var body && body != "-")
        {
            terminal.Out.WriteLine();
            terminal.Out.WriteLine(body);
        }

        if (delivery.List("attemptLog").ToList() is { Count: > 0 } attempts)
        {
            terminal.Out.WriteLine();
            DataOutput.WriteTable(
                terminal,
                ["attempt", "at", "took", "why", "status", "answer"],
                attempts.Select(attempt => new[]
                {
                    attempt.Cell("number"), attempt.UnixMoment("time"), attempt.Cell("tookMs") + " ms", attempt.Cell("cause"), attempt.Cell("status"),
                    attempt.Cell("error") is var error && error != "-" ? error : attempt.Cell("answer"),
                }));
        }
    }

    /// <summary>The options that say which deliveries are meant.</summary>
    private sealed class Window
    {
        public Option<string?> Endpoint { get; } = new("--endpoint") { HelpName = "ENDPOINT", Description = "Only those to this endpoint." };

        public Option<string?> Task { get; } = new("--task") { HelpName = "TASK", Description = "Only those that tell of this task." };

        public Option<string?> From { get; } = new("--from") { HelpName = "TIME", Description = "Only events from this time on, such as 2026-01-31T12:00:00Z." };

        public Option<string?> Before { get; } = new("--before") { HelpName = "TIME", Description = "Only events before this time." };

        public void AddTo(Command command)
        {
            command.Add(Endpoint);
            command.Add(Task);
            command.Add(From);
            command.Add(Before);
        }

        public bool IsGiven(ParseResult line) => line.GetValue(Endpoint) is not null || line.GetValue(Task) is not null || line.GetValue(From) is not null;
    }
}
