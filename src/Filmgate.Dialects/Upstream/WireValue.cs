using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Filmgate.Dialects.Upstream;

/// <summary>
/// A value in a provider's answer, or its absence. Nothing here throws: what is not JSON, not UTF-8, of another type or simply not there
/// is missing, and the reader decides what that means.
/// </summary>
public readonly struct WireValue
{
    private const int DepthMax = 64;

    private readonly JsonElement _element;

    private WireValue(JsonElement element) => _element = element;

    /// <summary>No value.</summary>
    public static WireValue Missing => default;

    /// <summary>Whether there is no value, or only null.</summary>
    public bool IsMissing => _element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>Whether it is an object.</summary>
    public bool IsObject => _element.ValueKind == JsonValueKind.Object;

    /// <summary>Whether it is a list.</summary>
    public bool IsList => _element.ValueKind == JsonValueKind.Array;

    /// <summary>The field of that name; missing when this is no object or has none. Of two with one name the last counts.</summary>
    public WireValue this[string name] =>
        IsObject && _element.TryGetProperty(name, out var value) ? new WireValue(value) : Missing;

    /// <summary>The items; none when this is no list.</summary>
    public IEnumerable<WireValue> Items => IsList ? _element.EnumerateArray().Select(item => new WireValue(item)) : [];

    /// <summary>The text of a string; null for anything else, and for half a surrogate pair.</summary>
    public string? Text
    {
        get
        {
            if (_element.ValueKind != JsonValueKind.String)
            {
                return null;
            }

            try
            {
                return _element.GetString();
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }
    }

    /// <summary>The text of a string that is not empty, or the digits of a whole number: ids come as either. Null for anything else.</summary>
    public string? Id => Text is { Length: > 0 } text ? text : Whole?.ToString(CultureInfo.InvariantCulture);

    /// <summary>A whole number, also one written as a string of digits; null for anything else.</summary>
    public long? Whole =>
        _element.ValueKind == JsonValueKind.Number && _element.TryGetInt64(out var number) ? number
        : long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) ? number
        : null;

    /// <summary>A number within the range of money, also one written as a string; null for anything else.</summary>
    public decimal? Number =>
        _element.ValueKind == JsonValueKind.Number && _element.TryGetDecimal(out var number) ? number
        : decimal.TryParse(Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) ? number
        : null;

    /// <summary>True or false; null for anything else.</summary>
    public bool? Flag => _element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>Reads a body; missing when it is not one JSON value in UTF-8, with or without a byte order mark.</summary>
    public static WireValue Read(ReadOnlyMemory<byte> body)
    {
        var bytes = body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;
        if (bytes.IsEmpty || !Utf8.IsValid(bytes.Span))
        {
            return Missing;
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = DepthMax });
            return new WireValue(document.RootElement.Clone());
        }
        catch (JsonException)
        {
            return Missing;
        }
    }

    /// <summary>Reads JSON that stands within a string; missing when there is none.</summary>
    public static WireValue Read(string? text) => text is null ? Missing : Read(Encoding.UTF8.GetBytes(text));
}
