using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Kling;

/// <summary>The inbound surface of Kling's video API.</summary>
public static class KlingInbound
{
    /// <summary>
    /// Maps creation, list and read of both kinds of task under each base, each path with and without a trailing slash.
    /// <see cref="ITaskDesk"/>, <see cref="IKeyRing"/> and <see cref="IRateGate"/> are taken once, so they must be singletons.
    /// </summary>
    public static IEndpointRouteBuilder MapKling(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var keys = services.GetRequiredService<IKeyRing>();
        var signIn = new SignIn(keys, services.GetRequiredService<TimeProvider>());
        var door = new CallerDoor(keys, services.GetRequiredService<IRateGate>(), KlingErrorForm.Instance, "tasks", signIn.AuthenticateAsync);
        foreach (var kind in TaskKind.All)
        {
            var tasks = new TaskEndpoints(services.GetRequiredService<ITaskDesk>(), kind);
            var all = door.For((HttpMethods.Post, tasks.CreateAsync), (HttpMethods.Get, tasks.ListAsync));
            var one = door.For(HttpMethods.Get, tasks.ReadAsync);
            foreach (var place in Wire.Bases)
            {
                endpoints.Map($"{place}/{kind.Name}", all);
                endpoints.Map($"{place}/{kind.Name}/{{{TaskEndpoints.IdSegment}}}", one);
            }
        }

        return endpoints;
    }
}
