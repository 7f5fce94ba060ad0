using System.Collections.Immutable;
using Filmgate.Dialects.Http;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>All operations of the task API. Sources: as the endpoints'.</summary>
internal static class Operations
{
    private static readonly ImmutableArray<int> OfBodies =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status413PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType,
    ];

    private static readonly ImmutableArray<OperationBody> Request = [new(OpenApiDocument.Json, AnswerSchemas.Request)];

    private static readonly OperationParameter TaskId = new("id", "path", "The task.", IsRequired: true);

    /// <summary>Creates a task.</summary>
    public static Operation CreateTask { get; } = new(
        HttpMethods.Post, $"{Wire.Base}/generateTask/{GenerationRules.Model}", "createTask", "Creates a task and answers at once.", AnswerSchemas.Created)
    {
        Bodies = Request,
        MayReplay = true,
        Parameters =
        [
            new(
                IdempotencyHeader.Name,
                "header",
                $"1 to {IdempotencyClaim.KeyLengthMax} visible ASCII characters. The same key with the same request makes no second task for 24 hours."),
        ],
        Refusals = [.. OfBodies, StatusCodes.Status402PaymentRequired, StatusCodes.Status404NotFound, StatusCodes.Status422UnprocessableEntity],
    };

    /// <summary>Reads a task's status.</summary>
    public static Operation ReadStatus { get; } = new(
        HttpMethods.Get, $"{Wire.Base}/statusTask/{GenerationRules.Model}", "readStatus", "Reads how a task stands.", AnswerSchemas.Status)
    {
        Parameters = [new(Wire.TaskIdParameter, "query", "The task.", IsRequired: true)],
        Refusals = [StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound],
    };

    /// <summary>Reads the balance.</summary>
    public static Operation ReadBalance { get; } = new(
        HttpMethods.Get, Wire.Base + "/apikeys/current-balance", "readBalance", "Reads what the account may still spend, in US dollars.", AnswerSchemas.Amount);

    /// <summary>Lists tasks.</summary>
    public static Operation ListTasks { get; } = new(
        HttpMethods.Get, Wire.Base + "/tasks", "listTasks", "Lists the account's tasks, newest first.", AnswerSchemas.Page)
    {
        Parameters =
        [
            new(Wire.LimitParameter, "query", $"Most tasks, 1 to {Wire.PageMax}; {Wire.PageDefault} when not given."),
            new(Wire.CursorParameter, "query", $"The {Wire.NextCursor.Value} of an earlier answer: goes on behind it."),
            new(Wire.StateParameter, "query", $"Only tasks in this state: {string.Join(", ", Wire.StateNames)}."),
            new(Wire.ModeParameter, "query", $"Only tasks of this mode: {string.Join(", ", GenerationModes.All.Select(rules => rules.Name))}."),
            new(Wire.CreatedFromParameter, "query", "Only tasks created at this time or later: Unix milliseconds or ISO 8601."),
            new(Wire.CreatedBeforeParameter, "query", "Only tasks created before this time: Unix milliseconds or ISO 8601."),
            new(Wire.PromptParameter, "query", "Only tasks whose prompt contains this text; the case of ASCII letters does not matter."),
            new(Wire.SourceParameter, "query", "Only tasks with exactly this source."),
            new(Wire.MetadataParameter + "<name>", "query", "Only tasks whose metadata has exactly this value under that name; may be given for several names."),
        ],
        Refusals = [StatusCodes.Status400BadRequest],
    };

    /// <summary>Reads all of a task.</summary>
    public static Operation ReadTask { get; } = new(
        HttpMethods.Get, Wire.Base + "/tasks/{id}", "readTask", "Reads everything that is known of a task.", AnswerSchemas.Task)
    {
        Parameters = [TaskId],
        Refusals = [StatusCodes.Status404NotFound],
    };

    /// <summary>Cancels a task.</summary>
    public static Operation CancelTask { get; } = new(
        HttpMethods.Post, Wire.Base + "/tasks/{id}/cancel", "cancelTask", "Cancels a task as far as that is still possible.", AnswerSchemas.Canceled)
    {
        Parameters = [TaskId],
        Refusals = [StatusCodes.Status404NotFound],
    };

    /// <summary>Estimates a request.</summary>
    public static Operation Estimate { get; } = new(
        HttpMethods.Post, $"{Wire.Base}/estimate/{GenerationRules.Model}", "estimate", "Says what a request would cost and where it would go; creates nothing.", AnswerSchemas.Estimate)
    {
        Bodies = Request,
        Refusals = OfBodies,
    };

    /// <summary>Takes a picture. The bytes are the server's affair, which maps it.</summary>
    public static Operation UploadPicture { get; } = new(
        HttpMethods.Post, Wire.Base + "/uploads", "uploadPicture", "Takes a picture whose url may stand in image_urls of this account for 24 hours.", AnswerSchemas.Upload)
    {
        Bodies =
        [
            new("image/*", AnswerSchemas.Picture), new("application/octet-stream", AnswerSchemas.Picture), new("multipart/form-data", AnswerSchemas.PictureForm),
        ],
        Refusals = OfBodies,
    };

    /// <summary>Lists models.</summary>
    public static Operation ListModels { get; } = new(
        HttpMethods.Get, Wire.Base + "/models", "listModels", "Lists the models with their modes, limits and list prices.", AnswerSchemas.Models);

    /// <summary>Reads the index of schemas.</summary>
    public static Operation ReadModelIndex { get; } = new(
        HttpMethods.Get, ModelCard.IndexAddress, "readModelIndex", "Lists the models' schemas, as APIXO's MCP client reads them.", AnswerSchemas.Any)
    {
        NeedsKey = false,
    };

    /// <summary>Reads a schema.</summary>
    public static Operation ReadModelSchema { get; } = new(
        HttpMethods.Get, ModelCard.SchemaAddress, "readModelSchema", "Reads the JSON Schema of a generation request.", AnswerSchemas.Any)
    {
        NeedsKey = false,
    };

    /// <summary>Reads the OpenAPI document.</summary>
    public static Operation ReadOpenApi { get; } = new(HttpMethods.Get, "/openapi.json", "readOpenApi", "Reads this document.", AnswerSchemas.Any)
    {
        NeedsKey = false,
    };

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static ImmutableArray<Operation> All { get; } =
    [
        CreateTask, ReadStatus, ReadBalance, ListTasks, ReadTask, CancelTask, Estimate, UploadPicture, ListModels, .. StreamOperations.All,
        .. WebhookOperations.All, ReadModelIndex, ReadModelSchema, ReadOpenApi,
    ];
}
