using System.Text.Json;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Replicate;

/// <summary>Writes models and their versions, with the schema of <c>input</c> that clients build forms from. Source: API reference.</summary>
/// <param name="address">The address under which callers reach this gateway.</param>
internal sealed class ModelBody(IPublicAddress address)
{
    // The day on which the fields that are served were looked up: a version has to have been made some day.
    private const string VersionMade = "2026-11-23T00:00:00.000Z";

    /// <summary>Writes a model.</summary>
    public void Write(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString(Wire.Url, $"{address.Value}{Wire.Base}{Wire.Models}/{model.Path}");
        json.WriteString(Wire.Owner, model.Owner);
        json.WriteString(Wire.Name, model.Name);
        json.WriteString(Wire.Description, model.Description);
        json.WriteString("visibility", "public");
        json.WriteBoolean("is_official", true);
        json.WriteNull("github_url");
        json.WriteNull("paper_url");
        json.WriteNull("license_url");
        json.WriteNumber("run_count", 0);
        json.WriteNull("cover_image_url");
        json.WriteNull("default_example");
        json.WritePropertyName("latest_version");
        WriteVersion(json, model);
        json.WriteEndObject();
    }

    /// <summary>Writes the one version of a model.</summary>
    public static void WriteVersion(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString(Wire.Id, model.VersionId);
        json.WriteString(Wire.CreatedAt, VersionMade);
        json.WriteNull("cog_version");
        json.WriteStartObject("openapi_schema");
        json.WriteString("openapi", "3.0.2");
        json.WriteStartObject("info");
        json.WriteString("title", model.Path);
        json.WriteString("version", "0.1.0");
        json.WriteEndObject();
        json.WriteStartObject("paths");
        json.WriteEndObject();
        json.WriteStartObject("components");
        json.WriteStartObject("schemas");
        WriteInput(json, model);
        json.WriteStartObject("Output");
        json.WriteString("title", "Output");
        json.WriteString(Wire.Type, "string");
        json.WriteString("format", "uri");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject("Input");
        json.WriteString("title", "Input");
        json.WriteString(Wire.Type, "object");
        json.WriteStartArray("required");
        json.WriteStringValue(Wire.Prompt);
        if (!model.IsMaster)
        {
            json.WriteStringValue(Wire.StartImage);
        }

        json.WriteEndArray();
        json.WriteStartObject("properties");
        WriteText(json, Wire.Prompt, GenerationRules.PromptLengthMax);
        WritePicture(json, Wire.StartImage);
        if (model.IsMaster)
        {
            WriteChoice(json, Wire.AspectRatio, [.. AspectRatios.Names], AspectRatio.Wide.Name());
        }
        else
        {
            WritePicture(json, Wire.EndImage);
            WriteChoice(json, Wire.Mode, [Wire.Standard, Wire.Pro], Wire.Standard);
        }

        WriteDuration(json);
        WriteText(json, Wire.NegativePrompt, GenerationRules.NegativePromptLengthMax);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, JsonEncodedText name, int lengthMax)
    {
        json.WriteStartObject(name);
        json.WriteString(Wire.Type, "string");
        json.WriteNumber("maxLength", lengthMax);
        json.WriteEndObject();
    }

    private static void WritePicture(Utf8JsonWriter json, JsonEncodedText name)
    {
        json.WriteStartObject(name);
        json.WriteString(Wire.Type, "string");
        json.WriteString("format", "uri");
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, JsonEncodedText name, string[] values, string normally)
    {
        json.WriteStartObject(name);
        json.WriteString(Wire.Type, "string");
        json.WriteStartArray("enum");
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
        json.WriteString("default", normally);
        json.WriteEndObject();
    }

    private static void WriteDuration(Utf8JsonWriter json)
    {
        json.WriteStartObject(Wire.Duration);
        json.WriteString(Wire.Type, "integer");
        json.WriteStartArray("enum");
        foreach (var seconds in GenerationRules.Durations)
        {
            json.WriteNumberValue(seconds);
        }

        json.WriteEndArray();
        json.WriteNumber("default", GenerationRules.DurationDefault);
        json.WriteEndObject();
    }
}
