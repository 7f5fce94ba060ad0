using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// Refusals in the task API's form: <c>{code,message,data:{error}}</c> (APIXO, error-codes page). It is also the form of whatever belongs
/// to no surface.
/// </summary>
public sealed class ApixoErrorForm : ErrorForm
{
    /// <summary>The form; it keeps nothing.</summary>
    public static ApixoErrorForm Instance { get; } = new();

    /// <inheritdoc/>
    public override IReadOnlyCollection<PathString> Mounts => [];

    /// <inheritdoc/>
    protected override int StatusOf(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return ErrorMap.Status(refusal.Kind);
    }

    /// <inheritdoc/>
    protected override Task WriteBodyAsync(HttpContext context, int status, Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(refusal);
        if (refusal.Faults.IsEmpty)
        {
            ApixoErrors.WriteBody(context.Response, status, refusal.Message, ErrorMap.FailCode(refusal) is { } code ? (code, refusal.Message) : null);
        }
        else
        {
            ApixoErrors.WriteFaults(context.Response, status, refusal.Faults);
        }

        return Task.CompletedTask;
    }
}

/// <summary>Writes refusals that are known by their status, for endpoints of ours beside the surfaces.</summary>
public static class ApixoErrors
{
    /// <summary>Writes an error. Does nothing when an answer has already begun.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status, repeated as <c>code</c>.</param>
    /// <param name="message">What is wrong, for people; null says what the status says.</param>
    public static Task WriteAsync(HttpContext context, int status, string? message = null) =>
        WriteAsync(context, status, response => WriteBody(response, status, message ?? ErrorMap.Sentence(status), null));

    /// <summary>Writes 400 for a request that is no generation, with all that is wrong with its fields.</summary>
    /// <param name="context">The request.</param>
    /// <param name="errors">At least one.</param>
    public static Task WriteAsync(HttpContext context, IReadOnlyCollection<FieldError> errors) => WriteAsync(
        context,
        StatusCodes.Status400BadRequest,
        response => WriteBody(
            response,
            StatusCodes.Status400BadRequest,
            string.Join("; ", errors.Select(error => error.Sentence)),
            null,
            [.. errors.Select(error => (error.Field, error.ShownValue, error.Sentence))]));

    /// <summary>Writes what is wrong with a body that is no JSON, under the status that says it best.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">The HTTP status, repeated as <c>code</c>.</param>
    /// <param name="fault">What is wrong.</param>
    public static Task WriteAsync(HttpContext context, int status, RequestFault fault) =>
        WriteAsync(context, status, response => WriteFaults(response, status, [fault]));

    internal static void WriteFaults(HttpResponse response, int status, ImmutableArray<RequestFault> faults) => WriteBody(
        response,
        status,
        ErrorMap.Fields.Sentence(faults),
        faults.FirstOrDefault(fault => fault.Code is not null) is { Code: { } code } coded ? (code.Name(), ErrorMap.Fields.Sentence(coded)) : null,
        [.. faults.Select(fault => (ErrorMap.Fields.Path(fault), fault.ShownValue, ErrorMap.Fields.Sentence(fault)))]);

    internal static void WriteBody(
        HttpResponse response,
        int status,
        string message,
        (string Code, string Message)? failure,
        params ImmutableArray<(string Field, string? Value, string Message)> errors)
    {
        var envelope = Envelope.Failure(status, message);
        WriteData(envelope.Json, message, failure, errors);
        envelope.Send(response);
    }

    private static Task WriteAsync(HttpContext context, int status, Action<HttpResponse> write)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Response.HasStarted)
        {
            ErrorForm.Begin(context, status, new Refusal(ErrorMap.Kind(status), string.Empty));
            write(context.Response);
        }

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
