using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine.Artifacts;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Server;

/// <summary>
/// Serves clips and posters to whoever holds a signed link. The link is the only key: nothing of it names a path on the disk,
/// and ids are looked up, never joined.
/// </summary>
internal sealed class ArtifactEndpoints(ClipLinks links, IClipFiles files, TimeProvider time)
{
    private const string BadLink = "This link is not valid. Read the task again for a fresh one.";
    private const string Gone = "This file is no longer kept.";

    public async Task ServeAsync(HttpContext context)
    {
        if (!await SignedLink.AdmitAsync(context, links.IsSigned, time, BadLink))
        {
            return;
        }

        var name = context.Request.Path.Value![ClipLinks.PathPrefix.Length..];
        var part = name.EndsWith(ClipLinks.PosterEnding, StringComparison.Ordinal) ? ClipPart.Poster : ClipPart.Video;
        switch (await files.FindAsync(new ClipId(Path.GetFileNameWithoutExtension(name)), part, context.RequestAborted))
        {
            case ClipFileOutcome.Found found:
                await FileAnswer.SendOrRedirectAsync(context, found, name);
                break;
            case ClipFileOutcome.Absent:
                await ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound);
                break;
            case ClipFileOutcome.Gone:
                await ApixoErrors.WriteAsync(context, StatusCodes.Status410Gone, Gone);
                break;
        }
    }
}

/// <summary>Maps <see cref="ArtifactEndpoints"/>.</summary>
internal static class ArtifactRoutes
{
    public static void MapArtifacts(this IEndpointRouteBuilder endpoints) => endpoints.Map(
        ClipLinks.PathPrefix + "{name}", ActivatorUtilities.CreateInstance<ArtifactEndpoints>(endpoints.ServiceProvider).ServeAsync);
}
