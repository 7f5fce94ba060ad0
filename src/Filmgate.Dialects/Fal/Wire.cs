using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Fal;

/// <summary>The words of fal's queue, run and storage APIs.</summary>
internal static class Wire
{
    /// <summary>The dialect's name, as stored on its tasks.</summary>
    public const string Dialect = "fal";

    /// <summary>Where the surfaces of fal's hosts are mounted: <c>queue.fal.run</c>, <c>fal.run</c>, <c>rest.fal.ai</c>.</summary>
    public const string Mount = "/fal", QueueMount = "/fal/queue", RunMount = "/fal/run", RestMount = "/fal/rest", ProxyPath = "/fal/proxy";

    /// <summary>The hosts. Source: fal, queue.json; <c>@fal-ai/client</c> 1.10.1 for the rest.</summary>
    public const string QueueHost = "queue.fal.run", RunHost = "fal.run", RestHost = "rest.fal.ai";

    /// <summary>What the queue's own clients write before the request's id. Source: <c>@fal-ai/client</c> 1.10.1, queue.ts.</summary>
    public const string Root = "fal-ai/kling-video", Requests = "requests";

    /// <summary>What follows a request's id. Source: fal, inference-api pages.</summary>
    public const string StatusPart = "status", StreamPart = "stream", CancelPart = "cancel", ResponsePart = "response";

    /// <summary>Storage addresses. Source: <c>@fal-ai/client</c> 1.10.1, storage.ts.</summary>
    public const string
        InitiatePath = "storage/upload/initiate", InitiatePartsPath = "storage/upload/initiate-multipart",
        FilesPath = RestMount + "/storage/files", PartsPath = RestMount + "/storage/parts", CompletePart = "complete";

    /// <summary>Where the webhook keys are published. Source: fal, webhooks page; the client's host for it is <c>rest.fal.ai</c>.</summary>
    public const string JwksPath = "/.well-known/jwks.json";

    /// <summary>Query parameters. Source: fal, queue.json and inference-api pages.</summary>
    public const string WebhookParameter = "fal_webhook", QueueLengthParameter = "fal_max_queue_length", LogsParameter = "logs";

    /// <summary>Request headers. Source: <c>@fal-ai/client</c> 1.10.1, headers.ts, middleware.ts, storage.ts.</summary>
    public const string
        TargetUrl = "x-fal-target-url", RequestTimeout = "X-Fal-Request-Timeout", ObjectLifecycle = "X-Fal-Object-Lifecycle-Preference";

    /// <summary>Response headers. Source: <c>@fal-ai/client</c> 1.10.1, response.ts; fal, request-errors and errors pages.</summary>
    public const string
        RequestIdHeader = "x-fal-request-id", ErrorTypeHeader = "X-Fal-Error-Type", RetryableHeader = "X-Fal-Retryable",
        NeedsRetryHeader = "X-Fal-Needs-Retry", TimeoutTypeHeader = "X-Fal-Request-Timeout-Type", UserTimeout = "user";

    /// <summary>Webhook headers. Source: fal, webhooks page; three public verifiers.</summary>
    public const string
        WebhookRequestId = "X-Fal-Webhook-Request-Id", WebhookUserId = "X-Fal-Webhook-User-Id",
        WebhookTimestamp = "X-Fal-Webhook-Timestamp", WebhookSignature = "X-Fal-Webhook-Signature";

    /// <summary>The detail by which clients know that a result is not there yet: exactly this. Source: <c>@ai-sdk/fal</c> 3.0.41.</summary>
    public const string StillInProgress = "Request is still in progress";

    /// <summary>States of a request; there is none for failures. Source: fal, queue page.</summary>
    public static readonly JsonEncodedText InQueue = Name("IN_QUEUE"), InProgress = Name("IN_PROGRESS"), Completed = Name("COMPLETED");

    /// <summary>What a wish to cancel is answered with. Source: fal, queue/cancel page.</summary>
    public const string CancelOk = "OK", CancelRequested = "CANCELLATION_REQUESTED", CancelTooLate = "ALREADY_COMPLETED", CancelNotFound = "NOT_FOUND";

    /// <summary>The negative prompt that the apps use when none is given. Source: fal, llms.txt of the four apps.</summary>
    public const string NegativePromptDefault = "blur, distort, and low quality";

    /// <summary>Input fields. Source: fal, llms.txt of the four apps; <c>tail_image_url</c>: types of <c>@fal-ai/client</c> 1.7.2.</summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)> Fields =
    [
        ("prompt", RequestField.Prompt),
        ("image_url", RequestField.Image),
        ("tail_image_url", RequestField.EndImage),
        ("duration", RequestField.Duration),
        ("negative_prompt", RequestField.NegativePrompt),
        ("cfg_scale", RequestField.CfgScale),
    ];

    /// <summary>The field that only the app without a picture has.</summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)> ShapeField = [("aspect_ratio", RequestField.AspectRatio)];

    /// <summary>Names of status answers and webhooks. Source: fal, queue and webhooks pages.</summary>
    public static readonly JsonEncodedText
        Status = Name("status"), RequestId = Name("request_id"), GatewayRequestId = Name("gateway_request_id"), QueuePosition = Name("queue_position"),
        ResponseUrl = Name("response_url"), StatusUrl = Name("status_url"), CancelUrl = Name("cancel_url"), Logs = Name("logs"),
        Metrics = Name("metrics"), InferenceTime = Name("inference_time"), Error = Name("error"), ErrorType = Name("error_type"),
        Message = Name("message"), Timestamp = Name("timestamp"), Level = Name("level"), Source = Name("source"), Payload = Name("payload");

    /// <summary>Names of results. Source: fal, File type of the four apps.</summary>
    public static readonly JsonEncodedText
        Video = Name("video"), Url = Name("url"), ContentType = Name("content_type"), FileName = Name("file_name"), FileSize = Name("file_size");

    /// <summary>Names of errors. Source: fal, request-errors and errors pages.</summary>
    public static readonly JsonEncodedText
        Detail = Name("detail"), Loc = Name("loc"), Msg = Name("msg"), Type = Name("type"), Ctx = Name("ctx"), Input = Name("input"), Expected = Name("expected");

    private static JsonEncodedText Name(string name) => JsonEncodedText.Encode(name, JsonAnswer.Encoder);
}
