using System.Buffers;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// The fields of a form as the JSON body that says the same, so that both forms of a creation have one reader. Objects come in brackets
/// (<c>input_reference[image_url]</c>), as the official Node client flattens them. Files are not fields.
/// </summary>
internal static class FormFields
{
    /// <summary>Names of objects whose fields come in brackets. Brackets of any other name are an extension that is not known here.</summary>
    private static readonly string[] Objects = [Wire.InputReference, "metadata", RequestReader.VendorObject];

    /// <summary>The JSON; null when a field is given twice or as two kinds.</summary>
    public static byte[]? ToJson(FormBody form, out RequestFault? fault)
    {
        var plain = new Dictionary<string, string>(StringComparer.Ordinal);
        var objects = new Dictionary<string, Dictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (name, value) in form.Fields)
        {
            var (parent, child) = Split(name);
            var holder = plain;
            if (child is not null)
            {
                if (!Objects.Contains(parent) || child.Length == 0 || child.AsSpan().ContainsAny('[', ']'))
                {
                    continue;
                }

                holder = objects.TryGetValue(parent, out var known) ? known : objects[parent] = new(StringComparer.Ordinal);
            }

            if (!holder.TryAdd(child ?? parent, value) && (child is not null || IsKnown(parent)))
            {
                fault = new(RequestField.Body, "must name each field once", $"{name} twice");
                return null;
            }
        }

        if (objects.Keys.FirstOrDefault(plain.ContainsKey) is { } both)
        {
            fault = new(RequestField.Body, "must name each field once", $"{both} and {both}[…]");
            return null;
        }

        fault = null;
        return Write(plain, objects);
    }

    private static byte[] Write(Dictionary<string, string> plain, Dictionary<string, Dictionary<string, string>> objects)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JsonAnswer.Encoder }))
        {
            json.WriteStartObject();
            WriteFields(json, plain);
            foreach (var (name, fields) in objects)
            {
                json.WriteStartObject(name);
                WriteFields(json, fields);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteFields(Utf8JsonWriter json, Dictionary<string, string> fields)
    {
        foreach (var (name, value) in fields)
        {
            // A form has texts only, so the one field that is a number is read as one.
            if (name == RequestReader.Scale && IsNumber(value))
            {
                json.WritePropertyName(name);
                json.WriteRawValue(value);
            }
            else
            {
                json.WriteString(name, value);
            }
        }
    }

    private static bool IsNumber(string text)
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static (string Parent, string? Child) Split(string name)
    {
        var at = name.IndexOf('[', StringComparison.Ordinal);
        return at > 0 && name[^1] == ']' ? (name[..at], name[(at + 1)..^1]) : (name, null);
    }

    private static bool IsKnown(string name) => Wire.BodyFields.Any(field => field.Name == name);
}
