using System.Collections.Immutable;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Replicate;

/// <summary>Faults and refusals in Replicate's words: which status, which title, which kind of invalid field.</summary>
internal static class ErrorMap
{
    private const string Required = "is required", NotAllowed = "is not allowed";

    /// <summary>The names of the fields; <c>model</c> is one that is always refused.</summary>
    public static FieldNames Fields { get; } = new(
        [.. Wire.BodyFields, (Wire.ModelField, RequestField.Provider), .. Wire.InputFields.Where(input => input.Name != Wire.ImageAlias).Select(input => ($"input.{input.Name}", input.Field))]);

    /// <summary>The status of a refusal.</summary>
    public static int Status(Refusal refusal) => refusal.Kind switch
    {
        // A body that cannot be read has no fields that could be named.
        RefusalKind.Input when refusal.Faults.All(fault => fault.Field == RequestField.Body) => StatusCodes.Status400BadRequest,
        RefusalKind.Input or RefusalKind.Policy or RefusalKind.KeyReused => StatusCodes.Status422UnprocessableEntity,
        RefusalKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        RefusalKind.OverBudget => StatusCodes.Status402PaymentRequired,
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.NotFound or RefusalKind.NotServed => StatusCodes.Status404NotFound,
        RefusalKind.Method => StatusCodes.Status405MethodNotAllowed,
        RefusalKind.TooSlow => StatusCodes.Status408RequestTimeout,
        RefusalKind.DuplicateId or RefusalKind.WrongState => StatusCodes.Status409Conflict,
        RefusalKind.Gone => StatusCodes.Status410Gone,
        RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalKind.MediaType => StatusCodes.Status415UnsupportedMediaType,
        RefusalKind.RequestRate or RefusalKind.TooManyInFlight => StatusCodes.Status429TooManyRequests,
        RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The title of a refusal. Quoted in public repositories: those of 401, 402 and both of 422; the others say what the status says.</summary>
    public static string Title(Refusal refusal) => refusal.Kind switch
    {
        RefusalKind.Input when refusal.Faults.Any(fault => fault.Field == RequestField.Model) => "Invalid version or not permitted",
        RefusalKind.Input when Status(refusal) == StatusCodes.Status400BadRequest => "Bad request",
        RefusalKind.Input => "Input validation failed",
        RefusalKind.Policy => "Content policy violation",
        RefusalKind.KeyReused => "Idempotency key reused",
        RefusalKind.Unauthenticated => "Unauthenticated",
        RefusalKind.OverBudget => "Insufficient credit",
        RefusalKind.Forbidden => "Permission denied",
        RefusalKind.NotFound or RefusalKind.NotServed => "Not found",
        RefusalKind.Method => "Method not allowed",
        RefusalKind.TooSlow => "Request timeout",
        RefusalKind.DuplicateId or RefusalKind.WrongState => "Conflict",
        RefusalKind.Gone => "Gone",
        RefusalKind.TooLarge => "Payload too large",
        RefusalKind.MediaType => "Unsupported media type",
        RefusalKind.RequestRate or RefusalKind.TooManyInFlight => "Too many requests",
        RefusalKind.Unavailable => "Service unavailable",
        _ => "Internal server error",
    };

    /// <summary>
    /// The faults as <c>invalid_fields</c> tells them. A field that is missing is told of the object that lacks it, as JSON schemas do.
    /// </summary>
    public static ImmutableArray<InvalidField> InvalidFields(ImmutableArray<RequestFault> faults) => [.. faults.Select(fault =>
    {
        var named = Named(fault);
        var path = Fields.Path(named);
        return new InvalidField(TypeOf(named), IsMissing(named) ? Holder(path) : path, Fields.Sentence(named));
    })];

    // The house knows pictures by their place in a list; here the two have names.
    private static RequestFault Named(RequestFault fault) => fault.Field == RequestField.ImageUrls
        ? fault with { Field = fault.Index is 1 ? RequestField.EndImage : RequestField.Image, Index = null }
        : fault;

    private static string TypeOf(RequestFault fault) => fault switch
    {
        _ when IsMissing(fault) => "required",
        _ when fault.Rule.StartsWith(NotAllowed, StringComparison.Ordinal) => "additional_property_not_allowed",
        _ when fault.Rule.Contains(" and not a", StringComparison.Ordinal) => "invalid_type",
        { Code: FailureCode.PromptTooLong } => "string_lte",
        { Field: RequestField.Image or RequestField.EndImage or RequestField.CallbackUrl or RequestField.IdempotencyKey } => "format",
        { Field: RequestField.Mode or RequestField.Duration or RequestField.AspectRatio or RequestField.CallbackEvents or RequestField.Model } => "enum",
        _ => "invalid",
    };

    private static bool IsMissing(RequestFault fault) => fault.Rule.StartsWith(Required, StringComparison.Ordinal);

    private static string Holder(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot < 0 ? "(root)" : path[..dot];
    }
}

/// <summary>An entry of <c>invalid_fields</c>.</summary>
/// <param name="Type">What is wrong with it, in a word.</param>
/// <param name="Field">The field.</param>
/// <param name="Description">The fault in a sentence.</param>
internal sealed record InvalidField(string Type, string Field, string Description);
