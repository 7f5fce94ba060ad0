using System.Buffers;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Filmgate.Dialects.Fal;

/// <summary>
/// <c>GET …/requests/{id}/status/stream</c>: server-sent events, a status each, the last one COMPLETED. Clients read every <c>data:</c> line
/// as JSON and take the last event before the end for the outcome, so nothing else is ever sent as data; a comment now and then keeps
/// proxies from closing a quiet connection. Source: fal, queue page; <c>@fal-ai/client</c> 1.10.1, streaming.ts.
/// </summary>
/// <param name="desk">Tells of changes.</param>
/// <param name="view">Finds tasks.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">Set when the gateway is about to end.</param>
internal sealed class StatusStream(ITaskDesk desk, QueueView view, TimeProvider time, CancellationToken stopping)
{
    /// <summary>How long the connection may be quiet.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>Answers until the task has ended or the caller has left.</summary>
    public async Task WriteAsync(HttpContext context, Caller caller)
    {
        var call = context.Features.GetRequiredFeature<Call>();
        if (await view.FindAsync(context, caller, call) is not { Task.Key.Task: var id })
        {
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";

        // Proxies that gather answers would hold each event back until there are many.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await using var changes = desk.WatchAsync(caller, id, end.Token).GetAsyncEnumerator(end.Token);
            await WriteAsync(context, caller, call, changes, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // A stream that ends well without COMPLETED would be taken for an outcome; one that breaks is not.
            context.Abort();
        }
    }

    private async Task WriteAsync(HttpContext context, Caller caller, Call call, IAsyncEnumerator<TaskDetails> changes, CancellationToken end)
    {
        var wantsLogs = CallQuery.Read(call.Query, out _).Logs;
        var logsSent = 0;
        byte[] last = [];
        while (await NextAsync(context.Response, changes, end))
        {
            var task = changes.Current.Task;
            var position = task.State == TaskState.Pending ? await view.PositionAsync(caller, task.Key.Task) : 0;
            var answer = JsonAnswer.Begin();
            StatusBody.Write(answer.Json, task, view.RootOf(call), position, wantsLogs, logsSent);
            var status = answer.ToArray();
            if (!status.AsSpan().SequenceEqual(last))
            {
                await SendAsync(context.Response, "data: "u8, status);
                last = status;
                logsSent = wantsLogs ? LogLines.Of(task).Count() : 0;
            }
        }
    }

    // One look ahead stays open over any number of heartbeats.
    private async Task<bool> NextAsync(HttpResponse response, IAsyncEnumerator<TaskDetails> changes, CancellationToken end)
    {
        var next = changes.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            using var beat = CancellationTokenSource.CreateLinkedTokenSource(end);
            var silence = Task.Delay(Heartbeat, time, beat.Token);
            if (await Task.WhenAny(next, silence) == silence && !end.IsCancellationRequested)
            {
                await SendAsync(response, ": "u8, "still here"u8);
            }

            await beat.CancelAsync();
        }

        return await next;
    }

    // Not given up with the caller: a connection that is gone takes what is written to it, and the look ahead ends by itself.
    private static ValueTask<System.IO.Pipelines.FlushResult> SendAsync(HttpResponse response, ReadOnlySpan<byte> before, ReadOnlySpan<byte> line)
    {
        response.BodyWriter.Write(before);
        response.BodyWriter.Write(line);
        response.BodyWriter.Write("\n\n"u8);
        return response.BodyWriter.FlushAsync(CancellationToken.None);
    }
}
