using Filmgate.Dialects.Apixo;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server;

/// <summary>The door before files that a signed link gives out: no key, but a signature over path and expiry.</summary>
internal static class SignedLink
{
    /// <summary>Lets a GET or HEAD with a good signature pass; refuses others.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isSigned">Whether a signature is ours for a path and an expiry.</param>
    /// <param name="time">The clock.</param>
    /// <param name="refusal">What a caller with a bad link is told.</param>
    /// <returns>Whether it passes; if not, the refusal is written.</returns>
    public static async ValueTask<bool> AdmitAsync(HttpContext context, Func<string, string?, string?, bool> isSigned, TimeProvider time, string refusal)
    {
        var request = context.Request;
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await ApixoErrors.WriteAsync(context, StatusCodes.Status405MethodNotAllowed);
            return false;
        }

        // The signature covers exactly two parameters, so there are no others.
        var query = request.Query;
        var expires = query["expires"];
        if (query.Count != 2 || expires.Count != 1 || query["signature"].Count != 1
            || !isSigned(request.Path.Value!, expires, query["signature"])
            || !long.TryParse(expires, out var until) || time.GetUtcNow().ToUnixTimeSeconds() >= until)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status403Forbidden, refusal);
            return false;
        }

        return true;
    }
}
