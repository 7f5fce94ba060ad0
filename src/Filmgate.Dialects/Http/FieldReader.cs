using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Http;

/// <summary>Reads values of one body by field, and collects the faults of their types. <c>null</c> counts as not given.</summary>
internal sealed class FieldReader
{
    private const int ShownBytesMax = 400;
    private const int NumberBytesMax = 32;
    private const string WellFormed = "must be well-formed Unicode text without U+0000";

    private readonly JsonElement[] values = new JsonElement[Enum.GetValues<RequestField>().Length];
    private readonly ImmutableArray<RequestFault>.Builder faults = ImmutableArray.CreateBuilder<RequestFault>();

    /// <summary>What was found wrong, in the order of reading.</summary>
    public ImmutableArray<RequestFault> Faults => faults.ToImmutable();

    /// <summary>Reads a body that must be one JSON object.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="context">What the reader needs beside it.</param>
    /// <param name="read">Reads the object; its faults go into the reader of fields.</param>
    /// <param name="faults">Everything that is wrong with the body; empty when it was read.</param>
    /// <returns>What was read; null when there are faults.</returns>
    public static T? ReadObject<TContext, T>(
        ReadOnlyMemory<byte> body, TContext context, Func<TContext, JsonElement, FieldReader, T?> read, out ImmutableArray<RequestFault> faults)
        where T : class
    {
        using var document = BodyText.Parse(body, out var fault);
        if (document is null)
        {
            faults = [fault!];
            return null;
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            faults = [WrongType(RequestField.Body, "must be a JSON object", document.RootElement)];
            return null;
        }

        var fields = new FieldReader();
        var value = read(context, document.RootElement, fields);
        faults = fields.Faults;
        return faults.IsEmpty ? value : null;
    }

    /// <summary>Notes a fault that only the relation of two fields shows.</summary>
    public void Add(RequestFault fault) => faults.Add(fault);

    /// <summary>
    /// Takes the known fields of an object. Unknown ones are ignored (APIXO's clients send some), but a known name in
    /// the wrong case is a fault: to drop a <c>Duration</c> silently would make another clip than was asked for.
    /// </summary>
    public void Take(JsonElement holder, ImmutableArray<(string Name, RequestField Field)> known)
    {
        foreach (var property in holder.EnumerateObject())
        {
            if (!TryTake(property, known) && Misspelled(property.Name, known) is { } right)
            {
                var rule = right.Name.Any(char.IsAsciiLetterUpper) ? "must be spelled with exactly these capitals" : "must be spelled in lower case";
                faults.Add(new(right.Field, rule, property.Name));
            }
        }
    }

    /// <summary>The object in that field; null when there is none, which is a fault.</summary>
    public JsonElement? Object(RequestField field, string rule)
    {
        var value = values[(int)field];
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return value;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                faults.Add(new(field, $"is required: {rule}"));
                return null;
            default:
                faults.Add(WrongType(field, "must be an object", value));
                return null;
        }
    }

    /// <summary>The text in that field.</summary>
    public string? Text(RequestField field, string rule = "must be a string", FailureCode? code = null)
    {
        var value = values[(int)field];
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return null;
            case JsonValueKind.String:
                return WellFormedText(value, field, null, code);
            default:
                faults.Add(WrongType(field, rule, value));
                return null;
        }
    }

    /// <summary>The number in that field.</summary>
    public decimal? Number(RequestField field, string rule)
    {
        var value = values[(int)field];
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return null;
            case JsonValueKind.Number:
                // A longer number says more than a decimal keeps, so it is refused instead of being rounded.
                if (JsonMarshal.GetRawUtf8Value(value).Length <= NumberBytesMax && value.TryGetDecimal(out var number))
                {
                    return number;
                }

                faults.Add(new(field, rule, Raw(value)));
                return null;
            default:
                faults.Add(WrongType(field, rule, value));
                return null;
        }
    }

    /// <summary>The seconds in that field: a number, or <c>"5"</c> or <c>"10"</c>, as APIXO's pages print the default as a string.</summary>
    public decimal? Seconds(RequestField field, string rule)
    {
        var value = values[(int)field];
        if (value.ValueKind != JsonValueKind.String)
        {
            return Number(field, rule);
        }

        switch (WellFormedText(value, field, null, null))
        {
            case null:
                return null;
            case "5":
                return 5;
            case "10":
                return 10;
            default:
                faults.Add(new(field, rule, Raw(value)));
                return null;
        }
    }

    /// <summary>The texts in that field; none when it is not given.</summary>
    public ImmutableArray<string> Texts(RequestField field, int most, FailureCode? code)
    {
        var value = values[(int)field];
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return [];
            case not JsonValueKind.Array:
                faults.Add(WrongType(field, "must be an array of strings", value));
                return [];
        }

        var count = value.GetArrayLength();
        if (count > most)
        {
            faults.Add(new(field, $"must hold at most {most} entries", $"{count} entries"));
            return [];
        }

        var texts = ImmutableArray.CreateBuilder<string>(count);
        foreach (var (index, entry) in value.EnumerateArray().Index())
        {
            if (entry.ValueKind != JsonValueKind.String)
            {
                faults.Add(WrongType(field, "must be a string", entry) with { Index = index });
            }
            else if (WellFormedText(entry, field, index, code) is { } text)
            {
                texts.Add(text);
            }
        }

        return texts.ToImmutable();
    }

    /// <summary>The entries of the object in that field, all of them texts; none when it is not given.</summary>
    public ImmutableSortedDictionary<string, string> Entries(RequestField field, int most)
    {
        var value = values[(int)field];
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return ImmutableSortedDictionary<string, string>.Empty;
            case not JsonValueKind.Object:
                faults.Add(WrongType(field, "must be an object of strings", value));
                return ImmutableSortedDictionary<string, string>.Empty;
        }

        var count = value.GetPropertyCount();
        if (count > most)
        {
            faults.Add(new(field, $"must have at most {most} entries", $"{count} entries"));
            return ImmutableSortedDictionary<string, string>.Empty;
        }

        // Names are well-formed: the scan of the body has read each of them.
        var entries = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var entry in value.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String)
            {
                faults.Add(WrongType(field, "must be a string", entry.Value) with { Entry = entry.Name });
            }
            else if (WellFormedText(entry.Value, field, null, null, entry.Name) is { } text)
            {
                entries.Add(entry.Name, text);
            }
        }

        return entries.ToImmutable();
    }

    /// <summary>A fault that names the type that was found and the one that is wanted.</summary>
    public static RequestFault WrongType(RequestField field, string rule, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => new(field, $"{rule} and not null"),
        JsonValueKind.True or JsonValueKind.False => new(field, $"{rule} and not a boolean", Raw(value)),
        JsonValueKind.Number => new(field, $"{rule} and not a number", Raw(value)),
        JsonValueKind.String => new(field, $"{rule} and not a string", Raw(value)),
        JsonValueKind.Array => new(field, $"{rule} and not an array", Raw(value)),
        _ => new(field, $"{rule} and not an object", Raw(value)),
    };

    private static (string Name, RequestField Field)? Misspelled(string name, ImmutableArray<(string Name, RequestField Field)> known)
    {
        foreach (var right in known)
        {
            if (right.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return right;
            }
        }

        return null;
    }

    // The value as it stands in the body, cut before it is decoded: it may be megabytes long.
    private static string Raw(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        if (raw.Length > ShownBytesMax)
        {
            var cut = ShownBytesMax;
            while ((raw[cut] & 0xC0) == 0x80)
            {
                cut--;
            }

            raw = raw[..cut];
        }

        return Encoding.UTF8.GetString(raw);
    }

    private bool TryTake(JsonProperty property, ImmutableArray<(string Name, RequestField Field)> known)
    {
        foreach (var (name, field) in known)
        {
            if (property.NameEquals(name))
            {
                values[(int)field] = property.Value;
                return true;
            }
        }

        return false;
    }

    private string? WellFormedText(JsonElement value, RequestField field, int? index, FailureCode? code, string? entry = null)
    {
        try
        {
            var text = value.GetString()!;
            if (!text.Contains('\0', StringComparison.Ordinal))
            {
                return text;
            }
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: the parser lets it pass, and only reading it shows it.
        }

        faults.Add(new(field, WellFormed, Index: index, Code: code, Entry: entry));
        return null;
    }
}
