using System.CommandLine;
using System.Text.Json;

namespace Filmgate.Cli.Admin;

/// <summary><c>filmgate accounts</c>: lists, makes, shows and changes accounts.</summary>
internal static class AccountsCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        Examples:
          filmgate accounts list
          filmgate accounts create --name "Trailer team" --budget 250 --budget-per-day 40
          filmgate accounts show acc_…
          filmgate accounts update acc_… --budget-per-day none --tasks-in-flight 50
          filmgate accounts update acc_… --providers kling,fal --price-ceiling 1.40 --queue-weight 5
        """;

    private const string AllProviders = "all";
    private const string Yes = "yes";
    private const string No = "no";

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal) => new("accounts", "List, create, show and update accounts.")
    {
        List(terminal), New(terminal), Show(terminal), Update(terminal),
    };

    private static Command List(CliTerminal terminal)
    {
        var options = new AdminOptions();
        return AdminCommand.Make("list", "List all accounts.", options, terminal, async (client, line, cancellationToken) =>
        {
            var data = await client.ReadAsync("accounts", cancellationToken);
            options.Write(terminal, line, data, () => DataOutput.WriteTable(
                terminal,
                ["id", "name", "spent", "held", "left", "in flight", "created"],
                data.List("accounts").Select(account => new[]
                {
                    account.Cell("id"), account.Cell("name"), account.Money("totals", "spent"), account.Money("totals", "held"),
                    account.Money("totals", "left"), account.Cell("totals", "tasks_in_flight"), account.Moment("created_at"),
                })));
        });
    }

    private static Command New(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var settings = new AccountSettings();
        settings.Name.Required = true;
        var command = AdminCommand.Make("create", "Create an account; its budget is 100 USD unless you say otherwise.", options, terminal, async (client, line, cancellationToken) =>
        {
            var data = await client.ChangeAsync(HttpMethod.Post, "accounts", settings.Body(line), cancellationToken);
            options.Write(terminal, line, data, () => WriteAccount(terminal, data));
        });
        settings.AddTo(command);
        return command;
    }

    private static Command Show(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var id = IdArgument.Make("ACCOUNT", "The account's id.");
        var command = AdminCommand.Make("show", "Show an account and what it has spent.", options, terminal, async (client, line, cancellationToken) =>
        {
            var data = await client.ReadAsync($"accounts/{IdArgument.Segment(line, id)}", cancellationToken);
            options.Write(terminal, line, data, () => WriteAccount(terminal, data));
        });
        command.Add(id);
        return command;
    }

    private static Command Update(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var settings = new AccountSettings();
        var id = IdArgument.Make("ACCOUNT", "The account's id.");
        var command = AdminCommand.Make("update", "Change an account; what is not given stays as it is.", options, terminal, async (client, line, cancellationToken) =>
        {
            settings.CheckAny(line);
            var data = await client.ChangeAsync(HttpMethod.Patch, $"accounts/{IdArgument.Segment(line, id)}", settings.Body(line), cancellationToken);
            options.Write(terminal, line, data, () => WriteAccount(terminal, data));
        });
        command.Add(id);
        settings.AddTo(command);
        return command;
    }

    private static void WriteAccount(CliTerminal terminal, JsonElement account) => DataOutput.WritePairs(
        terminal,
        ("id", account.Cell("id")),
        ("name", account.Cell("name")),
        ("created", account.Moment("created_at")),
        ("requests per minute", account.Cell("limits", "requests_per_minute")),
        ("tasks in flight", $"{account.Cell("totals", "tasks_in_flight")} of {account.Cell("limits", "tasks_in_flight")}"),
        ("spent", $"{account.Money("totals", "spent")} of {account.Money("budget", "total")} USD"),
        ("spent today", $"{account.Money("totals", "spent_today")} of {account.Money("budget", "per_day")} USD"),
        ("spent this month", $"{account.Money("totals", "spent_this_month")} of {account.Money("budget", "per_month")} USD"),
        ("held", $"{account.Money("totals", "held")} USD"),
        ("left", $"{account.Money("totals", "left")} USD"),
        ("providers", account.Cell("routing", "allowed_providers") is var names && names == "-" ? AllProviders : names),
        ("price ceiling", $"{account.Money("routing", "price_ceiling")} USD a clip"),
        ("failover on policy", account.Cell("routing", "failover_on_policy") == "true" ? Yes : No),
        ("queue weight", account.Cell("routing", "queue_weight")));

    /// <summary>What can be set of an account.</summary>
    private sealed class AccountSettings
    {
        public Option<string?> Name { get; } = new("--name") { HelpName = "TEXT", Description = "For people." };

        private readonly Option<string?> _total = new("--budget") { HelpName = "USD", Description = "What it may spend in all its life." };
        private readonly Option<string?> _perDay = new("--budget-per-day") { HelpName = "USD|none", Description = "What it may spend in a day (UTC)." };
        private readonly Option<string?> _perMonth = new("--budget-per-month") { HelpName = "USD|none", Description = "What it may spend in a month (UTC)." };
        private readonly Option<string?> _inFlight = new("--tasks-in-flight") { HelpName = "N", Description = "Tasks that it may have in flight." };
        private readonly Option<string?> _requests = new("--requests-per-minute") { HelpName = "N", Description = "Requests that it may send in a minute." };

        private readonly Option<string?> _providers = new("--providers")
        {
            HelpName = $"NAME,…|{AllProviders}", Description = "Providers to which its tasks may go. Default: all.",
        };

        private readonly Option<string?> _ceiling = new("--price-ceiling") { HelpName = "USD|none", Description = "The most that a clip may cost. Default: no ceiling." };

        private readonly Option<string?> _failover = new("--failover-on-policy")
        {
            HelpName = $"{Yes}|{No}", Description = "Whether a task that a provider refuses for its content is tried at another. Default: no.",
        };

        private readonly Option<string?> _weight = new("--queue-weight")
        {
            HelpName = "N", Description = "Its share of a provider's slots while others wait for them, too: 1 to 100. Default: 1.",
        };

        public void AddTo(Command command)
        {
            foreach (var option in All)
            {
                command.Add(option);
            }
        }

        private Option<string?>[] All => [Name, _total, _perDay, _perMonth, _inFlight, _requests, _providers, _ceiling, _failover, _weight];

        public void CheckAny(ParseResult line)
        {
            if (All.All(option => line.GetValue(option) is null))
            {
                throw new UsageException($"nothing is to be changed; there are {string.Join(", ", All.Select(option => option.Name))}");
            }
        }

        public byte[] Body(ParseResult line) => AdminBody.Of(json =>
        {
            json.WriteText("name", line.GetValue(Name));
            json.WriteStartObject("limits");
            json.WriteNumber("requests_per_minute", line, _requests);
            json.WriteNumber("tasks_in_flight", line, _inFlight);
            json.WriteEndObject();
            json.WriteStartObject("budget");
            json.WriteNumber("total", line, _total);
            json.WriteNumber("per_day", line, _perDay);
            json.WriteNumber("per_month", line, _perMonth);
            json.WriteEndObject();
            json.WriteStartObject("routing");
            json.WriteList("allowed_providers", line, _providers, all: AllProviders);
            json.WriteNumber("price_ceiling", line, _ceiling);
            json.WriteFlag("failover_on_policy", line, _failover, Yes, No);
            json.WriteNumber("queue_weight", line, _weight);
            json.WriteEndObject();
        });
    }
}
