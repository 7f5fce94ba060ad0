using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// The endpoints of tasks and money: each is a plain function of request and caller that runs behind a <see cref="CallerDoor"/>,
/// so an endpoint without a checked key cannot be written down.
/// </summary>
internal sealed class TaskEndpoints(ITaskDesk desk)
{
    private const string ModelSegment = "model";
    private const string IdSegment = "id";

    /// <summary>What is said of a task that the account has not.</summary>
    public const string UnknownTask = "There is no such task, or it is not one of this account.";

    /// <summary>Whether a text could be the id of a task; anything else need not be looked up.</summary>
    public static bool CouldBeTaskId(string? id) => Wire.CouldBeTaskId(id);

    /// <summary>Any endpoint of a model that is not served.</summary>
    public static Task RefuseModelAsync(HttpContext context, Caller caller)
    {
        var model = RequestFault.Shorten(context.Request.RouteValues[ModelSegment] as string);
        return ApixoErrors.WriteAsync(
            context, StatusCodes.Status404NotFound, $"The model {model} is not served here; served is {GenerationRules.Model}.");
    }

    /// <summary><c>GET /statusTask/{model}?taskId=</c>. Source: APIXO, status-task page.</summary>
    public async Task ReadStatusAsync(HttpContext context, Caller caller)
    {
        if (!TryReadTaskId(context.Request.QueryString, out var id, out var wrong))
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status400BadRequest, wrong);
            return;
        }

        var task = Wire.CouldBeTaskId(id) ? await desk.FindAsync(caller, new TaskId(id), CancellationToken.None) : null;
        if (task is null)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound, UnknownTask);
            return;
        }

        var envelope = Envelope.Success();
        StatusBody.Write(envelope.Json, task);
        envelope.Send(context.Response);
    }

    /// <summary><c>GET /tasks/{id}</c>; ours.</summary>
    public async Task ReadDetailsAsync(HttpContext context, Caller caller)
    {
        var id = context.Request.RouteValues[IdSegment] as string;
        var details = Wire.CouldBeTaskId(id) ? await desk.FindDetailsAsync(caller, new TaskId(id!), CancellationToken.None) : null;
        if (details is null)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound, UnknownTask);
            return;
        }

        var envelope = Envelope.Success();
        DetailsBody.Write(envelope.Json, details);
        envelope.Send(context.Response);
    }

    /// <summary><c>GET /tasks</c>; ours.</summary>
    public async Task ListAsync(HttpContext context, Caller caller)
    {
        if (TaskQuery.Read(context.Request.QueryString, out var wrong) is not { } filter)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status400BadRequest, wrong);
            return;
        }

        // One more than the page holds tells whether there is another page.
        var found = await desk.ListAsync(caller, filter with { Limit = filter.Limit + 1 }, CancellationToken.None);
        var envelope = Envelope.Success();
        ListBody.Write(envelope.Json, found, filter.Limit);
        envelope.Send(context.Response);
    }

    /// <summary><c>POST /tasks/{id}/cancel</c>; ours. A body is not read.</summary>
    public async Task CancelAsync(HttpContext context, Caller caller)
    {
        var id = context.Request.RouteValues[IdSegment] as string;
        if (!Wire.CouldBeTaskId(id) || await desk.CancelAsync(caller, new TaskId(id!), CancellationToken.None) is not { } outcome)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound, UnknownTask);
            return;
        }

        var envelope = Envelope.Success();
        envelope.Json.WriteStartObject();
        envelope.Json.WriteString(Wire.TaskId, id);
        envelope.Json.WriteString(Wire.Outcome, Wire.Of(outcome));
        envelope.Json.WriteEndObject();
        envelope.Send(context.Response);
    }

    /// <summary><c>GET /models</c>; ours.</summary>
    public static Task ReadModelsAsync(HttpContext context, Caller caller)
    {
        var envelope = Envelope.Success();
        envelope.Json.WriteRawValue(ModelCard.List.Span, skipInputValidation: true);
        envelope.Send(context.Response);
        return Task.CompletedTask;
    }

    /// <summary><c>GET /apikeys/current-balance</c>: <c>data</c> is the number itself. Source: APIXO, system page.</summary>
    public async Task ReadBalanceAsync(HttpContext context, Caller caller)
    {
        var balance = await desk.BalanceAsync(caller, CancellationToken.None);
        var envelope = Envelope.Success();
        envelope.Json.WriteNumberValue(balance.Dollars);
        envelope.Send(context.Response);
    }

    private static bool TryReadTaskId(QueryString query, out string id, out string wrong)
    {
        id = wrong = string.Empty;
        var seen = 0;
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            if (pair.DecodeName().Span.SequenceEqual(Wire.TaskIdParameter))
            {
                id = pair.DecodeValue().ToString();
                seen++;
            }
        }

        wrong = seen > 1 ? "taskId must be given once in the query" : id.Length == 0 ? "taskId is required in the query" : string.Empty;
        return wrong.Length == 0;
    }
}
