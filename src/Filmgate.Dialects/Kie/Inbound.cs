using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.Kie;

/// <summary>The inbound surface of kie's job API.</summary>
public static class KieInbound
{
    private const string ClipPath = "/artifacts/";

    /// <summary>Maps the API under <c>/kie</c>. The services that it takes must be singletons.</summary>
    public static IEndpointRouteBuilder MapKie(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var desk = services.GetRequiredService<ITaskDesk>();
        var address = services.GetRequiredService<IPublicAddress>();
        var secrets = services.GetRequiredService<ICallbackSecrets>();
        var door = new CallerDoor(services.GetRequiredService<IKeyRing>(), services.GetRequiredService<IRateGate>(), KieErrorForm.Instance, "tasks");
        var jobs = new JobEndpoints(desk);
        var catalog = new CatalogEndpoints(desk);
        Map(Wire.CreatePath, HttpMethods.Post, jobs.CreateAsync);
        Map(Wire.ReadPath, HttpMethods.Get, jobs.ReadAsync);
        Map(Wire.CreditPath, HttpMethods.Get, catalog.ReadCreditAsync);
        Map(Wire.ModelsPath, HttpMethods.Get, CatalogEndpoints.ListAsync);
        Map(Wire.ModelsPath + "/{**model}", HttpMethods.Get, CatalogEndpoints.ReadAsync);
        Map(Wire.DownloadPath, HttpMethods.Post, (context, _) => CatalogEndpoints.ReadDownloadAsync(context, address.Value + ClipPath));

        // Ours: at the vendor the secret is made in the console.
        Map(Wire.SecretPath, HttpMethods.Get, (context, caller) =>
        {
            JobEndpoints.Answer(context.Response, json => json.WriteStringValue(CallbackFormat.SecretText(secrets, caller.Account)));
            return Task.CompletedTask;
        });
        return endpoints;

        void Map(string path, string method, Func<HttpContext, Caller, Task> answer) => endpoints.Map(Wire.Mount + path, door.For(method, answer));
    }
}
