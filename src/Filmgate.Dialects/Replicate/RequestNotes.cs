using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Http;

namespace Filmgate.Dialects.Replicate;

/// <summary>
/// What this surface remembers of a creation, to show it again as it came: the version that was named, the event filter, and the
/// <c>input</c> without its texts, which the task has, and without pictures, which the house stores.
/// </summary>
internal static class RequestNotes
{
    private const int MemberBytesMax = 2 * 1024;
    private const int InputBytesMax = 8 * 1024;
    private const string DataUrlPrefix = "data:", Cut = "...";

    private static ReadOnlySpan<byte> DataUrlBegin => "\"data:"u8;

    /// <summary>Writes the notes.</summary>
    /// <param name="version">The version's id as named; null for none.</param>
    /// <param name="filter">The event filter as given; null for none.</param>
    /// <param name="input">The <c>input</c> as given.</param>
    public static string Write(string? version, ImmutableArray<string>? filter, JsonElement input)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JsonAnswer.Encoder }))
        {
            json.WriteStartObject();
            if (version is not null)
            {
                json.WriteString(Wire.Version, version);
            }

            if (filter is { } events)
            {
                json.WriteStartArray(Wire.EventsFilter);
                foreach (var name in events)
                {
                    json.WriteStringValue(name);
                }

                json.WriteEndArray();
            }

            json.WriteStartObject(Wire.Input);
            WriteInput(json, input);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Reads notes; null when there are none of ours.</summary>
    public static JsonDocument? Read(string? notes)
    {
        if (notes is null)
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(notes);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Copies a member as it stands. Nothing in it is decoded: callers may have written what no text can hold.</summary>
    public static void Copy(Utf8JsonWriter json, JsonProperty member)
    {
        json.WritePropertyName(member.Name);
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(member.Value), skipInputValidation: true);
    }

    private static void WriteInput(Utf8JsonWriter json, JsonElement input)
    {
        var left = InputBytesMax;
        foreach (var member in input.EnumerateObject())
        {
            var raw = JsonMarshal.GetRawUtf8Value(member.Value);
            if (member.NameEquals(Wire.Prompt.EncodedUtf8Bytes) || member.NameEquals(Wire.NegativePrompt.EncodedUtf8Bytes))
            {
                continue;
            }

            if (raw.StartsWith(DataUrlBegin))
            {
                var comma = raw.IndexOf((byte)',');
                json.WriteString(member.Name, comma is > 0 and < 100 ? Encoding.UTF8.GetString(raw[1..(comma + 1)]) + Cut : DataUrlPrefix + Cut);
                continue;
            }

            left -= raw.Length + member.Name.Length;
            if (raw.Length <= MemberBytesMax && left >= 0)
            {
                Copy(json, member);
            }
        }
    }
}
