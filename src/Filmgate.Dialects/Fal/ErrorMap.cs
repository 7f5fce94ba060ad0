using System.Collections.Frozen;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Fal;

/// <summary>How fal says one kind of error: which status, which type, which of its two forms of a body.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Type">The type; null for errors that have none.</param>
/// <param name="IsList">Whether <c>detail</c> is a list of entries with a type each; otherwise it is a sentence, beside <c>error_type</c>.</param>
/// <param name="IsRetryable">Whether the same request may succeed later.</param>
internal readonly record struct WireError(int Status, string? Type, bool IsList = false, bool IsRetryable = false);

/// <summary>Failures and refusals in fal's words, and fal's words as failures. Source: fal, request-errors and errors pages.</summary>
internal static class ErrorMap
{
    /// <summary>A type that the reading half looks for by name.</summary>
    public const string ContentPolicy = "content_policy_violation", ClientCancelled = "client_cancelled";

    // Pydantic's names, which fal uses beside its own.
    private const string Missing = "missing", OneOf = "one_of", ValueError = "value_error", TooLong = "string_too_long", Json = "json_invalid";
    private const string AtLeast = "greater_than_equal", AtMost = "less_than_equal", Number = "float_type", NotSupported = "feature_not_supported";

    private const string Concurrency = "concurrent_requests_limit";

    // fal names neither a status nor a header for these; what proxies between take them for is right.
    private const int ClientClosedRequest = 499;

    private static readonly FrozenDictionary<FailureCode, WireError> Failures = new Dictionary<FailureCode, WireError>
    {
        [FailureCode.ContentViolation] = List(ContentPolicy),
        [FailureCode.NsfwDetected] = List(ContentPolicy),
        [FailureCode.PromptTooLong] = List(TooLong),
        [FailureCode.InvalidPrompt] = List(ValueError),
        [FailureCode.InvalidImageUrl] = List("file_download_error"),
        [FailureCode.ImageDownloadFailed] = List("file_download_error"),
        [FailureCode.ImageTooLarge] = List("image_too_large"),
        [FailureCode.UnsupportedFormat] = List("unsupported_image_format"),
        [FailureCode.ProcessingTimeout] = new(StatusCodes.Status504GatewayTimeout, "generation_timeout", IsList: true, IsRetryable: true),
        [FailureCode.ModelUnavailable] = new(StatusCodes.Status500InternalServerError, "downstream_service_unavailable", IsList: true, IsRetryable: true),

        // A provider has worked and may have been paid, so nobody is told to try it again.
        [FailureCode.GenerationFailed] = new(StatusCodes.Status400BadRequest, "downstream_service_error", IsList: true),
        [FailureCode.InsufficientCredits] = new(StatusCodes.Status403Forbidden, null),
        [FailureCode.Canceled] = new(ClientClosedRequest, ClientCancelled),
    }.ToFrozenDictionary();

    // Pydantic's other names and any new one count as a fault of the input.
    private static readonly FrozenDictionary<string, FailureCode> Codes = new Dictionary<string, FailureCode>(StringComparer.Ordinal)
    {
        [ContentPolicy] = FailureCode.ContentViolation,
        ["sequence_too_long"] = FailureCode.PromptTooLong,
        [TooLong] = FailureCode.PromptTooLong,
        ["file_download_error"] = FailureCode.ImageDownloadFailed,
        ["image_load_error"] = FailureCode.UnsupportedFormat,
        ["unsupported_image_format"] = FailureCode.UnsupportedFormat,
        ["image_too_small"] = FailureCode.UnsupportedFormat,
        ["face_detection_error"] = FailureCode.UnsupportedFormat,
        ["image_too_large"] = FailureCode.ImageTooLarge,
        ["file_too_large"] = FailureCode.ImageTooLarge,
        ["no_media_generated"] = FailureCode.GenerationFailed,
        ["internal_server_error"] = FailureCode.GenerationFailed,
        ["internal_error"] = FailureCode.GenerationFailed,
        ["runner_server_error"] = FailureCode.GenerationFailed,
        ["runner_incomplete_response"] = FailureCode.GenerationFailed,
        ["downstream_service_error"] = FailureCode.GenerationFailed,
        ["downstream_service_unavailable"] = FailureCode.ModelUnavailable,
        ["runner_scheduling_failure"] = FailureCode.ModelUnavailable,
        ["runner_connection_timeout"] = FailureCode.ModelUnavailable,
        ["runner_disconnected"] = FailureCode.ModelUnavailable,
        ["runner_connection_refused"] = FailureCode.ModelUnavailable,
        ["runner_connection_error"] = FailureCode.ModelUnavailable,
        [Concurrency] = FailureCode.ModelUnavailable,
        ["generation_timeout"] = FailureCode.ProcessingTimeout,
        ["request_timeout"] = FailureCode.ProcessingTimeout,
        ["startup_timeout"] = FailureCode.ProcessingTimeout,
        [ClientCancelled] = FailureCode.Canceled,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The names of the fields.</summary>
    public static FieldNames Fields { get; } = new([.. Wire.Fields, .. Wire.ShapeField, (Wire.WebhookParameter, RequestField.CallbackUrl), (Wire.QueueLengthParameter, RequestField.QueueLimit)]);

    /// <summary>How the failure of a task is said.</summary>
    public static WireError Of(FailureCode code) => Failures[code];

    /// <summary>The failure that one of fal's types is; null for a name that says only that the input is wrong.</summary>
    public static FailureCode? CodeOf(string? type) => type is not null && Codes.TryGetValue(type, out var code) ? code : null;

    /// <summary>How a refusal is said.</summary>
    public static WireError Of(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.Input or RefusalKind.KeyReused => List(ValueError),
        RefusalKind.Policy => List(ContentPolicy),
        RefusalKind.Unauthenticated => new(StatusCodes.Status401Unauthorized, null),
        RefusalKind.Forbidden or RefusalKind.OverBudget => new(StatusCodes.Status403Forbidden, null),
        RefusalKind.NotFound or RefusalKind.NotServed => new(StatusCodes.Status404NotFound, null),
        RefusalKind.Method => new(StatusCodes.Status405MethodNotAllowed, null),
        RefusalKind.TooSlow => new(StatusCodes.Status408RequestTimeout, null, IsRetryable: true),
        RefusalKind.DuplicateId or RefusalKind.WrongState => new(StatusCodes.Status409Conflict, null),
        RefusalKind.Gone => new(StatusCodes.Status410Gone, null),
        RefusalKind.TooLarge => new(StatusCodes.Status413PayloadTooLarge, "file_too_large", IsList: true),
        RefusalKind.MediaType => new(StatusCodes.Status415UnsupportedMediaType, null),
        RefusalKind.RequestRate => new(StatusCodes.Status429TooManyRequests, null, IsRetryable: true),
        RefusalKind.TooManyInFlight => new(StatusCodes.Status429TooManyRequests, Concurrency, IsList: true, IsRetryable: true),
        RefusalKind.Unavailable => new(StatusCodes.Status503ServiceUnavailable, "runner_scheduling_failure", IsRetryable: true),
        _ => new(StatusCodes.Status500InternalServerError, "internal_error"),
    };

    /// <summary>The type of one fault of a request.</summary>
    public static string TypeOf(RequestFault fault) => fault switch
    {
        { Code: { } code and not FailureCode.InvalidPrompt } => Of(code).Type ?? ValueError,
        { Field: RequestField.Body } => Json,
        _ when fault.Value is null && fault.Rule.StartsWith("is required", StringComparison.Ordinal) => Missing,
        { Field: RequestField.Duration or RequestField.AspectRatio } => OneOf,
        { Field: RequestField.CfgScale, Value: { } value } => decimal.TryParse(value, out var number) ? number < 0 ? AtLeast : AtMost : Number,
        { Field: RequestField.Image or RequestField.EndImage } when fault.Rule.StartsWith("must be left out", StringComparison.Ordinal) => NotSupported,
        _ => ValueError,
    };

    /// <summary>What a fault's field allows, where it is a list of values; empty otherwise.</summary>
    public static ReadOnlySpan<string> ExpectedOf(RequestFault fault) => TypeOf(fault) != OneOf ? []
        : fault.Field == RequestField.Duration ? (string[])["5", "10"] : AspectRatios.Names.AsSpan();

    /// <summary>The fault with its picture named as fal's apps name it: two fields instead of a list.</summary>
    public static RequestFault Named(RequestFault fault) => fault.Field != RequestField.ImageUrls ? fault
        : fault with { Field = fault.Index == 1 ? RequestField.EndImage : RequestField.Image, Index = null };

    private static WireError List(string type) => new(StatusCodes.Status422UnprocessableEntity, type, IsList: true);
}
