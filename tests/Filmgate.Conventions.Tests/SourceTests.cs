using System.Text.RegularExpressions;

namespace Filmgate.Conventions.Tests;

public sealed partial class SourceTests
{
    private const int RootEntriesMax = 26;

    // Written in parts, so that this file does not find itself.
    private static readonly string[] MachinePaths = ["/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/", "/wo" + "rk/", "/tmp" + "/w/", @"C:" + @"\"];

    private static readonly string[] NamesThatSayNothing = ["Utils", "Util", "Helpers", "Helper", "Common", "Manager", "Managers", "Misc", "Shared"];

    [Fact]
    public void Only_the_guarded_client_and_the_sdk_open_connections()
    {
        var found = Lines("src", "*.cs", line => OwnClient().IsMatch(line),
            path => path.StartsWith("src/Filmgate.Engine/Egress/", StringComparison.Ordinal) || path.StartsWith("src/Filmgate.Client/", StringComparison.Ordinal));
        Assert.True(
            found.Length == 0,
            "Addresses from outside are reached only through Filmgate.Engine.Egress.GuardedHttp, which checks them, bounds bytes and time and follows "
            + "no redirect unchecked. Take a GuardedHttp by constructor instead of making a client:\n" + string.Join('\n', found));
    }

    [Fact]
    public void Folders_and_files_are_named_after_what_they_hold()
    {
        var found = Repository.Files("src", "*").Concat(Repository.Files("tests", "*"))
            .Where(path => path.Split('/').Select(part => part.Split('.')[0]).Any(part => NamesThatSayNothing.Any(name =>
                part == name || (name.EndsWith('r') && part.EndsWith(name, StringComparison.Ordinal)))))
            .ToArray();
        Assert.True(found.Length == 0, "These names say nothing. Name the file after its one subject, as KeyRing or SlotQueue do:\n" + string.Join('\n', found));
    }

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on()
    {
        var found = Lines("src", "*.cs", line => MachinePaths.Any(path => line.Contains(path, StringComparison.Ordinal)))
            .Concat(Lines("eng", "*", line => MachinePaths.Any(path => line.Contains(path, StringComparison.Ordinal)))).ToArray();
        Assert.True(found.Length == 0, "Take the path from a setting, or make a temporary folder:\n" + string.Join('\n', found));
    }

    [Fact]
    public void Nothing_is_left_to_be_done_in_a_comment()
    {
        var word = "TO" + "DO";
        var found = Lines("src", "*.cs", line => line.Contains(word, StringComparison.Ordinal) || line.Contains("FIX" + "ME", StringComparison.Ordinal));
        Assert.True(found.Length == 0, "Do it now, or write down under docs/decisions why it is not done:\n" + string.Join('\n', found));
    }

    [Fact]
    public void Every_dialect_has_the_same_shape()
    {
        string[] shape = ["Wire.cs", "Inbound.cs", "Outbound.cs", "ErrorMap.cs", "CallbackFormat.cs", "Registration.cs", "facts.json", "README.md"];

        // What all dialects stand on: the inbound half's HTTP, and the outbound half's.
        var dialects = Directory.GetDirectories(Repository.PathOf("src", "Filmgate.Dialects"))
            .Where(path => Path.GetFileName(path) is not ("bin" or "obj" or "Http" or "Upstream")).ToArray();
        Assert.NotEmpty(dialects);
        foreach (var dialect in dialects)
        {
            var missing = shape.Where(file => !File.Exists(Path.Combine(dialect, file))).ToArray();
            Assert.True(
                missing.Length == 0,
                $"The dialect {Path.GetFileName(dialect)} lacks {string.Join(", ", missing)}. Every dialect has {string.Join(", ", shape)}, so that the second one is read in "
                + "five minutes; see src/Filmgate.Dialects/Apixo for what each holds.");
        }
    }

    [Fact]
    public void The_root_can_be_taken_in_at_one_glance()
    {
        string[] ignored = [".git", "data", "artifacts", "bin", "obj", ".vs", ".idea", "TestResults", "BenchmarkDotNet.Artifacts"];
        var entries = Directory.EnumerateFileSystemEntries(Repository.Root).Select(path => Path.GetFileName(path)!).Except(ignored).Order().ToArray();
        Assert.True(
            entries.Length <= RootEntriesMax,
            $"The root holds {entries.Length} entries, {RootEntriesMax} are the most. Put what is for people into docs, what is for building into eng: {string.Join(", ", entries)}");
    }

    private static string[] Lines(string folder, string pattern, Predicate<string> isWrong, Predicate<string>? isExempt = null) =>
    [
        .. from path in Repository.Files(folder, pattern)
           where isExempt is null || !isExempt(path)
           from line in Repository.Read(path).Split('\n').Select((text, index) => (Text: text, Number: index + 1))
           where isWrong(line.Text)
           select $"  {path}:{line.Number}: {line.Text.Trim()}",
    ];

    [GeneratedRegex(@"\bnew\s+(HttpClient|HttpMessageInvoker|SocketsHttpHandler|HttpClientHandler|TcpClient|WebClient)\b|\b(HttpClient|SocketsHttpHandler)\s+\w+\s*=\s*new\s*\(|AddHttpClient\b")]
    private static partial Regex OwnClient();
}
