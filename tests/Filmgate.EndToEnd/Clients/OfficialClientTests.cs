using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Clients;

/// <summary>
/// Runs a vendor's own client, unmodified, against a served gateway. The client is a module of <c>tests/clients</c> that is written with
/// <c>node:test</c>; its output becomes the test's. Each class has a server of its own, so that lists and counts are its own, too.
/// </summary>
/// <remarks>
/// A module finds in its environment <c>FILMGATE_ADDRESS</c> (without a slash at the end), <c>FILMGATE_KEY</c> (a test key),
/// <c>FILMGATE_ADMIN_KEY</c> and <c>FILMGATE_PICTURE</c> (path of a small JPEG). The server may reach everything on loopback, so a module
/// that wants to be called back listens there itself.
/// </remarks>
/// <param name="house">The server.</param>
public abstract partial class OfficialClientTests(SharedServer house) : IClassFixture<SharedServer>
{
    private const int PictureSide = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Runs a module to its end; fails with all that it wrote unless it ran at least one test and none failed.</summary>
    /// <param name="module">Name of the module in <c>tests/clients</c>.</param>
    /// <param name="page">The page of <c>docs/clients</c> whose examples it imports; null for none. See <see cref="ClientFolder.Make"/>.</param>
    /// <param name="variables">More variables of its environment.</param>
    protected async Task RunAsync(string module, string? page = null, params (string Name, string Value)[] variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var address = house.Server.Address.GetLeftPart(UriPartial.Authority);
        using var folder = ClientFolder.Make(page, address);
        var picture = Path.Combine(folder.Path, "picture.jpg");
        await File.WriteAllBytesAsync(
            picture, Convert.FromBase64String(TestPicture.DataUrl(PictureSide, PictureSide).Split(',')[1]), TestContext.Current.CancellationToken);

        var start = new ProcessStartInfo("node", ["--test-reporter=tap", module])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (string, string)[] given =
        [
            ("FILMGATE_ADDRESS", address), ("FILMGATE_KEY", ServedGateway.Key), ("FILMGATE_ADMIN_KEY", ServedGateway.AdminKey), ("FILMGATE_PICTURE", picture), .. variables,
        ];
        foreach (var (name, value) in given)
        {
            start.Environment[name] = value;
        }

        var (code, said) = await RunAsync(start);
        TestContext.Current.TestOutputHelper?.WriteLine(said);
        Assert.True(code == 0, $"{module} ended in {code}:\n{said}\nThe server wrote:\n{string.Join('\n', house.Server.Process.Error.TakeLast(20))}");
        var passed = PassedPattern().Matches(said).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).LastOrDefault();
        Assert.True(passed > 0, $"{module} ran no test:\n{said}");
    }

    private static async Task<(int Code, string Said)> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var end = string.Empty;
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (Exception gone) when (gone is TimeoutException or OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            end = $"\nIt was ended because it ran for more than {Patience.TotalSeconds} s, or the test was given up.";
        }

        return (process.ExitCode, $"{await output}\n{await error}{end}");
    }

    [GeneratedRegex(@"^# pass (\d+)", RegexOptions.Multiline)]
    private static partial Regex PassedPattern();
}
