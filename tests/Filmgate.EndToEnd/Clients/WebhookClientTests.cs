using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Filmgate.EndToEnd.House;

namespace Filmgate.EndToEnd.Clients;

/// <summary>Webhooks are verified by libraries that others wrote, and by what docs/webhooks.md shows.</summary>
/// <param name="house">The server.</param>
public sealed partial class WebhookClientTests(SharedServer house) : OfficialClientTests(house)
{
    private const string Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task Events_and_callbacks_are_verified_by_five_verifiers_through_a_rotation() => RunAsync("webhooks.mjs", "../webhooks.md");

    [Fact]
    public Task The_example_in_Python_takes_what_is_genuine_and_nothing_else() => RunExampleAsync(
        "python", "verify.py", "python3",
        """
        import json, sys
        from verify import is_genuine
        for case in json.load(sys.stdin):
            print(is_genuine(case['Secret'], case['Headers'], case['Body'].encode(), case['Now']))
        """);

    [Fact]
    public Task The_example_in_PHP_takes_what_is_genuine_and_nothing_else() => RunExampleAsync(
        "php", "verify.php", "php",
        """
        <?php
        require 'verify.php';
        foreach (json_decode(file_get_contents('php://stdin'), true) as $case) {
            echo is_genuine($case['Secret'], $case['Headers'], $case['Body'], $case['Now']) ? 'True' : 'False', "\n";
        }
        """);

    [Fact]
    public void The_example_in_CSharp_is_the_one_that_is_compiled_here_and_takes_what_is_genuine_and_nothing_else()
    {
        var compiled = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "WebhookReceiverExample.cs"));
        var begin = compiled.IndexOf("// One verifier", StringComparison.Ordinal);
        Assert.Equal(Example("csharp").Replace("using Filmgate.Client;\n\n", "", StringComparison.Ordinal), compiled[begin..]);

        foreach (var one in Cases())
        {
            var read = new Receiver(one.Secret).Read(one.Headers, System.Text.Encoding.UTF8.GetBytes(one.Body), DateTimeOffset.FromUnixTimeSeconds(one.Now));
            Assert.Equal(one.IsGenuine, read is not null);
        }
    }

    private static async Task RunExampleAsync(string language, string file, string program, string caller)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder[file], Example(language), Ct);
        await File.WriteAllTextAsync(folder["cases"], caller, Ct);
        var cases = Cases();
        using var process = Process.Start(new ProcessStartInfo(program, ["cases"])
        {
            WorkingDirectory = folder.Path,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(JsonSerializer.Serialize(cases));
        process.StandardInput.Close();
        var said = await process.StandardOutput.ReadToEndAsync(Ct);
        Assert.True(said.Length > 0, await process.StandardError.ReadToEndAsync(Ct));
        Assert.Equal(cases.Select(one => one.IsGenuine ? "True" : "False"), said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    // Signed by openssl: printf 'evt_1.1700000000.{"type":"video.completed"}' | openssl dgst -sha256 -mac hmac -macopt hexkey:0001…1f -binary | base64
    private static Case[] Cases()
    {
        const string Signature = "v1,4p9DRjkc6DUg4fHp7z1q4dKiCDA4wGy9SYUibZUWuNQ=";
        const string Body = """{"type":"video.completed"}""";
        Dictionary<string, string> Headers(string signature = Signature, string timestamp = "1700000000", string id = "evt_1") =>
            new() { ["webhook-id"] = id, ["webhook-timestamp"] = timestamp, ["webhook-signature"] = signature };
        return
        [
            new(Secret, Headers(), Body, 1_700_000_000, true),
            new(Secret, Headers(), Body, 1_700_000_300, true),
            new(Secret, Headers(), Body, 1_699_999_700, true),
            new(Secret, Headers("v1a,AAAA v1,AAAA " + Signature), Body, 1_700_000_000, true),
            new(Secret, Headers(), Body, 1_700_000_301, false),
            new(Secret, Headers(), Body, 1_699_999_699, false),
            new(Secret, Headers(), Body + " ", 1_700_000_000, false),
            new(Secret, Headers(id: "evt_2"), Body, 1_700_000_000, false),
            new(Secret, Headers(timestamp: "1700000001"), Body, 1_700_000_000, false),
            new(Secret, Headers(timestamp: "soon"), Body, 1_700_000_000, false),
            new(Secret, Headers(signature: ""), Body, 1_700_000_000, false),
            new(Secret, Headers(signature: Signature["v1,".Length..]), Body, 1_700_000_000, false),
            new("whsec_" + Convert.ToBase64String(new byte[32]), Headers(), Body, 1_700_000_000, false),
        ];
    }

    private static string Example(string language)
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "docs", "webhooks.md"));
        var example = ExamplePattern().Matches(page).Single(match => match.Groups[1].Value == language);
        return example.Groups[2].Value;
    }

    private static string Here([CallerFilePath] string here = "") => here;

    private sealed record Case(string Secret, Dictionary<string, string> Headers, string Body, long Now, bool IsGenuine);

    [GeneratedRegex(@"^```(\w+)\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex ExamplePattern();
}
