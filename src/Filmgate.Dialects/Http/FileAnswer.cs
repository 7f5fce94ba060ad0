using Filmgate.Model.Gateway;
using Filmgate.Model.Rehearsal;
using Microsoft.AspNetCore.Http;
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
    /// <param name="file">The file of a clip.</param>
    /// <param name="name">The name under which a browser saves it.</param>
    public static Task SendAsync(HttpContext context, ClipFileOutcome.Found file, string name) => file.Fault is { } fault
        ? SendHalfAsync(context, file, isCut: fault == ClipFault.BrokenOff)
        : SendAsync(context, file.Path, file.MediaType, file.Sha256, name);

    /// <summary>The same for a file that is no clip's.</summary>
    /// <param name="context">The request, a GET or HEAD.</param>
    /// <param name="path">Where it lies.</param>
    /// <param name="mediaType">Its type.</param>
    /// <param name="sha256">Lower-case hex of its hash.</param>
    /// <param name="name">The name under which a browser saves it.</param>
    public static Task SendAsync(HttpContext context, string path, string mediaType, string sha256, string name)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "private, max-age=86400, immutable";
        headers.ContentDisposition = $"inline; filename=\"{name}\"";
        return Results.File(
            path,
            mediaType,
            lastModified: File.GetLastWriteTimeUtc(path),
            entityTag: new EntityTagHeaderValue($"\"{sha256}\""),
            enableRangeProcessing: true).ExecuteAsync(context);
    }

    // Half of the bytes: as if they were the whole, or with the connection cut behind them.
    private static async Task SendHalfAsync(HttpContext context, ClipFileOutcome.Found file, bool isCut)
    {
        var response = context.Response;
        var length = new FileInfo(file.Path).Length;
        response.ContentType = file.MediaType;
        response.ContentLength = isCut ? length : length / 2;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await response.SendFileAsync(file.Path, 0, length / 2, context.RequestAborted);
        if (isCut)
        {
            await response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        }
    }
}
