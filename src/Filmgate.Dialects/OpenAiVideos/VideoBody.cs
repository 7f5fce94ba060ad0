using System.Text.Json;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>Writes a video: thirteen names, all of them always there, <c>null</c> where there is nothing to say.</summary>
internal static class VideoBody
{
    /// <summary>Writes a task as it stands.</summary>
    public static void Write(Utf8JsonWriter json, TaskDetails details)
    {
        var task = details.Task;
        var remembered = task.Dialect == Wire.Dialect ? Remembered.Read(task.Notes) : null;
        Write(
            json,
            VideoId.Of(task.Key.Task),
            remembered?.Model ?? Models.Of(task.Request.Mode),
            StatusOf(task.State),
            task.State == TaskState.Success ? 100 : Math.Clamp(task.Progress, 0, 100),
            task.CreatedAt,
            task.CompletedAt,
            task.Clip?.ExpiresAt,
            task.Request.Prompt,
            task.Clip is { } clip ? new FrameSize(clip.Width, clip.Height).ToString()
                : remembered?.Size ?? FrameSize.Nominal(task.Request.Mode, task.Request.AspectRatio).ToString(),
            task.Request.DurationSeconds,
            task.State == TaskState.Failed ? task.Failure : null);
    }

    /// <summary>Writes a task that was accepted a moment ago, from its request alone.</summary>
    public static void WriteAccepted(Utf8JsonWriter json, TaskId id, GenerationDraft draft)
    {
        var mode = GenerationModes.Find(draft.Mode!)!.Mode;
        var remembered = Remembered.Read(draft.Notes);
        var ratio = mode.Rules().TakesAspectRatio && draft.AspectRatio is { } name ? AspectRatios.Find(name) : null;
        Write(
            json,
            VideoId.Of(id),
            remembered?.Model ?? Models.Of(mode),
            Wire.Queued,
            0,
            VideoId.CreatedAt(id),
            null,
            null,
            draft.Prompt,
            remembered?.Size ?? FrameSize.Nominal(mode, ratio).ToString(),
            (int)(draft.Duration ?? GenerationRules.DurationDefault),
            null);
    }

    private static void Write(
        Utf8JsonWriter json,
        string id,
        string model,
        string status,
        int progress,
        DateTimeOffset created,
        DateTimeOffset? completed,
        DateTimeOffset? expires,
        string? prompt,
        string size,
        int seconds,
        Failure? failure)
    {
        json.WriteStartObject();
        json.WriteString(Wire.Id, id);
        json.WriteString(Wire.Object, Wire.VideoObject);
        json.WriteString(Wire.Model, model);
        json.WriteString(Wire.Status, status);
        json.WriteNumber(Wire.Progress, progress);
        json.WriteNumber(Wire.CreatedAt, created.ToUnixTimeSeconds());
        WriteTime(json, Wire.CompletedAt, completed);
        WriteTime(json, Wire.ExpiresAt, expires);
        json.WriteString(Wire.Prompt, prompt);
        json.WriteString(Wire.Size, size);
        json.WriteString(Wire.Seconds, seconds.ToString());
        json.WriteNull(Wire.RemixedFrom);
        if (failure is null)
        {
            json.WriteNull(Wire.Error);
        }
        else
        {
            json.WriteStartObject(Wire.Error);
            json.WriteString(Wire.Code, ErrorMap.Code(failure.Code));
            json.WriteString(Wire.Message, failure.Message);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string StatusOf(TaskState state) => state switch
    {
        TaskState.Pending => Wire.Queued,
        TaskState.Processing => Wire.Working,
        TaskState.Success => Wire.Completed,
        TaskState.Failed => Wire.Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Not a task state."),
    };

    private static void WriteTime(Utf8JsonWriter json, JsonEncodedText name, DateTimeOffset? time)
    {
        if (time is { } known)
        {
            json.WriteNumber(name, known.ToUnixTimeSeconds());
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
