using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Apixo;
using Filmgate.Dialects.Http;
using Filmgate.Engine.Egress;
using Filmgate.Model.Money;
using Microsoft.AspNetCore.Http;

namespace Filmgate.Server.Admin;

/// <summary>
/// Reads the fields of one body and collects what is wrong with them. A field that is not known is an error: to drop a misspelled
/// <c>per_day</c> silently would leave an account without the limit that its administrator believes in.
/// </summary>
internal sealed class AdminFields
{
    /// <summary>Largest amount of a budget.</summary>
    public const long DollarsMax = 1_000_000_000;

    private const int BodyBytesMax = 64 * 1024;
    private const int NameLengthMax = 100;
    private const int NetworksMax = 64;
    private const int ProvidersMax = 100;
    private const int NumberBytesMax = 24;
    private const int ShownBytesMax = 400;

    private readonly string _path;
    private readonly Dictionary<string, JsonElement> _given = new(StringComparer.Ordinal);
    private readonly List<FieldError> _errors;

    private AdminFields(string path, JsonElement holder, string[] known, List<FieldError> errors)
    {
        _path = path;
        _errors = errors;
        if (holder.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in holder.EnumerateObject())
        {
            if (known.Contains(property.Name, StringComparer.Ordinal))
            {
                _given.Add(property.Name, property.Value);
            }
            else
            {
                errors.Add(new FieldError(path.Length == 0 ? "body" : path.TrimEnd('.'), $"has only the fields {string.Join(", ", known)}", property.Name));
            }
        }
    }

    /// <summary>Whether the body names no field at all.</summary>
    public bool IsEmpty => _given.Count == 0 && _errors.Count == 0;

    /// <summary>Reads the body of a request; null when it cannot be read, and then the answer is written.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isOptional">Whether the body may be missing.</param>
    /// <param name="known">The fields that it may have.</param>
    public static async ValueTask<AdminFields?> ReadAsync(HttpContext context, bool isOptional, params string[] known)
    {
        if (isOptional && context.Request.ContentLength is null or 0 && context.Request.Headers.TransferEncoding.Count == 0)
        {
            return new AdminFields(string.Empty, default, known, []);
        }

        if (ContentTypes.Fault(context.Request) is { } wrongType)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, wrongType);
            return null;
        }

        try
        {
            using var body = await RequestBody.ReadAsync(context, BodyBytesMax);
            using var document = BodyText.Parse(body.Bytes, out var fault);
            if (document is null)
            {
                await ApixoErrors.WriteAsync(context, StatusCodes.Status400BadRequest, fault!);
                return null;
            }

            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                await ApixoErrors.WriteAsync(context, [new FieldError("body", "must be a JSON object", Raw(document.RootElement))]);
                return null;
            }

            return new AdminFields(string.Empty, document.RootElement.Clone(), known, []);
        }
        catch (BadHttpRequestException e)
        {
            await ApixoErrors.WriteAsync(
                context,
                e.StatusCode,
                e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"The body must be at most {BodyBytesMax} bytes." : null);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            await ApixoErrors.WriteAsync(context, StatusCodes.Status400BadRequest, "The body ended before it was complete, or is not framed as HTTP says.");
        }

        return null;
    }

    /// <summary>Answers with all errors, if there are any.</summary>
    /// <returns>Whether there were.</returns>
    public async ValueTask<bool> RefuseAsync(HttpContext context)
    {
        if (_errors.Count == 0)
        {
            return false;
        }

        await ApixoErrors.WriteAsync(context, _errors);
        return true;
    }

    /// <summary>Notes an error that only several fields together show.</summary>
    public void Add(string field, string rule, string? value = null) => _errors.Add(new FieldError(_path + field, rule, value));

    /// <summary>Whether the field is given, be it as null.</summary>
    public bool Has(string field) => _given.ContainsKey(field);

    /// <summary>The fields of an object within the body; none when it is not given.</summary>
    public AdminFields Object(string field, params string[] known)
    {
        if (_given.TryGetValue(field, out var value) && value.ValueKind != JsonValueKind.Object)
        {
            Wrong(field, "must be an object", value);
        }

        return new AdminFields($"{_path}{field}.", value, known, _errors);
    }

    /// <summary>A name for people; null when it is not given or wrong.</summary>
    /// <param name="field">The field.</param>
    /// <param name="isRequired">Whether it must be given.</param>
    public string? Name(string field, bool isRequired)
    {
        const string Rule = "must be a text of 1 to 100 characters that are not only spaces, without control characters";
        if (!_given.TryGetValue(field, out var value))
        {
            if (isRequired)
            {
                Add(field, "is required: a text of 1 to 100 characters");
            }

            return null;
        }

        var name = Text(value)?.Trim();
        if (name is { Length: > 0 and <= NameLengthMax } && !name.Any(char.IsControl))
        {
            return name;
        }

        Wrong(field, Rule, value);
        return null;
    }

    /// <summary>One of several words; null when it is not given or wrong.</summary>
    /// <param name="field">The field.</param>
    /// <param name="isRequired">Whether it must be given.</param>
    /// <param name="hint">What to do instead, as the end of a sentence; may be empty.</param>
    /// <param name="words">The words.</param>
    public string? Word(string field, bool isRequired, string hint, params string[] words)
    {
        var rule = $"must be {string.Join(" or ", words)}{hint}";
        if (!_given.TryGetValue(field, out var value))
        {
            if (isRequired)
            {
                Add(field, $"is required and {rule}");
            }

            return null;
        }

        if (Text(value) is { } word && words.Contains(word, StringComparer.Ordinal))
        {
            return word;
        }

        Wrong(field, rule, value);
        return null;
    }

    /// <summary>A text; null when it is not given or wrong.</summary>
    /// <param name="field">The field.</param>
    /// <param name="isRequired">Whether it must be given.</param>
    /// <param name="lengthMin">Fewest characters.</param>
    /// <param name="lengthMax">Most characters.</param>
    public string? Text(string field, bool isRequired, int lengthMin, int lengthMax)
    {
        var rule = $"must be a text of {lengthMin} to {lengthMax} characters without control characters";
        if (!_given.TryGetValue(field, out var value))
        {
            if (isRequired)
            {
                Add(field, $"is required and {rule}");
            }

            return null;
        }

        if (Text(value) is { } text && text.Length >= lengthMin && text.Length <= lengthMax && !text.Any(char.IsControl))
        {
            return text;
        }

        Wrong(field, rule, value);
        return null;
    }

    /// <summary>Some of several words, each once; null when the field is not given or wrong.</summary>
    public ImmutableArray<string>? Words(string field, IReadOnlyCollection<string> words)
    {
        if (!_given.TryGetValue(field, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is var count && count > 0 && count <= words.Count)
        {
            var chosen = value.EnumerateArray().Select(Text).OfType<string>().Where(words.Contains).Distinct().ToImmutableArray();
            if (chosen.Length == count)
            {
                return chosen;
            }
        }

        Wrong(field, $"must be a list of one or more of {string.Join(", ", words)}, each once", value);
        return null;
    }

    /// <summary>True or false; null when it is not given or wrong.</summary>
    public bool? Switch(string field)
    {
        if (!_given.TryGetValue(field, out var value))
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Wrong(field, "must be true or false", value);
        return null;
    }

    /// <summary>A time as callers of the task API write it: Unix milliseconds or ISO 8601; null when it is not given or wrong.</summary>
    public DateTimeOffset? TaskTime(string field)
    {
        if (!_given.TryGetValue(field, out var value))
        {
            return null;
        }

        if ((Text(value) ?? (value.ValueKind == JsonValueKind.Number ? Raw(value) : null)) is { } text && TimeText.Read(text) is { } time)
        {
            return time;
        }

        Wrong(field, TimeText.Rule, value);
        return null;
    }

    /// <summary>A whole number; null when it is not given or wrong.</summary>
    public int? Whole(string field, int least, int most)
    {
        if (!_given.TryGetValue(field, out var value))
        {
            return null;
        }

        if (Number(value) is { } number && number == decimal.Truncate(number) && number >= least && number <= most)
        {
            return (int)number;
        }

        Wrong(field, $"must be a whole number from {least} to {most}", value);
        return null;
    }

    /// <summary>An amount of money; null when it is not given, wrong, or null where that is allowed.</summary>
    /// <param name="field">The field.</param>
    /// <param name="mayBeNull">Whether null may be given, for no limit.</param>
    /// <param name="most">The largest, in dollars.</param>
    public Usd? Money(string field, bool mayBeNull, long most = DollarsMax)
    {
        if (!_given.TryGetValue(field, out var value) || (mayBeNull && value.ValueKind == JsonValueKind.Null))
        {
            return null;
        }

        if (Number(value) is { } dollars && dollars >= 0 && dollars <= most && decimal.Round(dollars, 6) == dollars)
        {
            return Usd.FromDollars(dollars);
        }

        Wrong(field, $"must be an amount in USD from 0 to {most} with at most 6 decimals{(mayBeNull ? ", or null for no limit" : "")}", value);
        return null;
    }

    /// <summary>A provider's name, configured or not: what once was asked of it may outlive its settings. Null when it is not given or wrong.</summary>
    public string? Provider(string field)
    {
        if (!_given.TryGetValue(field, out var value))
        {
            Add(field, "is required: the name of a provider");
            return null;
        }

        if (Text(value) is { Length: > 0 } name)
        {
            return name;
        }

        Wrong(field, "must be the name of a provider", value);
        return null;
    }

    /// <summary>A time that lies ahead; null when it is not given, null or wrong.</summary>
    public DateTimeOffset? FutureMoment(string field, DateTimeOffset now)
    {
        if (!_given.TryGetValue(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (Text(value) is { } text && AdminMoment.Read(text) is { } moment && moment > now)
        {
            return moment;
        }

        Wrong(field, "must be a time to come with its offset, such as 2030-01-31T12:00:00Z, or null for never", value);
        return null;
    }

    /// <summary>Any time; null when it is not given, null or wrong.</summary>
    public DateTimeOffset? Moment(string field)
    {
        if (!_given.TryGetValue(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (Text(value) is { } text && AdminMoment.Read(text) is { } moment)
        {
            return moment;
        }

        Wrong(field, "must be a time with its offset, such as 2026-01-31T12:00:00Z", value);
        return null;
    }

    /// <summary>Networks, as they are stored; null when they are not given, null or wrong.</summary>
    public string? Networks(string field)
    {
        const string Rule = "must be a list of 1 to 64 networks such as 10.0.0.0/8, or null for any address";
        if (!_given.TryGetValue(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is 0 or > NetworksMax)
        {
            Wrong(field, Rule, value);
            return null;
        }

        var networks = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var (index, entry) in value.EnumerateArray().Index())
        {
            string? problem = null;
            if (Text(entry) is { } text && AllowedNetworks.TryParse(text, out var found, out problem) && found.Count == 1)
            {
                networks.Add(found[0]);
            }
            else
            {
                Wrong($"{field}[{index}]", problem is null ? "must be one network such as 10.0.0.0/8" : $"is refused: {problem.TrimEnd('.')}", entry);
            }
        }

        return string.Join(',', networks);
    }

    /// <summary>Names of configured providers; none when they are not given, null or wrong.</summary>
    /// <param name="field">The field.</param>
    /// <param name="known">The names that are configured.</param>
    public ImmutableArray<string> Providers(string field, IReadOnlyCollection<string> known)
    {
        if (!_given.TryGetValue(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > ProvidersMax)
        {
            Wrong(field, $"must be a list of at most {ProvidersMax} names of providers, or null for all of them", value);
            return [];
        }

        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var (index, entry) in value.EnumerateArray().Index())
        {
            if (Text(entry) is { } name && known.Contains(name, StringComparer.Ordinal))
            {
                names.Add(name);
            }
            else
            {
                Wrong($"{field}[{index}]", $"must be the name of a configured provider; there are {string.Join(", ", known.Order(StringComparer.Ordinal))}", entry);
            }
        }

        return names.ToImmutable();
    }

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is { } text && !text.Contains('\0', StringComparison.Ordinal) ? text : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: the parser lets it pass, and only reading it shows it.
            return null;
        }
    }

    // Short enough that a decimal keeps every digit; only a tiny number with an exponent could still be rounded, to zero.
    private static decimal? Number(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            return null;
        }

        var raw = JsonMarshal.GetRawUtf8Value(value);
        return raw.Length <= NumberBytesMax && value.TryGetDecimal(out var number) && (number != 0 || IsZero(raw)) ? number : null;
    }

    private static bool IsZero(ReadOnlySpan<byte> raw)
    {
        var exponent = raw.IndexOfAny((byte)'e', (byte)'E');
        return !(exponent < 0 ? raw : raw[..exponent]).ContainsAnyInRange((byte)'1', (byte)'9');
    }

    private void Wrong(string field, string rule, JsonElement value) => Add(field, rule, Raw(value));

    // The value as it stands in the body, cut before it is decoded.
    private static string Raw(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        var cut = Math.Min(raw.Length, ShownBytesMax);
        while (cut < raw.Length && (raw[cut] & 0xC0) == 0x80)
        {
            cut--;
        }

        return Encoding.UTF8.GetString(raw[..cut]);
    }
}
