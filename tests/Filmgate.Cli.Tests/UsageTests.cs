namespace Filmgate.Cli.Tests;

public sealed class UsageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("filmgate-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("", "filmgate: a command is missing; there are")]
    [InlineData("genrate", "filmgate: unknown command 'genrate'; there are")]
    [InlineData("--speed", "filmgate: unknown option --speed")]
    [InlineData("serve --port 80", "filmgate serve: unknown option --port")]
    [InlineData("serve now", "filmgate serve: unexpected 'now'")]
    [InlineData("generate", "filmgate generate: Option '--prompt' is required")]
    [InlineData("generate --prompt x", "filmgate generate: Option '--out' is required")]
    [InlineData("generate --prompt x --out", "filmgate generate: Required argument missing for option: '--out'")]
    [InlineData("generate --prompt x --out a --loud", "filmgate generate: unknown option --loud")]
    [InlineData("generate --prompt two words --out a", "filmgate generate: unexpected 'words'; a text with spaces needs quotes")]
    [InlineData("generate --prompt x --prompt y --out a", "filmgate generate: Option '--prompt' expects a single argument but 2 were provided")]
    [InlineData("generate --prompt ␠ --out a", "filmgate generate: --prompt is required: 1 to 5000 characters, not only spaces")]
    [InlineData("generate --prompt x --out ␠", "filmgate generate: --out must not be empty")]
    [InlineData("generate --prompt x --out .", "filmgate generate: --out must name a file, and '.' is a folder")]
    [InlineData("generate --prompt x --out a --duration 7", "filmgate generate: --duration must be 5 or 10 (seconds), got '7'")]
    [InlineData("generate --prompt x --out a --duration long", "filmgate generate: --duration must be 5 or 10 (seconds), got 'long'")]
    [InlineData("generate --prompt x --out a --mode fast", "filmgate generate: --mode must be one of standard-image-to-video, pro-image-to-video, master-text-to-video, master-image-to-video, got 'fast'")]
    [InlineData("generate --prompt x --out a --mode pro-image-to-video", "filmgate generate: --mode pro-image-to-video takes 1 or 2 images, but --image and --end-image give 0")]
    [InlineData("generate --prompt x --out a --image http://h/1 --mode master-text-to-video", "filmgate generate: --mode master-text-to-video takes no images, but --image and --end-image give 1")]
    [InlineData("generate --prompt x --out a --end-image http://h/1", "filmgate generate: --end-image needs --image for the first frame")]
    [InlineData("generate --prompt x --out a --image nowhere.png", "filmgate generate: --image: there is no file 'nowhere.png'")]
    [InlineData("generate --prompt x --out a --aspect-ratio 4:3", "filmgate generate: --aspect-ratio must be one of 16:9, 9:16, 1:1, got '4:3'")]
    [InlineData("generate --prompt x --out a --image http://h/1 --aspect-ratio 1:1", "filmgate generate: --aspect-ratio is for text to video; with a picture the clip takes the picture's shape")]
    [InlineData("generate --prompt x --out a --cfg-scale 2", "filmgate generate: --cfg-scale must be a number from 0 to 1, got '2'")]
    [InlineData("generate --prompt x --out a --cfg-scale much", "filmgate generate: --cfg-scale must be a number from 0 to 1, got 'much'")]
    [InlineData("generate --prompt x --out a --server here --key k", "filmgate generate: --server must be an address such as http://127.0.0.1:8080, got 'here'")]
    [InlineData("generate --prompt x --out a --server http://h", "filmgate generate: --server needs a key: give --key or set FILMGATE_API_KEY")]
    [InlineData("generate --prompt x --out a --server http://h --key k --data d", "filmgate generate: --data is the folder of the built-in gateway and has no meaning together with --server")]
    [InlineData("generate --prompt x --out a --server http://h --key klucz-ł", "filmgate generate: the key has characters that no key has")]
    public async Task A_wrong_command_line_is_explained_in_one_line_and_ends_with_2(string line, string beginning)
    {
        // The symbol stands for an argument of one space.
        var run = await CommandLine.RunAsync([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Replace('␠', ' '))]);

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith(beginning, run.Error, StringComparison.Ordinal);
        Assert.EndsWith(" --help" + Environment.NewLine, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task A_picture_beyond_the_limit_is_refused_before_anything_starts()
    {
        var path = Path.Combine(_folder.FullName, "huge.jpg");
        await using (var file = File.Create(path))
        {
            file.SetLength(20_000_000);
        }

        var run = await CommandLine.RunAsync("generate", "--prompt", "x", "--out", "a", "--image", path);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("The picture has 19.1 MB; at most 10 MB are taken", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_picture_is_refused_before_anything_starts()
    {
        var path = Path.Combine(_folder.FullName, "notes.jpg");
        await File.WriteAllTextAsync(path, "buy milk", TestContext.Current.CancellationToken);

        var run = await CommandLine.RunAsync("generate", "--prompt", "x", "--out", "a", "--image", path);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("It is not a JPEG, PNG or WebP picture", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "generate")]
    [InlineData("generate --help", "--end-image")]
    [InlineData("generate --help", "filmgate generate --image portrait.jpg")]
    [InlineData("generate -h", "--json")]
    [InlineData("serve --help", "--urls")]
    [InlineData("serve --help", "filmgate serve --urls http://0.0.0.0:8080")]
    public async Task Help_shows_options_and_examples(string line, string expected)
    {
        var run = await CommandLine.RunAsync(line.Split(' '));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(expected, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_one_line_that_names_the_program()
    {
        var run = await CommandLine.RunAsync("--version");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^filmgate \d+\.\d+\.\d+\r?\n$", run.Out);
    }
}
