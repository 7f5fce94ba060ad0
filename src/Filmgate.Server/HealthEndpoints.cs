using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Server;

/// <summary>What an orchestrator asks: is the process alive, and may it get traffic.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/live", (RequestDelegate)(context => context.Response.WriteAsync("live")));
        endpoints.MapGet("/ready", (RequestDelegate)(context => AnswerReadyAsync(context, endpoints.ServiceProvider)));
    }

    private static async Task AnswerReadyAsync(HttpContext context, IServiceProvider services)
    {
        if (await services.GetRequiredService<Readiness>().WhyNotAsync(context.RequestAborted) is { } reason)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, $"Not ready: {reason}.");
            return;
        }

        await context.Response.WriteAsync("ready");
    }
}
