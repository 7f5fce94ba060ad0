using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Filmgate.Model.Webhooks;

namespace Filmgate.Dialects.Apixo;

/// <summary>The words of APIXO's task API, and the limits that a body has before it is read.</summary>
internal static class Wire
{
    /// <summary>The dialect's name, as stored on its tasks.</summary>
    public const string Dialect = "apixo";

    /// <summary>Where the API lives. Source: APIXO, generate-task page.</summary>
    public const string Base = "/api/v1";

    /// <summary>The query parameter that names a task. Source: APIXO, status-task page.</summary>
    public const string TaskIdParameter = "taskId";

    /// <summary>Values of <c>request_type</c>. Source: APIXO, generate-task page.</summary>
    public const string Async = "async", Callback = "callback";

    /// <summary>The code of a creation whose key stands for another request. Not a failure of a task, so not among <see cref="FailureCode"/>.</summary>
    public const string IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED";

    /// <summary>Parameters of <c>GET /tasks</c>, which is ours; the last one is followed by the name of an entry.</summary>
    public const string
        LimitParameter = "limit", CursorParameter = "cursor", StateParameter = "state", ModeParameter = "mode",
        CreatedFromParameter = "created_from", CreatedBeforeParameter = "created_before", PromptParameter = "prompt",
        SourceParameter = "source", MetadataParameter = "metadata.";

    /// <summary>Tasks on a page of <c>GET /tasks</c>: most, and when the caller does not say.</summary>
    public const int PageMax = 100, PageDefault = 20;

    /// <summary>How every task id of this house begins.</summary>
    public const string TaskIdPrefix = "task_";

    /// <summary>The currency of all amounts.</summary>
    public const string Currency = "USD";

    /// <summary>Most entries of <c>image_urls</c> that are read; no mode takes more than two.</summary>
    public const int MaxImageEntries = 16;

    /// <summary>Fields of the body. Source: APIXO, generate-task page; <c>source</c> is sent by its MCP client only, <c>metadata</c> and <c>priority</c> are ours.</summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)> BodyFields =
    [
        ("request_type", RequestField.RequestType),
        ("callback_url", RequestField.CallbackUrl),
        ("provider", RequestField.Provider),
        ("source", RequestField.Source),
        ("metadata", RequestField.Metadata),
        ("priority", RequestField.Priority),
        ("input", RequestField.Input),
    ];

    /// <summary>Fields of <c>input</c>. Source: APIXO, kling-2-1 page.</summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)> InputFields =
    [
        ("mode", RequestField.Mode),
        ("prompt", RequestField.Prompt),
        ("negative_prompt", RequestField.NegativePrompt),
        ("duration", RequestField.Duration),
        ("image_urls", RequestField.ImageUrls),
        ("aspect_ratio", RequestField.AspectRatio),
        ("cfg_scale", RequestField.CfgScale),
    ];

    /// <summary>Names of the envelope. Source: APIXO, response-format page.</summary>
    public static readonly JsonEncodedText
        Code = Name("code"), Message = Name("message"), Data = Name("data"), Success = Name("success"),
        TaskId = Name("taskId"), State = Name("state"), CreateTime = Name("createTime"), CompleteTime = Name("completeTime"),
        CostTime = Name("costTime"), ResultJson = Name("resultJson"), ResultUrls = Name("resultUrls"),
        FailCode = Name("failCode"), FailMsg = Name("failMsg");

    /// <summary>Names of an error's data. <c>error</c> is APIXO's (error-codes page), the list is ours.</summary>
    public static readonly JsonEncodedText
        Error = Name("error"), Errors = Name("errors"), Field = Name("field"), Value = Name("value");

    /// <summary>Names of <c>GET /tasks/{id}</c>, which is ours.</summary>
    public static readonly JsonEncodedText
        Model = Name("model"), Mode = Name("mode"), Progress = Name("progress"), PosterUrl = Name("posterUrl"), Clip = Name("clip"),
        Width = Name("width"), Height = Name("height"), Duration = Name("duration"), Frames = Name("frames"), Bytes = Name("bytes"),
        Source = Name("source"), Input = Name("input"), Prompt = Name("prompt"), NegativePrompt = Name("negative_prompt"),
        ImageUrls = Name("image_urls"), AspectRatio = Name("aspect_ratio"), CfgScale = Name("cfg_scale"), Provider = Name("provider"),
        Attempts = Name("attempts"), Number = Name("number"), Reason = Name("reason"), PreparedTime = Name("preparedTime"),
        SentTime = Name("sentTime"), AcceptedTime = Name("acceptedTime"), EndedTime = Name("endedTime"),
        Cost = Name("cost"), Hold = Name("hold"), CancelRequestedTime = Name("cancelRequestedTime"), Metadata = Name("metadata"),
        Priority = Name("priority"), Unconfirmed = Name("unconfirmedCost"), Queue = Name("queue"), Position = Name("position"),
        WaitingSinceTime = Name("waitingSinceTime"), ExpectedStartTime = Name("expectedStartTime"), RouteReason = Name("routeReason"),
        Refusal = Name("refusal"), UnfetchedSinceTime = Name("unfetchedSinceTime"), ResolvedTime = Name("resolvedTime");

    /// <summary>Names of lists, estimates and cancellations, which are ours.</summary>
    public static readonly JsonEncodedText
        Tasks = Name("tasks"), NextCursor = Name("nextCursor"), Price = Name("price"), CurrencyName = Name("currency"), Outcome = Name("outcome");

    private static readonly JsonEncodedText
        Pending = Name("pending"), Processing = Name("processing"), Failed = Name("failed");

    /// <summary>The state's name. Source: APIXO, response-format page.</summary>
    public static JsonEncodedText Of(TaskState state) => state switch
    {
        TaskState.Pending => Pending,
        TaskState.Processing => Processing,
        TaskState.Success => Success,
        TaskState.Failed => Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a task state."),
    };

    /// <summary>The attempt's state in lower case; ours.</summary>
    public static string Of(AttemptState state) => state switch
    {
        AttemptState.Prepared => "prepared",
        AttemptState.Sent => "sent",
        AttemptState.Accepted => "accepted",
        AttemptState.Unknown => "unknown",
        AttemptState.Refused => "refused",
        AttemptState.Completed => "completed",
        AttemptState.Failed => "failed",
        AttemptState.Abandoned => "abandoned",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not an attempt state."),
    };

    /// <summary>The refusal's class in snake case; ours.</summary>
    public static string Of(RefusalClass refusal) => refusal == RefusalClass.NotReceived ? "not_received" : refusal.ToString().ToLowerInvariant();

    /// <summary>All state names, in the order in which a task meets them.</summary>
    public static ImmutableArray<string> StateNames { get; } = [.. Enum.GetValues<TaskState>().Select(state => Of(state).Value)];

    /// <summary>What came of a cancellation; ours.</summary>
    public static string Of(CancelOutcome outcome) => outcome switch
    {
        CancelOutcome.Canceled => "canceled",
        CancelOutcome.Requested => "requested",
        CancelOutcome.TooLate => "too_late",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "Not an outcome of a cancellation."),
    };

    /// <summary>The name of a field of the body, as the caller writes it.</summary>
    public static string NameOf(RequestField field)
    {
        foreach (var (name, known) in BodyFields.Concat(InputFields))
        {
            if (known == field)
            {
                return name;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(field), field, "Not a field of the body.");
    }

    /// <summary>A task id of any house fits; what does not is nobody's task.</summary>
    public static bool CouldBeTaskId(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 64 && !text.ContainsAnyExcept(TaskIdCharacters);

    private static readonly System.Buffers.SearchValues<char> TaskIdCharacters =
        System.Buffers.SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");

    private static JsonEncodedText Name(string name) => JsonEncodedText.Encode(name, JsonAnswer.Encoder);

    /// <summary>The word for why an endpoint is disabled.</summary>
    public static string Of(DisabledReason reason) => reason switch
    {
        DisabledReason.ByOwner => "by_owner",
        DisabledReason.Gone => "gone",
        DisabledReason.Failing => "failing",
        var unknown => throw new InvalidOperationException($"No word is written for {unknown}."),
    };

    /// <summary>The word for where a delivery stands.</summary>
    public static string Of(DeliveryState state) => state switch
    {
        DeliveryState.Pending => "pending",
        DeliveryState.Delivered => "delivered",
        DeliveryState.Failed => "failed",
        DeliveryState.Missed => "missed",
        DeliveryState.Canceled => "canceled",
        var unknown => throw new InvalidOperationException($"No word is written for {unknown}."),
    };

    /// <summary>The word for why an attempt was made.</summary>
    public static string Of(DeliveryCause cause) => cause switch
    {
        DeliveryCause.Event => "event",
        DeliveryCause.Resend => "resend",
        DeliveryCause.Replay => "replay",
        var unknown => throw new InvalidOperationException($"No word is written for {unknown}."),
    };
}
