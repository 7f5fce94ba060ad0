using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Http;

/// <summary>The answer to a request that no route takes.</summary>
public static class UnmatchedRoutes
{
    /// <summary>
    /// Maps a catch-all that answers in the error form of the surface that the path belongs to. A catch-all hides the router's own 405 and
    /// 415, so it looks itself whether the path exists for another method (405 with <c>Allow</c>) or another content type (415).
    /// </summary>
    public static IEndpointRouteBuilder MapUnmatched(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var forms = endpoints.ServiceProvider.GetRequiredService<ErrorForms>();
        endpoints.Map("/{**path}", context => forms.For(context.Request.Path).WriteAsync(context, Refuse(context))).WithOrder(int.MaxValue);
        return endpoints;
    }

    private static Refusal Refuse(HttpContext context)
    {
        var allowed = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var endpoint in context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints)
        {
            if (endpoint is RouteEndpoint { Order: < int.MaxValue } route
                && route.Metadata.GetMetadata<IHttpMethodMetadata>() is { } metadata
                && Matches(route, context.Request.Path))
            {
                allowed.UnionWith(metadata.HttpMethods);
            }
        }

        if (allowed.Count == 0)
        {
            return new Refusal(RefusalKind.NotFound, "There is nothing at this address.");
        }

        // The router knows path and method and still chose none: only the type of the body is left to object to.
        if (allowed.Contains(context.Request.Method))
        {
            return new Refusal(RefusalKind.MediaType, "Content-Type must be application/json (charset utf-8).");
        }

        return new Refusal(RefusalKind.Method, "The method is not allowed here; the Allow header names those that are.") { Allow = string.Join(", ", allowed) };
    }

    private static bool Matches(RouteEndpoint route, PathString path) =>
        new TemplateMatcher(new RouteTemplate(route.RoutePattern), []).TryMatch(path, []);
}
