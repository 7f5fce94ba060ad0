using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Fal;

/// <summary>
/// Writes what fal says about a request: the answer to a submission, status answers and stream events, which are one shape. <c>logs</c> is
/// always there, since fal's Python client takes it without asking. Source: fal, queue page; <c>@fal-ai/client</c> 1.10.1, queue.ts.
/// </summary>
internal static class StatusBody
{
    /// <summary>Writes the object.</summary>
    /// <param name="json">Where.</param>
    /// <param name="task">The task.</param>
    /// <param name="root">Where the caller finds the app's requests, without a slash at the end.</param>
    /// <param name="position">How many of the account's tasks are before it; counts while it waits.</param>
    /// <param name="logs">Whether the caller wants log lines.</param>
    /// <param name="logsFrom">How many log lines it has had already.</param>
    public static void Write(Utf8JsonWriter json, VideoTask task, string root, int position, bool logs, int logsFrom = 0)
    {
        Begin(json, Of(task.State), task.Key.Task, root, task.State == TaskState.Pending ? position : null);
        json.WriteStartArray(Wire.Logs);
        if (logs)
        {
            foreach (var line in LogLines.Of(task).Skip(logsFrom))
            {
                LogLines.Write(json, line);
            }
        }

        json.WriteEndArray();
        WriteEnd(json, task);
        json.WriteEndObject();
    }

    /// <summary>Writes the answer to a submission: what a status answer says of a request that has just come.</summary>
    public static void WriteAccepted(Utf8JsonWriter json, TaskId task, string root, int position)
    {
        Begin(json, Wire.InQueue, task, root, position);
        json.WriteStartArray(Wire.Logs);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The body of a webhook: the result, or the body of the error that the result is. Source: fal, webhooks page.</summary>
    public static byte[] Webhook(TaskDetails details)
    {
        var id = RequestIds.Of(details.Task.Key.Task);
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteString(Wire.RequestId, id);
        json.WriteString(Wire.GatewayRequestId, id);
        if (details.Task.Failure is { } failure)
        {
            json.WriteString(Wire.Status, "ERROR");
            json.WriteString(Wire.Error, $"Invalid status code: {ErrorMap.Of(failure.Code).Status}");
            json.WritePropertyName(Wire.Payload);
            FalErrors.WriteFailure(json, failure);
        }
        else
        {
            json.WriteString(Wire.Status, "OK");
            json.WritePropertyName(Wire.Payload);
            WriteOutput(json, details);
        }

        json.WriteEndObject();
        return answer.ToArray();
    }

    /// <summary>Writes the output of the apps. Source: fal, File type.</summary>
    public static void WriteOutput(Utf8JsonWriter json, TaskDetails details)
    {
        var clip = details.Task.Clip!;
        json.WriteStartObject();
        json.WriteStartObject(Wire.Video);
        json.WriteString(Wire.Url, details.ClipUrl);
        json.WriteString(Wire.ContentType, "video/mp4");
        json.WriteString(Wire.FileName, $"{clip.Id}.mp4");
        json.WriteNumber(Wire.FileSize, clip.Length);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, JsonEncodedText status, TaskId task, string root, int? position)
    {
        var id = RequestIds.Of(task);
        var address = $"{root}/{Wire.Requests}/{id}";
        json.WriteStartObject();
        json.WriteString(Wire.Status, status);
        json.WriteString(Wire.RequestId, id);
        if (position is { } place)
        {
            json.WriteNumber(Wire.QueuePosition, place);
        }

        json.WriteString(Wire.ResponseUrl, address);
        json.WriteString(Wire.StatusUrl, $"{address}/{Wire.StatusPart}");
        json.WriteString(Wire.CancelUrl, $"{address}/{Wire.CancelPart}");
        json.WriteString(Wire.GatewayRequestId, id);
    }

    private static JsonEncodedText Of(TaskState state) => state switch
    {
        TaskState.Pending => Wire.InQueue,
        TaskState.Processing => Wire.InProgress,
        TaskState.Success or TaskState.Failed => Wire.Completed,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a task state."),
    };

    private static void WriteEnd(Utf8JsonWriter json, VideoTask task)
    {
        if (!task.State.IsTerminal())
        {
            return;
        }

        json.WriteStartObject(Wire.Metrics);
        json.WritePropertyName(Wire.InferenceTime);
        if (task.Attempts.FirstOrDefault(attempt => attempt.SentAt is not null)?.SentAt is { } began && task.CompletedAt is { } ended)
        {
            json.WriteNumberValue(Math.Max(0, Math.Round((ended - began).TotalSeconds, 3)));
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
        if (task.Failure is not { } failure)
        {
            return;
        }

        json.WriteString(Wire.Error, failure.Message);
        if (ErrorMap.Of(failure.Code).Type is { } type)
        {
            json.WriteString(Wire.ErrorType, type);
        }
    }
}
