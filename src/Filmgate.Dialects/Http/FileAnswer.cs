using Filmgate.Model.Gateway;
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
    /// <param name="file">The file.</param>
    /// <param name="name">The name under which a browser saves it.</param>
    public static Task SendAsync(HttpContext context, ClipFileOutcome.Found file, string name)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "private, max-age=86400, immutable";
        headers.ContentDisposition = $"inline; filename=\"{name}\"";
        return Results.File(
            file.Path,
            file.MediaType,
            lastModified: File.GetLastWriteTimeUtc(file.Path),
            entityTag: new EntityTagHeaderValue($"\"{file.Sha256}\""),
            enableRangeProcessing: true).ExecuteAsync(context);
    }
}
