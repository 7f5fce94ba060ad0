using System.Text.Json;
using Filmgate.Testing;

namespace Filmgate.Cli.Tests;

public sealed class AdminUsageTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("accounts", "filmgate accounts: a command is missing; there are list, create, show and update")]
    [InlineData("accounts lst", "filmgate accounts: unknown command 'lst'; there are list, create, show and update")]
    [InlineData("accounts list --loud", "filmgate accounts list: unknown option --loud")]
    [InlineData("accounts list", "filmgate accounts list: an admin key is needed: give --key or set FILMGATE_ADMIN_KEY")]
    [InlineData("accounts list --server here --key k", "filmgate accounts list: --server must be an address such as http://127.0.0.1:8080, got 'here'")]
    [InlineData("accounts list --key klucz-ł", "filmgate accounts list: the key has characters that no key has")]
    [InlineData("accounts create --key k", "filmgate accounts create: Option '--name' is required")]
    [InlineData("accounts create --key k --name a --budget much", "filmgate accounts create: --budget must be a number, got 'much'")]
    [InlineData("accounts show --key k", "filmgate accounts show: Required argument missing for command: 'show'")]
    [InlineData("accounts show --key k ..", "filmgate accounts show: ACCOUNT must be an id, got '..'")]
    [InlineData("accounts update --key k acc_1", "filmgate accounts update: nothing is to be changed; there are --name, --budget")]
    [InlineData("accounts create --key k --name a --failover-on-policy maybe", "filmgate accounts create: --failover-on-policy must be yes or no, got 'maybe'")]
    [InlineData("accounts create --key k --name a --queue-weight heavy", "filmgate accounts create: --queue-weight must be a number, got 'heavy'")]
    [InlineData("keys", "filmgate keys: a command is missing; there are list, create, revoke and rotate")]
    [InlineData("keys create --key k --kind live --name a", "filmgate keys create: --kind live and --kind test need --account, and --kind admin has no account")]
    [InlineData("keys create --key k --kind admin --name a --account acc_1", "filmgate keys create: --kind live and --kind test need --account")]
    [InlineData("keys rotate --key k key_1 --overlap long", "filmgate keys rotate: --overlap must be a number, got 'long'")]
    [InlineData("spend --key k --csv --json", "filmgate spend: --csv and --json exclude each other")]
    [InlineData("doctor --key k --database d --server http://h", "filmgate doctor: --database is asked without a gateway and has no meaning together with --server")]
    [InlineData("doctor --data d --database settings", "filmgate doctor: --data and --database name two stores, and one is checked at a time")]
    [InlineData("doctor --database postgres://me:word@", "filmgate doctor: --database must be an address such as postgres://")]
    [InlineData("copy-store", "filmgate copy-store: Option '--to' is required")]
    [InlineData("copy-store --to filmgate.db", "filmgate copy-store: --to must be an address such as postgres://")]
    [InlineData("doctor --key k --data d --server http://h", "filmgate doctor: --data is the folder of a stopped gateway and has no meaning together with --server")]
    public async Task A_wrong_command_line_is_explained_in_one_line_and_ends_with_2(string line, string beginning)
    {
        var run = await CommandLine.RunAsync(line.Split(' '));

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.StartsWith(beginning, run.Error, StringComparison.Ordinal);
        Assert.EndsWith(" --help" + Environment.NewLine, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("accounts --help", "filmgate accounts create --name")]
    [InlineData("accounts update --help", "--budget-per-day")]
    [InlineData("accounts update --help", "--providers")]
    [InlineData("keys --help", "filmgate keys rotate")]
    [InlineData("spend --help", "--csv")]
    [InlineData("doctor --help", "filmgate doctor --data")]
    [InlineData("migrate --help", "filmgate migrate --data")]
    [InlineData("copy-store --help", "filmgate copy-store --to")]
    public async Task Help_shows_options_and_examples(string line, string expected)
    {
        var run = await CommandLine.RunAsync(line.Split(' '));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(expected, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_and_key_come_from_the_environment_and_a_wildcard_address_is_called_at_loopback()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /admin/v1/accounts", Reply.Data("""{"accounts":[]}"""));

        var run = await CommandLine.RunAsync(
            ["accounts", "list", "--json"],
            new Dictionary<string, string> { ["FILMGATE_URLS"] = $"http://*:{new Uri(server.Address).Port};http://*:1", ["FILMGATE_ADMIN_KEY"] = "fg_admin_k" },
            Ct);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("Bearer fg_admin_k", Assert.Single(server.Requests).Headers["Authorization"]);
        Assert.Equal("""{"accounts":[]}""", JsonSerializer.Serialize(JsonElement.Parse(run.Out)));
    }

    [Fact]
    public async Task Only_what_is_given_is_sent_and_none_takes_a_limit_away()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("PATCH /admin/v1/accounts/acc_1", Reply.Data("{}"));

        await AskAsync(server, "accounts", "update", "acc_1", "--budget", "12.5", "--budget-per-month", "none");

        Assert.Equal("""{"limits":{},"budget":{"total":12.5,"per_month":null},"routing":{}}""", server.Requests[0].Body);
    }

    [Theory]
    [InlineData("--providers kling,fal --price-ceiling 1.40", """{"allowed_providers":["kling","fal"],"price_ceiling":1.40}""")]
    [InlineData("--providers all --price-ceiling none", """{"allowed_providers":null,"price_ceiling":null}""")]
    [InlineData("--failover-on-policy yes --queue-weight 5", """{"failover_on_policy":true,"queue_weight":5}""")]
    [InlineData("--failover-on-policy no", """{"failover_on_policy":false}""")]
    public async Task A_routing_policy_is_sent_as_it_is_given(string options, string routing)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("PATCH /admin/v1/accounts/acc_1", Reply.Data("{}"));

        await AskAsync(server, ["accounts", "update", "acc_1", .. options.Split(' ')]);

        Assert.Equal($$"""{"limits":{},"budget":{},"routing":{{routing}}}""", server.Requests[0].Body);
    }

    [Fact]
    public async Task A_key_is_asked_for_with_all_its_options()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("POST /admin/v1/accounts/acc_1/keys", Reply.Data("""{"id":"key_1","secret":"fg_live_s"}"""));

        var run = await AskAsync(
            server, "keys", "create", "--account", "acc_1", "--kind", "live", "--name", "two words", "--expires", "2030-01-31T12:00:00Z", "--allow", "10.0.0.0/8, ::1");

        Assert.Equal(
            """{"name":"two words","kind":"live","expires_at":"2030-01-31T12:00:00Z","allowed_networks":["10.0.0.0/8","::1"]}""", server.Requests[0].Body);
        Assert.EndsWith($"secret        fg_live_s{Environment.NewLine}", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_that_is_refused_or_lacks_members_is_told_in_one_line_or_with_dashes()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /admin/v1/spend", Reply.Json("""{"code":400,"message":"from must be a day","data":{"error":"from must be a day"}}""", 400));
        server.On("GET /admin/v1/audit", Reply.Data("""{"entries":[{"number":7,"actor":"key_1"}]}"""));

        var spend = await AskAsync(server, "spend", "--from", "x y", "--csv");
        var audit = await AskAsync(server, "audit");

        Assert.Equal((1, "", "filmgate spend: from must be a day (HTTP 400)" + Environment.NewLine), (spend.ExitCode, spend.Out, spend.Error));
        Assert.Equal("?from=x%20y&format=csv", server.Requests[0].Query);
        Assert.Contains(audit.Out.Split('\n'), line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is ["7", "-", "key_1", "-", "-", "-", ..]);
    }

    [Fact]
    public async Task The_doctor_ends_with_1_and_one_sentence_a_line_when_something_is_wrong()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On("GET /admin/v1/doctor", Reply.Data("""{"ok":false,"findings":["One thing.","Another thing."]}"""));

        var run = await AskAsync(server, "doctor");

        Assert.Equal((1, "One thing.\nAnother thing.\n", ""), (run.ExitCode, run.Out.ReplaceLineEndings("\n"), run.Error));
    }

    [Fact]
    public async Task A_folder_without_a_store_is_told_and_left_as_it_is()
    {
        var folder = Directory.CreateTempSubdirectory("filmgate-tests-");
        try
        {
            var run = await CommandLine.RunAsync("doctor", "--data", folder.FullName);

            Assert.Equal((1, ""), (run.ExitCode, run.Out));
            Assert.StartsWith($"filmgate doctor: There is no store at '{Path.Combine(folder.FullName, "filmgate.db")}'.", run.Error, StringComparison.Ordinal);
            Assert.Empty(folder.GetFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<CommandLine> AskAsync(ScriptedServer server, params string[] line) =>
        CommandLine.RunAsync([.. line, "--server", server.Address, "--key", "fg_admin_k"]);
}
