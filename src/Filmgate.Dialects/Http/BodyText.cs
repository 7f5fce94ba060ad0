using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Http;

/// <summary>
/// From bytes to a JSON document. A first pass without memory of its own proves that the text is UTF-8, is JSON, is
/// small and has readable names; only then a document is built, which costs memory for each of its values.
/// </summary>
public static class BodyText
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = HttpLimits.MaxJsonDepth };
    private static readonly JsonDocumentOptions Unique = new() { MaxDepth = HttpLimits.MaxJsonDepth, AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions Any = new() { MaxDepth = HttpLimits.MaxJsonDepth };

    /// <summary>The document, or null and what is wrong.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body, out RequestFault? fault)
    {
        fault = body.IsEmpty ? new(RequestField.Body, "is required: a JSON object")
            : !Utf8.IsValid(body.Span) ? new(RequestField.Body, "must be UTF-8 text")
            : Scan(body.Span);
        if (fault is not null)
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(body, Unique);
        }
        catch (JsonException)
        {
            // The scan has found the text well formed, so what is left is a name that stands twice in one object.
            using var document = JsonDocument.Parse(body, Any);
            fault = new(RequestField.Body, "must name each field once", FindRepeated(document.RootElement));
            return null;
        }
    }

    private static RequestFault? Scan(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, Reading);
        try
        {
            for (var tokens = 1; reader.Read(); tokens++)
            {
                if (tokens > HttpLimits.MaxJsonTokens)
                {
                    return new(RequestField.Body, $"must hold at most {HttpLimits.MaxJsonTokens} names and values");
                }

                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueIsEscaped && !IsReadable(ref reader))
                {
                    return new(RequestField.Body, "must name its fields in well-formed Unicode text without U+0000");
                }
            }

            return null;
        }
        catch (JsonException e)
        {
            return new(
                RequestField.Body,
                $"must be valid JSON, at most {HttpLimits.MaxJsonDepth} levels deep: see line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
    }

    private static bool IsReadable(ref Utf8JsonReader reader)
    {
        try
        {
            return !reader.GetString()!.Contains('\0', StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static string? FindRepeated(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            return element.EnumerateArray().Select(FindRepeated).FirstOrDefault(name => name is not null);
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                return $"{property.Name} twice";
            }

            if (FindRepeated(property.Value) is { } inner)
            {
                return inner;
            }
        }

        return null;
    }
}
