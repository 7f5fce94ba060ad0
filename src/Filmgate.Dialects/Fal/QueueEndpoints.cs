using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Filmgate.Dialects.Fal;

/// <summary>fal's queue: submit, status, result, cancel. Source: fal, queue.json and the pages queue, result and cancel.</summary>
internal sealed class QueueEndpoints(ITaskDesk desk, RequestMaker maker, QueueView view)
{
    private static readonly Refusal Expired = new(RefusalKind.Gone, "The clip of this request is kept no longer.");

    /// <summary><c>POST queue.fal.run/{app}</c>.</summary>
    public async Task SubmitAsync(HttpContext context, Caller caller)
    {
        var call = context.Features.GetRequiredFeature<Call>();
        if (await maker.MakeAsync(context, caller, call) is not { } made)
        {
            return;
        }

        var position = await view.PositionAsync(caller, made.Task);
        var answer = JsonAnswer.Begin();
        StatusBody.WriteAccepted(answer.Json, made.Task, view.RootOf(call), position);
        answer.Send(context.Response);
    }

    /// <summary><c>GET …/requests/{id}/status</c>: 202 until the request has ended. Clients go by the body.</summary>
    public async Task ReadStatusAsync(HttpContext context, Caller caller)
    {
        var call = context.Features.GetRequiredFeature<Call>();
        if (await view.FindAsync(context, caller, call) is not { Task: var task })
        {
            return;
        }

        var position = task.State == TaskState.Pending ? await view.PositionAsync(caller, task.Key.Task) : 0;
        context.Response.StatusCode = task.State.IsTerminal() ? StatusCodes.Status200OK : StatusCodes.Status202Accepted;
        var answer = JsonAnswer.Begin();
        StatusBody.Write(answer.Json, task, view.RootOf(call), position, CallQuery.Read(call.Query, out _).Logs);
        answer.Send(context.Response);
    }

    /// <summary><c>GET …/requests/{id}</c>, also with <c>/response</c>: status, headers and body of the run, errors included.</summary>
    public async Task ReadResultAsync(HttpContext context, Caller caller)
    {
        var call = context.Features.GetRequiredFeature<Call>();
        if (await view.FindAsync(context, caller, call) is { } details)
        {
            await WriteResultAsync(context, details);
        }
    }

    /// <summary><c>PUT …/requests/{id}/cancel</c>. A body is not read.</summary>
    public async Task CancelAsync(HttpContext context, Caller caller)
    {
        var call = context.Features.GetRequiredFeature<Call>();
        var outcome = RequestIds.TryRead(call.RequestId, out var id) ? await desk.CancelAsync(caller, id, CancellationToken.None) : null;
        var (status, word) = outcome switch
        {
            CancelOutcome.Canceled => (StatusCodes.Status200OK, Wire.CancelOk),
            CancelOutcome.Requested => (StatusCodes.Status202Accepted, Wire.CancelRequested),
            CancelOutcome.TooLate => (StatusCodes.Status400BadRequest, Wire.CancelTooLate),
            _ => (StatusCodes.Status404NotFound, Wire.CancelNotFound),
        };
        context.Response.StatusCode = status;
        context.Response.Headers[Wire.RequestIdHeader] = outcome is null ? ErrorForm.RequestId(context) : RequestIds.Of(id);
        var answer = JsonAnswer.Begin();
        answer.Json.WriteStartObject();
        answer.Json.WriteString(Wire.Status, word);
        answer.Json.WriteEndObject();
        answer.Send(context.Response);
    }

    /// <summary>Writes what the run came to, or that it has come to nothing yet.</summary>
    public static Task WriteResultAsync(HttpContext context, TaskDetails details)
    {
        var id = RequestIds.Of(details.Task.Key.Task);
        var response = context.Response;
        switch (details)
        {
            case { Task.Failure: { } failure }:
                FalErrors.Write(response, id, failure);
                return Task.CompletedTask;
            case { Task.State: TaskState.Success, ClipUrl: null }:
                return FalErrorForm.Instance.WriteAsync(context, Expired);
            case { Task.State: TaskState.Success }:
                response.Headers[Wire.RequestIdHeader] = id;
                var answer = JsonAnswer.Begin();
                StatusBody.WriteOutput(answer.Json, details);
                answer.Send(response);
                return Task.CompletedTask;
            default:
                response.StatusCode = StatusCodes.Status400BadRequest;
                FalErrors.WriteDetail(response, id, Wire.StillInProgress);
                return Task.CompletedTask;
        }
    }
}
