using System.Collections.Frozen;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// Reads APIXO's names of failures. Two vocabularies stand side by side: upper snake (error-codes page), which is also ours, and camel
/// case (errors page).
/// </summary>
internal static class FailureWords
{
    private static readonly FrozenDictionary<string, FailureCode> CamelCase = new Dictionary<string, FailureCode>
    {
        ["SensitiveContent"] = FailureCode.ContentViolation,
        ["SensitiveContentDetected"] = FailureCode.ContentViolation,
        ["InputImageSensitiveContentDetected"] = FailureCode.ContentViolation,
        ["InputOutputSensitiveContentDetected"] = FailureCode.ContentViolation,
        ["ProhibitedContentDetected"] = FailureCode.ContentViolation,
        ["NSFW"] = FailureCode.NsfwDetected,
        ["PromptLengthExceeded"] = FailureCode.PromptTooLong,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The failure of that name; false for an unknown one.</summary>
    public static bool TryRead(string? name, out FailureCode code)
    {
        code = default;
        return name is not null && (FailureCodes.TryParse(name, out code) || CamelCase.TryGetValue(name, out code));
    }

    /// <summary>Whether it says that content breaks a policy.</summary>
    public static bool IsPolicy(FailureCode code) => code is FailureCode.ContentViolation or FailureCode.NsfwDetected;

    /// <summary>Whether it says that the request has to be mended.</summary>
    public static bool IsInput(FailureCode code) => code is
        FailureCode.PromptTooLong or FailureCode.InvalidPrompt or FailureCode.InvalidImageUrl or FailureCode.ImageTooLarge
        or FailureCode.UnsupportedFormat or FailureCode.ImageDownloadFailed;
}
