using System.Collections.Immutable;
using Filmgate.Dialects.Http;
using Filmgate.Model.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>The operations that answer with server-sent events, which are ours. The server maps them.</summary>
internal static class StreamOperations
{
    /// <summary>The query parameter that narrows an account's stream.</summary>
    public const string EventsParameter = "events";

    private static readonly OperationParameter LastId = new(
        EventStream.LastId, "header", "The id of the last event that the client got: goes on behind it. Browsers send it by themselves.");

    /// <summary>Watches a task.</summary>
    public static Operation WatchTask { get; } = new(
        HttpMethods.Get, Wire.Base + "/tasks/{id}/events", "watchTask",
        "Tells how a task stands now and after each change, until it has ended. Each event holds the whole task: task while it goes on, end at its end.",
        AnswerSchemas.Task)
    {
        IsStream = true,
        Parameters = [new("id", "path", "The task.", IsRequired: true), LastId],
        Refusals = [StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound],
    };

    /// <summary>Listens to the account's events.</summary>
    public static Operation ListenToEvents { get; } = new(
        HttpMethods.Get, Wire.Base + "/events", "listenToEvents",
        "Tells the events of all tasks of the account, as webhook endpoints get them: from now on, or behind the one that Last-Event-ID names.", WebhookSchemas.Event)
    {
        IsStream = true,
        Parameters =
        [
            new(EventsParameter, "query", $"Only these, with commas between: {string.Join(", ", WebhookEventNames.Choices)}. All when not given."),
            LastId,
        ],
        Refusals = [StatusCodes.Status400BadRequest, StatusCodes.Status410Gone],
    };

    /// <summary>All of them.</summary>
    public static ImmutableArray<Operation> All { get; } = [WatchTask, ListenToEvents];
}
