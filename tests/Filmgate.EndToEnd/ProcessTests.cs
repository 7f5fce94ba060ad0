using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd;

/// <summary>The gateway when what it stands on is missing or broken.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_render_that_fails_is_a_failed_task_and_not_a_dead_gateway()
    {
        await using var gateway = await ServedGateway.StartAsync(_folder["data"], ("Filmgate__Animatic__FfmpegPath", "/bin/false"));

        var failure = await gateway.Api.FailureOfAsync(await gateway.Api.CreateAsync(TaskApi.Standard("pan", TestPicture.DataUrl(640, 360))));

        Assert.Equal("GENERATION_FAILED", failure.GetProperty("failCode").GetString());
        await AssertAliveAsync(gateway);
    }

    [Fact]
    public async Task Without_ffmpeg_a_task_fails_with_one_message_that_says_what_to_install()
    {
        await using var gateway = await ServedGateway.StartAsync(_folder["data"], ("Filmgate__Animatic__FfmpegPath", "/nonexistent/ffmpeg"));

        var failure = await gateway.Api.FailureOfAsync(await gateway.Api.CreateAsync(TaskApi.Standard("pan", TestPicture.DataUrl(640, 360))));

        Assert.Equal("GENERATION_FAILED", failure.GetProperty("failCode").GetString());
        Assert.StartsWith("There is no FFmpeg at /nonexistent/ffmpeg. Install FFmpeg", failure.GetProperty("failMsg").GetString(), StringComparison.Ordinal);
        await AssertAliveAsync(gateway);
    }

    [Theory]
    [InlineData("/proc/filmgate")]
    [InlineData("/dev/null/filmgate")]
    public async Task A_data_folder_that_cannot_be_written_is_one_line_and_exit_code_1(string data)
    {
        var (code, output, error) = await FilmgateProcess.RunAsync(_folder.Path, ServedGateway.Settings(data), Patience, "serve");

        ServeCommandTests.AssertOneLine(1, data, code, output, error);
    }

    [Fact]
    public async Task A_read_only_data_folder_is_one_line_and_exit_code_1()
    {
        Assert.SkipUnless(System.Environment.UserName != "root", "Root may write everywhere; the folders above show the same.");
        Directory.CreateDirectory(_folder["data"]);
        File.SetUnixFileMode(_folder["data"], UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var (code, output, error) = await FilmgateProcess.RunAsync(_folder.Path, ServedGateway.Settings(_folder["data"]), Patience, "serve");

        ServeCommandTests.AssertOneLine(1, "data folder", code, output, error);
    }

    public void Dispose() => _folder.Dispose();

    private static async Task AssertAliveAsync(ServedGateway gateway)
    {
        Assert.False(gateway.Process.HasExited);
        Assert.Equal((200, "live"), (await gateway.Api.GetAsync("live") is var live ? live.Status : 0, live.Text));
        Assert.Equal((200, "ready"), (await gateway.Api.GetAsync("ready") is var ready ? ready.Status : 0, ready.Text));
        var failure = await gateway.Api.FailureOfAsync(await gateway.Api.CreateAsync(TaskApi.Text("@fail(INVALID_PROMPT)")));
        Assert.Equal("INVALID_PROMPT", failure.GetProperty("failCode").GetString());
    }
}
