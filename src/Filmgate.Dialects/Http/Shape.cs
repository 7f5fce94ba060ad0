using System.Text.Json.Nodes;

namespace Filmgate.Dialects.Http;

/// <summary>The shapes that JSON Schema has words for, as far as answers and bodies of ours need them.</summary>
internal static class Shape
{
    /// <summary>A reference to a shape of the document.</summary>
    public static JsonObject Reference(string name) => new() { ["$ref"] = "#/components/schemas/" + name };

    /// <summary>The envelope of a success with that <c>data</c>.</summary>
    public static JsonObject Enveloped(string name) => Fields(
        new("code", Number("200")), new("message", Text()), new("data", Reference(name)));

    /// <summary>An object.</summary>
    public static JsonObject Fields(params IEnumerable<Property> properties)
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

    /// <summary>A text.</summary>
    public static JsonObject Text(string? description = null) => Described("string", description);

    /// <summary>A number.</summary>
    public static JsonObject Number(string description) => Described("number", description);

    /// <summary>A whole number.</summary>
    public static JsonObject Whole(string description) => Described("integer", description);

    /// <summary>An amount.</summary>
    public static JsonObject Money() => Described("number", "US dollars.");

    /// <summary>A list.</summary>
    public static JsonObject ListOf(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    /// <summary>One of some words.</summary>
    public static JsonObject OneOf(params IEnumerable<string> words) => new()
    {
        ["type"] = "string",
        ["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]),
    };

    /// <summary>The same shape, or null.</summary>
    public static JsonObject OrNull(JsonObject shape)
    {
        shape["type"] = new JsonArray((JsonNode)(string)shape["type"]!, "null");
        return shape;
    }

    private static JsonObject Described(string type, string? description) => description is null
        ? new JsonObject { ["type"] = type }
        : new JsonObject { ["type"] = type, ["description"] = description };
}

/// <summary>A member of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Schema">Its shape.</param>
/// <param name="IsRequired">Whether it is always there.</param>
internal readonly record struct Property(string Name, JsonObject Schema, bool IsRequired = true);
