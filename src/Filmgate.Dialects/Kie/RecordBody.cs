using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Kie;

/// <summary>Writes a task as <c>recordInfo</c> shows it, which is also the <c>data</c> of a callback.</summary>
internal static class RecordBody
{
    private static readonly JsonSerializerOptions Inner = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="details">The task.</param>
    /// <param name="isCallback">
    /// Whether the id stands in it under <c>task_id</c>, too: kie's page on verification reads it there, and its callbacks have <c>taskId</c>.
    /// </param>
    public static void Write(Utf8JsonWriter json, TaskDetails details, bool isCallback = false)
    {
        var task = details.Task;
        var result = details.ClipUrl is { } url ? Result(url) : null;
        json.WriteStartObject();
        json.WriteString(Wire.TaskId, task.Key.Task.Value);
        if (isCallback)
        {
            json.WriteString(Wire.VerifiedTaskId, task.Key.Task.Value);
        }

        json.WriteString(Wire.Model, KieModel.Of(task.Request.Mode).Name);
        json.WriteString(Wire.State, Wire.Of(task.State));
        json.WriteString(Wire.Param, Param(task));
        json.WriteString(Wire.ResultJson, result?.ToJsonString(Inner) ?? string.Empty);
        if (result is not null)
        {
            json.WritePropertyName(Wire.Response);
            result.WriteTo(json);
        }

        json.WriteNumber(Wire.SuccessFlag, task.State switch { TaskState.Success => 1, TaskState.Failed => 3, _ => 0 });
        json.WriteString(Wire.FailCode, task.Failure is { } failure ? ErrorMap.FailCode(failure.Code) : string.Empty);
        json.WriteString(Wire.FailMsg, task.Failure?.Message ?? string.Empty);
        WriteTimes(json, task);
        if (task.State.IsTerminal())
        {
            json.WriteNumber(Wire.CreditsConsumed, (decimal)task.Cost.Micros / Wire.Credit.Micros);
        }

        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, VideoTask task)
    {
        var created = task.CreatedAt.ToUnixTimeMilliseconds();
        var completed = task.CompletedAt?.ToUnixTimeMilliseconds();
        json.WriteNumber(Wire.CreateTime, created);
        json.WriteNumber(Wire.UpdateTime, completed ?? task.LastAttempt?.SentAt?.ToUnixTimeMilliseconds() ?? created);
        if (completed is { } end)
        {
            json.WriteNumber(Wire.CompleteTime, end);

            // The pages disagree about the unit; the callbacks' seconds are what the live samples show.
            json.WriteNumber(Wire.CostTime, Math.Max(0, end - created) / 1000);
        }
    }

    private static JsonObject Result(string url) => new() { [Wire.ResultUrls.Value] = new JsonArray(url) };

    // The creation's body as text, with its input once more as text. Pictures that came within the request are named by what they became.
    private static string Param(VideoTask task)
    {
        var request = task.Request;
        var input = new JsonObject { ["prompt"] = request.Prompt };
        foreach (var (index, image) in request.Images.Index())
        {
            input[index == 0 ? "image_url" : "tail_image_url"] = image;
        }

        input["duration"] = request.DurationSeconds.ToString();
        if (request.AspectRatio is { } ratio)
        {
            input["aspect_ratio"] = ratio.Name();
        }

        if (request.NegativePrompt is { } negative)
        {
            input["negative_prompt"] = negative;
        }

        input["cfg_scale"] = request.CfgScale;
        var body = new JsonObject { [Wire.Model.Value] = KieModel.Of(request.Mode).Name };
        if (task.CallbackUrl is { } callback)
        {
            body[Wire.CallBackUrl.Value] = callback;
        }

        body[Wire.Input.Value] = input.ToJsonString(Inner);
        return body.ToJsonString(Inner);
    }
}
