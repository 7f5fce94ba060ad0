using Filmgate.Dialects.Apixo;
using Filmgate.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Filmgate.Server;

/// <summary>
/// The last word on errors that no endpoint has worded: the caller gets a status and a trace id, the log gets the rest.
/// </summary>
internal sealed partial class FaultBarrier(RequestDelegate next, ILogger<FaultBarrier> log)
{
    private const string RetryAfterSeconds = "2";

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

        switch (error)
        {
            case BadHttpRequestException bad:
                return ApixoErrors.WriteAsync(context, bad.StatusCode);
            case StoreUnavailableException:
                LogUnavailable(error, ApixoErrors.RequestId(context));
                context.Response.Headers.RetryAfter = RetryAfterSeconds;
                return ApixoErrors.WriteAsync(context, StatusCodes.Status503ServiceUnavailable);
            default:
                LogFault(error, ApixoErrors.RequestId(context));
                return ApixoErrors.WriteInternalAsync(context);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {RequestId} failed.")]
    private partial void LogFault(Exception error, string requestId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId} was put off: the store is out of reach.")]
    private partial void LogUnavailable(Exception error, string requestId);
}
