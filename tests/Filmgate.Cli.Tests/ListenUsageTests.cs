namespace Filmgate.Cli.Tests;

public sealed class ListenUsageTests
{
    [Theory]
    [InlineData("listen", "filmgate listen: an API key is needed: give --key or set FILMGATE_API_KEY")]
    [InlineData("listen --key k --events video.done", "filmgate listen: --events must name events with commas between: video.accepted, video.in_progress,")]
    [InlineData("listen --key k --forward-to localhost:3000", "filmgate listen: --forward-to must be an address such as http://localhost:3000/hook, got 'localhost:3000'")]
    [InlineData("listen --key k --forward-to ftp://h/x", "filmgate listen: --forward-to must be an address such as")]
    [InlineData("listen --key k --secret whsec_x", "filmgate listen: --secret signs what is posted: give --forward-to as well")]
    [InlineData("listen --key k --forward-to http://h/x --secret whsec_x", "filmgate listen: --secret must be whsec_ and base 64 of 24 to 64 bytes")]
    [InlineData("listen --key k --server nowhere", "filmgate listen: --server must be an address such as http://127.0.0.1:8080, got 'nowhere'")]
    [InlineData("listen --key k http://localhost:3000/hook", "filmgate listen: unexpected 'http://localhost:3000/hook'")]
    public async Task A_wrong_command_line_is_explained_in_one_line_and_ends_with_2(string line, string beginning)
    {
        var run = await CommandLine.RunAsync(line.Split(' '));

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.StartsWith(beginning, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Help_shows_every_option_and_examples()
    {
        var run = await CommandLine.RunAsync("listen", "--help");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        foreach (var option in new[] { "--forward-to <URL>", "--secret", "--events", "--print-json", "--after", "--server", "--key", "filmgate listen --forward-to http://localhost:3000/hook --events" })
        {
            Assert.Contains(option, run.Out, StringComparison.Ordinal);
        }
    }
}
