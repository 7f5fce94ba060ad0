using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine.Webhooks;
using Filmgate.Model.Gateway;
using Filmgate.Model.Identity;
using Filmgate.Server.Admin;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Server.Webhooks;

/// <summary>The routes below <c>/api/v1/webhooks</c>, from <see cref="WebhookOperations"/>.</summary>
internal static class WebhookRoutes
{
    public static void MapWebhooks(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var door = new CallerDoor(services.GetRequiredService<IKeyRing>(), services.GetRequiredService<IRateGate>(), ApixoErrorForm.Instance, "webhooks");
        var desk = services.GetRequiredService<WebhookDesk>();
        var receivers = new EndpointAnswers(desk);
        var deliveries = new DeliveryAnswers(desk);
        (Operation Operation, Func<HttpContext, Caller, Task> Answer)[] answers =
        [
            (WebhookOperations.ReadSecret, receivers.ReadSecretAsync),
            (WebhookOperations.ListEndpoints, receivers.ListAsync),
            (WebhookOperations.CreateEndpoint, receivers.CreateAsync),
            (WebhookOperations.ReadEndpoint, receivers.ShowAsync),
            (WebhookOperations.UpdateEndpoint, receivers.UpdateAsync),
            (WebhookOperations.DeleteEndpoint, receivers.DeleteAsync),
            (WebhookOperations.RotateSecret, receivers.RotateAsync),
            (WebhookOperations.TestEndpoint, receivers.TestAsync),
            (WebhookOperations.ListDeliveries, (context, caller) => deliveries.ListAsync(context, caller.Account)),
            (WebhookOperations.ReadDelivery, (context, caller) => deliveries.ShowAsync(context, caller.Account, Delivery(context))),
            (WebhookOperations.ResendDelivery, (context, caller) => deliveries.ResendAsync(context, caller.Account, Delivery(context))),
            (WebhookOperations.Replay, (context, caller) => deliveries.ReplayAsync(context, caller.Account)),
        ];
        foreach (var path in answers.GroupBy(answer => answer.Operation.Path))
        {
            var open = door.For([.. path.Select(answer => (answer.Operation.Method, answer.Answer))]);
            endpoints.Map(path.Key, context => NotKept(context, open)).WithMetadata([.. path.Select(answer => answer.Operation)]);
        }
    }

    private static DeliveryId Delivery(HttpContext context) => new(AdminRoutes.Id(context));

    // An answer may hold a secret, and no cache between here and its owner is to keep that.
    private static Task NotKept(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.CacheControl = "no-store";
        return next(context);
    }
}
