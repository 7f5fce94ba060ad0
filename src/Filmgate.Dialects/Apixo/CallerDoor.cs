using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>The door before every endpoint that needs the key of an account.</summary>
/// <param name="keys">Checks keys.</param>
/// <param name="gate">Counts requests.</param>
/// <param name="owned">What stands behind the door, such as <c>tasks</c>; an admin key is told that it owns none.</param>
internal sealed class CallerDoor(IKeyRing keys, IRateGate gate, string owned)
{
    /// <summary>
    /// Puts method, key and rate before an endpoint. The method is checked here and not by the router, whose own 405 has no
    /// body and is lost as soon as a catch-all route exists.
    /// </summary>
    public RequestDelegate For(string method, Func<HttpContext, Caller, Task> answer) => async context =>
    {
        if (!HttpMethods.Equals(context.Request.Method, method))
        {
            await ApixoErrors.WriteMethodAsync(context, method);
            return;
        }

        // Looking up a key or a task is short and is not worth a cancellation source per request.
        var key = Credentials.Read(context.Request.Headers);
        var caller = key is null ? null : await keys.AuthenticateAsync(key, context.Connection.RemoteIpAddress, CancellationToken.None);
        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await ApixoErrors.WriteAsync(context, StatusCodes.Status401Unauthorized);
            return;
        }

        if (caller.Kind == KeyKind.Admin)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status403Forbidden, $"An admin key owns no {owned}. Use a key that begins with fg_live_ or fg_test_.");
            return;
        }

        // Mostly answered from memory, so this waits for nothing.
        var rate = await gate.TakeAsync(caller.Account, CancellationToken.None);
        if (!rate.IsAllowed)
        {
            WaitHeaders.Write(context.Response, rate.Limit, rate.Reset);
            await ApixoErrors.WriteAsync(
                context,
                StatusCodes.Status429TooManyRequests,
                $"The account has used its {rate.Limit} requests of this minute; the Retry-After header says when the next one begins.");
            return;
        }

        await answer(context, caller);
    };
}
