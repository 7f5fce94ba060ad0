using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Filmgate.Dialects.Fal;

/// <summary>The inbound surface of fal: its three hosts as paths, and the one address of the proxy mode.</summary>
public static class FalInbound
{
    private const string NoTarget =
        $"Invalid request: the header {Wire.TargetUrl} must name an https address of {Wire.QueueHost}, {Wire.RunHost} or {Wire.RestHost}.";

    private static readonly Refusal Nothing = new(RefusalKind.NotFound, "There is nothing at this address.");

    /// <summary>Maps fal under <c>/fal</c>. The services that it takes must be singletons, as for every surface.</summary>
    public static IEndpointRouteBuilder MapFal(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var desk = services.GetRequiredService<ITaskDesk>();
        var uploads = services.GetRequiredService<IUploadDesk>();
        var time = services.GetRequiredService<TimeProvider>();
        var address = services.GetRequiredService<IPublicAddress>();
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

        var maker = new RequestMaker(desk);
        var view = new QueueView(desk, address);
        var queue = new QueueEndpoints(desk, maker, view);
        var storage = new StorageEndpoints(uploads, new PartedUploads(uploads.LengthMax, time), address);
        var keySet = services.GetRequiredService<WebhookKey>().KeySet;
        var answers = Answers(services, queue, new StatusStream(desk, view, time, stopping), new RunEndpoint(desk, maker, view, stopping), storage, keySet);

        foreach (var mount in new[] { Wire.QueueMount, Wire.RunMount, Wire.RestMount })
        {
            endpoints.Map($"{mount}/{{**path}}", context => AnswerAsync(context, Call.Read(context.Request, mount)));
        }

        endpoints.Map(Wire.ProxyPath, context => Call.HasTarget(context.Request)
            ? AnswerAsync(context, Call.ReadProxied(context.Request))
            : RefuseTargetAsync(context));
        endpoints.Map(Wire.Mount + Wire.JwksPath, answers[CallKind.Keys]);

        // The signature in the address is the right; there is no key to ask for.
        endpoints.Map($"{Wire.FilesPath}/{{{StorageEndpoints.TicketSegment}}}", Only(HttpMethods.Put, storage.PutAsync));
        endpoints.Map($"{Wire.PartsPath}/{{{StorageEndpoints.TicketSegment}}}/{{{StorageEndpoints.PartSegment}}}", Only(HttpMethods.Put, storage.PutPartAsync));
        endpoints.Map($"{Wire.PartsPath}/{{{StorageEndpoints.TicketSegment}}}/{Wire.CompletePart}", Only(HttpMethods.Post, storage.CompleteAsync));
        return endpoints;

        Task AnswerAsync(HttpContext context, Call? call)
        {
            if (call is null)
            {
                return FalErrorForm.Instance.WriteAsync(context, Nothing);
            }

            context.Features.Set(call);
            return answers[call.Kind](context);
        }
    }

    private static Dictionary<CallKind, RequestDelegate> Answers(
        IServiceProvider services, QueueEndpoints queue, StatusStream stream, RunEndpoint run, StorageEndpoints storage, ReadOnlyMemory<byte> keySet)
    {
        var keys = services.GetRequiredService<IKeyRing>();
        var door = new CallerDoor(
            keys, services.GetRequiredService<IRateGate>(), FalErrorForm.Instance, "requests", context => KeyHeader.AuthenticateAsync(keys, context));
        return new()
        {
            [CallKind.Submit] = door.For(HttpMethods.Post, queue.SubmitAsync),
            [CallKind.Status] = door.For(HttpMethods.Get, queue.ReadStatusAsync),
            [CallKind.Stream] = door.For(HttpMethods.Get, stream.WriteAsync),
            [CallKind.Result] = door.For(HttpMethods.Get, queue.ReadResultAsync),
            [CallKind.Cancel] = door.For(HttpMethods.Put, queue.CancelAsync),
            [CallKind.Run] = door.For(HttpMethods.Post, run.RunAsync),
            [CallKind.InitiateUpload] = door.For(HttpMethods.Post, storage.InitiateAsync),
            [CallKind.InitiateParts] = door.For(HttpMethods.Post, storage.InitiatePartsAsync),
            [CallKind.Keys] = Only(HttpMethods.Get, context => WriteKeysAsync(context, keySet)),
        };
    }

    private static Task WriteKeysAsync(HttpContext context, ReadOnlyMemory<byte> keySet)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = keySet.Length;
        context.Response.Headers.CacheControl = "public, max-age=3600";
        return context.Response.Body.WriteAsync(keySet).AsTask();
    }

    // The official proxy says 400, which no kind of refusal is in fal's form.
    private static Task RefuseTargetAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        FalErrors.WriteDetail(context.Response, ErrorForm.RequestId(context), NoTarget);
        return Task.CompletedTask;
    }

    private static RequestDelegate Only(string method, RequestDelegate answer) => context =>
        HttpMethods.Equals(context.Request.Method, method)
            ? answer(context)
            : FalErrorForm.Instance.WriteAsync(
                context, new Refusal(RefusalKind.Method, $"The method {context.Request.Method} is not allowed here; use {method}.") { Allow = method });
}
