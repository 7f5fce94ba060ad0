using System.Net;
using System.Net.Sockets;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd;

/// <summary><c>filmgate serve</c> as an operator meets it: how it starts, why it does not, and how it stops.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task New_keys_are_shown_at_the_first_start_and_never_again()
    {
        var settings = ServedGateway.Settings(_folder["data"]);
        settings.Remove("FILMGATE_API_KEY");
        settings.Remove("FILMGATE_ADMIN_KEY");

        var first = await StartAndStopAsync(settings, async (address, output) =>
        {
            var key = output.Single(line => line.StartsWith("test key: ", StringComparison.Ordinal))["test key: ".Length..];
            using var api = new TaskApi(address, key);
            Assert.Equal(200, (await api.GetAsync("api/v1/apikeys/current-balance")).Status);
            return key;
        });
        var second = await StartAndStopAsync(settings, async (address, _) =>
        {
            using var api = new TaskApi(address, first.Result);
            return (await api.GetAsync("api/v1/apikeys/current-balance")).Status;
        });

        Assert.Collection(
            first.Out,
            line => Assert.Matches("^Listening on http://127.0.0.1:[1-9][0-9]*$", line),
            line => Assert.Matches("^admin key: fg_admin_[0-9A-Za-z]{36,}$", line),
            line => Assert.Matches("^live key: fg_live_[0-9A-Za-z]{36,}$", line),
            line => Assert.Matches("^test key: fg_test_[0-9A-Za-z]{36,}$", line),
            line => Assert.Equal("Ready.", line));
        Assert.Equal(200, second.Result);
        Assert.Equal(2, second.Out.Count);
        Assert.Equal("Ready.", second.Out[1]);
    }

    [Fact]
    public async Task Sigterm_in_the_middle_of_a_render_ends_in_0_soon_and_leaves_no_ffmpeg()
    {
        await using var server = await ServedGateway.StartAsync(_folder["data"]);
        await server.Api.CreateAsync(TaskApi.Text("storm over a city", duration: 10));
        await Eventually.TrueAsync(() => FilmgateProcess.FfmpegAt(_folder.Path).Count > 0, Patience, "The start of FFmpeg");

        server.Process.Send(FilmgateProcess.SigTerm);

        Assert.Equal(0, await server.Process.ExitAsync(TimeSpan.FromSeconds(15)));
        Assert.Empty(FilmgateProcess.FfmpegAt(_folder.Path));
    }

    [Fact]
    public async Task All_wrong_settings_are_told_at_once_each_with_its_value_and_the_way_out()
    {
        var (code, output, error) = await RunAsync(new()
        {
            ["FILMGATE_URLS"] = "ftp://here",
            ["FILMGATE_DATA"] = _folder["data"],
            ["FILMGATE_PUBLIC_URL"] = "nowhere",
            ["FILMGATE_ALLOW_NETWORKS"] = "10.0.0.0/99",
            ["FILMGATE_API_KEY"] = "short-secret",
            ["FILMGATE_DATABASE"] = "Host=db;Password=pg-secret",
            ["Filmgate__Engine__Paused"] = "maybe",
            ["Filmgate__Animatic__Slots"] = "0",
            ["Filmgate__Webhooks__Waits__0"] = "soon",
            ["Filmgate__Webhooks__TimeoutSeconds"] = "0",
            ["Filmgate__Webhooks__ConcurrencyPerServer"] = "8",
        });

        Assert.Equal((2, ""), (code, output));
        var lines = error.Split('\n');
        Assert.Equal(10, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("filmgate serve: ", line, StringComparison.Ordinal));
        foreach (var (setting, value, wayOut) in ((string, string, string)[])
        [
            ("FILMGATE_URLS", "ftp://here", "such as http://127.0.0.1:8080"),
            ("FILMGATE_PUBLIC_URL", "nowhere", "such as https://video.example.com"),
            ("FILMGATE_ALLOW_NETWORKS", "10.0.0.0/99", "from 0 to 32"),
            ("FILMGATE_API_KEY", "12 characters", "Leave it out"),
            ("FILMGATE_DATABASE", "neither a database nor a user", "such as postgres://"),
            ("Filmgate:Engine:Paused", "maybe", "true or false"),
            ("Filmgate:Animatic:Slots", "'0'", "from 1 to 64"),
            ("Filmgate:Webhooks:Waits", "soon", "such as 00:05:00"),
            ("Filmgate:Webhooks:TimeoutSeconds", "'0'", "from 1 to 60"),
            ("Filmgate:Webhooks:Concurrency:", "(16)", "must be at most ConcurrencyPerServer (8)"),
        ])
        {
            var line = Assert.Single(lines, line => line.Contains(setting, StringComparison.Ordinal));
            Assert.Contains(value, line, StringComparison.Ordinal);
            Assert.Contains(wayOut, line, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["data"]));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_one_line_and_exit_code_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var settings = ServedGateway.Settings(_folder["data"]);
        settings["FILMGATE_URLS"] = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        var (code, output, error) = await RunAsync(settings);

        AssertOneLine(1, "FILMGATE_URLS", code, output, error);
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        await using var first = await ServedGateway.StartAsync(_folder["data"], ("FILMGATE_DATABASE", StoreUnderTest.Sqlite));

        var (code, output, error) = await RunAsync(new Dictionary<string, string>(ServedGateway.Settings(_folder["data"])) { ["FILMGATE_DATABASE"] = StoreUnderTest.Sqlite });

        AssertOneLine(1, "in use by another Filmgate process", code, output, error);
        Assert.Equal(200, (await first.Api.GetAsync("ready")).Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    public async Task A_damaged_database_is_one_line_and_is_left_as_it_is(int from)
    {
        await using (var server = await ServedGateway.StartAsync(_folder["data"], ("FILMGATE_DATABASE", StoreUnderTest.Sqlite)))
        {
            server.Process.Send(FilmgateProcess.SigTerm);
            Assert.Equal(0, await server.Process.ExitAsync(Patience));
        }

        var path = Path.Combine(_folder["data"], "filmgate.db");
        var damaged = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        damaged.AsSpan(from).Fill(0x5A);
        await File.WriteAllBytesAsync(path, damaged, TestContext.Current.CancellationToken);

        var (code, output, error) = await RunAsync(new Dictionary<string, string>(ServedGateway.Settings(_folder["data"])) { ["FILMGATE_DATABASE"] = StoreUnderTest.Sqlite });

        AssertOneLine(1, "filmgate.db", code, output, error);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
    }

    public void Dispose() => _folder.Dispose();

    internal static void AssertOneLine(int expected, string says, int code, string output, string error)
    {
        Assert.True(expected == code, $"exit code {code}: {error}");
        Assert.Equal("", output);
        var line = Assert.Single(error.Split('\n'));
        Assert.StartsWith("filmgate serve: ", line, StringComparison.Ordinal);
        Assert.Contains(says, line, StringComparison.Ordinal);
    }

    private Task<(int Code, string Out, string Error)> RunAsync(Dictionary<string, string> settings) =>
        FilmgateProcess.RunAsync(_folder.Path, settings, Patience, "serve");

    private async Task<(T Result, IReadOnlyList<string> Out)> StartAndStopAsync<T>(
        Dictionary<string, string> settings, Func<Uri, IReadOnlyList<string>, Task<T>> use)
    {
        await using var process = FilmgateProcess.Start(_folder.Path, settings, "serve");
        await Eventually.TrueAsync(() => process.Out.Contains("Ready.") || process.HasExited, Patience, "Ready.");
        var address = new Uri(process.Out[0].Split(' ')[^1]);
        var result = await use(address, process.Out);
        process.Send(FilmgateProcess.SigTerm);
        Assert.Equal(0, await process.ExitAsync(TimeSpan.FromSeconds(15)));
        return (result, process.Out);
    }
}
