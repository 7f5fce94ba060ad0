using System.CommandLine;
using System.Text.Json;

namespace Filmgate.Cli.Admin;

/// <summary><c>filmgate keys</c>: lists, issues, revokes and replaces keys.</summary>
internal static class KeysCommand
{
    /// <summary>What its help ends with.</summary>
    public const string Ending =
        """
        A key's secret is shown once, when it is made; the gateway keeps only its hash. Access key and secret key are the
        same key for clients that sign (Kling's); callbacks are checked by the webhook secret.

        Examples:
          filmgate keys list --account acc_…
          filmgate keys list                     (the admin keys)
          filmgate keys create --account acc_… --kind live --name "render farm" --allow 10.0.0.0/8
          filmgate keys create --kind admin --name "on call" --expires 2030-01-31T12:00:00Z
          filmgate keys rotate key_… --overlap 3600
          filmgate keys revoke key_…
        """;

    /// <summary>Makes the command.</summary>
    /// <param name="terminal">Where it writes.</param>
    public static Command Create(CliTerminal terminal) => new("keys", "List, create, revoke and rotate keys.")
    {
        List(terminal), New(terminal), Revoke(terminal), Rotate(terminal),
    };

    private static Command List(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var account = Account("The account. Default: the admin keys, which belong to none.");
        var command = AdminCommand.Make("list", "List the keys of an account, or the admin keys.", options, terminal, async (client, line, cancellationToken) =>
        {
            var data = await client.ReadAsync(Path(line, account), cancellationToken);
            options.Write(terminal, line, data, () => DataOutput.WriteTable(
                terminal,
                ["id", "kind", "name", "prefix", "created", "last used", "expires", "revoked", "allowed from"],
                data.List("keys").Select(key => new[]
                {
                    key.Cell("id"), key.Cell("kind"), key.Cell("name"), key.Cell("prefix") + "…", key.Moment("created_at"), key.Moment("last_used_at"),
                    key.Moment("expires_at"), key.Moment("revoked_at"), key.Cell("allowed_networks"),
                })));
        });
        command.Add(account);
        return command;
    }

    private static Command New(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var account = Account("The account; an admin key has none.");
        var kind = new Option<string>("--kind") { HelpName = "live|test|admin", Description = "What it may do.", Required = true };
        var name = new Option<string>("--name") { HelpName = "TEXT", Description = "For people.", Required = true };
        var expires = Expires("When it stops to work, such as 2030-01-31T12:00:00Z. Default: never.");
        var allow = new Option<string?>("--allow") { HelpName = "CIDR,…", Description = "Networks from which alone it works. Default: any address." };
        var command = AdminCommand.Make("create", "Create a key and show its secret, this once.", options, terminal, async (client, line, cancellationToken) =>
        {
            if (line.GetValue(kind) == "admin" != line.GetValue(account) is null)
            {
                throw new UsageException("--kind live and --kind test need --account, and --kind admin has no account");
            }

            var body = AdminBody.Of(json =>
            {
                json.WriteText("name", line.GetValue(name));
                json.WriteText("kind", line.GetValue(kind));
                json.WriteText("expires_at", line.GetValue(expires));
                json.WriteList("allowed_networks", line, allow);
            });
            var data = await client.ChangeAsync(HttpMethod.Post, Path(line, account), body, cancellationToken);
            options.Write(terminal, line, data, () => WriteKey(terminal, data));
        });
        command.Add(account);
        command.Add(kind);
        command.Add(name);
        command.Add(expires);
        command.Add(allow);
        return command;
    }

    private static Command Revoke(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var id = IdArgument.Make("KEY", "The key's id; not its secret.");
        var command = AdminCommand.Make("revoke", "Make a key worthless at once.", options, terminal, async (client, line, cancellationToken) =>
        {
            var data = await client.ChangeAsync(HttpMethod.Post, $"keys/{IdArgument.Segment(line, id)}/revoke", null, cancellationToken);
            options.Write(terminal, line, data, () => WriteKey(terminal, data));
        });
        command.Add(id);
        return command;
    }

    private static Command Rotate(CliTerminal terminal)
    {
        var options = new AdminOptions();
        var id = IdArgument.Make("KEY", "The key's id; not its secret.");
        var overlap = new Option<string?>("--overlap") { HelpName = "SECONDS", Description = "How long the old key works on, 0 to 604800. Default: 86400." };
        var expires = Expires("When the new key stops to work. Default: never.");
        var command = AdminCommand.Make("rotate", "Replace a key by a new one and show its secret, this once.", options, terminal, async (client, line, cancellationToken) =>
        {
            var body = AdminBody.Of(json =>
            {
                json.WriteNumber("overlap_seconds", line, overlap);
                json.WriteText("expires_at", line.GetValue(expires));
            });
            var data = await client.ChangeAsync(HttpMethod.Post, $"keys/{IdArgument.Segment(line, id)}/rotate", body, cancellationToken);
            options.Write(terminal, line, data, () =>
            {
                WriteKey(terminal, data);
                terminal.Out.WriteLine();
                DataOutput.WritePairs(
                    terminal, ("old key", data.Cell("predecessor", "id")), ("works until", data.GetProperty("predecessor").Moment("expires_at")));
            });
        });
        command.Add(id);
        command.Add(overlap);
        command.Add(expires);
        return command;
    }

    private static Option<string?> Account(string description) => new("--account") { HelpName = "ACCOUNT", Description = description };

    private static Option<string?> Expires(string description) => new("--expires") { HelpName = "TIME", Description = description };

    private static string Path(ParseResult line, Option<string?> account) =>
        line.GetValue(account) is { } id ? $"accounts/{IdArgument.Segment("--account", id)}/keys" : "keys";

    private static void WriteKey(CliTerminal terminal, JsonElement key)
    {
        (string Name, string Value)[] pairs =
        [
            ("id", key.Cell("id")),
            ("account", key.Cell("account_id")),
            ("kind", key.Cell("kind")),
            ("name", key.Cell("name")),
            ("prefix", key.Cell("prefix") + "…"),
            ("created", key.Moment("created_at")),
            ("expires", key.Moment("expires_at")),
            ("revoked", key.Moment("revoked_at")),
            ("allowed from", key.Cell("allowed_networks")),
        ];

        // A new key's only: what it is used by, in its three forms, and what callbacks are checked by.
        (string Name, string Value)[] secrets =
        [
            ("secret", key.Cell("secret")), ("access key", key.Cell("access_key")), ("secret key", key.Cell("secret_key")), ("webhook secret", key.Cell("webhook_secret")),
        ];
        DataOutput.WritePairs(terminal, [.. pairs, .. secrets.Where(pair => pair.Value != "-")]);
    }
}
