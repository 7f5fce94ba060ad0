using System.Collections.Immutable;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// The endpoints. Each is a plain function of request and caller that runs behind <see cref="For"/>, so an endpoint
/// without a checked key cannot be written down.
/// </summary>
internal sealed class TaskEndpoints(ITaskDesk desk, IKeyRing keys)
{
    private const string ModelSegment = "model";
    private const string IdSegment = "id";
    private const int RetryAfterSecondsMax = 300;
    private const string UnknownTask = "There is no such task, or it is not one of this account.";
    private const string AdminKey = "An admin key owns no tasks. Use a key that begins with fg_live_ or fg_test_.";

    /// <summary>
    /// Puts method and key before an endpoint. The method is checked here and not by the router, whose own 405 has no
    /// body and is lost as soon as a catch-all route exists.
    /// </summary>
    public RequestDelegate For(string method, Func<HttpContext, Caller, Task> answer) => async context =>
    {
        if (!HttpMethods.Equals(context.Request.Method, method))
        {
            context.Response.Headers.Allow = method;
            await ApixoErrors.WriteAsync(
                context, StatusCodes.Status405MethodNotAllowed, $"The method {context.Request.Method} is not allowed here; use {method}.");
            return;
        }

        // Looking up a key or a task is short and is not worth a cancellation source per request.
        var key = Credentials.Read(context.Request.Headers);
        var caller = key is null ? null : await keys.AuthenticateAsync(key, context.Connection.RemoteIpAddress, CancellationToken.None);
        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await ApixoErrors.WriteAsync(context, StatusCodes.Status401Unauthorized);
            return;
        }

        if (caller.Kind == KeyKind.Admin)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status403Forbidden, AdminKey);
            return;
        }

        await answer(context, caller);
    };

    /// <summary>Any endpoint of a model that is not served.</summary>
    public static Task RefuseModelAsync(HttpContext context, Caller caller)
    {
        var model = new RequestFault(RequestField.Body, string.Empty, context.Request.RouteValues[ModelSegment] as string).ShownValue;
        return ApixoErrors.WriteAsync(
            context, StatusCodes.Status404NotFound, $"The model {model} is not served here; served is {GenerationRules.Model}.");
    }

    /// <summary><c>POST /generateTask/{model}</c>. Source: APIXO, generate-task page.</summary>
    public async Task CreateAsync(HttpContext context, Caller caller)
    {
        if (ContentTypes.Fault(context.Request) is { } wrongType)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, wrongType);
            return;
        }

        GenerationDraft? draft;
        ImmutableArray<RequestFault> faults;
        try
        {
            using var body = await RequestBody.ReadAsync(context, HttpLimits.MaxCreateBodyBytes);
            draft = RequestReader.Read(body.Bytes, out faults);
        }
        catch (BadHttpRequestException e)
        {
            await ApixoErrors.WriteAsync(context, e.StatusCode, BodyRefusal(e.StatusCode));
            return;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Mostly the caller has gone and reads no answer; but Kestrel also reports some broken chunks in this way.
            await ApixoErrors.WriteAsync(context, StatusCodes.Status400BadRequest, BodyRefusal(StatusCodes.Status400BadRequest));
            return;
        }

        if (draft is null)
        {
            await ApixoErrors.WriteAsync(context, faults);
            return;
        }

        // From here on the caller may leave: a creation that has begun is finished, so that it never stands half done.
        switch (await desk.CreateAsync(caller, Wire.Dialect, draft, idempotencyKey: null, CancellationToken.None))
        {
            case CreateOutcome.Accepted accepted:
                WriteAccepted(context.Response, accepted.Id);
                break;
            case CreateOutcome.Refused refused:
                await ApixoErrors.WriteAsync(context, refused.Faults);
                break;
            case CreateOutcome.Unavailable unavailable:
                await WriteUnavailableAsync(context, unavailable);
                break;
        }
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

    private static void WriteAccepted(HttpResponse response, TaskId id)
    {
        var envelope = Envelope.Success();
        envelope.Json.WriteStartObject();
        envelope.Json.WriteString(Wire.TaskId, id.Value);
        envelope.Json.WriteEndObject();
        envelope.Send(response);
    }

    private static Task WriteUnavailableAsync(HttpContext context, CreateOutcome.Unavailable unavailable)
    {
        var seconds = (int)Math.Clamp(Math.Ceiling(unavailable.RetryAfter.TotalSeconds), 1, RetryAfterSecondsMax);
        context.Response.Headers.RetryAfter = seconds.ToString();
        return ApixoErrors.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, unavailable.Reason);
    }

    private static string BodyRefusal(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => $"The body must be at most {HttpLimits.MaxCreateBodyBytes} bytes.",
        StatusCodes.Status408RequestTimeout => "The body came too slowly and was given up.",
        _ => "The body ended before it was complete, or is not framed as HTTP says.",
    };
}
