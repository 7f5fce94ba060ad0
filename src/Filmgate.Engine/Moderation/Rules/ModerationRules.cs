using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Filmgate.Model.Identity;

namespace Filmgate.Engine.Moderation.Rules;

/// <summary>The rules of one rule file, ready to judge. Pure: the same text gets the same verdict.</summary>
internal sealed class ModerationRules(ImmutableArray<RuleCategory> categories, IEnumerable<AccountId> exempt)
{
    private readonly FrozenSet<AccountId> _exempt = exempt.ToFrozenSet();

    /// <summary>How many categories there are.</summary>
    public int Count => categories.Length;

    /// <exception cref="RegexMatchTimeoutException">A pattern took too long.</exception>
    public ModerationVerdict Judge(ModerationCase request)
    {
        if (_exempt.Contains(request.Account))
        {
            return ModerationVerdict.Fine;
        }

        return Judge(request.Prompt, RequestPart.Prompt)
            ?? (request.NegativePrompt is { } negative ? Judge(negative, RequestPart.NegativePrompt) : null)
            ?? ModerationVerdict.Fine;
    }

    private ModerationVerdict.Violates? Judge(string text, RequestPart part)
    {
        var folded = FoldedText.Of(text);
        foreach (var category in categories)
        {
            if (category.LooksIn.Contains(part) && category.Matches(text, folded))
            {
                return new ModerationVerdict.Violates(category.Name, part);
            }
        }

        return null;
    }
}

/// <summary>One category of a rule file.</summary>
internal sealed class RuleCategory
{
    private readonly SearchValues<string> _terms;
    private readonly ImmutableArray<Regex> _patterns;

    /// <param name="name">Its name, shown to callers.</param>
    /// <param name="terms">Terms as <see cref="FoldedText.Of"/> gives them: the spaces around them keep them to whole words.</param>
    /// <param name="patterns">Patterns.</param>
    /// <param name="looksIn">The parts of a request that it judges.</param>
    public RuleCategory(string name, IEnumerable<string> terms, ImmutableArray<Regex> patterns, ImmutableArray<RequestPart> looksIn)
    {
        Name = name;
        LooksIn = looksIn;
        _terms = SearchValues.Create([.. terms], StringComparison.Ordinal);
        _patterns = patterns;
    }

    public string Name { get; }

    public ImmutableArray<RequestPart> LooksIn { get; }

    /// <exception cref="RegexMatchTimeoutException">A pattern took too long.</exception>
    public bool Matches(string text, string folded) =>
        folded.AsSpan().ContainsAny(_terms) || _patterns.Any(pattern => pattern.IsMatch(text));
}
