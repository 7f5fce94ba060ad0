using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Apixo;

/// <summary>The inbound surface of the task API.</summary>
public static class ApixoInbound
{
    /// <summary>
    /// Maps the task API under <c>/api/v1</c>, each path with and without a trailing slash. <see cref="ITaskDesk"/> and
    /// <see cref="IKeyRing"/> are taken once, so they must be singletons: a scope per request costs as much as the answer.
    /// </summary>
    public static IEndpointRouteBuilder MapApixo(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var tasks = new TaskEndpoints(
            endpoints.ServiceProvider.GetRequiredService<ITaskDesk>(), endpoints.ServiceProvider.GetRequiredService<IKeyRing>());

        // The router takes a path with a trailing slash for the same path. The served model has routes of its own, which
        // capture nothing: a captured segment costs three allocations on each status read.
        endpoints.Map($"{Wire.Base}/generateTask/{GenerationRules.Model}", tasks.For(HttpMethods.Post, tasks.CreateAsync));
        endpoints.Map($"{Wire.Base}/generateTask/{{model}}", tasks.For(HttpMethods.Post, TaskEndpoints.RefuseModelAsync));
        endpoints.Map($"{Wire.Base}/statusTask/{GenerationRules.Model}", tasks.For(HttpMethods.Get, tasks.ReadStatusAsync));
        endpoints.Map($"{Wire.Base}/statusTask/{{model}}", tasks.For(HttpMethods.Get, TaskEndpoints.RefuseModelAsync));
        endpoints.Map(Wire.Base + "/apikeys/current-balance", tasks.For(HttpMethods.Get, tasks.ReadBalanceAsync));
        endpoints.Map(Wire.Base + "/tasks/{id}", tasks.For(HttpMethods.Get, tasks.ReadDetailsAsync));
        return endpoints;
    }
}
