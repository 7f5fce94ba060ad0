using System.Diagnostics;
using System.Text.RegularExpressions;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd;

/// <summary>What the README and the page on test directives tell a reader to type works when it is typed.</summary>
[Trait("Database", "own")]
public sealed partial class ReadmeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(200);

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/test-directives.md")]
    public async Task Every_command_of_the_page_that_makes_a_file_makes_it(string page)
    {
        var root = Root();
        var commands = Commands(await File.ReadAllTextAsync(Path.Combine(root, page), TestContext.Current.CancellationToken));
        Assert.NotEmpty(commands);

        // A copy of what the commands read, and the built program under the name that the README uses.
        using var folder = new TemporaryFolder();
        Copy(Path.Combine(root, "samples"), folder["samples"]);
        await File.WriteAllTextAsync(
            folder["filmgate"], $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "filmgate.dll")}' \"$@\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(folder["filmgate"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        foreach (var command in commands)
        {
            var (code, error) = await RunAsync(folder.Path, command);
            Assert.True(code == 0, $"{command}\nended in {code}: {error}");
            if (OutPattern().Match(command) is { Success: true } target)
            {
                var file = Path.Combine(folder.Path, target.Groups[1].Value.Trim('"', '\''));
                Assert.True(new FileInfo(file) is { Exists: true, Length: > 0 }, $"{command}\nmade no {file}");
            }
        }
    }

    [Fact]
    public void Commands_are_found_over_several_lines_behind_a_prompt_and_only_in_blocks_of_the_shell()
    {
        const string Text = """
            Run `./filmgate generate --prompt no` now.
            ```console
            $ ./filmgate generate --prompt "a b" \
                --out a.mp4
            file  a.mp4
            $ ./filmgate serve
            ```
            ```bash
            # a comment
            ./filmgate draw --prompt x --out x.jpg
            ./filmgate generate --server http://127.0.0.1:8080 --prompt x --out y.mp4
            ```
            ```csharp
            ./filmgate draw --prompt never --out never.jpg
            ```
            """;

        Assert.Equal(["./filmgate generate --prompt \"a b\" --out a.mp4", "./filmgate draw --prompt x --out x.jpg"], Commands(Text));
    }

    /// <summary>The commands of shell blocks that end by themselves and need no running server.</summary>
    private static List<string> Commands(string markdown) =>
    [
        .. BlockPattern().Matches(markdown)
            .SelectMany(block => ContinuedPattern().Replace(block.Groups[1].Value, " ").Split('\n'))
            .Select(line => line.Trim())
            .Select(line => line.StartsWith("$ ", StringComparison.Ordinal) ? line[2..].TrimStart() : line)
            .Where(line => EndingPattern().IsMatch(line) && !line.Contains("--server", StringComparison.Ordinal)),
    ];

    private static async Task<(int Code, string Error)> RunAsync(string folder, string command)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("FILMGATE", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"it ran for more than {Patience.TotalSeconds} s");
        }

        await output;
        return (process.ExitCode, await error);
    }

    internal static string Root()
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

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    [GeneratedRegex(@"^```(?:console|bash|sh|shell)[^\n]*\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex BlockPattern();

    [GeneratedRegex(@"\s*\\\n\s*")]
    private static partial Regex ContinuedPattern();

    [GeneratedRegex(@"^\./filmgate (generate|draw|--help|--version)\b|^\./filmgate \w+ --help$")]
    private static partial Regex EndingPattern();

    [GeneratedRegex("""--out\s+("[^"]+"|'[^']+'|\S+)""")]
    private static partial Regex OutPattern();
}
