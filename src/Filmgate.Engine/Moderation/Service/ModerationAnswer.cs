using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filmgate.Engine.Moderation.Service;

/// <summary>The answer of a moderation service, and what it means.</summary>
internal sealed record ModerationAnswer
{
    // What is flagged without a category still has to be told to the caller under some name.
    private const string NoCategory = "unspecified";

    public IReadOnlyList<ModerationResult?>? Results { get; init; }

    /// <summary>Reads an answer; null when it has not the shape that such answers have.</summary>
    public static ModerationAnswer? Read(ReadOnlySpan<byte> utf8)
    {
        try
        {
            var answer = JsonSerializer.Deserialize(utf8, ModerationJson.Default.ModerationAnswer);
            return answer is { Results: { Count: > 0 } results } && results.All(result => result?.Flagged is not null) ? answer : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// The verdict. A threshold goes by the scores and overrules the service's own flags; where there is none, or no scores, the flags
    /// decide. Of several categories the one with the highest score is named.
    /// </summary>
    public ModerationVerdict Judge(double? threshold, bool hasPictures)
    {
        foreach (var result in Results!)
        {
            var category = threshold is { } least && result!.CategoryScores is { Count: > 0 }
                ? result.CategoriesFrom(least).MaxBy(result.ScoreOf)
                : result!.Flagged!.Value ? result.FlaggedCategories.MaxBy(result.ScoreOf) ?? NoCategory : null;
            if (category is not null)
            {
                return new ModerationVerdict.Violates(category, hasPictures ? result.PartOf(category) : RequestPart.Prompt);
            }
        }

        return ModerationVerdict.Fine;
    }
}

/// <summary>One result of an answer.</summary>
internal sealed record ModerationResult
{
    public bool? Flagged { get; init; }

    public IReadOnlyDictionary<string, bool?>? Categories { get; init; }

    [JsonPropertyName("category_scores")]
    public IReadOnlyDictionary<string, double?>? CategoryScores { get; init; }

    [JsonPropertyName("category_applied_input_types")]
    public IReadOnlyDictionary<string, IReadOnlyList<string>?>? AppliedInputTypes { get; init; }

    [JsonIgnore]
    public IEnumerable<string> FlaggedCategories => Categories?.Where(category => category.Value is true).Select(category => category.Key) ?? [];

    public IEnumerable<string> CategoriesFrom(double least) =>
        CategoryScores?.Where(category => category.Value >= least).Select(category => category.Key) ?? [];

    public double ScoreOf(string category) => CategoryScores?.GetValueOrDefault(category) ?? 0;

    public RequestPart PartOf(string category) => AppliedInputTypes?.GetValueOrDefault(category) switch
    {
        ["text"] => RequestPart.Prompt,
        ["image"] => RequestPart.Picture,
        _ => RequestPart.Any,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 16)]
[JsonSerializable(typeof(ModerationAnswer))]
internal sealed partial class ModerationJson : JsonSerializerContext;
