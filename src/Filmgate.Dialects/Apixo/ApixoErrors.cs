using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Filmgate.Model.Gateway;
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
        WriteAsync(context, status, message ?? ErrorMap.Sentence(status), null);

    /// <summary>Writes a refusal that has a code.</summary>
    internal static Task WriteCodedAsync(HttpContext context, int status, string message, string failCode) =>
        WriteAsync(context, status, message, (failCode, message));

    /// <summary>Writes what is wrong with a request: all faults, each with its field, and the failure code where there is one.</summary>
    /// <param name="context">The request.</param>
    /// <param name="faults">At least one.</param>
    public static Task WriteAsync(HttpContext context, ImmutableArray<RequestFault> faults) =>
        WriteAsync(
            context,
            ErrorMap.Status(faults),
            string.Join("; ", faults.Select(ErrorMap.Sentence)),
            faults.FirstOrDefault(fault => fault.Code is not null) is { Code: { } code } coded ? (code.Name(), ErrorMap.Sentence(coded)) : null,
            [.. faults.Select(fault => (ErrorMap.Path(fault), fault.ShownValue, ErrorMap.Sentence(fault)))]);

    /// <summary>Writes 400 for a request that is no generation, with all that is wrong with its fields.</summary>
    /// <param name="context">The request.</param>
    /// <param name="errors">At least one.</param>
    public static Task WriteAsync(HttpContext context, IReadOnlyCollection<FieldError> errors) => WriteAsync(
        context,
        StatusCodes.Status400BadRequest,
        string.Join("; ", errors.Select(error => error.Sentence)),
        null,
        [.. errors.Select(error => (error.Field, error.ShownValue, error.Sentence))]);

    /// <summary>Writes that a path takes another method.</summary>
    internal static Task WriteMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return WriteAsync(
            context, StatusCodes.Status405MethodNotAllowed, $"The method {context.Request.Method} is not allowed here; use {allowed}.");
    }

    /// <summary>Writes that the account has less money than a task costs.</summary>
    internal static Task WriteOverBudgetAsync(HttpContext context, CreateOutcome.OverBudget over) => WriteCodedAsync(
        context,
        StatusCodes.Status402PaymentRequired,
        $"The task would cost {over.Price} and the account may still spend {over.Left}; nothing was created. Raise its budget, or choose a cheaper mode or duration.",
        FailureCode.InsufficientCredits.Name());

    /// <summary>Writes what is wrong with a body that is no JSON, under the status that says it best.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status, repeated as <c>code</c>.</param>
    /// <param name="fault">What is wrong.</param>
    public static Task WriteAsync(HttpContext context, int status, RequestFault fault) =>
        WriteAsync(
            context,
            status,
            ErrorMap.Sentence(fault),
            fault.Code is { } code ? (code.Name(), ErrorMap.Sentence(fault)) : null,
            (ErrorMap.Path(fault), fault.ShownValue, ErrorMap.Sentence(fault)));

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

    private static Task WriteAsync(
        HttpContext context,
        int status,
        string message,
        (string Code, string Message)? failure,
        params ImmutableArray<(string Field, string? Value, string Message)> errors)
    {
        ArgumentNullException.ThrowIfNull(context);
        var response = context.Response;
        if (response.HasStarted)
        {
            return Task.CompletedTask;
        }

        response.StatusCode = status;
        response.Headers[RequestIdHeader] = RequestId(context);
        if (status is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout)
        {
            // The rest of the body is not read, so the connection ends here; a caller who is not told sends the next request into it.
            response.Headers.Connection = "close";
        }

        var envelope = Envelope.Failure(status, message);
        WriteData(envelope.Json, message, failure, errors);
        envelope.Send(response);
        return Task.CompletedTask;
    }

    private static void WriteData(
        Utf8JsonWriter json,
        string message,
        (string Code, string Message)? failure,
        ImmutableArray<(string Field, string? Value, string Message)> errors)
    {
        json.WriteStartObject();
        json.WriteString(Wire.Error, message);
        if (failure is { } coded)
        {
            json.WriteString(Wire.FailCode, coded.Code);
            json.WriteString(Wire.FailMsg, coded.Message);
        }

        if (errors.Length > 0)
        {
            json.WriteStartArray(Wire.Errors);
            foreach (var (field, value, sentence) in errors)
            {
                json.WriteStartObject();
                json.WriteString(Wire.Field, field);
                if (value is not null)
                {
                    json.WriteString(Wire.Value, value);
                }

                json.WriteString(Wire.Message, sentence);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
