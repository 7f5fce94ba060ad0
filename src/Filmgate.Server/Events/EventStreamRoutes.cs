using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine.Events;
using Filmgate.Model.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Filmgate.Server.Events;

/// <summary>The routes that answer with server-sent events, from <see cref="StreamOperations"/>.</summary>
internal static class EventStreamRoutes
{
    public static void MapEventStreams(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var open = services.GetRequiredService<OpenStreams>();
        var stream = new EventStream(services.GetRequiredService<TimeProvider>(), services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        var task = new TaskStream(services.GetRequiredService<ITaskDesk>(), open, stream);
        var account = new AccountStream(services.GetRequiredService<EventFeeds>(), open, stream);
        Map(StreamOperations.WatchTask, "tasks", task.AnswerAsync);
        Map(StreamOperations.ListenToEvents, "events", account.AnswerAsync);

        void Map(Operation operation, string owned, Func<HttpContext, Caller, Task> answer)
        {
            var door = new CallerDoor(services.GetRequiredService<IKeyRing>(), services.GetRequiredService<IRateGate>(), ApixoErrorForm.Instance, owned);
            endpoints.Map(operation.Path, door.For(operation.Method, answer)).WithMetadata(operation);
        }
    }

    /// <summary>What a request says that its client got last; null without it. A header that is given twice is no id.</summary>
    public static string? LastId(HttpContext context) => context.Request.Headers[EventStream.LastId] is { Count: > 0 } given ? given.ToString().Trim() : null;
}
