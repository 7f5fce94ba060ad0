using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>The endpoints of videos that exist, and the operations on them that Kling 2.1 does not have.</summary>
internal sealed class VideoEndpoints(ITaskDesk desk)
{
    private const string Unsupported = "unsupported_operation";

    // A clip takes a minute or two at a provider; the local renderer, which test keys use, is quicker.
    private const string PollAfter = "5000", PollAfterTest = "1000";

    private static readonly Refusal Unknown = new(RefusalKind.NotFound, "There is no such video, or it is not one of this account.");

    /// <summary><c>GET /v1/videos/{id}</c>.</summary>
    public async Task ReadAsync(HttpContext context, Caller caller)
    {
        if (await FindAsync(context, caller) is not { } details)
        {
            return;
        }

        if (!details.Task.State.IsTerminal())
        {
            context.Response.Headers[Wire.PollAfterHeader] = details.Task.IsTest ? PollAfterTest : PollAfter;
        }

        Answer(context, json => VideoBody.Write(json, details));
    }

    /// <summary><c>GET /v1/videos</c>.</summary>
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        if (ListQuery.Read(context.Request.QueryString, out var wrong) is not { } query)
        {
            await OpenAiErrorForm.WriteAsync(context, StatusCodes.Status400BadRequest, "invalid_value", wrong.Param, wrong.Message);
            return;
        }

        // One more than the page holds tells whether there is another page.
        var found = await desk.ListAsync(caller, query.Filter, CancellationToken.None);
        var shown = Math.Min(found.Length, query.Limit);
        Answer(context, json =>
        {
            json.WriteStartObject();
            json.WriteString(Wire.Object, Wire.ListObject);
            json.WriteStartArray(Wire.Data);
            foreach (var details in found.AsSpan()[..shown])
            {
                VideoBody.Write(json, details);
            }

            json.WriteEndArray();
            json.WriteString(Wire.FirstId, shown == 0 ? null : VideoId.Of(found[0].Task.Key.Task));
            json.WriteString(Wire.LastId, shown == 0 ? null : VideoId.Of(found[shown - 1].Task.Key.Task));
            json.WriteBoolean(Wire.HasMore, found.Length > shown);
            json.WriteEndObject();
        });
    }

    /// <summary><c>DELETE /v1/videos/{id}</c>.</summary>
    public async Task DeleteAsync(HttpContext context, Caller caller)
    {
        var deleted = IdOf(context) is { } id ? await desk.DeleteAsync(caller, id, CancellationToken.None) : null;
        switch (deleted)
        {
            case null:
                await OpenAiErrorForm.Instance.WriteAsync(context, Unknown);
                break;
            case false:
                await OpenAiErrorForm.Instance.WriteAsync(
                    context, new Refusal(RefusalKind.WrongState, "The video is queued or in progress. Delete it once its status is completed or failed."));
                break;
            case true:
                Answer(context, json =>
                {
                    json.WriteStartObject();
                    json.WriteString(Wire.Id, VideoId.Of(IdOf(context)!.Value));
                    json.WriteString(Wire.Object, Wire.DeletedObject);
                    json.WriteBoolean(Wire.Deleted, true);
                    json.WriteEndObject();
                });
                break;
        }
    }

    /// <summary>Remix, edits and extensions. 400 and not 501, which the official clients would repeat.</summary>
    public static Task RefuseOperationAsync(HttpContext context, Caller caller) => OpenAiErrorForm.WriteAsync(
        context,
        StatusCodes.Status400BadRequest,
        Unsupported,
        null,
        "Kling 2.1 neither remixes, edits nor extends videos. Create a new one with POST /v1/videos; input_reference takes a picture to begin with.");

    /// <summary>Characters, which only Sora had.</summary>
    public static Task RefuseCharactersAsync(HttpContext context, Caller caller) =>
        OpenAiErrorForm.WriteAsync(context, StatusCodes.Status404NotFound, Unsupported, null, "Kling 2.1 has no characters; there is nothing at this address.");

    /// <summary>The task that the path names; null when there is none, and then the refusal is written.</summary>
    public async ValueTask<TaskDetails?> FindAsync(HttpContext context, Caller caller)
    {
        var details = IdOf(context) is { } id ? await desk.FindDetailsAsync(caller, id, CancellationToken.None) : null;
        if (details is null)
        {
            await OpenAiErrorForm.Instance.WriteAsync(context, Unknown);
        }

        return details;
    }

    /// <summary>Writes a whole answer. Every answer bears the name by which the log knows the request; the official clients show it.</summary>
    public static void Answer(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.Headers[ErrorForm.RequestIdHeader] = ErrorForm.RequestId(context);
        var answer = JsonAnswer.Begin();
        write(answer.Json);
        answer.Send(context.Response);
    }

    private static TaskId? IdOf(HttpContext context) => VideoId.Read(context.Request.RouteValues[Wire.IdSegment] as string);
}
