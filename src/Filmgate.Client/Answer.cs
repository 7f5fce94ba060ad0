using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Filmgate.Client;

/// <summary>One answer of the task API, read to its end: the envelope's <c>data</c>, or a refusal.</summary>
internal sealed class Answer
{
    private const int ShownTextLengthMax = 200;

    private readonly JsonElement _data;

    private Answer(string text, JsonElement data)
    {
        Text = text;
        _data = data;
    }

    /// <summary>The body as it came.</summary>
    public string Text { get; }

    /// <summary>
    /// Reads a body. Refusals come in several shapes: the message at the top, within <c>data.error</c>, as a top-level
    /// <c>error</c>, or as plain text; and a refusal may hide its code in an envelope under HTTP 200.
    /// </summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="text">The body.</param>
    /// <param name="retryAfter">How long the server asks to wait.</param>
    /// <exception cref="FilmgateException">It is a refusal, or not of the task API.</exception>
    public static Answer Read(HttpStatusCode status, string text, TimeSpan? retryAfter)
    {
        var envelope = Parse(text);
        var code = (HttpStatusCode)(Number(envelope, "code") ?? (int)status);
        var refused = (int)status is < 200 or > 299 ? status : code;
        var data = Member(envelope, "data") ?? default;

        if ((int)refused is < 200 or > 299)
        {
            var message = TextOf(envelope, "message") ?? TextOf(data, "error") ?? TextOf(envelope, "error") ?? Shortened(text);
            throw new FilmgateException(message ?? $"The server answered {(int)refused} without a reason.", refused)
            {
                FailCode = TextOf(data, "failCode") ?? TextOf(envelope, "failCode"),
                Errors = ErrorTexts(Member(data, "errors") ?? Member(envelope, "errors")),
                RetryAfter = retryAfter,
                RawResponse = text,
            };
        }

        return envelope.ValueKind == JsonValueKind.Object ? new Answer(text, data) : throw NotTheTaskApi(status, text);
    }

    /// <summary>How long a server asks to wait, in either form of the header.</summary>
    /// <param name="header">The header; null when absent.</param>
    /// <param name="now">The present time, for the form that names a date.</param>
    public static TimeSpan? RetryAfter(RetryConditionHeaderValue? header, DateTimeOffset now)
    {
        var wait = header?.Delta ?? header?.Date - now;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    /// <summary>The envelope's data.</summary>
    /// <param name="type">Its type.</param>
    /// <exception cref="FilmgateException">It is something else.</exception>
    public T Data<T>(JsonTypeInfo<T> type) where T : class => Within(_data, type);

    /// <summary>An object within the envelope's data.</summary>
    /// <param name="part">The object.</param>
    /// <param name="type">Its type.</param>
    /// <exception cref="FilmgateException">It is something else.</exception>
    public T Within<T>(JsonElement part, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return (part.ValueKind == JsonValueKind.Object ? part.Deserialize(type) : null) ?? throw NotTheTaskApi(HttpStatusCode.OK, Text);
        }
        catch (JsonException)
        {
            throw NotTheTaskApi(HttpStatusCode.OK, Text);
        }
    }

    /// <summary>The envelope's data as it came.</summary>
    public JsonElement Json => _data;

    /// <summary>The envelope's data when it is a bare number.</summary>
    /// <exception cref="FilmgateException">It is something else.</exception>
    public decimal Amount() =>
        _data.ValueKind == JsonValueKind.Number && _data.TryGetDecimal(out var amount) ? amount : throw NotTheTaskApi(HttpStatusCode.OK, Text);

    private static FilmgateException NotTheTaskApi(HttpStatusCode status, string text) =>
        new($"The server answered {(int)status}, but not as the task API does: {Shortened(text) ?? "nothing"}", status) { RawResponse = text };

    private static JsonElement Parse(string text)
    {
        try
        {
            return JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var member) ? member : null;

    private static string? TextOf(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.String } member && member.GetString() is { Length: > 0 } text ? text : null;

    private static int? Number(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt32(out var number) ? number : null;

    private static IReadOnlyList<string> ErrorTexts(JsonElement? errors)
    {
        if (errors is not { ValueKind: JsonValueKind.Array } list)
        {
            return [];
        }

        return [.. list.EnumerateArray().Select(error => error.ValueKind switch
        {
            JsonValueKind.String => error.GetString()!,
            JsonValueKind.Object when TextOf(error, "message") is { } message =>
                TextOf(error, "field") is { } field && !message.Contains(field, StringComparison.Ordinal) ? $"{field}: {message}" : message,
            _ => error.GetRawText(),
        })];
    }

    private static string? Shortened(string text)
    {
        var line = string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        return line.Length switch
        {
            0 => null,
            <= ShownTextLengthMax => line,
            _ => string.Concat(line.AsSpan(0, ShownTextLengthMax), "…"),
        };
    }
}
