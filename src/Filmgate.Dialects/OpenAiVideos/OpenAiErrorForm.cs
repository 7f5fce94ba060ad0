using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// Refusals as <c>{"error":{"message","type","param","code"}}</c>; all four names are always there, because the .NET client words its
/// exception from them.
/// </summary>
public sealed class OpenAiErrorForm : ErrorForm
{
    /// <summary>The form; it keeps nothing.</summary>
    public static OpenAiErrorForm Instance { get; } = new();

    /// <inheritdoc/>
    public override IReadOnlyCollection<PathString> Mounts { get; } = [new(Wire.Base)];

    /// <summary>Writes a refusal about a thing that this surface does not do, which is the caller's to change: 400 with a code of its own.</summary>
    internal static Task WriteAsync(HttpContext context, int status, string code, string? param, string message)
    {
        Begin(context, status, new Refusal(RefusalKind.Input, message));
        WriteBody(context.Response, ErrorMap.InvalidRequest, code, param, message);
        return Task.CompletedTask;
    }

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
        var worded = refusal with { Faults = ErrorMap.Worded(refusal.Faults) };
        WriteBody(
            context.Response,
            ErrorMap.Type(refusal.Kind),
            ErrorMap.Code(worded),
            ErrorMap.Deciding(worded) is { } deciding ? ErrorMap.Param(deciding) : null,
            worded.Faults.IsEmpty ? refusal.Message : string.Join("; ", worded.Faults.Select(ErrorMap.Sentence)));
        return Task.CompletedTask;
    }

    private static void WriteBody(HttpResponse response, string type, string code, string? param, string message)
    {
        var answer = JsonAnswer.Begin();
        var json = answer.Json;
        json.WriteStartObject();
        json.WriteStartObject(Wire.Error);
        json.WriteString(Wire.Message, message);
        json.WriteString(Wire.Type, type);
        json.WriteString(Wire.Param, param);
        json.WriteString(Wire.Code, code);
        json.WriteEndObject();
        json.WriteEndObject();
        answer.Send(response);
    }
}
