using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Filmgate.Testing;

namespace Filmgate.Cli.Tests;

public sealed class GenerateAtServerTests : IDisposable
{
    private const string TaskRead = "GET /api/v1/tasks/task_1";
    private static readonly byte[] s_clip = [.. Enumerable.Range(0, 100_000).Select(n => (byte)n)];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("filmgate-tests-");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder.FullName, "new folder", "clip.mp4");

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<ScriptedServer> SuccessfulAsync()
    {
        var server = await ScriptedServer.StartAsync();
        return server
            .On(ScriptedServer.Create, Reply.Data("""{"taskId":"task_1"}"""))
            .On(
                TaskRead,
                Reply.Data("""{"taskId":"task_1","state":"processing","progress":40}"""),
                Reply.Data($$$"""
                    {"taskId":"task_1","state":"success","progress":100,"createTime":1760000000000,"completeTime":1760000002500,"costTime":2500,
                     "resultUrls":["{{{server.Address}}}/files/v.mp4"],"clip":{"width":1280,"height":720,"duration":5,"frames":120,"bytes":100000}}
                    """))
            .On("GET /files/v.mp4", Reply.File(s_clip));
    }

    private Task<CommandLine> GenerateAsync(ScriptedServer server, params string[] more) =>
        CommandLine.RunAsync(["generate", "--server", server.Address, "--key", "fg_live_k", "--prompt", "Slow push in", "--out", Target, .. more]);

    [Fact]
    public async Task A_clip_is_written_and_its_measures_are_told()
    {
        await using var server = await SuccessfulAsync();

        var run = await GenerateAsync(server);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(s_clip, await File.ReadAllBytesAsync(Target, Ct));
        Assert.Equal(
            [$"file        {Target}", "size        0.10 MB (100000 bytes)", "duration    5.0 s", "resolution  1280x720", "task        task_1"],
            run.Out.TrimEnd().Split(Environment.NewLine));
        Assert.Equal(["task_1 processing", "task_1 success"], run.Error.TrimEnd().Split(Environment.NewLine));
    }

    [Fact]
    public async Task With_json_standard_output_is_one_object_and_nothing_else()
    {
        await using var server = await SuccessfulAsync();

        var run = await GenerateAsync(server, "--json");

        var result = JsonElement.Parse(run.Out);
        Assert.Equal("task_1", result.GetProperty("taskId").GetString());
        Assert.Equal("success", result.GetProperty("state").GetString());
        Assert.Equal(Target, result.GetProperty("file").GetString());
        Assert.Equal(100_000, result.GetProperty("bytes").GetInt64());
        Assert.Equal(5, result.GetProperty("durationSeconds").GetDouble());
        Assert.Equal((1280, 720), (result.GetProperty("width").GetInt32(), result.GetProperty("height").GetInt32()));
        Assert.Equal(2.5, result.GetProperty("costSeconds").GetDouble());
        Assert.Equal($"{server.Address}/files/v.mp4", result.GetProperty("resultUrl").GetString());
        Assert.False(result.TryGetProperty("failCode", out _));
    }

    [Fact]
    public async Task Every_option_reaches_the_server()
    {
        await using var server = await SuccessfulAsync();
        var picture = Path.Combine(_folder.FullName, "start.jpg");
        await File.WriteAllBytesAsync(picture, [0xFF, 0xD8, 0xFF, 0xE0], Ct);

        await GenerateAsync(
            server, "--image", picture, "--end-image", "https://example.org/end.png", "--duration", "10", "--negative-prompt", "text", "--cfg-scale", "0.7");

        Assert.Equal(
            """{"request_type":"async","input":{"mode":"pro-image-to-video","prompt":"Slow push in","duration":10,"image_urls":["data:image/jpeg;base64,/9j/4A==","https://example.org/end.png"],"negative_prompt":"text","cfg_scale":0.7}}""",
            server.Requests[0].Body);
        Assert.Equal("Bearer fg_live_k", server.Requests[0].Headers["Authorization"]);
    }

    [Fact]
    public async Task A_prompt_that_begins_with_an_at_sign_is_a_prompt_and_no_file_of_arguments()
    {
        await using var server = await SuccessfulAsync();

        var run = await CommandLine.RunAsync(
            "generate", "--server", server.Address, "--key", "fg_test_k", "--prompt", "@delay(1s) a boat", "--aspect-ratio", "9:16", "--out", Target);

        Assert.Equal(0, run.ExitCode);
        var input = JsonElement.Parse(server.Requests[0].Body).GetProperty("input");
        Assert.Equal("@delay(1s) a boat", input.GetProperty("prompt").GetString());
        Assert.Equal("9:16", input.GetProperty("aspect_ratio").GetString());
    }

    [Fact]
    public async Task The_key_may_come_from_the_environment()
    {
        await using var server = await SuccessfulAsync();

        var run = await CommandLine.RunAsync(
            ["generate", "--server", server.Address, "--prompt", "x", "--out", Target],
            new Dictionary<string, string> { ["FILMGATE_API_KEY"] = "fg_live_environment" },
            Ct);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("Bearer fg_live_environment", server.Requests[0].Headers["Authorization"]);
    }

    [Fact]
    public async Task A_failed_task_is_told_with_code_and_reason_and_ends_with_1()
    {
        await using var server = await SuccessfulAsync();
        server.On(TaskRead, Reply.Data("""{"taskId":"task_1","state":"failed","failCode":"CONTENT_VIOLATION","failMsg":"The prompt is not allowed."}"""));

        var run = await GenerateAsync(server);

        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.EndsWith(
            "filmgate generate: CONTENT_VIOLATION: The prompt is not allowed. (task task_1)" + Environment.NewLine, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_failed_task_is_an_object_too_with_json()
    {
        await using var server = await SuccessfulAsync();
        server.On(TaskRead, Reply.Data("""{"taskId":"task_1","state":"failed","failCode":"NSFW_DETECTED","failMsg":"no"}"""));

        var run = await GenerateAsync(server, "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("""{"taskId":"task_1","state":"failed","failCode":"NSFW_DETECTED","failMessage":"no"}""", run.Out.TrimEnd());
    }

    [Fact]
    public async Task A_refusal_is_told_in_one_line_with_its_status()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.On(ScriptedServer.Create, Reply.Json("""{"code":401,"message":"The API key\nis not valid."}""", 401));

        var run = await GenerateAsync(server);

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Equal("filmgate generate: The API key is not valid. (HTTP 401)" + Environment.NewLine, run.Error);
    }

    [Fact]
    public async Task An_unreachable_server_is_told_in_one_line_and_ends_with_1()
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = $"http://{reserved.LocalEndPoint}";

        var run = await CommandLine.RunAsync("generate", "--server", address, "--key", "k", "--prompt", "x", "--out", Target);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith($"filmgate generate: {address} cannot be reached: ", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task An_interruption_ends_with_130_and_names_the_task_that_stays_behind()
    {
        await using var server = await SuccessfulAsync();
        server.On(TaskRead, Reply.Data("{}") with { Hold = new TaskCompletionSource().Task });
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        var running = CommandLine.RunAsync(
            ["generate", "--server", server.Address, "--key", "k", "--prompt", "x", "--out", Target], new Dictionary<string, string>(), interruption.Token);
        while (server.Count(TaskRead) == 0)
        {
            await Task.Delay(10, Ct);
        }

        await interruption.CancelAsync();
        var run = await running;

        Assert.Equal(130, run.ExitCode);
        Assert.Equal(
            [$"filmgate generate: task task_1 stays at {server.Address}", "filmgate generate: interrupted"], run.Error.TrimEnd().Split(Environment.NewLine));
        Assert.Empty(_folder.GetFiles("*", SearchOption.AllDirectories));
    }
}
