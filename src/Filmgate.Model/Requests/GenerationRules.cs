using System.Collections.Immutable;
using System.Text;
using Filmgate.Model.Tasks;

namespace Filmgate.Model.Requests;

/// <summary>The limits of a <c>kling-2-1</c> request and the check of a draft against them. Source: APIXO's model page.</summary>
public static class GenerationRules
{
    /// <summary>The one model served.</summary>
    public const string Model = "kling-2-1";
    /// <summary>Longest prompt, in Unicode characters.</summary>
    public const int PromptLengthMax = 5000;
    /// <summary>Longest negative prompt, in Unicode characters.</summary>
    public const int NegativePromptLengthMax = 500;
    /// <summary>Longest <c>source</c> tag, in Unicode characters.</summary>
    public const int SourceLengthMax = 200;
    /// <summary>Most entries of <c>metadata</c>.</summary>
    public const int MetadataEntriesMax = 16;
    /// <summary>The highest rank among an account's waiting tasks; 0 is the lowest, and the default.</summary>
    public const int PriorityMax = 9;
    /// <summary>Longest name of an entry of <c>metadata</c>, in Unicode characters.</summary>
    public const int MetadataNameLengthMax = 64;
    /// <summary>Longest value of an entry of <c>metadata</c>, in Unicode characters.</summary>
    public const int MetadataValueLengthMax = 512;
    /// <summary>Longest id of the caller's own, in Unicode characters.</summary>
    public const int ExternalIdLengthMax = 200;
    /// <summary>Longest text that a surface remembers of a request, in UTF-16 units. More is a fault of the surface.</summary>
    public const int NotesLengthMax = 16 * 1024;
    /// <summary>The lengths that a clip may have, in seconds.</summary>
    public static ImmutableArray<int> Durations { get; } = [5, 10];
    /// <summary>Seconds when none are given.</summary>
    public const int DurationDefault = 5;
    /// <summary>Closeness to the prompt when none is given.</summary>
    public const decimal CfgScaleDefault = 0.5m;
    /// <summary>Strategy when none is given.</summary>
    public const string ProviderDefault = "auto";

    /// <summary>The routing strategies; any other value of <c>provider</c> names a configured provider.</summary>
    public static ImmutableArray<string> Strategies { get; } = ["auto", "value", "official"];

    /// <summary>
    /// Checks a draft. All faults are found in one go, in the order of the fields; without a fault the request is complete.
    /// </summary>
    /// <param name="draft">What the wire said.</param>
    /// <param name="providers">Names of the configured providers.</param>
    /// <param name="faults">What is wrong; empty when a request is returned.</param>
    /// <returns>The request, or null when there are faults.</returns>
    public static GenerationRequest? Check(GenerationDraft draft, IReadOnlyCollection<string> providers, out ImmutableArray<RequestFault> faults)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(providers);
        var found = ImmutableArray.CreateBuilder<RequestFault>();

        var mode = draft.Mode is null ? GenerationModes.Default.Rules() : GenerationModes.Find(draft.Mode);
        if (mode is null)
        {
            found.Add(new(RequestField.Mode, $"must be one of {OneOf(GenerationModes.All.Select(rules => rules.Name))}", draft.Mode));
        }

        CheckPrompt(draft.Prompt, found);
        CheckText(RequestField.NegativePrompt, draft.NegativePrompt, NegativePromptLengthMax, FailureCode.PromptTooLong, found);
        CheckText(RequestField.Source, draft.Source, SourceLengthMax, null, found);
        CheckText(RequestField.ExternalId, draft.ExternalId, ExternalIdLengthMax, null, found);
        CheckMetadata(draft.Metadata, found);
        if (draft.Priority is { } priority && (priority is < 0 or > PriorityMax || priority != decimal.Truncate(priority)))
        {
            found.Add(new(RequestField.Priority, $"must be a whole number from 0 to {PriorityMax}", priority.ToString()));
        }

        if (draft.Duration is { } seconds && !IsDuration(seconds))
        {
            found.Add(new(RequestField.Duration, "must be 5 or 10 (seconds)", seconds.ToString()));
        }

        if (mode is not null && (draft.ImageUrls.Length < mode.MinImages || draft.ImageUrls.Length > mode.MaxImages))
        {
            found.Add(new(
                RequestField.ImageUrls,
                $"must hold {mode.ImagesInWords} for mode {mode.Name}",
                draft.ImageUrls.Length == 1 ? "1 image" : $"{draft.ImageUrls.Length} images"));
        }

        AspectRatio? ratio = null;
        if (mode is { TakesAspectRatio: true })
        {
            ratio = draft.AspectRatio is null ? AspectRatio.Wide : AspectRatios.Find(draft.AspectRatio);
            if (ratio is null)
            {
                found.Add(new(RequestField.AspectRatio, $"must be one of {OneOf(AspectRatios.Names)}", draft.AspectRatio));
            }
        }

        if (draft.CfgScale is { } scale and (< 0 or > 1))
        {
            found.Add(new(RequestField.CfgScale, "must be a number from 0 to 1", scale.ToString()));
        }

        var provider = draft.Provider ?? ProviderDefault;
        if (!Strategies.Contains(provider) && !providers.Contains(provider))
        {
            found.Add(new(RequestField.Provider, $"must be one of {OneOf(Strategies.Concat(providers.Order(StringComparer.Ordinal)))}", provider));
        }

        faults = found.ToImmutable();
        return faults.Length > 0 ? null : new GenerationRequest
        {
            Mode = mode!.Mode,
            Prompt = draft.Prompt!,
            NegativePrompt = draft.NegativePrompt,
            DurationSeconds = (int)(draft.Duration ?? DurationDefault),
            AspectRatio = ratio,
            CfgScale = draft.CfgScale ?? CfgScaleDefault,
            Images = draft.ImageUrls,
            Provider = provider,
        };
    }

    private static void CheckPrompt(string? prompt, ImmutableArray<RequestFault>.Builder found)
    {
        if (string.IsNullOrWhiteSpace(prompt))
        {
            found.Add(new(
                RequestField.Prompt,
                $"is required: 1 to {PromptLengthMax} characters, not only spaces",
                prompt,
                Code: FailureCode.InvalidPrompt));
            return;
        }

        CheckText(RequestField.Prompt, prompt, PromptLengthMax, FailureCode.PromptTooLong, found);
    }

    private static void CheckMetadata(ImmutableSortedDictionary<string, string> metadata, ImmutableArray<RequestFault>.Builder found)
    {
        if (metadata.Count > MetadataEntriesMax)
        {
            found.Add(new(RequestField.Metadata, $"must have at most {MetadataEntriesMax} entries", $"{metadata.Count} entries"));
            return;
        }

        foreach (var (name, value) in metadata)
        {
            if (name.Length == 0)
            {
                found.Add(new(RequestField.Metadata, "must give each entry a name", name));
            }

            CheckText(RequestField.Metadata, name, MetadataNameLengthMax, null, found, rule: "must have names of");
            CheckText(RequestField.Metadata, value, MetadataValueLengthMax, null, found, entry: name);
        }
    }

    private static bool IsDuration(decimal seconds)
    {
        foreach (var known in Durations)
        {
            if (known == seconds)
            {
                return true;
            }
        }

        return false;
    }

    private static void CheckText(
        RequestField field,
        string? text,
        int lengthMax,
        FailureCode? tooLong,
        ImmutableArray<RequestFault>.Builder found,
        string? entry = null,
        string rule = "must be")
    {
        if (text is null)
        {
            return;
        }

        if (text.Contains('\0', StringComparison.Ordinal) || HasLoneSurrogate(text))
        {
            // No store keeps such text unchanged, and what cannot be given back as it came is refused.
            found.Add(new(field, "must be well-formed Unicode text without U+0000", Code: FailureCode.InvalidPrompt, Entry: entry));
            return;
        }

        // No text has more Unicode characters than UTF-16 units, so the short ones need no count.
        if (text.Length > lengthMax && text.EnumerateRunes().Count() is var length && length > lengthMax)
        {
            found.Add(new(field, $"{rule} at most {lengthMax} characters", $"{length} characters", Code: tooLong, Entry: entry));
        }
    }

    private static bool HasLoneSurrogate(string text)
    {
        // Most texts have no surrogate at all, which one sweep over the whole of it tells.
        var rest = text.AsSpan();
        var first = rest.IndexOfAnyInRange('\uD800', '\uDFFF');
        rest = first < 0 ? [] : rest[first..];
        while (rest.Length > 0)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                return true;
            }

            rest = rest[consumed..];
        }

        return false;
    }

    private static string OneOf(IEnumerable<string> names) => string.Join(", ", names);
}
