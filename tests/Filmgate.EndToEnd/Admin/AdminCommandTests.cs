using System.Text.Json;

namespace Filmgate.EndToEnd.Admin;

[Collection(nameof(PausedGateway))]
public sealed class AdminCommandTests(PausedGateway gateway)
{
    [Fact]
    public async Task Accounts_and_keys_are_administered_from_the_command_line()
    {
        // :: Step 1: an account, made, changed and found in the list.
        var made = await gateway.RunAsync("accounts", "create", "--name", "From the shell", "--budget", "25", "--budget-per-day", "4.5", "--json");
        Assert.Equal((0, ""), (made.Code, made.Error));
        var account = JsonElement.Parse(made.Out).GetProperty("id").GetString()!;
        var changed = await gateway.RunAsync("accounts", "update", account, "--budget-per-day", "none", "--tasks-in-flight", "3", "--providers", "animatic", "--queue-weight", "5");
        Assert.Equal((0, ""), (changed.Code, changed.Error));
        Assert.Contains("spent                0.00 of 25.00 USD\n", changed.Out, StringComparison.Ordinal);
        Assert.Contains("spent today          0.00 of - USD\n", changed.Out, StringComparison.Ordinal);
        Assert.EndsWith("""
            providers            animatic
            price ceiling        - USD a clip
            failover on policy   no
            queue weight         5

            """, changed.Out, StringComparison.Ordinal);
        var list = await gateway.RunAsync("accounts", "list");
        Assert.Contains(list.Out.Split('\n'), line => line.Contains(account, StringComparison.Ordinal) && line.Contains("From the shell", StringComparison.Ordinal));

        // :: Step 2: a key that works, is replaced, and is revoked.
        var key = await gateway.RunAsync("keys", "create", "--account", account, "--kind", "test", "--name", "shell", "--allow", "127.0.0.0/8,10.0.0.0/8");
        Assert.Equal((0, ""), (key.Code, key.Error));
        var (id, secret) = (Value(key.Out, "id"), Value(key.Out, "secret"));
        Assert.Equal(200, (await gateway.BalanceAsync(secret)).Status);
        var rotated = await gateway.RunAsync("keys", "rotate", id, "--overlap", "0");
        Assert.Equal((401, 200), ((await gateway.BalanceAsync(secret)).Status, (await gateway.BalanceAsync(Value(rotated.Out, "secret"))).Status));
        Assert.Equal(0, (await gateway.RunAsync("keys", "revoke", Value(rotated.Out, "id"))).Code);
        var keys = await gateway.RunAsync("keys", "list", "--account", account);
        Assert.Equal(2, keys.Out.Split('\n').Count(line => line.Contains("127.0.0.0/8, 10.0.0.0/8", StringComparison.Ordinal)));

        // :: Step 3: all of it is on record.
        var audit = await gateway.RunAsync("audit", "--limit", "5");
        Assert.Equal(
            ["key.revoke", "key.rotate", "key.create", "account.update", "account.create"],
            audit.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4]));

        // :: Step 4: a refusal is one line with its status.
        var refused = await gateway.RunAsync("accounts", "show", "acc_nobody");
        Assert.Equal((1, ""), (refused.Code, refused.Out));
        Assert.Equal("filmgate accounts show: There is no account 'acc_nobody'; GET /admin/v1/accounts lists what there is. (HTTP 404)\n", refused.Error);
    }

    private static string Value(string output, string name) =>
        output.Split('\n').First(line => line.StartsWith($"{name} ", StringComparison.Ordinal))[name.Length..].Trim();
}
