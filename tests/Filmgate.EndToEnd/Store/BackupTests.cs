using System.Diagnostics;
using System.Text.RegularExpressions;
using Filmgate.EndToEnd.House;
using Filmgate.Testing.PostgreSql;

namespace Filmgate.EndToEnd.Store;

/// <summary>The commands of docs/operating/backup.md, as they stand there, bring back what was there.</summary>
[Trait("Database", "own")]
public sealed partial class BackupTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_data_folder_that_was_copied_and_put_back_has_the_task_its_clip_and_the_link_to_it()
    {
        var (copy, restore) = (Block("cp -r data backup"), Block("rm -rf data"));
        var url = await MakeAsync(("FILMGATE_DATABASE", StoreUnderTest.Sqlite));
        await RunAsync(copy);
        await SpoilAsync(("FILMGATE_DATABASE", StoreUnderTest.Sqlite));
        await RunAsync(restore);
        await AssertIsBackAsync(url, ("FILMGATE_DATABASE", StoreUnderTest.Sqlite));
    }

    [Fact]
    public async Task A_database_that_was_dumped_and_restored_has_them_too()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        var (dump, restore) = (Block("pg_dump"), Block("pg_restore"));
        var url = await MakeAsync(("FILMGATE_DATABASE", database.ConnectionString));
        await RunAsync(dump, database);
        await SpoilAsync(("FILMGATE_DATABASE", database.ConnectionString));
        await RunAsync(restore, database);
        await AssertIsBackAsync(url, ("FILMGATE_DATABASE", database.ConnectionString));
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Uri> MakeAsync((string Name, string Value) setting)
    {
        await using var gateway = await ServedGateway.StartAsync(_folder["data"], setting);
        var url = await gateway.Api.ClipOfAsync(await gateway.Api.CreateAsync(TaskApi.Text("a calm sea", "1:1")));
        await StopAsync(gateway);
        return url;
    }

    // What came after the backup, which is then not there any more.
    private async Task SpoilAsync((string Name, string Value) setting)
    {
        await using var gateway = await ServedGateway.StartAsync(_folder["data"], setting);
        await gateway.Api.CreateAsync(TaskApi.Text("@delay(60s) after the backup", "1:1"));
        await StopAsync(gateway);
    }

    private async Task AssertIsBackAsync(Uri url, (string Name, string Value) setting)
    {
        await using var gateway = await ServedGateway.StartAsync(_folder["data"], setting);
        Assert.Single((await gateway.Api.GetAsync("api/v1/tasks")).Data.GetProperty("tasks").EnumerateArray());
        var clip = await gateway.Api.GetAsync(url.PathAndQuery);
        Assert.Equal((200, "video/mp4"), (clip.Status, clip.Response.Content.Headers.ContentType!.MediaType));
        using var admin = new TaskApi(gateway.Address, ServedGateway.AdminKey);
        Assert.True((await admin.GetAsync("admin/v1/doctor")).Data.GetProperty("ok").GetBoolean());
    }

    private static async Task StopAsync(ServedGateway gateway)
    {
        gateway.Process.Send(FilmgateProcess.SigTerm);
        Assert.Equal(0, await gateway.Process.ExitAsync(Patience));
    }

    private async Task RunAsync(string script, PostgresDatabase? database = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-e", "-c", script]) { WorkingDirectory = _folder.Path, RedirectStandardError = true };
        if (database is not null)
        {
            start.Environment["DATABASE"] = database.Uri;
            start.Environment["PATH"] = $"{PostgresServer.Programs}{Path.PathSeparator}{start.Environment["PATH"]}";
        }

        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct).WaitAsync(Patience, Ct);
        Assert.True(process.ExitCode == 0, $"{script} ended in {process.ExitCode}: {error}");
    }

    private static string Block(string beginning)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Filmgate.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests must lie within the repository.");
        }

        var page = File.ReadAllText(Path.Combine(folder.FullName, "docs", "operating", "backup.md"));
        return Assert.Single(BlockPattern().Matches(page).Select(block => block.Groups[1].Value), block => block.StartsWith(beginning, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^```bash\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex BlockPattern();
}
