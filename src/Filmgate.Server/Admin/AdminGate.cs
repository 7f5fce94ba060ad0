using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Admin;

/// <summary>
/// The door of the admin API. Each endpoint is a plain function of request and caller that runs behind it, so an endpoint without a
/// checked admin key cannot be written down.
/// </summary>
internal sealed class AdminGate(IKeyRing keys)
{
    private const string NoAdminKey = "This key may not administer. Use a key that begins with fg_admin_.";

    /// <summary>Puts method and key before the endpoints of one path.</summary>
    public RequestDelegate For(params (string Method, Func<HttpContext, Caller, Task> Answer)[] endpoints) => async context =>
    {
        // An answer may hold a new key's secret, and no cache between here and the administrator is to keep that.
        context.Response.Headers.CacheControl = "no-store";
        var (method, answer) = endpoints.FirstOrDefault(endpoint => HttpMethods.Equals(context.Request.Method, endpoint.Method));
        if (method is null)
        {
            var allowed = endpoints.Select(endpoint => endpoint.Method).ToArray();
            context.Response.Headers.Allow = string.Join(", ", allowed);
            await ApixoErrors.WriteAsync(
                context,
                StatusCodes.Status405MethodNotAllowed,
                $"The method {context.Request.Method} is not allowed here; use {string.Join(" or ", allowed)}.");
            return;
        }

        var key = Credentials.Read(context.Request.Headers);
        var caller = key is null ? null : await keys.AuthenticateAsync(key, context.Connection.RemoteIpAddress, CancellationToken.None);
        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await ApixoErrors.WriteAsync(context, StatusCodes.Status401Unauthorized);
            return;
        }

        if (caller.Kind != KeyKind.Admin)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status403Forbidden, NoAdminKey);
            return;
        }

        await answer(context, caller);
    };
}
