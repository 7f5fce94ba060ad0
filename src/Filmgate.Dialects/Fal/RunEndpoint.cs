using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Filmgate.Dialects.Fal;

/// <summary><c>POST fal.run/{app}</c>: makes a task and answers with its result. Source: fal, inference-api page.</summary>
/// <param name="desk">Creates and watches.</param>
/// <param name="maker">Reads the request.</param>
/// <param name="view">Gives addresses.</param>
/// <param name="stopping">Set when the gateway is about to end.</param>
internal sealed class RunEndpoint(ITaskDesk desk, RequestMaker maker, QueueView view, CancellationToken stopping)
{
    /// <summary>Answers when the task has ended.</summary>
    public async Task RunAsync(HttpContext context, Caller caller)
    {
        var call = context.Features.GetRequiredFeature<Call>();
        if (await maker.MakeAsync(context, caller, call) is not { } made)
        {
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            TaskDetails? last = null;
            await foreach (var details in desk.WatchAsync(caller, made.Task, end.Token))
            {
                last = details;
            }

            // A key may stand for a task that was deleted since.
            await (last is null ? QueueView.RefuseAsync(context) : QueueEndpoints.WriteResultAsync(context, last));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody knows the task's id, and fal's client asks again: without this, each lost connection would leave a paid task behind.
            if (!made.IsKeyed)
            {
                await desk.CancelAsync(caller, made.Task, CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            WriteStopping(context.Response, call, made.Task);
        }
    }

    // With this header clients do not repeat the request, which would make a second task beside this one.
    private void WriteStopping(HttpResponse response, Call call, TaskId task)
    {
        var id = RequestIds.Of(task);
        response.StatusCode = StatusCodes.Status504GatewayTimeout;
        response.Headers[Wire.TimeoutTypeHeader] = Wire.UserTimeout;
        FalErrors.WriteDetail(
            response, id, $"The gateway is being restarted. The request goes on; its result will be at {view.RootOf(call)}/{Wire.Requests}/{id}.");
    }
}
