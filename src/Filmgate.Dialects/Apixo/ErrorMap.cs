using System.Collections.Frozen;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>Faults and refusals in APIXO's words: which field, which status, which sentence.</summary>
internal static class ErrorMap
{
    /// <summary>The names of the fields.</summary>
    public static FieldNames Fields { get; } = new(
        [.. Wire.BodyFields, .. Wire.InputFields.Select(input => ($"input.{input.Name}", input.Field))]);

    /// <summary>The status of a refusal. Source: APIXO, errors page.</summary>
    public static int Status(RefusalKind kind) => kind switch
    {
        RefusalKind.Input => StatusCodes.Status400BadRequest,
        RefusalKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        RefusalKind.OverBudget => StatusCodes.Status402PaymentRequired,
        RefusalKind.Policy or RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.NotFound or RefusalKind.NotServed => StatusCodes.Status404NotFound,
        RefusalKind.Method => StatusCodes.Status405MethodNotAllowed,
        RefusalKind.TooSlow => StatusCodes.Status408RequestTimeout,
        RefusalKind.DuplicateId or RefusalKind.WrongState => StatusCodes.Status409Conflict,
        RefusalKind.Gone => StatusCodes.Status410Gone,
        RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalKind.MediaType => StatusCodes.Status415UnsupportedMediaType,
        RefusalKind.KeyReused => StatusCodes.Status422UnprocessableEntity,
        RefusalKind.RequestRate or RefusalKind.TooManyInFlight => StatusCodes.Status429TooManyRequests,
        RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The kind of a refusal that is known by its status alone; the first of several.</summary>
    public static RefusalKind Kind(int status) => Kinds.GetValueOrDefault(status, RefusalKind.Internal);

    private static readonly FrozenDictionary<int, RefusalKind> Kinds =
        Enum.GetValues<RefusalKind>().GroupBy(Status).ToFrozenDictionary(kinds => kinds.Key, kinds => kinds.First());

    /// <summary>The code that a refusal bears beside its status; null for most.</summary>
    public static string? FailCode(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.OverBudget => FailureCode.InsufficientCredits.Name(),
        RefusalKind.KeyReused => Wire.IdempotencyKeyReused,
        RefusalKind.NotServed => FailureCode.ModelUnavailable.Name(),
        _ => null,
    };

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
        StatusCodes.Status410Gone => "What is asked for is kept no longer.",
        StatusCodes.Status413PayloadTooLarge => "The body is too large.",
        StatusCodes.Status415UnsupportedMediaType => "Content-Type must be application/json (charset utf-8).",
        StatusCodes.Status422UnprocessableEntity =>
            "This Idempotency-Key was used within 24 hours for another request; nothing was created. Use a new key, or send the same request again.",
        StatusCodes.Status429TooManyRequests => "There are too many requests; the Retry-After header says when to come back.",
        StatusCodes.Status503ServiceUnavailable => "The service is not available now; try again later.",
        >= 500 => "The request could not be answered.",
        _ => "The request was refused.",
    };
}
