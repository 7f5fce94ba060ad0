using System.Collections.Immutable;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Kling;

/// <summary>Refusals and failures in Kling's words. Source of codes and statuses: Kling, error codes; of sentences: answers of the real API.</summary>
internal static class ErrorMap
{
    /// <summary>Begins a picture of this surface as the house is given it, which knows bytes within a request as data URLs.</summary>
    public const string InlinePrefix = "data:;base64,";

    /// <summary>The <c>task_status_msg</c> of a task whose content breaks a policy; clients compare the whole of it.</summary>
    public const string RiskControl = "Failure to pass the risk control system";

    /// <summary>The <c>task_status_msg</c> of a task whose picture cannot be used.</summary>
    public const string PictureInvalid =
        "The resolution or aspect ratio of the input image is invalid. Please ensure it meets the required specifications.";

    /// <summary>The names of the fields.</summary>
    public static FieldNames Fields { get; } = new([.. Wire.BodyFields, .. Wire.TextFields, .. Wire.ImageFields]);

    /// <summary>The code of a refusal.</summary>
    public static int Code(RefusalKind kind) => kind switch
    {
        RefusalKind.Unauthenticated => 1000,
        RefusalKind.OverBudget => 1102,
        RefusalKind.Forbidden => 1103,
        RefusalKind.WrongState => 1200,
        RefusalKind.Input or RefusalKind.DuplicateId or RefusalKind.KeyReused or RefusalKind.MediaType or RefusalKind.TooLarge or RefusalKind.TooSlow => 1201,
        RefusalKind.Method => 1202,
        RefusalKind.NotFound or RefusalKind.Gone => 1203,
        RefusalKind.Policy => 1301,
        RefusalKind.RequestRate => 1302,
        RefusalKind.TooManyInFlight => 1303,
        RefusalKind.Unavailable or RefusalKind.NotServed => 5001,
        _ => 5000,
    };

    /// <summary>The HTTP status of a refusal: the code's, except where the connection has to end, which only those statuses say.</summary>
    public static int Status(RefusalKind kind) => kind switch
    {
        RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RefusalKind.TooSlow => StatusCodes.Status408RequestTimeout,
        _ => Code(kind) switch
        {
            >= 1000 and <= 1004 => StatusCodes.Status401Unauthorized,
            1103 => StatusCodes.Status403Forbidden,
            1202 or 1203 => StatusCodes.Status404NotFound,
            1101 or 1102 or 1302 or 1303 => StatusCodes.Status429TooManyRequests,
            5000 => StatusCodes.Status500InternalServerError,
            5001 => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status400BadRequest,
        },
    };

    /// <summary>The message of a refusal: Kling's sentence where one is known, then ours.</summary>
    public static string Message(Refusal refusal)
    {
        var faults = refusal.Faults.Select(Renamed).ToImmutableArray();
        var ours = faults.IsEmpty ? refusal.Message : string.Join("; ", faults.Select(Sentence));
        var theirs = refusal.Kind switch
        {
            RefusalKind.OverBudget => "Account balance not enough",
            RefusalKind.TooManyInFlight => "parallel task over resource pack limit",
            _ => faults.Select(Known).FirstOrDefault(sentence => sentence is not null),
        };
        return theirs is null ? ours : $"{theirs}: {ours}";
    }

    /// <summary>The <c>task_status_msg</c> of a failed task.</summary>
    public static string Message(Failure failure) => failure.Code switch
    {
        FailureCode.ContentViolation or FailureCode.NsfwDetected => RiskControl,
        FailureCode.ImageTooLarge or FailureCode.UnsupportedFormat => $"{PictureInvalid} {failure.Message}",
        _ => failure.Message,
    };

    private static string Sentence(RequestFault fault) =>
        fault is { Field: RequestField.Body, ShownEntry: { } name } ? FieldNames.Sentence(name, fault.Rule, fault.Value) : Fields.Sentence(fault);

    private static string? Known(RequestFault fault) => fault switch
    {
        { Field: RequestField.Body, Entry: null } => "Failed to resolve the request body",
        { Field: RequestField.Image or RequestField.EndImage, Code: FailureCode.InvalidImageUrl, Value: { } value }
            when !value.StartsWith("http", StringComparison.OrdinalIgnoreCase) => "File is not in a valid base64 format",
        _ => null,
    };

    // The house speaks of a list of pictures and of data URLs; this surface has two fields and bare base64.
    private static RequestFault Renamed(RequestFault fault) => fault.Field != RequestField.ImageUrls ? fault : fault with
    {
        Field = fault.Index == 1 ? RequestField.EndImage : RequestField.Image,
        Index = null,
        Rule = fault.Rule.Replace("a base64 data URL", "bare base64", StringComparison.Ordinal),
        Value = fault.Value is { } value && value.StartsWith(InlinePrefix, StringComparison.Ordinal) ? RequestFault.Shorten(value[InlinePrefix.Length..]) : fault.Value,
    };
}
