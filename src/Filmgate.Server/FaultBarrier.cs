using Filmgate.Dialects.Http;
using Filmgate.Engine.Artifacts;
using Filmgate.Model.Gateway;
using Filmgate.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Filmgate.Server;

/// <summary>
/// The last word on errors that no endpoint has worded: the caller gets a status and a trace id, the log gets the rest.
/// </summary>
internal sealed partial class FaultBarrier(RequestDelegate next, ErrorForms forms, ILogger<FaultBarrier> log)
{
    private static readonly Refusal Away =
        new(RefusalKind.Unavailable, "The service is not available now; try again later.") { RetryAfter = TimeSpan.FromSeconds(2) };

    public Task InvokeAsync(HttpContext context)
    {
        // A request that ends well costs no state machine here.
        try
        {
            var work = next(context);
            return work.IsCompletedSuccessfully ? work : AwaitAsync(work, context);
        }
#pragma warning disable CA1031 // This is the place where nothing may pass.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return AnswerAsync(context, error);
        }
    }

    private async Task AwaitAsync(Task work, HttpContext context)
    {
        try
        {
            await work;
        }
#pragma warning disable CA1031 // This is the place where nothing may pass.
        catch (Exception error)
#pragma warning restore CA1031
        {
            await AnswerAsync(context, error);
        }
    }

    private Task AnswerAsync(HttpContext context, Exception error)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            return Task.CompletedTask;
        }

        var form = forms.For(context.Request.Path);
        switch (error)
        {
            case BadHttpRequestException bad:
                return form.WriteAsync(context, Refused(bad.StatusCode));
            case ArtifactStoreUnavailableException when context.Response.HasStarted:
                // The client has been told how long the file is, and sees by that that it is not whole.
                LogUnavailable(error, ErrorForm.RequestId(context));
                context.Abort();
                return Task.CompletedTask;
            case ArtifactStoreUnavailableException:
                // What was said of the file, such as how long it may be kept, is not to be said of the refusal.
                LogUnavailable(error, ErrorForm.RequestId(context));
                context.Response.Clear();
                return form.WriteAsync(context, Away);
            case StoreUnavailableException or OrleansException or TimeoutException:
                LogUnavailable(error, ErrorForm.RequestId(context));
                return form.WriteAsync(context, Away);
            default:
                LogFault(error, ErrorForm.RequestId(context));
                return form.WriteInternalAsync(context);
        }
    }

    private static Refusal Refused(int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => new(RefusalKind.TooLarge, "The body is too large."),
        StatusCodes.Status408RequestTimeout => new(RefusalKind.TooSlow, "The request came too slowly and was given up."),
        _ => new(RefusalKind.Input, "The request is not valid HTTP."),
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed.")]
    private partial void LogFault(Exception error, string requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId} was put off: the store or a node is out of reach.")]
    private partial void LogUnavailable(Exception error, string requestId);
}
