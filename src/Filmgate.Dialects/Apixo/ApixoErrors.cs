using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// Writes every error that a caller of the task API can see, in one shape: <c>{code,message,data:{error}}</c> (APIXO,
/// error-codes page) and a header <c>X-Request-Id</c>. The server's exception handler uses it too, so that no error
/// leaves the house in another shape.
/// </summary>
public static class ApixoErrors
{
    /// <summary>The response header that names a refused request; logs carry the same name.</summary>
    public const string RequestIdHeader = "X-Request-Id";

    /// <summary>Writes an error. Does nothing when an answer has already begun.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status, repeated as <c>code</c>.</param>
    /// <param name="message">What is wrong, for people; null says what the status says.</param>
    public static Task WriteAsync(HttpContext context, int status, string? message = null) =>
        WriteAsync(context, status, message ?? ErrorMap.Sentence(status), []);

    /// <summary>Writes what is wrong with a request: all faults, each with its field, and the failure code where there is one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="faults">At least one.</param>
    public static Task WriteAsync(HttpContext context, ImmutableArray<RequestFault> faults) =>
        WriteAsync(context, ErrorMap.Status(faults), string.Join("; ", faults.Select(ErrorMap.Sentence)), faults);

    /// <summary>Writes what is wrong with a body that is no JSON, under the status that says it best.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status, repeated as <c>code</c>.</param>
    /// <param name="fault">What is wrong.</param>
    public static Task WriteAsync(HttpContext context, int status, RequestFault fault) =>
        WriteAsync(context, status, ErrorMap.Sentence(fault), [fault]);

    /// <summary>Writes 500. The caller learns a name under which the log holds the cause, and nothing else.</summary>
    /// <param name="context">The request.</param>
    public static Task WriteInternalAsync(HttpContext context) =>
        WriteAsync(context, StatusCodes.Status500InternalServerError, $"Something went wrong on our side. Trace id: {RequestId(context)}");

    /// <summary>The name of a request in logs, traces and error answers.</summary>
    /// <param name="context">The request.</param>
    public static string RequestId(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
    }

    private static Task WriteAsync(HttpContext context, int status, string message, ImmutableArray<RequestFault> faults)
    {
        ArgumentNullException.ThrowIfNull(context);
        var response = context.Response;
        if (response.HasStarted)
        {
            return Task.CompletedTask;
        }

        response.StatusCode = status;
        response.Headers[RequestIdHeader] = RequestId(context);
        var envelope = Envelope.Failure(status, message);
        WriteData(envelope.Json, message, faults);
        envelope.Send(response);
        return Task.CompletedTask;
    }

    private static void WriteData(Utf8JsonWriter json, string message, ImmutableArray<RequestFault> faults)
    {
        json.WriteStartObject();
        json.WriteString(Wire.Error, message);
        if (faults.Length > 0)
        {
            if (faults.FirstOrDefault(fault => fault.Code is not null) is { Code: { } code } coded)
            {
                json.WriteString(Wire.FailCode, code.Name());
                json.WriteString(Wire.FailMsg, ErrorMap.Sentence(coded));
            }

            json.WriteStartArray(Wire.Errors);
            foreach (var fault in faults)
            {
                json.WriteStartObject();
                json.WriteString(Wire.Field, ErrorMap.Path(fault));
                if (fault.ShownValue is { } value)
                {
                    json.WriteString(Wire.Value, value);
                }

                json.WriteString(Wire.Message, ErrorMap.Sentence(fault));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
