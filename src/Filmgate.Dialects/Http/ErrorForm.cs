using System.Diagnostics;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Filmgate.Dialects.Http;

/// <summary>
/// How one surface words refusals: the one funnel through which all of them leave the house. Status and body are the vendor's; the headers
/// that tell when to come back, and under which name the log knows the request, are the same everywhere.
/// </summary>
public abstract partial class ErrorForm
{
    /// <summary>The response header that names a refused request; logs carry the same name.</summary>
    public const string RequestIdHeader = "X-Request-Id";

    /// <summary>Where the surface is mounted; what no route takes below these is refused in this form. Empty for the form of all the rest.</summary>
    public abstract IReadOnlyCollection<PathString> Mounts { get; }

    /// <summary>How a key is sent, as a sentence for callers who did not.</summary>
    public virtual string KeyHint => "Send it as Authorization: Bearer <key>.";

    /// <summary>The value of <c>WWW-Authenticate</c>.</summary>
    public virtual string Challenge => "Bearer";

    /// <summary>Writes a refusal, or cuts the connection where that is what it asks for. Does nothing when an answer has already begun.</summary>
    public Task WriteAsync(HttpContext context, Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(refusal);
        if (context.Response.HasStarted)
        {
            return Task.CompletedTask;
        }

        if (refusal.Kind == RefusalKind.Unanswered)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        var status = StatusOf(refusal);
        var headers = Begin(context, status, refusal);
        switch (refusal)
        {
            case { Kind: RefusalKind.Unauthenticated }:
                headers.WWWAuthenticate = Challenge;
                break;
            case { Allow: { } allow }:
                headers.Allow = allow;
                break;
            case { Kind: RefusalKind.RequestRate or RefusalKind.TooManyInFlight, RetryAfter: { } wait }:
                WaitHeaders.Write(context.Response, refusal.Limit, wait);
                break;
            case { RetryAfter: { } wait }:
                WaitHeaders.Write(context.Response, wait);
                break;
        }

        return WriteBodyAsync(context, status, refusal);
    }

    /// <summary>Writes 500. The caller learns a name under which the log holds the cause, and nothing else.</summary>
    public Task WriteInternalAsync(HttpContext context) =>
        WriteAsync(context, new Refusal(RefusalKind.Internal, $"Something went wrong on our side. Trace id: {RequestId(context)}"));

    /// <summary>The name of a request in logs, traces and error answers.</summary>
    public static string RequestId(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
    }

    /// <summary>The status under which the vendor says it.</summary>
    protected abstract int StatusOf(Refusal refusal);

    /// <summary>Writes the vendor's body; status and headers are set.</summary>
    protected abstract Task WriteBodyAsync(HttpContext context, int status, Refusal refusal);

    /// <summary>Sets the status and the headers that every refusal has, counts it and notes it in the log: kinds and names of ours, never what was sent.</summary>
    internal static IHeaderDictionary Begin(HttpContext context, int status, Refusal refusal)
    {
        GatewayMetrics.Count(refusal);
        if (context.RequestServices?.GetService<ILogger<ErrorForm>>() is { } log && log.IsEnabled(LogLevel.Debug))
        {
            var (id, stage) = (RequestId(context), refusal.Stage);
            LogRefusal(log, id, stage, refusal.Kind);
        }

        var response = context.Response;
        response.StatusCode = status;
        response.Headers[RequestIdHeader] = RequestId(context);
        if (status is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout)
        {
            // The rest of the body is not read, so the connection ends here; a caller who is not told sends the next request into it.
            response.Headers.Connection = "close";
        }

        return response.Headers;
    }

    // Whoever sends nonsense all day must not fill the log of a gateway that is well.
    [LoggerMessage(Level = LogLevel.Debug, Message = "Request {RequestId} was refused at the stage {Stage}: {Kind}.")]
    private static partial void LogRefusal(ILogger log, string requestId, RefusalStage stage, RefusalKind kind);
}

/// <summary>Finds the form in which a request that no endpoint has answered is refused.</summary>
/// <param name="forms">The forms of all surfaces; the one without mounts is for all the rest.</param>
public sealed class ErrorForms(IEnumerable<ErrorForm> forms)
{
    private readonly (PathString Mount, ErrorForm Form)[] mounts =
        [.. forms.SelectMany(form => form.Mounts.Select(mount => (mount, form))).OrderByDescending(pair => pair.mount.Value!.Length)];

    private readonly ErrorForm rest = forms.Single(form => form.Mounts.Count == 0);

    /// <summary>The form of the surface that a path belongs to.</summary>
    public ErrorForm For(PathString path)
    {
        foreach (var (mount, form) in mounts)
        {
            if (path.StartsWithSegments(mount, StringComparison.OrdinalIgnoreCase))
            {
                return form;
            }
        }

        return rest;
    }
}
