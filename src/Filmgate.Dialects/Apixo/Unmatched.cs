using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Apixo;

/// <summary>The answer to a request that no route takes.</summary>
public static class ApixoUnmatched
{
    /// <summary>
    /// Maps a catch-all that answers in the task API's error shape. A catch-all hides the router's own 405 and 415, so
    /// it looks itself whether the path exists for another method (405 with <c>Allow</c>) or another content type (415).
    /// </summary>
    public static IEndpointRouteBuilder MapApixoUnmatched(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.Map("/{**path}", AnswerAsync).WithOrder(int.MaxValue);
        return endpoints;
    }

    private static Task AnswerAsync(HttpContext context)
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
            return ApixoErrors.WriteAsync(context, StatusCodes.Status404NotFound);
        }

        // The router knows path and method and still chose none: only the type of the body is left to object to.
        if (allowed.Contains(context.Request.Method))
        {
            return ApixoErrors.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType);
        }

        context.Response.Headers.Allow = string.Join(", ", allowed);
        return ApixoErrors.WriteAsync(context, StatusCodes.Status405MethodNotAllowed);
    }

    private static bool Matches(RouteEndpoint route, PathString path) =>
        new TemplateMatcher(new RouteTemplate(route.RoutePattern), []).TryMatch(path, []);
}
