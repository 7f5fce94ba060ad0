using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Filmgate.Client;

/// <summary>The body of a create.</summary>
internal sealed record CreateBody(string RequestType, string? CallbackUrl, string? Provider, CreateInput Input);

/// <summary>The generation's parameters within a create.</summary>
internal sealed record CreateInput(
    string Mode, string Prompt, int? Duration, IReadOnlyList<string>? ImageUrls, string? AspectRatio, string? NegativePrompt, decimal? CfgScale);

/// <summary>
/// <c>data</c> of a create, of a status read and of a task read: the three name the same things, and each leaves out what
/// it does not tell.
/// </summary>
internal sealed record TaskData
{
    [JsonPropertyName("taskId")] public string? TaskId { get; init; }
    [JsonPropertyName("state")] public string? State { get; init; }
    [JsonPropertyName("progress")] public double? Progress { get; init; }
    [JsonPropertyName("createTime")] public long? CreateTime { get; init; }
    [JsonPropertyName("completeTime")] public long? CompleteTime { get; init; }
    [JsonPropertyName("costTime")] public long? CostTime { get; init; }
    [JsonPropertyName("failCode")] public string? FailCode { get; init; }
    [JsonPropertyName("failMsg")] public string? FailMsg { get; init; }
    [JsonPropertyName("resultJson")] public string? ResultJson { get; init; }
    [JsonPropertyName("resultUrls")] public string[]? ResultUrls { get; init; }
    [JsonPropertyName("posterUrl")] public string? PosterUrl { get; init; }
    [JsonPropertyName("clip")] public ClipData? Clip { get; init; }
    [JsonPropertyName("input")] public InputData? Input { get; init; }
    [JsonPropertyName("cost")] public decimal? Cost { get; init; }
    [JsonPropertyName("hold")] public decimal? Hold { get; init; }
    [JsonPropertyName("cancelRequestedTime")] public long? CancelRequestedTime { get; init; }
    [JsonPropertyName("source")] public string? Source { get; init; }
    [JsonPropertyName("metadata")] public Dictionary<string, string>? Metadata { get; init; }
    [JsonPropertyName("attempts")] public AttemptData[]? Attempts { get; init; }
}

/// <summary>The measures of a clip.</summary>
internal sealed record ClipData(
    [property: JsonPropertyName("width")] int Width,
    [property: JsonPropertyName("height")] int Height,
    [property: JsonPropertyName("duration")] double Duration,
    [property: JsonPropertyName("frames")] long Frames,
    [property: JsonPropertyName("bytes")] long Bytes);

/// <summary>What was asked for, within a task read; its names are those of a create.</summary>
internal sealed record InputData(
    string? Mode, string? Prompt, string? NegativePrompt, int? Duration, string[]? ImageUrls, string? AspectRatio, decimal? CfgScale, string? Provider);

/// <summary>One attempt of a task read.</summary>
internal sealed record AttemptData
{
    [JsonPropertyName("id")] public string? Id { get; init; }
    [JsonPropertyName("number")] public int? Number { get; init; }
    [JsonPropertyName("provider")] public string? Provider { get; init; }
    [JsonPropertyName("state")] public string? State { get; init; }
    [JsonPropertyName("reason")] public string? Reason { get; init; }
    [JsonPropertyName("preparedTime")] public long? PreparedTime { get; init; }
    [JsonPropertyName("sentTime")] public long? SentTime { get; init; }
    [JsonPropertyName("acceptedTime")] public long? AcceptedTime { get; init; }
    [JsonPropertyName("endedTime")] public long? EndedTime { get; init; }
}

/// <summary><c>data</c> of a list: each task as it is written, so that nothing of it is lost.</summary>
internal sealed record PageData(
    [property: JsonPropertyName("tasks")] JsonElement[]? Tasks,
    [property: JsonPropertyName("nextCursor")] string? NextCursor);

/// <summary><c>data</c> of a cancellation.</summary>
internal sealed record CancelData([property: JsonPropertyName("outcome")] string? Outcome);

/// <summary>The string within <c>resultJson</c>.</summary>
internal sealed record ResultJsonData([property: JsonPropertyName("resultUrls")] string[]? ResultUrls);

/// <summary>Serializers of the task API, generated at build time.</summary>
[JsonSerializable(typeof(CreateBody))]
[JsonSerializable(typeof(TaskData))]
[JsonSerializable(typeof(PageData))]
[JsonSerializable(typeof(CancelData))]
[JsonSerializable(typeof(ResultJsonData))]
internal sealed partial class TaskApiJson : JsonSerializerContext
{
    /// <summary>
    /// The serializers as the wire wants them. The encoder leaves '+' alone, because the default one would blow up the
    /// base 64 of a picture; the text goes into a JSON body only, never into a page.
    /// </summary>
    public static TaskApiJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
