using System.Text.Json;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Filmgate.Server.Uploads;

/// <summary>
/// <c>POST /api/v1/uploads</c>: takes a picture ahead of the task that will use it, so that a caller without a public address of its own
/// need not put bytes into a request. Answers and errors have the task API's form.
/// </summary>
internal sealed partial class UploadEndpoints(IUploadDesk desk, ILogger<UploadEndpoints> log)
{
    private const int StoreRetrySeconds = 2;

    public async Task TakeAsync(HttpContext context, Caller caller)
    {
        try
        {
            var body = UploadBody.Open(context, desk.LengthMax);
            await AnswerAsync(context, await desk.TakeAsync(caller, body.CopyToAsync, context.RequestAborted));
        }
        catch (UploadRefusedException refused)
        {
            await ApixoErrors.WriteAsync(context, refused.Status, refused.Fault);
        }
        catch (Exception error) when (error is IOException or StoreUnavailableException)
        {
            LogUnavailable(error, ErrorForm.RequestId(context));
            await RefuseForNowAsync(
                context, StatusCodes.Status503ServiceUnavailable, "The store cannot take pictures now; nothing was kept.", TimeSpan.FromSeconds(StoreRetrySeconds));
        }
    }

    private static Task AnswerAsync(HttpContext context, UploadOutcome outcome)
    {
        switch (outcome)
        {
            case UploadOutcome.Stored stored:
                var envelope = Envelope.Success();
                Write(envelope.Json, stored);
                envelope.Send(context.Response);
                return Task.CompletedTask;
            case UploadOutcome.Refused refused:
                var fault = new RequestFault(
                    RequestField.Body, $"must be a picture that the model can use; this one {refused.Failure.Message}", Code: refused.Failure.Code);
                return ApixoErrors.WriteAsync(context, refused.IsPicture ? StatusCodes.Status400BadRequest : StatusCodes.Status415UnsupportedMediaType, fault);
            case UploadOutcome.TooMany full:
                return RefuseForNowAsync(context, StatusCodes.Status429TooManyRequests, full.Reason, full.RetryAfter);
            default:
                throw new InvalidOperationException($"No case is written for {outcome.GetType().Name}.");
        }
    }

    private static void Write(Utf8JsonWriter json, UploadOutcome.Stored stored)
    {
        json.WriteStartObject();
        json.WriteString("uploadId", stored.Upload.Id.Value);
        json.WriteString("url", stored.Url);
        json.WriteNumber("width", stored.Upload.Width);
        json.WriteNumber("height", stored.Upload.Height);
        json.WriteNumber("bytes", stored.Upload.Length);
        json.WriteString("mediaType", stored.Upload.MediaType);
        json.WriteNumber("expiresTime", stored.Upload.ExpiresAt.ToUnixTimeMilliseconds());
        json.WriteEndObject();
    }

    private static Task RefuseForNowAsync(HttpContext context, int status, string reason, TimeSpan wait)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString();
        return ApixoErrors.WriteAsync(context, status, reason);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId}: an upload could not be stored.")]
    private partial void LogUnavailable(Exception error, string requestId);
}

/// <summary>Maps <see cref="UploadEndpoints"/>.</summary>
internal static class UploadRoutes
{
    public static void MapUploads(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var uploads = new UploadEndpoints(services.GetRequiredService<IUploadDesk>(), services.GetRequiredService<ILogger<UploadEndpoints>>());
        var door = new CallerDoor(services.GetRequiredService<IKeyRing>(), services.GetRequiredService<IRateGate>(), ApixoErrorForm.Instance, "uploads");
        endpoints.Map(Operations.UploadPicture.Path, door.For(Operations.UploadPicture.Method, uploads.TakeAsync)).WithMetadata(Operations.UploadPicture);
    }
}
