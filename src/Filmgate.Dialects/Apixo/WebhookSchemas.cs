using System.Text.Json.Nodes;
using Filmgate.Dialects.Http;
using Filmgate.Model.Webhooks;
using static Filmgate.Dialects.Http.Shape;

namespace Filmgate.Dialects.Apixo;

/// <summary>The shapes of webhook endpoints and deliveries, for the OpenAPI document. A test holds real answers against them.</summary>
internal static class WebhookSchemas
{
    /// <summary>Names of the shapes.</summary>
    public const string
        Endpoint = "WebhookEndpoint", EndpointWithSecret = "NewWebhookSecret", Endpoints = "WebhookEndpoints", NewEndpoint = "NewWebhookEndpoint",
        EndpointChange = "WebhookEndpointChange", DeletedEndpoint = "DeletedWebhookEndpoint", Rotation = "SecretRotation", Sent = "SentEvent", Secret = "CallbackSecret",
        Delivery = "Delivery", DeliveryDetails = "DeliveryDetails", Deliveries = "DeliveryPage", Replay = "DeliveryReplay", Replayed = "ReplayedDeliveries",
        Event = "Event";

    public static JsonObject EndpointShape() => Fields(EndpointMembers());

    public static JsonObject EndpointWithSecretShape() => Fields([.. EndpointMembers(), new("secret", Text("The secret, shown this once: whsec_ and base 64."))]);

    public static JsonObject NewEndpointShape() => Body(
        new("url", Text("https, at a public address.")),
        Optional("description", Text("At most 200 characters.")),
        Optional("events", Events("What it hears of; video.completed and video.failed when not given.")));

    public static JsonObject EndpointChangeShape() => Body(
        Optional("url", Text("What waits goes to the new address.")),
        Optional("description", Text("Empty for none.")),
        Optional("events", Events("What it hears of from now on.")),
        Optional("enabled", new JsonObject { ["type"] = "boolean", ["description"] = "False keeps what comes as missed; true begins anew." }));

    public static JsonObject RotationShape() => Body(
        Optional("graceSeconds", Whole($"How long the old secret signs on; {(int)EndpointSecret.GraceDefault.TotalSeconds} when not given, {(int)EndpointSecret.GraceMax.TotalSeconds} at most.")));

    public static JsonObject DeliveryShape() => Fields(DeliveryMembers());

    public static JsonObject DeliveryDetailsShape() => Fields(
    [
        .. DeliveryMembers(),
        new("body", Text("The exact text of every attempt.")),
        new("attemptLog", ListOf(Fields(
            new("number", Whole("1 for the first.")),
            new("cause", OneOf(Enum.GetValues<DeliveryCause>().Select(Wire.Of))),
            new("time", Time()),
            new("tookMs", Whole("Milliseconds.")),
            Optional("status", Whole("Absent when there was no answer.")),
            Optional("error", Text("Why there was none.")),
            Optional("answer", Text($"The beginning of the answer, at most {DeliveryAttempt.AnswerLengthMax} characters.")))))
    ]);

    public static JsonObject ReplayShape() => Body(
        Optional("endpointId", Text("Only those to this endpoint. One of endpointId, taskId and from must be given.")),
        Optional("taskId", Text("Only those that tell of this task.")),
        Optional("from", Text("Only those whose event happened at this time or later: ISO 8601, or Unix milliseconds.")),
        Optional("before", Text("Only those whose event happened before this time.")),
        Optional("states", ListOf(OneOf(Wire.Of(DeliveryState.Failed), Wire.Of(DeliveryState.Missed)))));

    public static JsonObject DeliveriesShape() => Fields(
        new("deliveries", ListOf(Reference(Delivery))),
        Optional(Wire.NextCursor.Value, Text("Given when there are more deliveries; the cursor of the next page.")));

    public static JsonObject ReplayedShape() => Fields(new("deliveries", Whole("How many are due now.")), new("hasMore", new JsonObject { ["type"] = "boolean" }));

    public static JsonObject EventShape() => Fields(
        new("id", Text("Names the event; the same at every endpoint and on every stream.")),
        new("object", OneOf("event")),
        new("type", OneOf(WebhookEventNames.Choices)),
        new("created_at", Whole("When it happened, in Unix seconds.")),
        new("timestamp", Text("The same as ISO 8601, to the millisecond.")),
        new("data", new JsonObject { ["type"] = "object", ["description"] = "The task as readTask shows it, or the endpoint, with id and object." }));

    private static IEnumerable<Property> EndpointMembers() =>
    [
        new("endpointId", Text()),
        new("url", Text()),
        Optional("description", Text()),
        new("events", Events("What it hears of.")),
        new("state", OneOf("enabled", "disabled")),
        Optional("disabledReason", OneOf(Enum.GetValues<DisabledReason>().Select(Wire.Of))),
        Optional("disabledTime", Time()),
        new("createTime", Time()),
        Optional("failingSince", Time()),
        Optional("lastFailureTime", Time()),
        Optional("lastSuccessTime", Time()),
        new("secrets", ListOf(Fields(new("number", Whole("1 for the first.")), new("createTime", Time()), Optional("expireTime", Time())))),
    ];

    private static IEnumerable<Property> DeliveryMembers() =>
    [
        new("deliveryId", Text()),
        new("eventId", Text("What the receiver sees as webhook-id.")),
        new("event", Text()),
        Optional("taskId", Text()),
        Optional("endpointId", Text("Absent for the callback of a task.")),
        new("url", Text()),
        new("state", OneOf(Enum.GetValues<DeliveryState>().Select(Wire.Of))),
        new("attempts", Whole("Attempts made so far.")),
        new("createTime", Time()),
        Optional("nextTime", Time()),
        Optional("completeTime", Time()),
    ];

    private static JsonObject Events(string description)
    {
        var events = ListOf(OneOf(WebhookEventNames.Choices));
        events["description"] = description;
        return events;
    }

    // An unknown field is refused, so the shape says that there is none.
    private static JsonObject Body(params IEnumerable<Property> properties)
    {
        var body = Fields(properties);
        body["additionalProperties"] = false;
        return body;
    }

    private static JsonObject Time() => Whole("Unix milliseconds.");

    private static Property Optional(string name, JsonObject schema) => new(name, schema, IsRequired: false);
}
