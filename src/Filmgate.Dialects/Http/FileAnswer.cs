using Filmgate.Model.Gateway;
using Filmgate.Model.Rehearsal;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Net.Http.Headers;

namespace Filmgate.Dialects.Http;

/// <summary>
/// Sends a stored file: with its type and hash, with ranges and conditions, and with headers under which a browser neither guesses another
/// type nor runs anything in it.
/// </summary>
internal static class FileAnswer
{
    /// <summary>Sends the file, or the part of it that the request asks for; without a body to HEAD.</summary>
    /// <param name="context">The request, a GET or HEAD.</param>
    /// <param name="found">The file of a clip.</param>
    /// <param name="name">The name under which a browser saves it.</param>
    public static Task SendAsync(HttpContext context, ClipFileOutcome.Found found, string name) => found.Fault is { } fault
        ? SendHalfAsync(context, found, isCut: fault == ClipFault.BrokenOff)
        : SendAsync(context, found.File, found.MediaType, name);

    /// <summary>The same for a file that is no clip's.</summary>
    /// <param name="context">The request, a GET or HEAD.</param>
    /// <param name="file">The file.</param>
    /// <param name="mediaType">Its type.</param>
    /// <param name="name">The name under which a browser saves it.</param>
    public static Task SendAsync(HttpContext context, IArtifactFile file, string mediaType, string name)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "private, max-age=86400, immutable";
        headers.ContentDisposition = $"inline; filename=\"{name}\"";
        var tag = new EntityTagHeaderValue($"\"{file.Sha256}\"");
        var answer = file.Path is { } path
            ? Results.File(path, mediaType, lastModified: file.LastModified, entityTag: tag, enableRangeProcessing: true)
            : Results.Stream(file.OpenRead(), mediaType, lastModified: file.LastModified, entityTag: tag, enableRangeProcessing: true);
        return answer.ExecuteAsync(context);
    }

    /// <summary>Sends the client to where the file can be fetched without us, when there is such a place; otherwise sends the file.</summary>
    /// <param name="context">The request, a GET or HEAD.</param>
    /// <param name="found">The file of a clip.</param>
    /// <param name="name">The name under which a browser saves it.</param>
    public static async Task SendOrRedirectAsync(HttpContext context, ClipFileOutcome.Found found, string name)
    {
        // What a test wants to go wrong must go wrong here, and the address is signed for GET alone.
        if (found.Fault is not null || !HttpMethods.IsGet(context.Request.Method) || await found.File.DirectLinkAsync(found.MediaType, name) is not { } link)
        {
            await SendAsync(context, found, name);
            return;
        }

        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers.Location = link.AbsoluteUri;
        context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
    }

    // Half of the bytes: as if they were the whole, or with the connection cut behind them.
    private static async Task SendHalfAsync(HttpContext context, ClipFileOutcome.Found found, bool isCut)
    {
        var response = context.Response;
        var length = found.File.Length;
        response.ContentType = found.MediaType;
        response.ContentLength = isCut ? length : length / 2;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        var file = found.File.OpenRead();
        await using (file.ConfigureAwait(false))
        {
            await StreamCopyOperation.CopyToAsync(file, response.Body, length / 2, context.RequestAborted);
        }

        if (isCut)
        {
            await response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        }
    }
}
