using System.Diagnostics;
using System.Text.RegularExpressions;
using Filmgate.EndToEnd.Admin;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd;

/// <summary>What the operators' pages tell a reader to type against a server works when it is typed.</summary>
[Collection(nameof(ChargeGateway))]
public sealed partial class DocumentedCommandTests(ChargeGateway gateway)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("README.md", 2)]
    [InlineData("docs/operating/accounts.md", 1)]
    [InlineData("docs/operating/tasks.md", 2)]
    [InlineData("docs/money.md", 1)]
    public async Task Every_block_of_commands_against_a_server_runs_to_its_end(string page, int least)
    {
        var blocks = Blocks(await File.ReadAllTextAsync(Path.Combine(Root(), page), Ct));
        Assert.True(blocks.Count >= least, $"{page} has {blocks.Count} blocks with commands against a server.");
        foreach (var block in blocks)
        {
            // Each block begins with things that exist: an account with a key, a task that waits, and an attempt whose charge nobody knows.
            var account = await gateway.NewAccountAsync();
            var (_, secret) = await gateway.NewKeyAsync(account);
            var created = await gateway.CreateAsync(secret);
            Assert.True(created.IsAccepted, created.Body);
            var script = block
                .Replace("acc_…", account, StringComparison.Ordinal)
                .Replace("task_…", created.Text("taskId"), StringComparison.Ordinal)
                .Replace("att_…", gateway.Take("kling").Id, StringComparison.Ordinal)
                .Replace("fg_admin_…", AdminGateway.AdminKey, StringComparison.Ordinal)
                .Replace("fg_live_…", secret, StringComparison.Ordinal);
            Assert.DoesNotContain('…', script);
            var (code, output) = await RunAsync(script);
            Assert.True(code == 0, $"{page}:\n{script}\nended in {code}: {output}");
        }
    }

    [Fact]
    public async Task The_settings_of_an_account_are_in_the_page_as_option_and_as_field()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Root(), "docs", "operating", "accounts.md"), Ct);
        var rows = RowPattern().Matches(page).Select(row => (Option: row.Groups[1].Value, Field: row.Groups[2].Value)).ToList();

        var (_, help, _) = await gateway.RunAsync("accounts", "update", "--help");
        var options = OptionPattern().Matches(help).Select(option => option.Groups[1].Value).Except(["--server", "--key", "--json", "--help"]);
        Assert.Equal(options.Order(), rows.Select(row => row.Option).Order());

        var shown = (await gateway.AdminAsync($"GET accounts/{await gateway.NewAccountAsync()}")).Data;
        var fields = new[] { "limits", "budget", "routing" }.SelectMany(group => shown.GetProperty(group).EnumerateObject().Select(field => $"{group}.{field.Name}"));
        Assert.Equal(fields.Append("name").Order(), rows.Select(row => row.Field).Order());
    }

    /// <summary>The shell blocks in which the command line asks a server, without those that start one or need none.</summary>
    private static List<string> Blocks(string markdown) =>
    [
        .. BlockPattern().Matches(markdown).Select(block => block.Groups[1].Value).Where(block => CommandPattern().IsMatch(block)),
    ];

    private async Task<(int Code, string Output)> RunAsync(string script)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["filmgate"], $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "filmgate.dll")}' \"$@\"\n", Ct);
        File.SetUnixFileMode(folder["filmgate"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo("/bin/sh", ["-e", "-c", script]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("FILMGATE", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["FILMGATE_URLS"] = gateway.Address;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Ct);
        var error = process.StandardError.ReadToEndAsync(Ct);
        try
        {
            await process.WaitForExitAsync(Ct).WaitAsync(Patience, Ct);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"it ran for more than {Patience.TotalSeconds} s");
        }

        return (process.ExitCode, await output + await error);
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Filmgate.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests must lie within the repository.");
    }

    [GeneratedRegex(@"^```(?:console|bash|sh|shell)[^\n]*\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex BlockPattern();

    [GeneratedRegex(@"^\./filmgate (accounts|keys|spend|audit|doctor|tasks)\b", RegexOptions.Multiline)]
    private static partial Regex CommandPattern();

    [GeneratedRegex(@"^\| `(--[a-z-]+)` \| `([a-z_.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"^\s+(?:-\S+, )*(--[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex OptionPattern();
}
