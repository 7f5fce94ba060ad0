using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Kie;

/// <summary>Refusals and failures in kie's numbers. Source: docs.kie.ai, status codes of the job API.</summary>
internal static class ErrorMap
{
    /// <summary>The names of the fields.</summary>
    public static FieldNames Fields { get; } = new(
        [.. Wire.BodyFields, .. Wire.InputFields.Select(input => ($"input.{input.Name}", input.Field)), ("model", RequestField.Mode)]);

    /// <summary>The <c>code</c> of a refusal.</summary>
    public static int Code(Refusal refusal) => refusal.Kind switch
    {
        // A missing task id is the one fault that the pages give 400 for.
        RefusalKind.Input when refusal.Faults.IsEmpty => StatusCodes.Status400BadRequest,
        RefusalKind.Input or RefusalKind.Policy or RefusalKind.KeyReused or RefusalKind.DuplicateId or RefusalKind.WrongState => StatusCodes.Status422UnprocessableEntity,
        RefusalKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        RefusalKind.OverBudget => StatusCodes.Status402PaymentRequired,
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.NotFound or RefusalKind.Gone => StatusCodes.Status404NotFound,
        RefusalKind.Method => StatusCodes.Status405MethodNotAllowed,
        RefusalKind.TooSlow => StatusCodes.Status408RequestTimeout,
        RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalKind.MediaType => StatusCodes.Status415UnsupportedMediaType,
        RefusalKind.RequestRate or RefusalKind.TooManyInFlight => StatusCodes.Status429TooManyRequests,
        RefusalKind.Unavailable or RefusalKind.NotServed => Maintenance,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>
    /// The HTTP status of a refusal. kie answers 200 and lets <c>code</c> tell; but what HTTP itself refuses keeps its status, and so do our
    /// own faults, which proxies and monitors between must see.
    /// </summary>
    public static int Status(RefusalKind kind) => kind switch
    {
        RefusalKind.Method => StatusCodes.Status405MethodNotAllowed,
        RefusalKind.TooSlow => StatusCodes.Status408RequestTimeout,
        RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalKind.MediaType => StatusCodes.Status415UnsupportedMediaType,
        RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        RefusalKind.Internal => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status200OK,
    };

    /// <summary>The sentence of a refusal.</summary>
    public static string Sentence(Refusal refusal) => refusal.Faults.IsEmpty ? refusal.Message : Fields.Sentence([.. refusal.Faults.Select(Named)]);

    /// <summary>The <c>failCode</c> of a failed task: a number as text, because kie has no names for failures.</summary>
    public static string FailCode(FailureCode code) => code switch
    {
        FailureCode.PromptTooLong or FailureCode.InvalidPrompt or FailureCode.InvalidImageUrl or FailureCode.ImageTooLarge
            or FailureCode.UnsupportedFormat or FailureCode.ImageDownloadFailed => "422",
        FailureCode.ContentViolation or FailureCode.NsfwDetected => "400",
        FailureCode.InsufficientCredits => "402",
        FailureCode.ProcessingTimeout => "408",
        FailureCode.ModelUnavailable => "455",
        _ => "501",
    };

    /// <summary>Says that kie is being maintained; the code is its own.</summary>
    public const int Maintenance = 455;

    // The house knows pictures by their place in a list; here the two have names.
    private static RequestFault Named(RequestFault fault) => fault.Field == RequestField.ImageUrls
        ? fault with { Field = fault.Index is 1 ? RequestField.EndImage : RequestField.Image, Index = null }
        : fault;
}

/// <summary>Refusals in kie's form: <c>{code,msg,data:null}</c>.</summary>
public sealed class KieErrorForm : ErrorForm
{
    /// <summary>The form; it keeps nothing.</summary>
    public static KieErrorForm Instance { get; } = new();

    /// <inheritdoc/>
    public override IReadOnlyCollection<PathString> Mounts { get; } = [Wire.Mount];

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
        var answer = JsonAnswer.Begin();
        answer.Json.WriteStartObject();
        answer.Json.WriteNumber(Wire.Code, ErrorMap.Code(refusal));
        answer.Json.WriteString(Wire.Msg, ErrorMap.Sentence(refusal));
        answer.Json.WriteNull(Wire.Data);
        answer.Json.WriteEndObject();
        answer.Send(context.Response);
        return Task.CompletedTask;
    }
}
