using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Replicate;

/// <summary>The words of Replicate's HTTP API. Source, where none is named: its OpenAPI document, as the official clients carry it.</summary>
internal static class Wire
{
    /// <summary>The dialect's name, as stored on its tasks and given in settings.</summary>
    public const string Dialect = "replicate";

    /// <summary>Where the surface is mounted; <c>/v1</c> follows, so that clients only exchange the host.</summary>
    public const string Mount = "/replicate";

    /// <summary>Where the API lives.</summary>
    public const string Base = Mount + "/v1";

    /// <summary>Collections.</summary>
    public const string Predictions = "/predictions", Files = "/files", Models = "/models", Versions = "/versions";

    /// <summary>Names of path segments that stand for something.</summary>
    public const string IdSegment = "id", OwnerSegment = "owner", NameSegment = "name";

    /// <summary>How long an answer is to be held back: <c>Prefer: wait</c> or <c>Prefer: wait=n</c>. Source: create-a-prediction page.</summary>
    public const string PreferHeader = "Prefer", WaitPreference = "wait";

    /// <summary>Seconds that <c>Prefer: wait</c> means, and the most that it may ask for. Source: create-a-prediction page.</summary>
    public const int WaitSecondsMax = 60;

    /// <summary>How long a prediction may live, from its creation on. Source: changelog of 2025-10-16.</summary>
    public const string CancelAfterHeader = "Cancel-After";

    /// <summary>Predictions on a page. Source: API reference.</summary>
    public const int PageLength = 100;

    /// <summary>Parameters of the list of predictions.</summary>
    public const string CursorParameter = "cursor", CreatedAfterParameter = "created_after", CreatedBeforeParameter = "created_before", SourceParameter = "source";

    /// <summary>Values of <c>source</c>: where a prediction was made.</summary>
    public const string Api = "api", Web = "web";

    /// <summary>What <c>version</c> says of models that are addressed by their name.</summary>
    public const string HiddenVersion = "hidden";

    /// <summary>Parts of a form that brings a file.</summary>
    public const string ContentPart = "content", MetadataPart = "metadata";

    /// <summary>The field that only the other way to create takes.</summary>
    public const string ModelField = "model";

    /// <summary>Fields of the body.</summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)> BodyFields =
    [
        ("version", RequestField.Model),
        ("input", RequestField.Input),
        ("webhook", RequestField.CallbackUrl),
        ("webhook_events_filter", RequestField.CallbackEvents),
    ];

    /// <summary>
    /// Fields of <c>input</c>. Source: the API pages of kling-v2.1 and kling-v2.1-master. <c>image</c> is what the AI SDK's plain call says
    /// for <c>start_image</c>.
    /// </summary>
    public static readonly ImmutableArray<(string Name, RequestField Field)> InputFields =
    [
        ("prompt", RequestField.Prompt),
        ("negative_prompt", RequestField.NegativePrompt),
        ("start_image", RequestField.Image),
        ("end_image", RequestField.EndImage),
        (ImageAlias, RequestField.ImageUrls),
        ("mode", RequestField.Mode),
        ("duration", RequestField.Duration),
        ("aspect_ratio", RequestField.AspectRatio),
    ];

    /// <summary>Another name of <c>start_image</c>.</summary>
    public const string ImageAlias = "image";

    /// <summary>Values of <c>input.mode</c>.</summary>
    public const string Standard = "standard", Pro = "pro";

    /// <summary>Values of <c>webhook_events_filter</c> and what they ask for. A clip's output and its end are one event; logs there are none.</summary>
    public static readonly ImmutableArray<(string Name, TaskEvents Events)> EventFilters =
    [
        ("start", TaskEvents.Started),
        ("output", TaskEvents.Completed),
        ("logs", TaskEvents.None),
        ("completed", TaskEvents.Completed),
    ];

    /// <summary>What is told when no filter is given: new output and the end. Source: receive-webhook page.</summary>
    public const TaskEvents EventsDefault = TaskEvents.Completed;

    /// <summary>States of a prediction. <c>aborted</c> is never shown: two official clients do not know it. Source: lifecycle page.</summary>
    public static readonly JsonEncodedText
        Starting = Text("starting"), Processing = Text("processing"), Succeeded = Text("succeeded"), Failed = Text("failed"), Canceled = Text("canceled");

    /// <summary>Names of a prediction.</summary>
    public static readonly JsonEncodedText
        Id = Text("id"), Model = Text(ModelField), Version = Text("version"), Status = Text("status"), Source = Text("source"), Input = Text("input"),
        Output = Text("output"), Error = Text("error"), Logs = Text("logs"), DataRemoved = Text("data_removed"), CreatedAt = Text("created_at"),
        StartedAt = Text("started_at"), CompletedAt = Text("completed_at"), Deadline = Text("deadline"), Metrics = Text("metrics"),
        PredictTime = Text("predict_time"), TotalTime = Text("total_time"), Webhook = Text("webhook"), EventsFilter = Text("webhook_events_filter"),
        Urls = Text("urls"), Get = Text("get"), Cancel = Text("cancel"), WebUrl = Text("web");

    /// <summary>Names within <c>input</c>.</summary>
    public static readonly JsonEncodedText
        Prompt = Text("prompt"), NegativePrompt = Text("negative_prompt"), StartImage = Text("start_image"), EndImage = Text("end_image"),
        Mode = Text("mode"), Duration = Text("duration"), AspectRatio = Text("aspect_ratio");

    /// <summary>Names of pages, files, accounts and secrets.</summary>
    public static readonly JsonEncodedText
        Previous = Text("previous"), Next = Text("next"), Results = Text("results"), ContentType = Text("content_type"), Size = Text("size"),
        Checksums = Text("checksums"), Sha256 = Text("sha256"), Metadata = Text(MetadataPart), ExpiresAt = Text("expires_at"), Key = Text("key"),
        Type = Text("type"), Username = Text("username"), Name = Text(NameSegment), Owner = Text(OwnerSegment), Url = Text("url");

    /// <summary>Names of an error. Source: the parsers of the official clients, and bodies quoted in public repositories.</summary>
    public static readonly JsonEncodedText
        Title = Text("title"), Detail = Text("detail"), InvalidFields = Text("invalid_fields"), Field = Text("field"), Description = Text("description"),
        RetryAfter = Text("retry_after");

    /// <summary>A time as the API writes it.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    private static JsonEncodedText Text(string name) => JsonEncodedText.Encode(name, JsonAnswer.Encoder);
}
