using System.Collections.Frozen;
using System.Collections.Immutable;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// Faults, refusals and failures in OpenAI's words, both ways. Codes are OpenAI's where it has one (<c>ResponseError.code</c> of npm
/// <c>openai</c> 7.57.0, and what its other endpoints answer), else ours in the same style.
/// </summary>
internal static class ErrorMap
{
    /// <summary>The types of errors.</summary>
    public const string InvalidRequest = "invalid_request_error", RateLimit = "rate_limit_error", Quota = "insufficient_quota", Server = "server_error";

    /// <summary>The code of a value that is not taken.</summary>
    public const string InvalidValue = "invalid_value";

    /// <summary>Codes that are also read.</summary>
    public const string InsufficientQuota = "insufficient_quota", RateLimitExceeded = "rate_limit_exceeded", InvalidApiKey = "invalid_api_key", ModelNotFound = "model_not_found";

    /// <summary>The names of the fields.</summary>
    public static FieldNames Fields { get; } = new([.. Wire.BodyFields, (Wire.InputReference + "." + Wire.ImageUrl, RequestField.ImageUrls)]);

    private static readonly FrozenDictionary<FailureCode, string> CodeOf = new Dictionary<FailureCode, string>
    {
        [FailureCode.ContentViolation] = "moderation_blocked",
        [FailureCode.NsfwDetected] = "nsfw_detected",
        [FailureCode.PromptTooLong] = "string_above_max_length",
        [FailureCode.InvalidPrompt] = "invalid_prompt",
        [FailureCode.InvalidImageUrl] = "invalid_image_url",
        [FailureCode.ImageTooLarge] = "image_too_large",
        [FailureCode.UnsupportedFormat] = "invalid_image_format",
        [FailureCode.ImageDownloadFailed] = "failed_to_download_image",
        [FailureCode.ProcessingTimeout] = "processing_timeout",
        [FailureCode.ModelUnavailable] = "model_unavailable",
        [FailureCode.GenerationFailed] = "video_generation_failed",
        [FailureCode.InsufficientCredits] = InsufficientQuota,
        [FailureCode.Canceled] = "canceled",
    }.ToFrozenDictionary();

    // What OpenAI and gateways say beside our own codes. A cancellation there is not the caller's here, so it is a plain failure.
    private static readonly FrozenDictionary<string, FailureCode> ByCode = CodeOf
        .Where(pair => pair.Key is not (FailureCode.Canceled or FailureCode.InsufficientCredits))
        .Select(pair => KeyValuePair.Create(pair.Value, pair.Key))
        .Concat(
        [
            new("content_policy_violation", FailureCode.ContentViolation),
            new("content_filter", FailureCode.ContentViolation),
            new("image_content_policy_violation", FailureCode.ContentViolation),
            new("sensitive_content", FailureCode.ContentViolation),
            new("invalid_image", FailureCode.UnsupportedFormat),
            new("invalid_base64_image", FailureCode.UnsupportedFormat),
            new("image_parse_error", FailureCode.UnsupportedFormat),
            new("unsupported_image_media_type", FailureCode.UnsupportedFormat),
            new("empty_image_file", FailureCode.UnsupportedFormat),
            new("image_too_small", FailureCode.UnsupportedFormat),
            new("image_file_too_large", FailureCode.ImageTooLarge),
            new("image_file_not_found", FailureCode.ImageDownloadFailed),
            new("timeout", FailureCode.ProcessingTimeout),
        ])
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The status of a refusal. What the official clients would repeat by themselves (408, 409, 429, 5xx) is said only where repeating may help.</summary>
    public static int Status(RefusalKind kind) => kind switch
    {
        RefusalKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        RefusalKind.OverBudget => StatusCodes.Status402PaymentRequired,
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.NotFound or RefusalKind.Gone or RefusalKind.NotServed => StatusCodes.Status404NotFound,
        RefusalKind.Method => StatusCodes.Status405MethodNotAllowed,
        RefusalKind.TooSlow => StatusCodes.Status408RequestTimeout,
        RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalKind.MediaType => StatusCodes.Status415UnsupportedMediaType,
        RefusalKind.KeyReused => StatusCodes.Status422UnprocessableEntity,
        RefusalKind.RequestRate or RefusalKind.TooManyInFlight => StatusCodes.Status429TooManyRequests,
        RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        RefusalKind.Internal => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>The type of a refusal.</summary>
    public static string Type(RefusalKind kind) => kind switch
    {
        RefusalKind.OverBudget => Quota,
        RefusalKind.RequestRate or RefusalKind.TooManyInFlight => RateLimit,
        RefusalKind.Unavailable or RefusalKind.Internal => Server,
        _ => InvalidRequest,
    };

    /// <summary>The code of a refusal.</summary>
    public static string Code(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.Input or RefusalKind.Policy when Deciding(refusal) is { } fault => Code(fault),
        RefusalKind.Input => "invalid_request",
        RefusalKind.Policy => Code(FailureCode.ContentViolation),
        RefusalKind.Unauthenticated => InvalidApiKey,
        RefusalKind.Forbidden => "insufficient_permissions",
        RefusalKind.NotFound => "not_found",
        RefusalKind.Gone => "video_expired",
        RefusalKind.NotServed => ModelNotFound,
        RefusalKind.Method => "method_not_supported",
        RefusalKind.MediaType => "unsupported_content_type",
        RefusalKind.TooLarge => "request_too_large",
        RefusalKind.TooSlow => "request_timeout",
        RefusalKind.KeyReused => "idempotency_key_reused",
        RefusalKind.DuplicateId => "duplicate_id",
        RefusalKind.WrongState => "video_in_progress",
        RefusalKind.RequestRate or RefusalKind.TooManyInFlight => RateLimitExceeded,
        RefusalKind.OverBudget => InsufficientQuota,
        RefusalKind.Unavailable => "service_unavailable",
        _ => "internal_error",
    };

    /// <summary>The code of a task's failure.</summary>
    public static string Code(FailureCode code) => CodeOf[code];

    /// <summary>The failure that a code stands for; false for one that says nothing to us.</summary>
    public static bool TryRead(string? code, out FailureCode failure)
    {
        failure = default;
        return code is not null && (ByCode.TryGetValue(code, out failure) || FailureCodes.TryParse(code, out failure));
    }

    /// <summary>The faults as this surface's callers know the fields: the two pictures have names of their own here.</summary>
    public static ImmutableArray<RequestFault> Worded(ImmutableArray<RequestFault> faults) => [.. faults.Select(Worded)];

    /// <summary>The field that an error is about; null for the whole body.</summary>
    public static string? Param(RequestFault fault) => fault.Field == RequestField.Body ? fault.ShownEntry : Fields.Path(fault);

    /// <summary>The fault in one sentence.</summary>
    public static string Sentence(RequestFault fault) =>
        fault is { Field: RequestField.Body, ShownEntry: { } name } ? FieldNames.Sentence(name, fault.Rule, fault.Value) : Fields.Sentence(fault);

    /// <summary>The fault that code and field of an answer are about: the first of the kind that decides; null when there is none.</summary>
    public static RequestFault? Deciding(Refusal refusal) =>
        refusal.Faults.FirstOrDefault(fault => Refusal.Of([fault]).Kind == refusal.Kind);

    private static string Code(RequestFault fault) => fault.Field == RequestField.Model ? ModelNotFound
        : fault.Rule.StartsWith("is required", StringComparison.Ordinal) ? "missing_required_parameter"
        : fault.Code is { } code ? Code(code)
        : InvalidValue;

    private static RequestFault Worded(RequestFault fault)
    {
        if (fault.Field != RequestField.ImageUrls)
        {
            return fault;
        }

        // A picture's bytes say nothing to the one who sent them.
        var value = fault.Value?.StartsWith("data:", StringComparison.OrdinalIgnoreCase) is true ? null : fault.Value;
        return fault.Index is { } index
            ? fault with { Field = index == 0 ? RequestField.Image : RequestField.EndImage, Index = null, Value = value }
            : fault with { Value = value };
    }
}
