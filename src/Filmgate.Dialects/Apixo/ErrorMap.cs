using System.Collections.Immutable;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>Faults and refusals in APIXO's words: which field, which status, which sentence.</summary>
internal static class ErrorMap
{
    /// <summary>The field as the caller wrote it, such as <c>input.image_urls[1]</c>.</summary>
    public static string Path(RequestFault fault)
    {
        var path = Paths[(int)fault.Field];
        return fault switch
        {
            { Index: { } index } => $"{path}[{index}]",
            { ShownEntry: { } entry } => $"{path}.{entry}",
            _ => path,
        };
    }

    /// <summary>The fault in one sentence: field, what is allowed, what came.</summary>
    public static string Sentence(RequestFault fault) => Sentence(Path(fault), fault.Rule, fault.Value);

    /// <summary>The same for what has a name but no field: a parameter of the query.</summary>
    public static string Sentence(string name, string rule, string? value = null) =>
        RequestFault.Shorten(value) is { } shown ? $"{name} {rule}, got {Delimited(shown)}" : $"{name} {rule}";

    /// <summary>
    /// The status of a refusal. Money and policy have their own statuses (APIXO, errors page: 402 and 403); a plain
    /// fault beside them is the one to mend first, so it decides.
    /// </summary>
    public static int Status(ImmutableArray<RequestFault> faults) =>
        faults.Any(fault => !IsPolicy(fault) && !IsMoney(fault)) ? StatusCodes.Status400BadRequest
        : faults.Any(IsPolicy) ? StatusCodes.Status403Forbidden
        : StatusCodes.Status402PaymentRequired;

    /// <summary>What a status says when nothing more is known.</summary>
    public static string Sentence(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "The request is not valid HTTP.",
        StatusCodes.Status401Unauthorized => "The API key is missing or invalid. Send it as Authorization: Bearer <key>.",
        StatusCodes.Status402PaymentRequired => "The account has no money left for this.",
        StatusCodes.Status403Forbidden => "This key may not do this.",
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => "The method is not allowed here; the Allow header names those that are.",
        StatusCodes.Status408RequestTimeout => "The request came too slowly and was given up.",
        StatusCodes.Status413PayloadTooLarge => "The body is too large.",
        StatusCodes.Status415UnsupportedMediaType => "Content-Type must be application/json (charset utf-8).",
        StatusCodes.Status422UnprocessableEntity =>
            "This Idempotency-Key was used within 24 hours for another request; nothing was created. Use a new key, or send the same request again.",
        StatusCodes.Status429TooManyRequests => "There are too many requests; the Retry-After header says when to come back.",
        StatusCodes.Status503ServiceUnavailable => "The service is not available now; try again later.",
        >= 500 => "The request could not be answered.",
        _ => "The request was refused.",
    };

    private static readonly ImmutableArray<string> Paths = BuildPaths();

    private static bool IsPolicy(RequestFault fault) => fault.Code is FailureCode.ContentViolation or FailureCode.NsfwDetected;

    private static bool IsMoney(RequestFault fault) => fault.Code is FailureCode.InsufficientCredits;

    // A value that is empty or begins or ends with a space would otherwise not be seen.
    private static string Delimited(string value) =>
        value.Length == 0 || char.IsWhiteSpace(value[0]) || char.IsWhiteSpace(value[^1]) ? $"\"{value}\"" : value;

    private static ImmutableArray<string> BuildPaths()
    {
        var paths = new string[Enum.GetValues<RequestField>().Length];
        paths[(int)RequestField.Body] = "body";
        paths[(int)RequestField.IdempotencyKey] = Wire.IdempotencyKeyHeader;
        foreach (var (name, field) in Wire.BodyFields)
        {
            paths[(int)field] = name;
        }

        foreach (var (name, field) in Wire.InputFields)
        {
            paths[(int)field] = $"input.{name}";
        }

        return [.. paths];
    }
}
