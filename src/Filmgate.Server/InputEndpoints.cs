using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine.Artifacts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Server;

/// <summary>
/// Serves the pictures of submitted tasks to the providers that were given a signed link. A link is made for a task's pictures only, and
/// a file outlives its last row by no more than a link lasts, so whoever holds one sees nothing else.
/// </summary>
internal sealed class InputEndpoints(InputLinks links, IArtifactStore files, TimeProvider time)
{
    private const string BadLink = "This link is not valid, or its day is over.";
    private const string Gone = "This picture is no longer kept.";

    public async Task ServeAsync(HttpContext context)
    {
        if (!await SignedLink.AdmitAsync(context, links.IsSigned, time, BadLink))
        {
            return;
        }

        // The signature covers the name, so it is one that we wrote: a hash and an ending.
        var name = context.Request.Path.Value![InputLinks.PathPrefix.Length..];
        var sha256 = Path.GetFileNameWithoutExtension(name);
        var mediaType = InputLinks.MediaTypeOf(Path.GetExtension(name).TrimStart('.'));
        if (mediaType is null || await files.FindAsync(sha256, context.RequestAborted) is not { } file)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status410Gone, Gone);
            return;
        }

        // Never a redirect: not every provider follows one, and none says so.
        await FileAnswer.SendAsync(context, file, mediaType, name);
    }
}

/// <summary>Maps <see cref="InputEndpoints"/>.</summary>
internal static class InputRoutes
{
    public static void MapInputs(this IEndpointRouteBuilder endpoints) => endpoints.Map(
        InputLinks.PathPrefix + "{name}", ActivatorUtilities.CreateInstance<InputEndpoints>(endpoints.ServiceProvider).ServeAsync);
}
