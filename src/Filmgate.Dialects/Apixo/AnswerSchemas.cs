using System.Text.Json;
using System.Text.Json.Nodes;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Providers;
using Filmgate.Model.Tasks;
using static Filmgate.Dialects.Http.Shape;

namespace Filmgate.Dialects.Apixo;

/// <summary>The shapes of answers, for the OpenAPI document. A test holds real answers against them.</summary>
internal static class AnswerSchemas
{
    /// <summary>Names of the shapes.</summary>
    public const string
        Created = "CreatedTask", Status = "TaskStatus", Amount = "Amount", Page = "TaskPage", Task = "Task", Canceled = "Cancellation",
        Estimate = "Estimate", Models = "Models", Any = "Document", Request = "GenerationRequest",
        Upload = "Upload", Picture = "Picture", PictureForm = "PictureForm", Failure = "Failure";

    /// <summary>All shapes by name.</summary>
    public static JsonObject All() => new()
    {
        [Request] = RequestSchema.Body(),
        [Created] = Fields([Required(Wire.TaskId, Text())]),
        [Status] = Fields(
        [
            .. Progress(), Optional(Wire.ResultJson, Text("A JSON document as text: {\"resultUrls\":[…]}.")),
        ]),
        [Amount] = Money(),
        [Page] = Fields(
            Required(Wire.Tasks, ListOf(Reference(Task))),
            Optional(Wire.NextCursor, Text("Given when there are more tasks; the cursor of the next page."))),
        [Task] = Fields(
        [
            .. Progress(),
            Required(Wire.Model, Text()),
            Required(Wire.Mode, Text()),
            Required(Wire.Progress, Number("Percent.")),
            Required(Wire.Cost, Money()),
            Optional(Wire.Unconfirmed, Money()),
            Optional(Wire.Hold, Money()),
            Optional(Wire.Priority, Whole("Rank among the account's waiting tasks.")),
            Optional(Wire.Queue, QueueShape()),
            Optional(Wire.CancelRequestedTime, Time()),
            Optional(Wire.ResultUrls, ListOf(Text())),
            Optional(Wire.PosterUrl, Text()),
            Optional(Wire.Clip, ClipShape()),
            Optional(Wire.Source, Text()),
            Optional(Wire.Metadata, new JsonObject { ["type"] = "object", ["additionalProperties"] = Text() }),
            Required(Wire.Input, new JsonObject { ["type"] = "object" }),
            Required(Wire.Attempts, ListOf(AttemptShape())),
        ]),
        [Canceled] = Fields(
            Required(Wire.TaskId, Text()),
            Required(Wire.Outcome, OneOf(Enum.GetValues<CancelOutcome>().Select(Wire.Of)))),
        [Estimate] = Fields(
            Required(Wire.Price, Money()),
            Required(Wire.Hold, Money()),
            Required(Wire.CurrencyName, Text()),
            Optional(Wire.Provider, Text("Absent when no provider can take the request now.")),
            Required(Wire.Reason, Text())),
        [Upload] = Fields(
            new("uploadId", Text()),
            new("url", Text("May stand in image_urls of this account.")),
            new("width", Whole("Pixels.")),
            new("height", Whole("Pixels.")),
            new("bytes", Whole("Bytes.")),
            new("mediaType", Text("What the picture is, whatever was declared.")),
            new("expiresTime", Time())),
        [Picture] = Text("The picture's bytes."),
        [PictureForm] = Fields(new Property("file", Text("The picture's bytes; one file, under any name."))),
        [Models] = ListOf(new JsonObject { ["type"] = "object" }),
        [WebhookSchemas.Endpoint] = WebhookSchemas.EndpointShape(),
        [WebhookSchemas.EndpointWithSecret] = WebhookSchemas.EndpointWithSecretShape(),
        [WebhookSchemas.Endpoints] = Fields(new Property("endpoints", ListOf(Reference(WebhookSchemas.Endpoint)))),
        [WebhookSchemas.NewEndpoint] = WebhookSchemas.NewEndpointShape(),
        [WebhookSchemas.EndpointChange] = WebhookSchemas.EndpointChangeShape(),
        [WebhookSchemas.DeletedEndpoint] = Fields(new Property("endpointId", Text())),
        [WebhookSchemas.Rotation] = WebhookSchemas.RotationShape(),
        [WebhookSchemas.Sent] = Fields(new("deliveryId", Text()), new("eventId", Text())),
        [WebhookSchemas.Secret] = Fields(new Property("secret", Text("whsec_ and base 64."))),
        [WebhookSchemas.Delivery] = WebhookSchemas.DeliveryShape(),
        [WebhookSchemas.DeliveryDetails] = WebhookSchemas.DeliveryDetailsShape(),
        [WebhookSchemas.Deliveries] = WebhookSchemas.DeliveriesShape(),
        [WebhookSchemas.Replay] = WebhookSchemas.ReplayShape(),
        [WebhookSchemas.Replayed] = WebhookSchemas.ReplayedShape(),
        [WebhookSchemas.Event] = WebhookSchemas.EventShape(),
        [Any] = new JsonObject { ["type"] = "object" },
        [Failure] = FailureShape(),
    };

    /// <summary>The shape of every refusal.</summary>
    public static JsonObject FailureShape() => Fields(
        Required(Wire.Code, Number("The HTTP status.")),
        Required(Wire.Message, Text()),
        Required(Wire.Data, Fields(
            Required(Wire.Error, Text()),
            Optional(Wire.FailCode, Text()),
            Optional(Wire.FailMsg, Text()),
            Optional(Wire.Errors, ListOf(Fields(
                Required(Wire.Field, Text()), Optional(Wire.Value, Text()), Required(Wire.Message, Text())))))));

    private static IEnumerable<Property> Progress() =>
    [
        Required(Wire.TaskId, Text()),
        Required(Wire.State, OneOf(Wire.StateNames)),
        Required(Wire.CreateTime, Time()),
        Optional(Wire.CompleteTime, Time()),
        Optional(Wire.CostTime, Number("Milliseconds.")),
        Optional(Wire.FailCode, OneOf(Enum.GetValues<FailureCode>().Select(code => code.Name()))),
        Optional(Wire.FailMsg, Text()),
    ];

    private static JsonObject ClipShape() => Fields(
        Required(Wire.Width, Number("Pixels.")),
        Required(Wire.Height, Number("Pixels.")),
        Required(Wire.Duration, Number("Seconds.")),
        Required(Wire.Frames, Number("Frames.")),
        Required(Wire.Bytes, Number("Bytes.")));

    private static JsonObject AttemptShape() => Fields(
        Required(Wire.Number, Number("1 for the first.")),
        Required(Wire.Provider, Text()),
        Required(Wire.State, OneOf(Enum.GetValues<AttemptState>().Select(Wire.Of))),
        Optional(Wire.RouteReason, Text("Why that provider.")),
        Optional(Wire.Refusal, OneOf(Enum.GetValues<RefusalClass>().Select(Wire.Of))),
        Optional(Wire.Reason, Text()),
        Required(Wire.Cost, Money()),
        Optional(Wire.Unconfirmed, Money()),
        Optional(Wire.UnfetchedSinceTime, Time()),
        Optional(Wire.ResolvedTime, Time()),
        Required(Wire.PreparedTime, Time()),
        Optional(Wire.SentTime, Time()),
        Optional(Wire.AcceptedTime, Time()),
        Optional(Wire.EndedTime, Time()));

    private static JsonObject QueueShape() => Fields(
        Required(Wire.Provider, Text()),
        Required(Wire.WaitingSinceTime, Time()),
        Optional(Wire.Position, Whole("1 for the next one; for a task that is asked about alone.")),
        Optional(Wire.ExpectedStartTime, Time()));

    private static Property Required(JsonEncodedText name, JsonObject schema) => new(name.Value, schema, IsRequired: true);

    private static Property Optional(JsonEncodedText name, JsonObject schema) => new(name.Value, schema, IsRequired: false);

    private static JsonObject Time() => Shape.Whole("Unix milliseconds.");
}
