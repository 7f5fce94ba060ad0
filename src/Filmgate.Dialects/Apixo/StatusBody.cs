using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// Writes the <c>data</c> of a status answer and of a callback, which are the same. Each field stands only in its
/// states and is never null. Source: APIXO, response-format and webhooks pages.
/// </summary>
internal static class StatusBody
{
    /// <summary>Writes the object.</summary>
    public static void Write(Utf8JsonWriter json, TaskView task)
    {
        json.WriteStartObject();
        json.WriteString(Wire.TaskId, task.Id.Value);
        json.WriteString(Wire.State, Wire.Of(task.State));
        json.WriteNumber(Wire.CreateTime, task.CreatedAt.ToUnixTimeMilliseconds());
        WriteEnd(json, task.State, task.CreatedAt, task.CompletedAt);
        if (task is { State: TaskState.Success, ClipUrl: { } url })
        {
            WriteResultJson(json, url);
        }

        WriteFailure(json, task.State, task.Failure);
        json.WriteEndObject();
    }

    /// <summary>Writes when a terminal task ended, and of a successful one how long it took: APIXO's failed samples have no <c>costTime</c>.</summary>
    public static void WriteEnd(Utf8JsonWriter json, TaskState state, DateTimeOffset created, DateTimeOffset? completed)
    {
        if (!state.IsTerminal() || completed is not { } end)
        {
            return;
        }

        json.WriteNumber(Wire.CompleteTime, end.ToUnixTimeMilliseconds());
        if (state == TaskState.Success)
        {
            json.WriteNumber(Wire.CostTime, Math.Max(0, end.ToUnixTimeMilliseconds() - created.ToUnixTimeMilliseconds()));
        }
    }

    /// <summary>Writes why a failed task failed.</summary>
    public static void WriteFailure(Utf8JsonWriter json, TaskState state, Failure? failure)
    {
        if (state == TaskState.Failed && failure is not null)
        {
            json.WriteString(Wire.FailCode, failure.Code.Name());
            json.WriteString(Wire.FailMsg, failure.Message);
        }
    }

    // Encoded once for the inner document and, by the writer, once more for the outer one.
    private static void WriteResultJson(Utf8JsonWriter json, string url)
    {
        json.WritePropertyName(Wire.ResultJson);
        json.WriteStringValueSegment("{\"resultUrls\":[\"", isFinalSegment: false);
        json.WriteStringValueSegment(JsonAnswer.Encoder.Encode(url), isFinalSegment: false);
        json.WriteStringValueSegment("\"]}", isFinalSegment: true);
    }
}
