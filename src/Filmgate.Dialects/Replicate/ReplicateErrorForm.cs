using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Replicate;

/// <summary>
/// Refusals in Replicate's form, which resembles RFC 9457: <c>{title, detail, status}</c>, and what the kind adds. <c>detail</c> is always a
/// plain string, because clients show it as one.
/// </summary>
public sealed class ReplicateErrorForm : ErrorForm
{
    /// <summary>The form; it keeps nothing.</summary>
    public static ReplicateErrorForm Instance { get; } = new();

    /// <inheritdoc/>
    public override IReadOnlyCollection<PathString> Mounts { get; } = [Wire.Mount];

    /// <inheritdoc/>
    protected override int StatusOf(Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return ErrorMap.Status(refusal);
    }

    /// <inheritdoc/>
    protected override Task WriteBodyAsync(HttpContext context, int status, Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(refusal);
        var invalid = ErrorMap.InvalidFields(refusal.Faults);
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteString(Wire.Title, ErrorMap.Title(refusal));
        json.WriteString(Wire.Detail, invalid.IsEmpty ? refusal.Message : string.Concat(invalid.Select(field => $"- {field.Field}: {field.Description}\n")));
        json.WriteNumber(Wire.Status, status);
        if (!invalid.IsEmpty)
        {
            json.WriteStartArray(Wire.InvalidFields);
            foreach (var field in invalid)
            {
                json.WriteStartObject();
                json.WriteString(Wire.Type, field.Type);
                json.WriteString(Wire.Field, field.Field);
                json.WriteString(Wire.Description, field.Description);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        // The form has set the header; clients of this vendor read the wait from the body.
        if (status == StatusCodes.Status429TooManyRequests && int.TryParse(context.Response.Headers.RetryAfter, out var seconds))
        {
            json.WriteNumber(Wire.RetryAfter, seconds);
        }

        json.WriteEndObject();
        answer.Send(context.Response);
        return Task.CompletedTask;
    }
}
