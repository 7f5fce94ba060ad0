using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine.Artifacts;
using Filmgate.Model.Identity;
using Filmgate.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Filmgate.Server;

/// <summary>
/// Serves clips and posters to whoever holds a signed link. The link is the only key: nothing of it names a path on the disk,
/// and ids are looked up, never joined.
/// </summary>
internal sealed partial class ArtifactEndpoints(
    ClipLinks links, IClipStore clips, ArtifactFolder files, TimeProvider time, ILogger<ArtifactEndpoints> log)
{
    private const string BadLink = "This link is not valid. Read the task again for a fresh one.";
    private const string Gone = "This file is no longer kept.";

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

        // :: Step 2: the row says which file, if it is still kept.
        var name = request.Path.Value![ClipLinks.PathPrefix.Length..];
        var wantsPoster = name.EndsWith(ClipLinks.PosterEnding, StringComparison.Ordinal);
        var record = await clips.FindAsync(new ClipId(Path.GetFileNameWithoutExtension(name)), context.RequestAborted);
        var sha256 = wantsPoster ? record?.Clip.PosterSha256 : record?.Clip.Sha256;
        if (record is null || sha256 is null)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound);
            return;
        }

        // :: Step 3: the file. A short one is never served as if it were whole.
        var file = new FileInfo(files.PathOf(sha256));
        if (record.IsDeleted || !file.Exists || (!wantsPoster && file.Length != record.Clip.Length))
        {
            if (!record.IsDeleted)
            {
                LogDamaged(record.Clip.Id.Value);
            }

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
            wantsPoster ? "image/jpeg" : "video/mp4",
            lastModified: file.LastWriteTimeUtc,
            entityTag: new EntityTagHeaderValue($"\"{sha256}\""),
            enableRangeProcessing: true).ExecuteAsync(context);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The file of clip {Clip} is missing or has another length than it was stored with.")]
    private partial void LogDamaged(string clip);
}

/// <summary>Maps <see cref="ArtifactEndpoints"/>.</summary>
internal static class ArtifactRoutes
{
    public static void MapArtifacts(this IEndpointRouteBuilder endpoints) => endpoints.Map(
        ClipLinks.PathPrefix + "{name}", ActivatorUtilities.CreateInstance<ArtifactEndpoints>(endpoints.ServiceProvider).ServeAsync);
}
