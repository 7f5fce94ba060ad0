using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

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
        try
        {
            var accounts = (IAccountStore)services.GetService(typeof(IAccountStore))!;
            if (await accounts.AnyAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync("ready");
                return;
            }
        }
        catch (StoreUnavailableException)
        {
            // Worded below, the same for every reason.
        }

        await ApixoErrors.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "Not ready: the store is out of reach.");
    }
}
