using Filmgate.Dialects.Http;
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
    /// Maps the task API under <c>/api/v1</c> and its documents, each path with and without a trailing slash. <see cref="ITaskDesk"/>,
    /// <see cref="IKeyRing"/> and <see cref="IRateGate"/> are taken once, so they must be singletons: a scope per request costs as much
    /// as the answer.
    /// </summary>
    public static IEndpointRouteBuilder MapApixo(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var desk = endpoints.ServiceProvider.GetRequiredService<ITaskDesk>();
        var door = new CallerDoor(
            endpoints.ServiceProvider.GetRequiredService<IKeyRing>(),
            endpoints.ServiceProvider.GetRequiredService<IRateGate>(),
            ApixoErrorForm.Instance,
            "tasks");
        var tasks = new TaskEndpoints(desk);
        var generation = new GenerationEndpoints(desk);

        // The served model has routes of its own, which capture nothing: a captured segment costs three allocations on each status read.
        Map(Operations.CreateTask, generation.CreateAsync);
        Map(Operations.ReadStatus, tasks.ReadStatusAsync);
        Map(Operations.ReadBalance, tasks.ReadBalanceAsync);
        Map(Operations.ListTasks, tasks.ListAsync);
        Map(Operations.ReadTask, tasks.ReadDetailsAsync);
        Map(Operations.CancelTask, tasks.CancelAsync);
        Map(Operations.Estimate, generation.EstimateAsync);
        Map(Operations.ListModels, TaskEndpoints.ReadModelsAsync);
        MapUnserved(Operations.CreateTask);
        MapUnserved(Operations.ReadStatus);
        MapUnserved(Operations.Estimate);
        MapDocument(Operations.ReadModelIndex, ModelCard.Index);
        MapDocument(Operations.ReadModelSchema, ModelCard.Schema);
        MapDocument(Operations.ReadOpenApi, OpenApi.Document);
        return endpoints;

        // A route takes its path and method from the table of operations, so none is without a description. The router takes a
        // path with a trailing slash for the same path.
        void Map(Operation operation, Func<HttpContext, Caller, Task> answer) =>
            endpoints.Map(operation.Path, door.For(operation.Method, answer)).WithMetadata(operation);

        void MapUnserved(Operation operation) => endpoints.Map(
            operation.Path.Replace(GenerationRules.Model, "{model}", StringComparison.Ordinal),
            door.For(operation.Method, TaskEndpoints.RefuseModelAsync));

        void MapDocument(Operation operation, ReadOnlyMemory<byte> document) =>
            endpoints.Map(operation.Path, DocumentEndpoints.Serve(operation.Method, document)).WithMetadata(operation);
    }
}
