using System.Text.Json;
using Filmgate.Model.Gateway;
using Filmgate.Model.Money;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Kling;

/// <summary>
/// Writes a task as Kling shows it: in answers as <c>data</c>, in callbacks bare. Ids, durations and units are strings, times are Unix
/// milliseconds. Source: Kling, query task and callback protocol.
/// </summary>
internal static class TaskBody
{
    /// <summary>Writes the answer to a creation, which is the beginning of the object.</summary>
    public static void WriteCreated(Utf8JsonWriter json, VideoTask task)
    {
        json.WriteStartObject();
        json.WriteString(Wire.TaskId, IdDigits.Of(task.Key.Task));
        json.WriteString(Wire.TaskStatus, Wire.Of(task.State));
        WriteInfo(json, task);
        WriteTimes(json, task);
        json.WriteEndObject();
    }

    /// <summary>Writes the object.</summary>
    public static void Write(Utf8JsonWriter json, TaskDetails details)
    {
        var task = details.Task;
        json.WriteStartObject();
        json.WriteString(Wire.TaskId, IdDigits.Of(task.Key.Task));
        json.WriteString(Wire.TaskStatus, Wire.Of(task.State));
        json.WriteString(Wire.TaskStatusMessage, task is { State: TaskState.Failed, Failure: { } failure } ? ErrorMap.Message(failure) : string.Empty);
        WriteInfo(json, task);
        if (task.State.IsTerminal())
        {
            json.WriteString(Wire.FinalUnitDeduction, Units(task.Cost));
        }

        WriteTimes(json, task);
        if (task.State.IsTerminal())
        {
            WriteResult(json, details);
        }

        json.WriteEndObject();
    }

    /// <summary>A charge in video units at their list price, with up to four decimals.</summary>
    public static string Units(Usd cost) => (cost.Dollars / Wire.UnitPrice.Dollars).ToString("0.####");

    private static void WriteInfo(Utf8JsonWriter json, VideoTask task)
    {
        json.WriteStartObject(Wire.TaskInfo);
        if (task.Dialect == Wire.Dialect && task.ExternalId is { } externalId)
        {
            json.WriteString(Wire.ExternalTaskId, externalId);
        }

        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, VideoTask task)
    {
        json.WriteNumber(Wire.CreatedAt, task.CreatedAt.ToUnixTimeMilliseconds());
        json.WriteNumber(Wire.UpdatedAt, UpdatedAt(task).ToUnixTimeMilliseconds());
    }

    // A failed task has an empty object, as answers of the real API show it.
    private static void WriteResult(Utf8JsonWriter json, TaskDetails details)
    {
        json.WriteStartObject(Wire.TaskResult);
        if (details.Task.State == TaskState.Success)
        {
            json.WriteStartArray(Wire.Videos);
            if (details is { ClipUrl: { } url, Task.Clip: { } clip })
            {
                json.WriteStartObject();
                json.WriteString(Wire.Id, IdDigits.Of(clip.Id.Value));
                json.WriteString(Wire.Url, url);
                json.WriteString(Wire.Duration, clip.Duration.TotalSeconds.ToString("0.0##"));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static DateTimeOffset UpdatedAt(VideoTask task) =>
        task.CompletedAt ?? (task.LastAttempt is { } last ? last.EndedAt ?? last.AcceptedAt ?? last.SentAt ?? last.PreparedAt : task.CreatedAt);
}
