using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Filmgate.Dialects.Tests.Apixo;

/// <summary>Checks a value against a JSON Schema, for the keywords that ours use; any other keyword is an error of the test.</summary>
internal sealed class SchemaChecker(JsonElement root)
{
    private static readonly HashSet<string> Annotations = ["$schema", "title", "description", "default", "model", "modes", "then"];

    /// <summary>What is wrong with the value; null when it fits.</summary>
    public string? Fault(JsonElement schema, JsonElement value, string path = "$")
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            if (Check(schema, keyword, value, path) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private string? Check(JsonElement schema, JsonProperty keyword, JsonElement value, string path)
    {
        var rule = keyword.Value;
        switch (keyword.Name)
        {
            case "$ref":
                return Fault(rule.GetString()!.Split('/').Skip(1).Aggregate(root, (at, name) => at.GetProperty(name)), value, path);
            case "type":
                var types = rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Select(type => type.GetString()) : [rule.GetString()];
                return types.Any(type => Is(type!, value)) ? null : $"{path}: not {rule}";
            case "enum":
                return rule.EnumerateArray().Any(known => Same(known, value)) ? null : $"{path}: not one of {rule}";
            case "const":
                return Same(rule, value) ? null : $"{path}: not {rule}";
            case "if":
                return Fault(rule, value, path) is null ? Fault(schema.GetProperty("then"), value, path) : null;
            case "allOf":
                return rule.EnumerateArray().Select(part => Fault(part, value, path)).FirstOrDefault(fault => fault is not null);
            case "required" or "properties" or "additionalProperties" or "propertyNames" or "maxProperties":
                return value.ValueKind == JsonValueKind.Object ? CheckObject(schema, keyword, value, path) : null;
            case "minItems" or "maxItems" or "items":
                return value.ValueKind == JsonValueKind.Array ? CheckArray(keyword, value, path) : null;
            case "minLength" or "maxLength" or "pattern":
                return value.ValueKind == JsonValueKind.String ? CheckText(keyword, value.GetString()!, path) : null;
            case "minimum":
                return value.ValueKind == JsonValueKind.Number && value.GetDouble() < rule.GetDouble() ? $"{path}: below {rule}" : null;
            case "maximum":
                return value.ValueKind == JsonValueKind.Number && value.GetDouble() > rule.GetDouble() ? $"{path}: above {rule}" : null;
            default:
                return Annotations.Contains(keyword.Name) ? null : throw new NotSupportedException($"The checker does not know {keyword.Name}.");
        }
    }

    private string? CheckObject(JsonElement schema, JsonProperty keyword, JsonElement value, string path)
    {
        var properties = value.EnumerateObject().ToList();
        switch (keyword.Name)
        {
            case "required":
                return keyword.Value.EnumerateArray().Select(name => name.GetString()!)
                    .Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{path}: no {name}").FirstOrDefault();
            case "properties":
                return properties.Where(property => keyword.Value.TryGetProperty(property.Name, out _))
                    .Select(property => Fault(keyword.Value.GetProperty(property.Name), property.Value, $"{path}.{property.Name}")).FirstOrDefault(fault => fault is not null);
            case "additionalProperties":
                return properties.Where(property => !schema.TryGetProperty("properties", out var known) || !known.TryGetProperty(property.Name, out _))
                    .Select(property => Fault(keyword.Value, property.Value, $"{path}.{property.Name}")).FirstOrDefault(fault => fault is not null);
            case "propertyNames":
                return properties.Select(property => Fault(keyword.Value, JsonSerializer.SerializeToElement(property.Name), $"name of {path}.{property.Name}"))
                    .FirstOrDefault(fault => fault is not null);
            default:
                return properties.Count > keyword.Value.GetInt32() ? $"{path}: more than {keyword.Value} entries" : null;
        }
    }

    private string? CheckArray(JsonProperty keyword, JsonElement value, string path) => keyword.Name switch
    {
        "minItems" => value.GetArrayLength() < keyword.Value.GetInt32() ? $"{path}: fewer than {keyword.Value} items" : null,
        "maxItems" => value.GetArrayLength() > keyword.Value.GetInt32() ? $"{path}: more than {keyword.Value} items" : null,
        _ => value.EnumerateArray().Select((item, i) => Fault(keyword.Value, item, $"{path}[{i.ToString(CultureInfo.InvariantCulture)}]")).FirstOrDefault(fault => fault is not null),
    };

    private static string? CheckText(JsonProperty keyword, string text, string path)
    {
        var length = text.EnumerateRunes().Count();
        return keyword.Name switch
        {
            "minLength" => length < keyword.Value.GetInt32() ? $"{path}: too short" : null,
            "maxLength" => length > keyword.Value.GetInt32() ? $"{path}: too long" : null,
            _ => Regex.IsMatch(text, keyword.Value.GetString()!) ? null : $"{path}: does not match {keyword.Value}",
        };
    }

    private static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        _ => throw new NotSupportedException($"The checker does not know the type {type}."),
    };

    private static bool Same(JsonElement one, JsonElement other) => one.ValueKind == other.ValueKind && one.ValueKind switch
    {
        JsonValueKind.String => one.GetString() == other.GetString(),
        JsonValueKind.Number => one.GetDouble().Equals(other.GetDouble()),
        JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False => true,
        _ => throw new NotSupportedException("The checker compares plain values only."),
    };
}
