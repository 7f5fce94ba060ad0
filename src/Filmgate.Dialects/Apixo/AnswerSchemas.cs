using System.Text.Json;
using System.Text.Json.Nodes;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Apixo;

/// <summary>The shapes of answers, for the OpenAPI document. A test holds real answers against them.</summary>
internal static class AnswerSchemas
{
    /// <summary>Names of the shapes.</summary>
    public const string
        Created = "CreatedTask", Status = "TaskStatus", Amount = "Amount", Page = "TaskPage", Task = "Task", Canceled = "Cancellation",
        Estimate = "Estimate", Models = "Models", Any = "Document", Request = "GenerationRequest", Failure = "Failure";

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
            Optional(Wire.Hold, Money()),
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
            Required(Wire.CurrencyName, Text()),
            Optional(Wire.Provider, Text("Absent when no provider can take the request now.")),
            Required(Wire.Reason, Text())),
        [Models] = ListOf(new JsonObject { ["type"] = "object" }),
        [Any] = new JsonObject { ["type"] = "object" },
        [Failure] = Fields(
            Required(Wire.Code, Number("The HTTP status.")),
            Required(Wire.Message, Text()),
            Required(Wire.Data, Fields(
                Required(Wire.Error, Text()),
                Optional(Wire.FailCode, Text()),
                Optional(Wire.FailMsg, Text()),
                Optional(Wire.Errors, ListOf(Fields(
                    Required(Wire.Field, Text()), Optional(Wire.Value, Text()), Required(Wire.Message, Text()))))))),
    };

    /// <summary>A reference to a shape.</summary>
    public static JsonObject Reference(string name) => new() { ["$ref"] = "#/components/schemas/" + name };

    /// <summary>The envelope of a success with that <c>data</c>.</summary>
    public static JsonObject Enveloped(string name) => Fields(
        Required(Wire.Code, Number("200")), Required(Wire.Message, Text()), Required(Wire.Data, Reference(name)));

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
        Optional(Wire.Reason, Text()),
        Required(Wire.PreparedTime, Time()),
        Optional(Wire.SentTime, Time()),
        Optional(Wire.AcceptedTime, Time()),
        Optional(Wire.EndedTime, Time()));

    private static JsonObject Fields(params IEnumerable<Property> properties)
    {
        var named = new JsonObject();
        var required = new JsonArray();
        foreach (var property in properties)
        {
            named[property.Name] = property.Schema;
            if (property.IsRequired)
            {
                required.Add((JsonNode)property.Name);
            }
        }

        return new JsonObject { ["type"] = "object", ["required"] = required, ["properties"] = named };
    }

    private static Property Required(JsonEncodedText name, JsonObject schema) => new(name.Value, schema, IsRequired: true);

    private static Property Optional(JsonEncodedText name, JsonObject schema) => new(name.Value, schema, IsRequired: false);

    private static JsonObject Text(string? description = null) => Described("string", description);

    private static JsonObject Number(string description) => Described("number", description);

    private static JsonObject Money() => Described("number", "US dollars.");

    private static JsonObject Time() => Described("integer", "Unix milliseconds.");

    private static JsonObject ListOf(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    private static JsonObject OneOf(IEnumerable<string> names) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. names.Select(name => (JsonNode)name)]),
    };

    private static JsonObject Described(string type, string? description) => description is null
        ? new JsonObject { ["type"] = type }
        : new JsonObject { ["type"] = type, ["description"] = description };

    private readonly record struct Property(string Name, JsonObject Schema, bool IsRequired);
}
