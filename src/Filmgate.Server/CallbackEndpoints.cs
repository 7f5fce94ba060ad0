using Filmgate.Dialects.Apixo;
using Filmgate.Engine.Lifecycle;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Server;

/// <summary>
/// Takes what providers post about an attempt. The token in the path says which; the body is read, so that the sender sees its post
/// arrive, and thrown away, because only the provider's own API is believed.
/// </summary>
internal sealed class CallbackEndpoints(CallbackLinks links, CallbackHints hints)
{
    private const int BodyLengthMax = 1024 * 1024;

    public async Task TakeAsync(HttpContext context)
    {
        // :: Step 1: who may post here. A forged token is a path that does not exist.
        if (context.Request.RouteValues["token"] is not string token || !links.TryRead(token, out var task, out var attempt))
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound);
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method) && !HttpMethods.IsPut(context.Request.Method))
        {
            context.Response.Headers.Allow = "POST, PUT";
            await ApixoErrors.WriteAsync(context, StatusCodes.Status405MethodNotAllowed);
            return;
        }

        // :: Step 2: the hint, before the body: a body that drips or never ends must not hold it up.
        hints.Note(task, attempt);
        if (await DrainAsync(context))
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            return;
        }

        context.Response.Headers.Connection = "close";
        await ApixoErrors.WriteAsync(context, StatusCodes.Status413PayloadTooLarge);
    }

    private static async Task<bool> DrainAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        long seen = 0;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            seen += read.Buffer.Length;
            reader.AdvanceTo(read.Buffer.End);
            if (seen > BodyLengthMax)
            {
                return false;
            }

            if (read.IsCompleted)
            {
                return true;
            }
        }
    }
}

/// <summary>Maps <see cref="CallbackEndpoints"/>.</summary>
internal static class CallbackRoutes
{
    public static void MapProviderCallbacks(this IEndpointRouteBuilder endpoints) => endpoints.Map(
        CallbackLinks.PathPrefix + "{token}", ActivatorUtilities.CreateInstance<CallbackEndpoints>(endpoints.ServiceProvider).TakeAsync);
}
