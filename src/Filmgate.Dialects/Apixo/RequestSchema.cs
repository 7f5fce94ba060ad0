using System.Text.Json.Nodes;
using Filmgate.Dialects.Http;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// The JSON Schema (2020-12) of a creation's body, from the same rules and names by which bodies are read. What it refuses the
/// gateway refuses; the gateway also refuses what no schema can say, such as an address that is not public.
/// </summary>
internal static class RequestSchema
{
    private const string NotBlank = @"\S";

    /// <summary>The schema of the whole body.</summary>
    public static JsonObject Body() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray(Wire.NameOf(RequestField.Input)),
        ["properties"] = new JsonObject
        {
            [Wire.NameOf(RequestField.RequestType)] = new JsonObject
            {
                ["description"] = "Whether the caller polls, or the result is posted to callback_url.",
                ["enum"] = new JsonArray(Wire.Async, Wire.Callback, null),
                ["default"] = Wire.Async,
            },
            [Wire.NameOf(RequestField.CallbackUrl)] = Text("https address that is to get the result; read for request_type callback only."),
            [Wire.NameOf(RequestField.Provider)] = With(
                Text($"A strategy ({string.Join(", ", GenerationRules.Strategies)}) or the name of a provider that this gateway has."),
                "default", GenerationRules.ProviderDefault),
            [Wire.NameOf(RequestField.Source)] = Text("A tag of the caller's, by which GET /tasks finds the task again.", GenerationRules.SourceLengthMax),
            [Wire.NameOf(RequestField.Metadata)] = Metadata(),
            [Wire.NameOf(RequestField.Priority)] = new JsonObject
            {
                ["description"] = "Rank among the account's tasks that wait for a provider: higher goes first.",
                ["type"] = OrNull("integer"),
                ["minimum"] = 0,
                ["maximum"] = GenerationRules.PriorityMax,
                ["default"] = 0,
            },
            [Wire.NameOf(RequestField.Input)] = Input(),
        },
        ["if"] = new JsonObject
        {
            ["required"] = new JsonArray(Wire.NameOf(RequestField.RequestType)),
            ["properties"] = new JsonObject { [Wire.NameOf(RequestField.RequestType)] = new JsonObject { ["const"] = Wire.Callback } },
        },
        ["then"] = new JsonObject
        {
            ["required"] = new JsonArray(Wire.NameOf(RequestField.CallbackUrl)),
            ["properties"] = new JsonObject
            {
                [Wire.NameOf(RequestField.CallbackUrl)] = new JsonObject { ["type"] = "string", ["pattern"] = NotBlank },
            },
        },
    };

    private static JsonObject Metadata() => new()
    {
        ["description"] = "Notes of the caller's; they come back in GET /tasks, which can also filter by them.",
        ["type"] = OrNull("object"),
        ["maxProperties"] = GenerationRules.MetadataEntriesMax,
        ["propertyNames"] = new JsonObject { ["minLength"] = 1, ["maxLength"] = GenerationRules.MetadataNameLengthMax },
        ["additionalProperties"] = new JsonObject { ["type"] = "string", ["maxLength"] = GenerationRules.MetadataValueLengthMax },
    };

    private static JsonObject Input() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray(Wire.NameOf(RequestField.Prompt)),
        ["properties"] = new JsonObject
        {
            [Wire.NameOf(RequestField.Mode)] = new JsonObject
            {
                ["enum"] = List(GenerationModes.All.Select(rules => rules.Name), withNull: true),
                ["default"] = GenerationModes.Default.Rules().Name,
            },
            [Wire.NameOf(RequestField.Prompt)] = new JsonObject
            {
                ["description"] = "What is to be seen.",
                ["type"] = "string",
                ["minLength"] = 1,
                ["maxLength"] = GenerationRules.PromptLengthMax,
                ["pattern"] = NotBlank,
            },
            [Wire.NameOf(RequestField.NegativePrompt)] = Text("What must not be seen.", GenerationRules.NegativePromptLengthMax),
            [Wire.NameOf(RequestField.Duration)] = new JsonObject
            {
                ["description"] = "Seconds.",
                ["enum"] = Durations(),
                ["default"] = GenerationRules.DurationDefault,
            },
            [Wire.NameOf(RequestField.ImageUrls)] = new JsonObject
            {
                ["description"] = "Public http(s) addresses or base64 data URLs; a second picture is the end frame.",
                ["type"] = OrNull("array"),
                ["items"] = new JsonObject { ["type"] = "string" },
                ["maxItems"] = GenerationModes.All.Max(rules => rules.MaxImages),
            },
            [Wire.NameOf(RequestField.AspectRatio)] = Text("The clip's shape, for modes without a picture; ignored by the others."),
            [Wire.NameOf(RequestField.CfgScale)] = new JsonObject
            {
                ["description"] = "How closely the clip follows the prompt.",
                ["type"] = OrNull("number"),
                ["minimum"] = 0,
                ["maximum"] = 1,
                ["default"] = GenerationRules.CfgScaleDefault,
            },
        },
        ["allOf"] = new JsonArray([.. GenerationModes.All.Select(ForMode)]),
    };

    private static JsonNode ForMode(ModeRules rules)
    {
        var condition = new JsonObject
        {
            ["properties"] = new JsonObject
            {
                [Wire.NameOf(RequestField.Mode)] = new JsonObject { ["enum"] = List([rules.Name], withNull: rules.Mode == GenerationModes.Default) },
            },
        };

        // A mode that is not given means the default, and a missing property meets every condition on its value.
        if (rules.Mode != GenerationModes.Default)
        {
            condition["required"] = new JsonArray(Wire.NameOf(RequestField.Mode));
        }

        var images = new JsonObject { ["maxItems"] = rules.MaxImages };
        var properties = new JsonObject { [Wire.NameOf(RequestField.ImageUrls)] = images };
        var then = new JsonObject { ["properties"] = properties };
        if (rules.MinImages > 0)
        {
            images["type"] = "array";
            images["minItems"] = rules.MinImages;
            then["required"] = new JsonArray(Wire.NameOf(RequestField.ImageUrls));
        }

        if (rules.TakesAspectRatio)
        {
            properties[Wire.NameOf(RequestField.AspectRatio)] = new JsonObject
            {
                ["enum"] = List(AspectRatios.Names, withNull: true),
                ["default"] = AspectRatio.Wide.Name(),
            };
        }

        return new JsonObject { ["if"] = condition, ["then"] = then };
    }

    // A number, or the same number as text: APIXO's pages print the default as a string.
    private static JsonArray Durations()
    {
        var durations = new JsonArray();
        foreach (var seconds in GenerationRules.Durations)
        {
            durations.Add((JsonNode)seconds);
            durations.Add((JsonNode)seconds.ToString());
        }

        durations.Add(null);
        return durations;
    }

    private static JsonObject Text(string description, int? lengthMax = null)
    {
        var text = new JsonObject { ["description"] = description, ["type"] = OrNull("string") };
        return lengthMax is { } most ? With(text, "maxLength", most) : text;
    }

    private static JsonObject With(JsonObject schema, string keyword, JsonNode value)
    {
        schema[keyword] = value;
        return schema;
    }

    // A null counts as not given.
    private static JsonArray OrNull(string type) => new(type, "null");

    private static JsonArray List(IEnumerable<string> names, bool withNull)
    {
        var list = new JsonArray();
        foreach (var name in names)
        {
            list.Add((JsonNode)name);
        }

        if (withNull)
        {
            list.Add(null);
        }

        return list;
    }
}
