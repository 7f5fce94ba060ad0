using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Filmgate.Cli.Admin;
using Filmgate.Client;

namespace Filmgate.Cli.Tasks;

/// <summary><c>filmgate tasks resolve</c>: says what one attempt was charged, or all that are open at a provider.</summary>
internal static class ResolveCommand
{
    private const string Billed = "billed";
    private const string Unbilled = "unbilled";

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var id = new Argument<string?>("ATTEMPT") { Description = "The attempt's id; left out, --provider says which.", Arity = ArgumentArity.ZeroOrOne };
        var outcome = new Option<string>("--as") { HelpName = $"{Billed}|{Unbilled}", Description = "What the provider's bill says. A decision is final.", Required = true };
        var amount = new Option<string?>("--amount") { HelpName = "USD", Description = "What was billed, for one attempt. Default: what was held for it." };
        var provider = new Option<string?>("--provider") { HelpName = "NAME", Description = "All attempts at that provider that tasks unconfirmed lists." };
        var before = new Option<string?>("--before") { HelpName = "TIME", Description = "Of these, only those that ended before it, such as 2026-01-31T12:00:00Z." };
        var command = AdminCommand.Make(
            "resolve", "Say what attempts were charged; needs an admin key.", options, terminal, async (client, line, cancellationToken) =>
            {
                var word = line.GetRequiredValue(outcome);
                if (line.GetValue(id) is { } attempt)
                {
                    if (line.GetValue(provider) is not null || line.GetValue(before) is not null)
                    {
                        throw new UsageException("ATTEMPT names one attempt, and --provider and --before many; give one or the other");
                    }

                    var body = AdminBody.Of(json =>
                    {
                        json.WriteText("as", word);
                        json.WriteNumber("amount", line, amount);
                    });
                    var data = await client.ChangeAsync(HttpMethod.Post, $"attempts/{IdArgument.Segment(id.Name, attempt)}/resolve", body, cancellationToken);
                    options.Write(terminal, line, data, () => WriteOne(terminal, data));
                    return;
                }

                if (line.GetValue(provider) is not { } name)
                {
                    throw new UsageException("say which: give ATTEMPT, or --provider for all that are open at a provider");
                }

                if (line.GetValue(amount) is not null)
                {
                    throw new UsageException("--amount is for one attempt; of many, each is billed with what was held for it");
                }

                await ResolveAllAsync(client, options, line, terminal, word, name, line.GetValue(before), cancellationToken);
            });
        command.Add(id);
        command.Add(outcome);
        command.Add(amount);
        command.Add(provider);
        command.Add(before);
        return command;
    }

    // A request decides only so many, so that none takes for ever; the next one goes on with the rest.
    private static async Task ResolveAllAsync(
        AdminClient client, AdminOptions options, ParseResult line, CliTerminal terminal, string word, string provider, string? before, CancellationToken cancellationToken)
    {
        var body = AdminBody.Of(json =>
        {
            json.WriteText("as", word);
            json.WriteText("provider", provider);
            json.WriteText("before", before);
        });
        var resolved = new List<JsonElement>();
        var charged = 0m;
        JsonElement data;
        do
        {
            data = await client.ChangeAsync(HttpMethod.Post, "attempts/resolve", body, cancellationToken);
            resolved.AddRange(data.List("attempts"));
            charged += decimal.TryParse(data.Money("charged"), CultureInfo.InvariantCulture, out var sum) ? sum : 0;
        }
        while (data.Cell("more") == "true" && data.List("attempts").Any());

        if (line.GetValue(options.Json))
        {
            DataOutput.WriteJson(terminal, json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("attempts");
                resolved.ForEach(attempt => attempt.WriteTo(json));
                json.WriteEndArray();
                json.WriteNumber("charged", charged);
                json.WriteEndObject();
            });
            return;
        }

        DataOutput.WriteTable(
            terminal,
            ["attempt", "task", "account", "as", "USD"],
            resolved.Select(attempt => new[] { attempt.Cell("id"), attempt.Cell("task_id"), attempt.Cell("account_id"), attempt.Cell("as"), attempt.Money("charged") }));
        terminal.Out.WriteLine($"{resolved.Count} attempts at {provider}, {((decimal?)charged).Money()} USD");
    }

    private static void WriteOne(CliTerminal terminal, JsonElement data) => DataOutput.WritePairs(
        terminal,
        ("attempt", data.Cell("id")),
        ("as", data.Cell("as")),
        ("charged", $"{data.Money("charged")} USD"),
        ("task", data.Cell("task_id")),
        ("account", data.Cell("account_id")),
        ("task cost", $"{data.Money("task_cost")} USD{(data.Cell("task_settled") == "true" ? ", settled" : ", not settled yet")}"));
}
