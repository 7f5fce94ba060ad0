using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;

namespace Filmgate.Dialects.Replicate;

/// <summary>The inbound surface of Replicate's HTTP API.</summary>
public static class ReplicateInbound
{
    private const string TokenScheme = "Token ", BearerScheme = "Bearer ";

    /// <summary>Maps the API under <c>/replicate/v1</c>. The services that it takes must be singletons.</summary>
    public static IEndpointRouteBuilder MapReplicate(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var address = services.GetRequiredService<IPublicAddress>();
        var time = services.GetRequiredService<TimeProvider>();
        var uploads = services.GetRequiredService<IUploadDesk>();
        var fileAddresses = new FileAddresses(address, uploads);
        var predictions = new PredictionEndpoints(
            services.GetRequiredService<ITaskDesk>(),
            new RequestReader(fileAddresses.Resolve),
            new PredictionBody(address),
            new UnheardCreations(time),
            time,
            services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None);
        var models = new ModelEndpoints(new ModelBody(address));
        var files = new FileEndpoints(uploads, fileAddresses);
        var account = new AccountEndpoints(services.GetRequiredService<ICallbackSecrets>());
        const string Model = $"{Wire.Models}/{{{Wire.OwnerSegment}}}/{{{Wire.NameSegment}}}", Id = $"/{{{Wire.IdSegment}}}";

        var keys = services.GetRequiredService<IKeyRing>();
        var door = new CallerDoor(
            keys, services.GetRequiredService<IRateGate>(), ReplicateErrorForm.Instance, "predictions",
            context => CallerDoor.AuthenticateAsync(keys, context, ReadKey(context.Request.Headers)));

        Map(Wire.Predictions, (HttpMethods.Get, predictions.ListAsync), (HttpMethods.Post, predictions.CreateByVersionAsync));
        Map(Wire.Predictions + Id, (HttpMethods.Get, predictions.ReadAsync));
        Map(Wire.Predictions + Id + "/cancel", (HttpMethods.Post, predictions.CancelAsync));
        Map(Model + Wire.Predictions, (HttpMethods.Post, predictions.CreateOnModelAsync));
        Map(Wire.Models, (HttpMethods.Get, models.ListAsync));
        Map(Model, (HttpMethods.Get, models.ReadAsync));
        Map(Model + Wire.Versions, (HttpMethods.Get, ModelEndpoints.ListVersionsAsync));
        Map(Model + Wire.Versions + Id, (HttpMethods.Get, ModelEndpoints.ReadVersionAsync));
        Map(Wire.Files, (HttpMethods.Get, files.ListAsync), (HttpMethods.Post, files.CreateAsync));
        Map(Wire.Files + Id, (HttpMethods.Get, files.ReadAsync), (HttpMethods.Delete, files.DeleteAsync));
        Map("/webhooks/default/secret", (HttpMethods.Get, account.ReadSecretAsync));
        Map("/account", (HttpMethods.Get, AccountEndpoints.ReadAsync));
        return endpoints;

        void Map(string path, params (string Method, Func<HttpContext, Caller, Task> Answer)[] answers) =>
            endpoints.Map(Wire.Base + path, door.For(answers));
    }

    // The vendor's own examples of file requests still say Token where all others say Bearer.
    private static string? ReadKey(IHeaderDictionary headers)
    {
        var sent = headers.Authorization;
        return sent.Count == 1 && sent[0] is { } header && header.StartsWith(TokenScheme, StringComparison.OrdinalIgnoreCase)
            ? Credentials.Read(new HeaderDictionary { [HeaderNames.Authorization] = string.Concat(BearerScheme, header.AsSpan(TokenScheme.Length)) })
            : Credentials.Read(headers);
    }
}
