using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Kie;

/// <summary>The two endpoints of jobs: one makes a task, the other shows it.</summary>
internal sealed class JobEndpoints(ITaskDesk desk)
{
    private const int TaskIdLengthMax = 64;
    private static readonly Refusal NoTask = new(RefusalKind.NotFound, "There is no such task, or it is not one of this account.");

    /// <summary><c>POST /api/v1/jobs/createTask</c>.</summary>
    public async Task CreateAsync(HttpContext context, Caller caller)
    {
        if (IdempotencyHeader.Read(context.Request.Headers, out var key) is { } badKey)
        {
            await KieErrorForm.Instance.WriteAsync(context, Refusal.Of([badKey]));
            return;
        }

        if (await JsonBody.ReadAsync<GenerationDraft>(context, KieErrorForm.Instance, RequestReader.Read) is not { } draft)
        {
            return;
        }

        // From here on the caller may leave: a creation that has begun is finished, so that it never stands half done.
        var outcome = await desk.CreateAsync(caller, Wire.Dialect, draft, key, CancellationToken.None);
        if (outcome is not CreateOutcome.Accepted accepted)
        {
            await KieErrorForm.Instance.WriteAsync(context, Refusal.Of(outcome)!);
            return;
        }

        if (accepted.IsReplay)
        {
            context.Response.Headers[IdempotencyHeader.Replayed] = "true";
        }

        Answer(context.Response, json =>
        {
            json.WriteStartObject();
            json.WriteString(Wire.TaskId, accepted.Id.Value);
            json.WriteEndObject();
        });
    }

    /// <summary><c>GET /api/v1/jobs/recordInfo?taskId=</c>.</summary>
    public async Task ReadAsync(HttpContext context, Caller caller)
    {
        var ids = context.Request.Query[Wire.TaskIdParameter];
        if (ids.Count != 1 || ids[0] is not { Length: > 0 } id)
        {
            var message = ids.Count > 1 ? "taskId must be given once in the query" : "taskId is required in the query";
            await KieErrorForm.Instance.WriteAsync(context, new Refusal(RefusalKind.Input, message));
            return;
        }

        var task = id.Length <= TaskIdLengthMax ? await desk.FindDetailsAsync(caller, new TaskId(id), CancellationToken.None) : null;
        if (task is null)
        {
            await KieErrorForm.Instance.WriteAsync(context, NoTask);
            return;
        }

        Answer(context.Response, json => RecordBody.Write(json, task));
    }

    /// <summary>Answers <c>{code:200,msg:"success",data:…}</c>.</summary>
    internal static void Answer(HttpResponse response, Action<Utf8JsonWriter> writeData)
    {
        var answer = JsonAnswer.Begin();
        answer.Json.WriteStartObject();
        answer.Json.WriteNumber(Wire.Code, Wire.Ok);
        answer.Json.WriteString(Wire.Msg, Wire.Success);
        answer.Json.WritePropertyName(Wire.Data);
        writeData(answer.Json);
        answer.Json.WriteEndObject();
        answer.Send(response);
    }
}
