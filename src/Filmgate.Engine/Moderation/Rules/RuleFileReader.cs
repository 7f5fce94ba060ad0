using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Moderation.Rules;

/// <summary>
/// Walks the JSON of a rule file by its tokens, because a token knows its line and an object that was read from it does not.
/// </summary>
internal ref struct RuleFileReader
{
    private const int NameLengthMax = 80;

    // Patterns run in linear time whatever they are; the limit is for a text and a pattern that are both as long as they may be.
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly ReadOnlySpan<byte> _text;
    private Utf8JsonReader _json;

    public RuleFileReader(ReadOnlySpan<byte> text)
    {
        _text = text.StartsWith("\uFEFF"u8) ? text[3..] : text;
        _json = new Utf8JsonReader(_text, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
    }

    /// <summary>One sentence per fault, each with its line.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>The rules; null when there is any fault.</summary>
    public ModerationRules? Read()
    {
        var categories = ImmutableArray.CreateBuilder<RuleCategory>();
        var exempt = new List<Text>();
        try
        {
            _json.Read();
            ReadFile(categories, exempt);
            _json.Read();
        }
        catch (JsonException error)
        {
            // The reader counts lines from 0 and says so in its own words; the sentence before them is what helps.
            var sentence = error.Message.Split(" LineNumber:", 2)[0];
            Errors.Add($"line {(error.LineNumber ?? 0) + 1}: {sentence}");
        }
        catch (InvalidOperationException)
        {
            Fault(Line, "this text is no valid UTF-8.");
        }

        if (categories.Count == 0 && Errors.Count == 0)
        {
            Fault(1, "there is no category; write at least one under \"categories\".");
        }

        return Errors.Count == 0
            ? new ModerationRules(categories.ToImmutable(), exempt.Select(account => new AccountId(account.Value)))
            : null;
    }

    private void ReadFile(ImmutableArray<RuleCategory>.Builder categories, List<Text> exempt)
    {
        if (!Opens(JsonTokenType.StartObject, "the file must be an object with \"categories\""))
        {
            return;
        }

        while (NextMember() is { } member)
        {
            switch (member.Value)
            {
                case "categories":
                    ReadCategories(categories);
                    break;
                case "exempt_accounts":
                    ReadTexts("exempt_accounts must be a list of account ids", exempt);
                    break;
                default:
                    Unknown(member, "\"categories\" and \"exempt_accounts\"");
                    break;
            }
        }
    }

    private void ReadCategories(ImmutableArray<RuleCategory>.Builder categories)
    {
        if (!Opens(JsonTokenType.StartObject, "categories must be an object that holds one object for each category"))
        {
            return;
        }

        while (NextMember() is { } name)
        {
            if (name.Value.Length is 0 or > NameLengthMax || name.Value.Any(char.IsControl))
            {
                Fault(name.Line, $"a category's name is shown to callers and must have 1 to {NameLengthMax} printable characters.");
            }
            else if (categories.Any(category => category.Name == name.Value))
            {
                Fault(name.Line, $"the category '{name.Value}' is there twice.");
            }

            if (ReadCategory(name) is { } read)
            {
                categories.Add(read);
            }
        }
    }

    private RuleCategory? ReadCategory(Text name)
    {
        if (!Opens(JsonTokenType.StartObject, $"the category '{name.Value}' must be an object with \"terms\" or \"patterns\""))
        {
            return null;
        }

        var terms = new List<Text>();
        var patterns = new List<Text>();
        var looksIn = new List<Text>();
        while (NextMember() is { } member)
        {
            switch (member.Value)
            {
                case "terms":
                    ReadTexts("terms must be a list of words or groups of words", terms);
                    break;
                case "patterns":
                    ReadTexts("patterns must be a list of regular expressions", patterns);
                    break;
                case "look_in":
                    ReadTexts("look_in must be a list of \"prompt\" and \"negative_prompt\"", looksIn);
                    break;
                default:
                    Unknown(member, "\"terms\", \"patterns\" and \"look_in\"");
                    break;
            }
        }

        if (terms.Count + patterns.Count == 0)
        {
            Fault(name.Line, $"the category '{name.Value}' has neither terms nor patterns.");
        }

        var parts = looksIn.Count == 0 ? [RequestPart.Prompt] : ReadParts(looksIn);
        return new RuleCategory(name.Value, ReadTerms(terms), ReadPatterns(patterns), parts);
    }

    private readonly List<string> ReadTerms(List<Text> texts)
    {
        var terms = new List<string>(texts.Count);
        foreach (var text in texts)
        {
            var folded = FoldedText.Of(text.Value);
            if (string.IsNullOrWhiteSpace(folded))
            {
                Fault(text.Line, $"the term \"{text.Value}\" holds no letter and no digit.");
            }
            else
            {
                terms.Add(folded);
            }
        }

        return terms;
    }

    private readonly ImmutableArray<Regex> ReadPatterns(List<Text> texts)
    {
        var patterns = ImmutableArray.CreateBuilder<Regex>(texts.Count);
        foreach (var text in texts)
        {
            try
            {
                patterns.Add(new Regex(
                    text.Value, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, MatchTimeout));
            }
            catch (NotSupportedException)
            {
                Fault(text.Line, $"the pattern \"{text.Value}\" is too large, or looks around or back; patterns must run in linear time, so only plain ones are taken.");
            }
            catch (ArgumentException error)
            {
                Fault(text.Line, $"the pattern \"{text.Value}\" is no regular expression: {error.Message}");
            }
        }

        return patterns.ToImmutable();
    }

    private readonly ImmutableArray<RequestPart> ReadParts(List<Text> texts)
    {
        var parts = ImmutableArray.CreateBuilder<RequestPart>(texts.Count);
        foreach (var text in texts)
        {
            switch (text.Value)
            {
                case "prompt":
                    parts.Add(RequestPart.Prompt);
                    break;
                case "negative_prompt":
                    parts.Add(RequestPart.NegativePrompt);
                    break;
                default:
                    Fault(text.Line, $"look_in knows \"prompt\" and \"negative_prompt\", not \"{text.Value}\".");
                    break;
            }
        }

        return parts.ToImmutable();
    }

    private void ReadTexts(string rule, List<Text> texts)
    {
        if (!Opens(JsonTokenType.StartArray, rule))
        {
            return;
        }

        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (_json.TokenType == JsonTokenType.String)
            {
                texts.Add(new Text(_json.GetString()!, Line));
            }
            else
            {
                Fault(Line, $"{rule}, each of them a string.");
                _json.Skip();
            }
        }
    }

    /// <summary>The next member's name, with its value as the current token; null at the end of the object.</summary>
    private Text? NextMember()
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        var name = new Text(_json.GetString()!, Line);
        _json.Read();
        return name;
    }

    private bool Opens(JsonTokenType wanted, string rule)
    {
        if (_json.TokenType == wanted)
        {
            return true;
        }

        Fault(Line, rule + ".");
        _json.Skip();
        return false;
    }

    private void Unknown(Text member, string known)
    {
        Fault(member.Line, $"there is no \"{member.Value}\" here, only {known}.");
        _json.Skip();
    }

    private readonly void Fault(int line, string sentence) => Errors.Add($"line {line}: {sentence}");

    private readonly int Line => _text[..(int)_json.TokenStartIndex].Count((byte)'\n') + 1;

    private readonly record struct Text(string Value, int Line);
}
