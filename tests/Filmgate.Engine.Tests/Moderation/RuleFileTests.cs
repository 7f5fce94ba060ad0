using System.Collections.Concurrent;
using System.Text;
using Filmgate.Engine.Moderation;
using Filmgate.Engine.Moderation.Rules;
using Filmgate.Engine.Tests.Intake;
using Filmgate.Model.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Filmgate.Engine.Tests.Moderation;

public sealed class RuleFileTests : IDisposable
{
    private static readonly AccountId Account = new("acc_one");

    private readonly TemporaryFolder _folder = new();

    private string FilePath => _folder.File("moderation.json");

    public void Dispose() => _folder.Dispose();

    private RuleFileModerator Open(string json, ILogger<RuleFileModerator>? log = null)
    {
        File.WriteAllText(FilePath, json);
        return RuleFileModerator.Open(FilePath, log ?? NullLogger<RuleFileModerator>.Instance);
    }

    private static async Task<ModerationVerdict> JudgeAsync(RuleFileModerator rules, string prompt, string? negative = null, AccountId? account = null) =>
        await rules.JudgeAsync(new ModerationCase(account ?? Account, prompt, negative, []), TestContext.Current.CancellationToken);

    private static string WithTerm(string term) => $$$"""{"categories":{"violence":{"terms":["{{{term}}}"]} } }""";

    [Theory]
    // Whole words, whatever the case.
    [InlineData("gore", "a scene of gore", true)]
    [InlineData("gore", "GORE!", true)]
    [InlineData("Gore", "gore", true)]
    [InlineData("gore", "(gore)", true)]
    [InlineData("gore", "gory, gores and Gorenje", false)]
    [InlineData("gore", "vulgore", false)]
    [InlineData("gore", "gore2", false)]
    [InlineData("gore", "", false)]
    // Groups of words, whatever stands between them.
    [InlineData("blood bath", "a blood  bath", true)]
    [InlineData("blood bath", "a blood-bath", true)]
    [InlineData("blood bath", "a blood\nbath", true)]
    [InlineData("blood bath", "a bloodbath", false)]
    [InlineData("blood bath", "a bath of blood", false)]
    [InlineData("don't", "DON'T", true)]
    // Accents, full-width letters and invisible characters.
    [InlineData("zażółć", "ZAZOLC", true)]
    [InlineData("zazolc", "Zażółć gęślą jaźń", true)]
    [InlineData("strasse", "Straße", true)]
    [InlineData("cafe", "cafe\u0301", true)]
    [InlineData("tu y", "từ ý", true)]
    [InlineData("gore", "g\u200Bo\u00ADre", true)]
    [InlineData("gore", "ｇｏｒｅ", true)]
    [InlineData("насилие", "НАСИЛИЕ и мир", true)]
    [InlineData("насилие", "насилием", false)]
    // Scripts without spaces.
    [InlineData("暴力", "血腥暴力场面", true)]
    [InlineData("暴力", "暴雨力量", false)]
    [InlineData("ゴア", "激しいゴア描写", true)]
    public async Task Terms(string term, string prompt, bool found)
    {
        var verdict = await JudgeAsync(Open(WithTerm(term)), prompt);
        Assert.Equal(found ? new ModerationVerdict.Violates("violence") : ModerationVerdict.Fine, verdict);
    }

    [Theory]
    [InlineData(@"\\bheads?\\s+roll", "Heads roll", true)]
    [InlineData(@"\\bheads?\\s+roll", "a forehead rolls", false)]
    [InlineData("^a+$", "aaab", false)]
    // This one takes longer than the universe has with an engine that goes back.
    [InlineData("^(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false)]
    public async Task Patterns(string pattern, string prompt, bool found)
    {
        var verdict = await JudgeAsync(Open($$$"""{"categories":{"violence":{"patterns":["{{{pattern}}}"]} } }"""), prompt);
        Assert.Equal(found, verdict is ModerationVerdict.Violates);
    }

    [Fact]
    public async Task The_negative_prompt_is_judged_only_where_a_category_says_so()
    {
        var rules = Open("""
            {"categories":{
              "violence":{"terms":["blood"]},
              "nudity":{"terms":["clothes"],"look_in":["negative_prompt"]},
              "names":{"terms":["Somebody"],"look_in":["prompt","negative_prompt"]}}}
            """);
        Assert.Equal(ModerationVerdict.Fine, await JudgeAsync(rules, "a walk in clothes", "blood, nudity"));
        Assert.Equal(new ModerationVerdict.Violates("nudity", RequestPart.NegativePrompt), await JudgeAsync(rules, "a walk", "clothes"));
        Assert.Equal(new ModerationVerdict.Violates("names", RequestPart.NegativePrompt), await JudgeAsync(rules, "a walk", "somebody"));
        Assert.Equal(new ModerationVerdict.Violates("names"), await JudgeAsync(rules, "somebody", "rain"));
    }

    [Fact]
    public async Task An_exempt_account_is_not_judged()
    {
        var rules = Open("""{"categories":{"violence":{"terms":["gore"]}},"exempt_accounts":["acc_two"]}""");
        Assert.IsType<ModerationVerdict.Violates>(await JudgeAsync(rules, "gore"));
        Assert.Equal(ModerationVerdict.Fine, await JudgeAsync(rules, "gore", account: new AccountId("acc_two")));
    }

    [Theory]
    [InlineData("", "line 1:")]
    [InlineData("[]", "line 1: the file must be an object")]
    [InlineData("{}", "line 1: there is no category")]
    [InlineData("{\n\"categories\": {\n\"violence\": {\"terms\": [\"gore\" \"blood\"]}}}", "line 3:")]
    [InlineData("{\n\"categories\": {}} x", "line 2:")]
    [InlineData("{\n// a remark\n\"category\": {}}", "line 3: there is no \"category\" here")]
    [InlineData("{\"categories\":\n{\"violence\": {\"words\": [\"gore\"], \"terms\": [\"a\"]}}}", "line 2: there is no \"words\" here")]
    [InlineData("{\"categories\":\n{\"violence\": {\"terms\": \"gore\"}}}", "line 2: terms must be a list")]
    [InlineData("{\"categories\":\n{\"violence\": {\"terms\": [\n\n7]}}}", "line 4: terms must be a list of words or groups of words, each of them a string.")]
    [InlineData("{\"categories\":\n{\"violence\": {\"terms\": [\n\"?!\"]}}}", "line 3: the term \"?!\" holds no letter and no digit.")]
    [InlineData("{\"categories\":\n{\"violence\": {\"patterns\": [\n\"(a\"]}}}", "line 3: the pattern \"(a\" is no regular expression")]
    [InlineData("{\"categories\":\n{\"violence\": {\"patterns\": [\n\"(?=a)b\"]}}}", "line 3: the pattern \"(?=a)b\" is too large, or looks around or back")]
    [InlineData("{\"categories\":\n{\"violence\": {\"patterns\": [\n\"(a)\\\\1\"]}}}", "line 3:")]
    [InlineData("{\"categories\":\n{\"violence\": {}}}", "line 2: the category 'violence' has neither terms nor patterns.")]
    [InlineData("{\"categories\":\n{\"a\": {\"terms\":[\"a\"]},\n\"a\": {\"terms\":[\"b\"]}}}", "line 3: the category 'a' is there twice.")]
    [InlineData("{\"categories\":\n{\"a\": {\"terms\":[\"a\"],\"look_in\":[\"image\"]}}}", "line 2: look_in knows")]
    [InlineData("{\"categories\":{\"a\":{\"terms\":[\"a\"]}},\n\"exempt_accounts\": 3}", "line 2: exempt_accounts must be a list")]
    public void A_broken_file_is_refused_at_the_start_with_its_line(string json, string error)
    {
        File.WriteAllText(FilePath, json);
        var errors = RuleFile.Check(FilePath);
        Assert.NotEmpty(errors);
        var first = errors[0];
        Assert.StartsWith($"'{FilePath}', {error}", first, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => RuleFileModerator.Open(FilePath, NullLogger<RuleFileModerator>.Instance));
    }

    [Fact]
    public void All_faults_are_named_at_once()
    {
        File.WriteAllText(FilePath, "{\"categories\":{\"a\":{\"terms\":[\"!\"],\n\"patterns\":[\"(\"]},\n\"b\":{}}}");
        Assert.Equal(["line 1", "line 2", "line 3"], RuleFile.Check(FilePath).Select(error => error[(FilePath.Length + 4)..][..6]));
    }

    [Fact]
    public void A_file_that_is_missing_is_named() =>
        Assert.Contains("cannot be read", Assert.Single(RuleFile.Check(_folder.File("none.json"))), StringComparison.Ordinal);

    [Fact]
    public void Text_that_is_not_utf8_is_refused()
    {
        File.WriteAllBytes(FilePath, [.. "{\"categories\":{\"a\":{\"terms\":[\""u8, 0xFF, 0xFE, .. "\"]}}}"u8]);
        Assert.NotEmpty(RuleFile.Check(FilePath));
    }

    [Fact]
    public async Task A_file_of_many_terms_judges_a_long_prompt_without_delay()
    {
        var terms = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $"\"term{i} number\""));
        var rules = Open($$$"""{"categories":{"violence":{"terms":[{{{terms}}}]} } }""");
        var prompt = new StringBuilder().Insert(0, "term7 ", 800).Append("term19999 number").ToString();
        Assert.IsType<ModerationVerdict.Violates>(await JudgeAsync(rules, prompt));
    }

    [Fact]
    public async Task A_changed_file_is_read_again_and_a_broken_one_leaves_the_old_rules_with_one_log_line()
    {
        var log = new Lines();
        var rules = Open(WithTerm("gore"), log);
        Assert.IsType<ModerationVerdict.Violates>(await JudgeAsync(rules, "gore"));

        Change(WithTerm("blood"));
        Assert.IsType<ModerationVerdict.Violates>(await JudgeAsync(rules, "blood"));
        Assert.Equal(ModerationVerdict.Fine, await JudgeAsync(rules, "gore"));
        Assert.Empty(log.Errors);

        Change("{\"categories\":\n{\"violence\": 7}}");
        Assert.IsType<ModerationVerdict.Violates>(await JudgeAsync(rules, "blood"));
        Assert.IsType<ModerationVerdict.Violates>(await JudgeAsync(rules, "blood"));
        Assert.Contains("line 2", Assert.Single(log.Errors), StringComparison.Ordinal);

        File.Delete(FilePath);
        Assert.IsType<ModerationVerdict.Violates>(await JudgeAsync(rules, "blood"));
        Assert.IsType<ModerationVerdict.Violates>(await JudgeAsync(rules, "blood"));
        Assert.Equal(2, log.Errors.Count);

        Change(WithTerm("gore"));
        Assert.IsType<ModerationVerdict.Violates>(await JudgeAsync(rules, "gore"));
        Assert.Equal(ModerationVerdict.Fine, await JudgeAsync(rules, "blood"));
    }

    [Fact]
    public async Task The_example_in_the_documentation_can_be_used()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Filmgate.slnx")))
        {
            folder = folder.Parent;
        }

        var example = Path.Combine(folder!.FullName, "docs", "operating", "moderation.example.json");
        Assert.Empty(RuleFile.Check(example));
        var rules = RuleFileModerator.Open(example, NullLogger<RuleFileModerator>.Instance);
        Assert.Equal(ModerationVerdict.Fine, await JudgeAsync(rules, "a lighthouse in a storm, slow push in", "blood, gore, blur"));
        Assert.Equal(new ModerationVerdict.Violates("violence"), await JudgeAsync(rules, "a scene full of gore"));
    }

    // The file's time has a resolution; two changes within it that keep the length could not be told apart.
    private void Change(string json)
    {
        var before = File.GetLastWriteTimeUtc(FilePath);
        File.WriteAllText(FilePath, json);
        File.SetLastWriteTimeUtc(FilePath, (File.Exists(FilePath) && before.Year > 2000 ? before : File.GetLastWriteTimeUtc(FilePath)).AddSeconds(2));
    }

    private sealed class Lines : ILogger<RuleFileModerator>
    {
        public ConcurrentQueue<string> Errors { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                Errors.Enqueue(formatter(state, exception));
            }
        }
    }
}
