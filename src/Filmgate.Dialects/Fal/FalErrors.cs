using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Fal;

/// <summary>
/// Refusals in fal's two forms: <c>{"detail":[{loc,msg,type,…}]}</c> where something is wrong with a request or its generation,
/// <c>{"detail":"…","error_type":"…"}</c> for the rest.
/// </summary>
public sealed class FalErrorForm : ErrorForm
{
    /// <summary>The form; it keeps nothing.</summary>
    public static FalErrorForm Instance { get; } = new();

    /// <inheritdoc/>
    public override IReadOnlyCollection<PathString> Mounts { get; } = [Wire.Mount];

    /// <inheritdoc/>
    public override string KeyHint => "Send it as Authorization: Key <key>.";

    /// <inheritdoc/>
    public override string Challenge => "Key";

    /// <inheritdoc/>
    protected override int StatusOf(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return ErrorMap.Of(refusal).Status;
    }

    /// <inheritdoc/>
    protected override Task WriteBodyAsync(HttpContext context, int status, Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(refusal);
        FalErrors.Write(context, refusal);
        return Task.CompletedTask;
    }
}

/// <summary>Writes the bodies and headers of errors.</summary>
internal static class FalErrors
{
    // Where fal explains its types; the anchor is the type.
    private const string Explanations = "https://docs.fal.ai/errors#";

    /// <summary>Writes a refusal; the status is set.</summary>
    public static void Write(HttpContext context, Refusal refusal)
    {
        var error = ErrorMap.Of(refusal);
        var faults = refusal.Faults;
        var type = faults.IsEmpty || !error.IsList ? error.Type : ErrorMap.TypeOf(ErrorMap.Named(faults[0]));
        WriteHeaders(context.Response, error with { Type = type }, ErrorForm.RequestId(context));
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        if (!faults.IsEmpty && error.IsList)
        {
            json.WriteStartArray(Wire.Detail);
            foreach (var fault in faults)
            {
                WriteFault(json, ErrorMap.Named(fault));
            }

            json.WriteEndArray();
        }
        else if (error is { IsList: true, Type: { } listed })
        {
            WriteSingle(json, listed, refusal.Message, PlaceOf(refusal.Kind));
        }
        else
        {
            WriteSentence(json, refusal.Kind switch
            {
                // The words by which fal's callers know these two. Source: error bodies quoted in public repositories.
                RefusalKind.Unauthenticated => $"No user found for Key ID and Secret. {refusal.Message}",
                RefusalKind.OverBudget => $"User is locked. Reason: {(faults.IsEmpty ? refusal.Message : ErrorMap.Fields.Sentence(faults))}",
                _ => refusal.Message,
            });
            WriteType(json, error.Type);
        }

        json.WriteEndObject();
        answer.Send(context.Response);
    }

    /// <summary>Writes why a task failed, with its status and headers: that is its result.</summary>
    public static void Write(HttpResponse response, string requestId, Failure failure)
    {
        var error = ErrorMap.Of(failure.Code);
        response.StatusCode = error.Status;
        WriteHeaders(response, error, requestId);
        var answer = JsonAnswer.Begin();
        WriteFailure(answer.Json, failure);
        answer.Send(response);
    }

    /// <summary>Writes a sentence with the status that is set, without a type.</summary>
    public static void WriteDetail(HttpResponse response, string requestId, string detail)
    {
        WriteHeaders(response, new WireError(response.StatusCode, null), requestId);
        var answer = JsonAnswer.Begin();
        answer.Json.WriteStartObject();
        WriteSentence(answer.Json, detail);
        answer.Json.WriteEndObject();
        answer.Send(response);
    }

    /// <summary>Writes the body that says why a task failed.</summary>
    public static void WriteFailure(Utf8JsonWriter json, Failure failure)
    {
        var error = ErrorMap.Of(failure.Code);
        json.WriteStartObject();
        if (error is { IsList: true, Type: { } type })
        {
            WriteSingle(json, type, failure.Message, FieldOf(failure.Code));
        }
        else
        {
            WriteSentence(json, failure.Code == FailureCode.InsufficientCredits ? $"User is locked. Reason: {failure.Message}" : failure.Message);
            WriteType(json, error.Type);
        }

        json.WriteEndObject();
    }

    /// <summary>Sets the headers that every error has. Both names of the retry hint are in use: the older page's and the newer one's.</summary>
    public static void WriteHeaders(HttpResponse response, WireError error, string requestId)
    {
        var headers = response.Headers;
        headers[Wire.RequestIdHeader] = requestId;
        headers[Wire.RetryableHeader] = error.IsRetryable ? "true" : "false";
        headers[Wire.NeedsRetryHeader] = error.IsRetryable ? "1" : "0";
        if (error.Type is { } type)
        {
            headers[Wire.ErrorTypeHeader] = type;
        }
    }

    private static void WriteFault(Utf8JsonWriter json, RequestFault fault)
    {
        var type = ErrorMap.TypeOf(fault);
        BeginEntry(json, type, ErrorMap.Fields.Sentence(fault), fault.Field switch
        {
            RequestField.CallbackUrl or RequestField.QueueLimit => ("query", ErrorMap.Fields.Path(fault)),
            RequestField.IdempotencyKey => ("header", ErrorMap.Fields.Path(fault)),
            RequestField.Body => ("body", null),
            _ => ("body", ErrorMap.Fields.Path(fault)),
        });
        if (ErrorMap.ExpectedOf(fault) is { Length: > 0 } expected)
        {
            json.WriteStartObject(Wire.Ctx);
            json.WriteStartArray(Wire.Expected);
            foreach (var value in expected)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        if (fault.ShownValue is { } shown)
        {
            json.WriteString(Wire.Input, shown);
        }

        json.WriteEndObject();
    }

    private static void WriteSingle(Utf8JsonWriter json, string type, string message, (string Holder, string? Field) place)
    {
        json.WriteStartArray(Wire.Detail);
        BeginEntry(json, type, message, place);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void BeginEntry(Utf8JsonWriter json, string type, string message, (string Holder, string? Field) place)
    {
        json.WriteStartObject();
        json.WriteStartArray(Wire.Loc);
        json.WriteStringValue(place.Holder);
        if (place.Field is { } field)
        {
            json.WriteStringValue(field);
        }

        json.WriteEndArray();
        json.WriteString(Wire.Msg, message);
        json.WriteString(Wire.Type, type);
        json.WriteString(Wire.Url, Explanations + type);
    }

    private static void WriteSentence(Utf8JsonWriter json, string detail) => json.WriteString(Wire.Detail, detail);

    private static void WriteType(Utf8JsonWriter json, string? type)
    {
        if (type is not null)
        {
            json.WriteString(Wire.ErrorType, type);
        }
    }

    private static (string Holder, string? Field) PlaceOf(RefusalKind kind) =>
        kind == RefusalKind.KeyReused ? ("header", IdempotencyHeader.Name) : ("body", null);

    private static (string Holder, string? Field) FieldOf(FailureCode code) => ("body", code switch
    {
        FailureCode.PromptTooLong or FailureCode.InvalidPrompt => "prompt",
        FailureCode.InvalidImageUrl or FailureCode.ImageDownloadFailed or FailureCode.ImageTooLarge or FailureCode.UnsupportedFormat => "image_url",
        _ => null,
    });
}
