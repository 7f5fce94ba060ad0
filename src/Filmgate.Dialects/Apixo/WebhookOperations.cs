using System.Collections.Immutable;
using Filmgate.Dialects.Http;
using Filmgate.Model.Webhooks;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Dialects.Apixo;

/// <summary>The operations of webhook endpoints and deliveries, which are ours. The server maps them.</summary>
internal static class WebhookOperations
{
    private static readonly ImmutableArray<int> OfBodies =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status408RequestTimeout, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType,
    ];

    private static readonly ImmutableArray<OperationParameter> Endpoint = [new("id", "path", "The endpoint.", IsRequired: true)];
    private static readonly ImmutableArray<OperationParameter> Delivery = [new("id", "path", "The delivery.", IsRequired: true)];

    /// <summary>Reads the secret of callbacks.</summary>
    public static Operation ReadSecret { get; } = Get(
        "/secret", "readCallbackSecret", "Reads the secret by which the callbacks of the account's tasks are signed.", WebhookSchemas.Secret);

    /// <summary>Lists endpoints.</summary>
    public static Operation ListEndpoints { get; } = Get("/endpoints", "listEndpoints", "Lists the account's webhook endpoints, oldest first.", WebhookSchemas.Endpoints);

    /// <summary>Makes an endpoint.</summary>
    public static Operation CreateEndpoint { get; } = Post(
        "/endpoints", "createEndpoint", "Makes a webhook endpoint. Its secret stands in this answer and nowhere else.", WebhookSchemas.EndpointWithSecret, WebhookSchemas.NewEndpoint) with
    {
        Refusals = [.. OfBodies, StatusCodes.Status409Conflict],
    };

    /// <summary>Shows an endpoint.</summary>
    public static Operation ReadEndpoint { get; } = Get("/endpoints/{id}", "readEndpoint", "Shows an endpoint and how it fares.", WebhookSchemas.Endpoint) with
    {
        Parameters = Endpoint,
        Refusals = [StatusCodes.Status404NotFound],
    };

    /// <summary>Changes an endpoint.</summary>
    public static Operation UpdateEndpoint { get; } = new(
        HttpMethods.Patch, Wire.Base + "/webhooks/endpoints/{id}", "updateEndpoint",
        "Changes an endpoint; what is not given stays as it is. Once this is answered nothing more goes to the old address.", WebhookSchemas.Endpoint)
    {
        Parameters = Endpoint,
        Bodies = [new(OpenApiDocument.Json, WebhookSchemas.EndpointChange)],
        Refusals = [.. OfBodies, StatusCodes.Status404NotFound],
    };

    /// <summary>Deletes an endpoint.</summary>
    public static Operation DeleteEndpoint { get; } = new(
        HttpMethods.Delete, Wire.Base + "/webhooks/endpoints/{id}", "deleteEndpoint", "Deletes an endpoint and cancels what waits for it.", WebhookSchemas.DeletedEndpoint)
    {
        Parameters = Endpoint,
        Refusals = [StatusCodes.Status404NotFound],
    };

    /// <summary>Replaces a secret.</summary>
    public static Operation RotateSecret { get; } = Post(
        "/endpoints/{id}/rotate", "rotateSecret", "Gives an endpoint a new secret, shown this once; the old one signs beside it for the grace.",
        WebhookSchemas.EndpointWithSecret, WebhookSchemas.Rotation) with
    {
        IsBodyOptional = true,
        Parameters = Endpoint,
        Refusals = [.. OfBodies, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
    };

    /// <summary>Sends a test.</summary>
    public static Operation TestEndpoint { get; } = new(
        HttpMethods.Post, Wire.Base + "/webhooks/endpoints/{id}/test", "testEndpoint", "Sends a test event to an endpoint.", WebhookSchemas.Sent)
    {
        Parameters = Endpoint,
        Refusals = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
    };

    /// <summary>Lists deliveries.</summary>
    public static Operation ListDeliveries { get; } = Get("/deliveries", "listDeliveries", "Lists the account's deliveries, callbacks too, newest first.", WebhookSchemas.Deliveries) with
    {
        Parameters =
        [
            new("endpointId", "query", "Only those to this endpoint."),
            new("taskId", "query", "Only those that tell of this task."),
            new("state", "query", $"Only those in these states, with commas between: {string.Join(", ", Enum.GetValues<DeliveryState>().Select(Wire.Of))}."),
            new(Wire.CreatedFromParameter, "query", "Only those whose event happened at this time or later: Unix milliseconds or ISO 8601."),
            new(Wire.CreatedBeforeParameter, "query", "Only those whose event happened before this time."),
            new(Wire.LimitParameter, "query", "Most deliveries, 1 to 1000; 100 when not given."),
            new(Wire.CursorParameter, "query", $"The {Wire.NextCursor.Value} of an earlier answer: goes on behind it."),
        ],
        Refusals = [StatusCodes.Status400BadRequest],
    };

    /// <summary>Shows a delivery.</summary>
    public static Operation ReadDelivery { get; } = Get("/deliveries/{id}", "readDelivery", "Shows a delivery with its body and every attempt.", WebhookSchemas.DeliveryDetails) with
    {
        Parameters = Delivery,
        Refusals = [StatusCodes.Status404NotFound],
    };

    /// <summary>Sends a delivery again.</summary>
    public static Operation ResendDelivery { get; } = new(
        HttpMethods.Post, Wire.Base + "/webhooks/deliveries/{id}/resend", "resendDelivery", "Sends a delivery again, once, under the same webhook-id.", WebhookSchemas.Delivery)
    {
        Parameters = Delivery,
        Refusals = [StatusCodes.Status404NotFound, StatusCodes.Status409Conflict],
    };

    /// <summary>Sends what failed or was missed again.</summary>
    public static Operation Replay { get; } = Post(
        "/replay", "replayDeliveries", "Sends failed and missed deliveries again, each by the whole schedule, under the same webhook-ids.",
        WebhookSchemas.Replayed, WebhookSchemas.Replay);

    /// <summary>All of them, in the order in which they are shown.</summary>
    public static ImmutableArray<Operation> All { get; } =
    [
        ReadSecret, ListEndpoints, CreateEndpoint, ReadEndpoint, UpdateEndpoint, DeleteEndpoint, RotateSecret, TestEndpoint, ListDeliveries, ReadDelivery,
        ResendDelivery, Replay,
    ];

    private static Operation Get(string path, string id, string summary, string answer) => new(HttpMethods.Get, $"{Wire.Base}/webhooks{path}", id, summary, answer);

    private static Operation Post(string path, string id, string summary, string answer, string body) => new(HttpMethods.Post, $"{Wire.Base}/webhooks{path}", id, summary, answer)
    {
        Bodies = [new(OpenApiDocument.Json, body)],
        Refusals = OfBodies,
    };
}
