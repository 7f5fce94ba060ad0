using Filmgate.Dialects.Apixo;
using Filmgate.Engine.Artifacts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Filmgate.Server;

/// <summary>
/// Serves the pictures of submitted tasks to the providers that were given a signed link. A link is made for a task's pictures only, and
/// a file outlives its last row by no more than a link lasts, so whoever holds one sees nothing else.
/// </summary>
internal sealed class InputEndpoints(InputLinks links, ArtifactFolder files, TimeProvider time)
{
    private const string BadLink = "This link is not valid, or its day is over.";
    private const string Gone = "This picture is no longer kept.";

    public async Task ServeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await ApixoErrors.WriteAsync(context, StatusCodes.Status405MethodNotAllowed);
            return;
        }

        // :: Step 1: the signature, over exactly the two parameters that it covers.
        var query = request.Query;
        var expires = query["expires"];
        if (query.Count != 2 || expires.Count != 1 || query["signature"].Count != 1
            || !links.IsSigned(request.Path, expires, query["signature"])
            || !long.TryParse(expires, out var until) || time.GetUtcNow().ToUnixTimeSeconds() >= until)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status403Forbidden, BadLink);
            return;
        }

        // :: Step 2: the file. The signature covers the name, so it is one that we wrote: a hash and an ending.
        var name = request.Path.Value![InputLinks.PathPrefix.Length..];
        var sha256 = Path.GetFileNameWithoutExtension(name);
        var mediaType = InputLinks.MediaTypeOf(Path.GetExtension(name).TrimStart('.'));
        var file = new FileInfo(files.PathOf(sha256));
        if (mediaType is null || !file.Exists)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status410Gone, Gone);
            return;
        }

        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "private, max-age=86400, immutable";
        headers.ContentDisposition = $"inline; filename=\"{name}\"";
        await Results.File(
            file.FullName,
            mediaType,
            lastModified: file.LastWriteTimeUtc,
            entityTag: new EntityTagHeaderValue($"\"{sha256}\""),
            enableRangeProcessing: true).ExecuteAsync(context);
    }
}

/// <summary>Maps <see cref="InputEndpoints"/>.</summary>
internal static class InputRoutes
{
    public static void MapInputs(this IEndpointRouteBuilder endpoints) => endpoints.Map(
        InputLinks.PathPrefix + "{name}", ActivatorUtilities.CreateInstance<InputEndpoints>(endpoints.ServiceProvider).ServeAsync);
}
