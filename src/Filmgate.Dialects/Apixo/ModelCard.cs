using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Filmgate.Dialects.Http;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// The model as it introduces itself: in <c>GET /models</c>, in the index of schemas that APIXO's MCP client reads, and in its schema.
/// All three come from <see cref="GenerationModes"/> and <see cref="GenerationRules"/>, and are written once.
/// </summary>
internal static class ModelCard
{
    /// <summary>Below this lie the documents that the MCP client reads; the index names them relative to it.</summary>
    public const string DocumentBase = "/docs";

    private const string Title = "Kling 2.1";
    private const string Category = "video";
    private const string IntegrationType = "task_api";
    private const string SchemaPath = $"/models/schemas/{GenerationRules.Model}.json";

    /// <summary>Where the index and the schema lie.</summary>
    public const string IndexAddress = DocumentBase + "/models/schemas/index.json", SchemaAddress = DocumentBase + SchemaPath;

    /// <summary>The <c>data</c> of <c>GET /models</c>.</summary>
    public static ReadOnlyMemory<byte> List { get; } = Bytes(new JsonArray(Card()), indented: false);

    /// <summary>The index of schemas. Source: APIXO's MCP client; <c>doc_path</c> leads to the schema, which is the model's page here.</summary>
    public static ReadOnlyMemory<byte> Index { get; } = Bytes(new JsonObject
    {
        ["schema_version"] = "1",
        ["total_models"] = 1,
        ["models"] = new JsonArray(new JsonObject
        {
            ["model_id"] = GenerationRules.Model,
            ["slug"] = GenerationRules.Model,
            ["category"] = Category,
            ["title"] = Title,
            ["integration_type"] = IntegrationType,
            ["schema_path"] = SchemaPath,
            ["doc_path"] = SchemaPath,
        }),
    });

    /// <summary>The JSON Schema of a creation's body, with the modes beside it.</summary>
    public static ReadOnlyMemory<byte> Schema { get; } = Bytes(BuildSchema());

    /// <summary>A document as bytes.</summary>
    public static ReadOnlyMemory<byte> Bytes(JsonNode document, bool indented = true)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JsonAnswer.Encoder, Indented = indented }))
        {
            document.WriteTo(json);
        }

        return bytes.WrittenMemory;
    }

    private static JsonObject BuildSchema()
    {
        var schema = RequestSchema.Body();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", $"{Title}: body of POST {Operations.CreateTask.Path}");
        schema["model"] = GenerationRules.Model;
        schema["modes"] = Modes();
        return schema;
    }

    private static JsonObject Card() => new()
    {
        ["model"] = GenerationRules.Model,
        ["title"] = Title,
        ["category"] = Category,
        ["schema"] = SchemaAddress,
        ["modes"] = Modes(),
        ["limits"] = new JsonObject
        {
            [Wire.NameOf(RequestField.Prompt)] = GenerationRules.PromptLengthMax,
            [Wire.NameOf(RequestField.NegativePrompt)] = GenerationRules.NegativePromptLengthMax,
            [Wire.NameOf(RequestField.Source)] = GenerationRules.SourceLengthMax,
            [Wire.NameOf(RequestField.Metadata)] = GenerationRules.MetadataEntriesMax,
            ["body_bytes"] = HttpLimits.MaxCreateBodyBytes,
        },
    };

    private static JsonArray Modes() => new([.. GenerationModes.All.Select(Mode)]);

    private static JsonNode Mode(ModeRules rules)
    {
        var mode = new JsonObject
        {
            [Wire.NameOf(RequestField.Mode)] = rules.Name,
            ["images"] = new JsonObject { ["min"] = rules.MinImages, ["max"] = rules.MaxImages },
            [Wire.NameOf(RequestField.Duration)] = new JsonArray([.. GenerationRules.Durations.Select(seconds => (JsonNode)seconds)]),
            ["resolution"] = $"{(int)rules.Resolution}p",
        };
        if (rules.TakesAspectRatio)
        {
            mode[Wire.NameOf(RequestField.AspectRatio)] = new JsonArray([.. AspectRatios.Names.Select(name => (JsonNode)name)]);
        }

        // What the maker prints; what this gateway's providers charge is for POST /estimate to say.
        mode["list_prices"] = new JsonArray([.. GenerationRules.Durations.Select(seconds => Price(rules, seconds))]);
        return mode;
    }

    private static JsonObject Price(ModeRules rules, int seconds) => new JsonObject
    {
        [Wire.NameOf(RequestField.Duration)] = seconds,
        [Wire.Price.Value] = rules.ListPrice(seconds).Dollars,
        [Wire.CurrencyName.Value] = Wire.Currency,
    };
}
