using System.Buffers;
using Filmgate.Dialects.Apixo;
using Filmgate.Engine.Lifecycle;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Server;

/// <summary>
/// Takes what providers post about an attempt. The token in the path says which. The body is read, so that the sender sees its post arrive,
/// and at most the provider's id of the task is taken out of it: only the provider's own API is believed.
/// </summary>
internal sealed class CallbackEndpoints(CallbackLinks links, CallbackHints hints)
{
    private const int BodyLengthMax = 1024 * 1024;

    // A whole prediction with a picture in it as text, which is the largest post that says anything.
    private const int BodyKeptMax = 512 * 1024;

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
        if (await ReadAsync(context) is { } body)
        {
            if (body.Length > 0)
            {
                hints.Hear(task, attempt, body);
            }

            context.Response.StatusCode = StatusCodes.Status200OK;
            return;
        }

        context.Response.Headers.Connection = "close";
        await ApixoErrors.WriteAsync(context, StatusCodes.Status413PayloadTooLarge);
    }

    // The body as far as it is kept: nothing of one that is longer than any that says something, and null for one that is longer than any.
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        var kept = new ArrayBufferWriter<byte>();
        long seen = 0;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            seen += read.Buffer.Length;
            if (seen <= BodyKeptMax)
            {
                foreach (var piece in read.Buffer)
                {
                    kept.Write(piece.Span);
                }
            }

            reader.AdvanceTo(read.Buffer.End);
            if (seen > BodyLengthMax)
            {
                return null;
            }

            if (read.IsCompleted)
            {
                return seen <= BodyKeptMax ? kept.WrittenMemory : ReadOnlyMemory<byte>.Empty;
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
