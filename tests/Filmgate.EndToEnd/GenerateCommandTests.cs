using System.Text.Json;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd;

/// <summary><c>filmgate generate</c> and <c>filmgate draw</c> as a user runs them: another process, real files, real exit codes.</summary>
[Trait("Database", "own")]
[Collection(SharedServerTests.Name)]
public sealed class GenerateCommandTests(SharedServer shared) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_picture_becomes_a_clip_that_plays_and_nothing_else_is_left()
    {
        await File.WriteAllBytesAsync(_folder["in.png"], TestPicture.Png(640, 360), TestContext.Current.CancellationToken);

        var (code, output, error) = await RunAsync("generate", "--image", "in.png", "--prompt", "slow push in", "--out", "clips/out.mp4");

        Assert.True(code == 0, error);
        Assert.Contains("resolution  1280x720", output, StringComparison.Ordinal);
        await ClipMatrixTests.AssertClipAsync(_folder["clips/out.mp4"], 1280, 720, 5);
        Assert.Equal([_folder["clips/out.mp4"]], Directory.GetFiles(_folder["clips"]));
        Assert.Empty(Directory.GetFileSystemEntries(Temporary));
    }

    [Fact]
    public async Task Text_alone_becomes_a_clip_and_json_is_one_object_that_agrees_with_the_file()
    {
        var (code, output, error) = await RunAsync("generate", "--prompt", "hills at dawn", "--aspect-ratio", "1:1", "--out", "text.mp4", "--json");

        Assert.True(code == 0, error);
        var report = JsonElement.Parse(output);
        var clip = await ClipFile.ProbeAsync(_folder["text.mp4"]);
        Assert.Equal("success", report.GetProperty("state").GetString());
        Assert.Equal("text.mp4", report.GetProperty("file").GetString());
        Assert.Equal(new FileInfo(_folder["text.mp4"]).Length, report.GetProperty("bytes").GetInt64());
        Assert.Equal((1080, 1080), (clip.Width, clip.Height));
        Assert.Equal((clip.Width, clip.Height), (report.GetProperty("width").GetInt32(), report.GetProperty("height").GetInt32()));
        Assert.Equal(clip.Seconds, report.GetProperty("durationSeconds").GetDouble(), 0.05);
        Assert.False(report.TryGetProperty("resultUrl", out _), "The gateway that made the link is gone");
    }

    [Fact]
    public async Task An_end_picture_makes_a_1080p_clip()
    {
        await File.WriteAllBytesAsync(_folder["day.png"], TestPicture.Png(640, 360), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(_folder["night.png"], TestPicture.Png(640, 360, hue: 200), TestContext.Current.CancellationToken);

        var (code, _, error) = await RunAsync("generate", "--image", "day.png", "--end-image", "night.png", "--prompt", "night falls", "--out", "fall.mp4");

        Assert.True(code == 0, error);
        var clip = await ClipFile.ProbeAsync(_folder["fall.mp4"]);
        Assert.Equal((1920, 1080, 120), (clip.Width, clip.Height, clip.Frames));
    }

    [Fact]
    public async Task A_task_that_fails_ends_in_1_with_its_code_on_standard_error_and_writes_no_file()
    {
        var (code, output, error) = await RunAsync("generate", "--prompt", "@fail(CONTENT_VIOLATION)", "--out", "never.mp4");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("filmgate generate: CONTENT_VIOLATION: ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["never.mp4"]));
        Assert.Empty(Directory.GetFileSystemEntries(Temporary));
    }

    [Fact]
    public async Task A_running_server_is_asked_with_its_key()
    {
        await File.WriteAllBytesAsync(_folder["in.png"], TestPicture.Png(640, 360), TestContext.Current.CancellationToken);

        var (code, output, error) = await RunAsync(
            "generate", "--server", shared.Server.Address.AbsoluteUri, "--key", ServedGateway.Key, "--image", "in.png", "--prompt", "pan", "--out", "served.mp4", "--json");

        Assert.True(code == 0, error);
        var report = JsonElement.Parse(output);
        Assert.StartsWith(shared.Server.Address.AbsoluteUri + "artifacts/", report.GetProperty("resultUrl").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, (await shared.Server.Api.StatusAsync(report.GetProperty("taskId").GetString()!)).Status);
        await ClipFile.PlaysAsync(_folder["served.mp4"]);
    }

    [Fact]
    public async Task A_wrong_key_and_a_server_that_is_not_there_end_in_1_with_one_line()
    {
        string[] ask = ["--prompt", "pan", "--out", "no.mp4"];

        var wrongKey = await RunAsync(["generate", "--server", shared.Server.Address.AbsoluteUri, "--key", "fg_test_wrong-wrong-wrong-wrong", .. ask]);
        var nobody = await RunAsync(["generate", "--server", $"http://127.0.0.1:{ClosedPort.Find()}", "--key", ServedGateway.Key, .. ask]);

        Assert.Equal((1, 1), (wrongKey.Code, nobody.Code));
        Assert.Contains("HTTP 401", Assert.Single(wrongKey.Error.Split('\n')), StringComparison.Ordinal);
        Assert.StartsWith("filmgate generate: ", Assert.Single(nobody.Error.Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--out", "a.mp4")]
    [InlineData("--prompt", "a", "--out", "a.mp4", "--duration", "7")]
    [InlineData("--prompt", "a", "--out", "a.mp4", "--image", "not-there.png")]
    [InlineData("--prompt", "a", "--out", "a.mp4", "--frobnicate")]
    public async Task A_wrong_command_line_ends_in_2_before_anything_starts(params string[] arguments)
    {
        var (code, output, error) = await RunAsync(["generate", .. arguments]);

        Assert.Equal((2, ""), (code, output));
        Assert.EndsWith("See: filmgate generate --help", Assert.Single(error.Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FilmgateProcess.SigInt)]
    [InlineData(FilmgateProcess.SigTerm)]
    public async Task A_signal_in_the_middle_of_a_render_ends_in_130_and_leaves_nothing(int signal)
    {
        await using var process = FilmgateProcess.Start(
            _folder.Path, Environment(), "generate", "--prompt", "city at night", "--duration", "10", "--out", "stopped.mp4");
        await Eventually.TrueAsync(() => FilmgateProcess.FfmpegAt(Temporary).Count > 0 || process.HasExited, Patience, "The start of FFmpeg");

        process.Send(signal);

        Assert.Equal(130, await process.ExitAsync(TimeSpan.FromSeconds(15)));
        Assert.Contains("filmgate generate: interrupted", process.Error);
        Assert.Empty(FilmgateProcess.FfmpegAt(Temporary));
        Assert.False(File.Exists(_folder["stopped.mp4"]));
        Assert.Empty(Directory.GetFileSystemEntries(Temporary));
    }

    [Fact]
    public async Task Draw_writes_a_jpeg_of_the_asked_size()
    {
        var (code, output, error) = await RunAsync("draw", "--prompt", "A harbour at dawn, light fog", "--size", "768x512", "--out", "harbour.jpg");

        Assert.True(code == 0, error);
        Assert.Contains("resolution  768x512", output, StringComparison.Ordinal);
        var bytes = await File.ReadAllBytesAsync(_folder["harbour.jpg"], TestContext.Current.CancellationToken);
        Assert.Equal<byte>([0xFF, 0xD8, 0xFF], bytes[..3]);
        using var picture = SkiaSharp.SKBitmap.Decode(bytes);
        Assert.Equal((768, 512), (picture.Width, picture.Height));
    }

    public void Dispose() => _folder.Dispose();

    // The command's temporary files are looked for in a folder of its own.
    private string Temporary => Directory.CreateDirectory(_folder["tmp"]).FullName;

    private Dictionary<string, string> Environment() => new() { ["TMPDIR"] = Temporary };

    private Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments) =>
        FilmgateProcess.RunAsync(_folder.Path, Environment(), Patience, arguments);
}
