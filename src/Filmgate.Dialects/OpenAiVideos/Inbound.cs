using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>The inbound surface of OpenAI's Videos API.</summary>
public static class OpenAiVideosInbound
{
    /// <summary>Maps the API under <c>/v1</c>, each path with and without a trailing slash.</summary>
    public static IEndpointRouteBuilder MapOpenAiVideos(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var services = endpoints.ServiceProvider;
        var desk = services.GetRequiredService<ITaskDesk>();
        var door = new CallerDoor(
            services.GetRequiredService<IKeyRing>(), services.GetRequiredService<IRateGate>(), OpenAiErrorForm.Instance, "videos");
        var creation = new CreationEndpoint(desk);
        var videos = new VideoEndpoints(desk);
        var content = new ContentEndpoint(videos, services.GetRequiredService<IClipFiles>());
        const string one = Wire.VideosPath + "/{" + Wire.IdSegment + "}";

        Map(Wire.VideosPath, (HttpMethods.Post, creation.CreateAsync), (HttpMethods.Get, videos.ListAsync));
        Map(one, (HttpMethods.Get, videos.ReadAsync), (HttpMethods.Delete, videos.DeleteAsync));
        Map(one + Wire.ContentPath, (HttpMethods.Get, content.SendAsync), (HttpMethods.Head, content.SendAsync));
        Map(one + Wire.RemixPath, (HttpMethods.Post, VideoEndpoints.RefuseOperationAsync));
        Map(Wire.VideosPath + Wire.EditsPath, (HttpMethods.Post, VideoEndpoints.RefuseOperationAsync));
        Map(Wire.VideosPath + Wire.ExtensionsPath, (HttpMethods.Post, VideoEndpoints.RefuseOperationAsync));
        Map(Wire.VideosPath + Wire.CharactersPath, (HttpMethods.Post, VideoEndpoints.RefuseCharactersAsync));
        Map(Wire.VideosPath + Wire.CharactersPath + "/{" + Wire.IdSegment + "}", (HttpMethods.Get, VideoEndpoints.RefuseCharactersAsync));
        Map(Wire.SecretPath, (HttpMethods.Get, new SecretEndpoint(services.GetRequiredService<ICallbackSecrets>()).ReadAsync));
        Map(Wire.ModelsPath, (HttpMethods.Get, ModelEndpoints.ListAsync));
        Map(Wire.ModelsPath + "/{" + Wire.IdSegment + "}", (HttpMethods.Get, ModelEndpoints.ReadAsync));
        return endpoints;

        void Map(string path, params IReadOnlyCollection<(string Method, Func<HttpContext, Caller, Task> Answer)> answers) =>
            endpoints.Map(Wire.Base + path, door.For(answers));
    }
}
