using System.Globalization;
using System.Runtime.CompilerServices;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Events;

/// <summary>
/// <c>GET /tasks/{id}/events</c>: the whole task as it is now and after each change, and its end. The id of an event is the task's revision,
/// which no restart changes; the present state is always told, so a client that was away has missed nothing that still counts.
/// </summary>
internal sealed class TaskStream(ITaskDesk desk, OpenStreams open, EventStream stream)
{
    private const string Change = "task", End = "end";

    public async Task AnswerAsync(HttpContext context, Caller caller)
    {
        var given = EventStreamRoutes.LastId(context);
        if (given is not null && !long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            await ApixoErrors.WriteAsync(
                context, StatusCodes.Status400BadRequest,
                $"{EventStream.LastId} must be the id of an event of this stream, which is a whole number; got {RequestFault.Shorten(given)}. Leave it out to begin with the present.");
            return;
        }

        var id = context.Request.RouteValues["id"] as string;
        if (!TaskEndpoints.CouldBeTaskId(id) || await desk.FindDetailsAsync(caller, new TaskId(id!), CancellationToken.None) is not { } found)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound, TaskEndpoints.UnknownTask);
            return;
        }

        // Browsers open a stream that has ended again and again, until they are told that there is nothing more.
        if (found.Task.State.IsTerminal() && given == IdOf(found))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        using var place = open.TryEnter(context, caller, out var full);
        if (place is null)
        {
            await ApixoErrorForm.Instance.WriteAsync(context, full!);
            return;
        }

        await stream.WriteAsync(context, end => ListenAsync(caller, found.Task.Key.Task, end), place.Ended);
    }

    private async IAsyncEnumerable<StreamedEvent> ListenAsync(Caller caller, TaskId id, [EnumeratorCancellation] CancellationToken end)
    {
        await foreach (var details in desk.WatchAsync(caller, id, end).ConfigureAwait(false))
        {
            var answer = JsonAnswer.Begin();
            DetailsBody.Write(answer.Json, details);
            yield return new StreamedEvent(IdOf(details), details.Task.State.IsTerminal() ? End : Change, answer.ToArray());
        }
    }

    private static string IdOf(TaskDetails details) => details.Task.Revision.ToString(CultureInfo.InvariantCulture);
}
