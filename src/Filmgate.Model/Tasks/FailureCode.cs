using System.Collections.Frozen;

namespace Filmgate.Model.Tasks;

/// <summary>Why a task failed. The wire names are APIXO's upper-snake vocabulary (<c>error-codes</c> page) and two of ours.</summary>
public enum FailureCode
{
    /// <summary>The prompt or a picture breaks a content policy.</summary>
    ContentViolation = 1,
    /// <summary>The provider found nudity in the prompt, a picture or the clip.</summary>
    NsfwDetected = 2,
    /// <summary>The prompt is longer than the model takes.</summary>
    PromptTooLong = 3,
    /// <summary>The prompt is empty or malformed.</summary>
    InvalidPrompt = 4,
    /// <summary>An image URL is malformed, or names an address that must not be reached.</summary>
    InvalidImageUrl = 5,
    /// <summary>A picture exceeds the limit on bytes or on pixels.</summary>
    ImageTooLarge = 6,
    /// <summary>The bytes are no JPEG, PNG or WebP picture, or not one the model can use.</summary>
    UnsupportedFormat = 7,
    /// <summary>The address was allowed but the picture could not be fetched.</summary>
    ImageDownloadFailed = 8,
    /// <summary>The provider took longer than the deadline.</summary>
    ProcessingTimeout = 9,
    /// <summary>No provider can take the task.</summary>
    ModelUnavailable = 10,
    /// <summary>The generation itself failed.</summary>
    GenerationFailed = 11,
    /// <summary>The account has no money left for it.</summary>
    InsufficientCredits = 12,
    /// <summary>The caller canceled the task. Ours, not APIXO's.</summary>
    Canceled = 13,
}

/// <summary>The wire names of <see cref="FailureCode"/>.</summary>
public static class FailureCodes
{
    private static readonly FrozenDictionary<FailureCode, string> NameOf = new Dictionary<FailureCode, string>
    {
        [FailureCode.ContentViolation] = "CONTENT_VIOLATION",
        [FailureCode.NsfwDetected] = "NSFW_DETECTED",
        [FailureCode.PromptTooLong] = "PROMPT_TOO_LONG",
        [FailureCode.InvalidPrompt] = "INVALID_PROMPT",
        [FailureCode.InvalidImageUrl] = "INVALID_IMAGE_URL",
        [FailureCode.ImageTooLarge] = "IMAGE_TOO_LARGE",
        [FailureCode.UnsupportedFormat] = "UNSUPPORTED_FORMAT",
        [FailureCode.ImageDownloadFailed] = "IMAGE_DOWNLOAD_FAILED",
        [FailureCode.ProcessingTimeout] = "PROCESSING_TIMEOUT",
        [FailureCode.ModelUnavailable] = "MODEL_UNAVAILABLE",
        [FailureCode.GenerationFailed] = "GENERATION_FAILED",
        [FailureCode.InsufficientCredits] = "INSUFFICIENT_CREDITS",
        [FailureCode.Canceled] = "CANCELED",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, FailureCode> ByName =
        NameOf.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    /// <summary>The wire name, such as <c>INVALID_IMAGE_URL</c>.</summary>
    public static string Name(this FailureCode code) => NameOf[code];

    /// <summary>Reads a wire name; false for a name that is not ours.</summary>
    public static bool TryParse(string? name, out FailureCode code)
    {
        code = default;
        return name is not null && ByName.TryGetValue(name, out code);
    }
}
