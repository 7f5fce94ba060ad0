using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Kling;

/// <summary>What the body of a creation asks for, or why that cannot be had although the body is well formed.</summary>
/// <param name="Draft">What is asked; null when it is refused.</param>
/// <param name="Refusal">Why it is refused; null when it is not.</param>
internal sealed record CreateBody(GenerationDraft? Draft, Refusal? Refusal);

/// <summary>
/// Reads the body of a creation: first the types of all fields, then the model, then what only this wire has. The values are checked by
/// the house, for all dialects alike.
/// </summary>
internal static class RequestReader
{
    private const string DurationRule = "must be \"5\" or \"10\" (seconds)";

    /// <summary>What is asked, or null and everything that is wrong with the body.</summary>
    public static CreateBody? Read(TaskKind kind, ReadOnlyMemory<byte> body, out ImmutableArray<RequestFault> faults) =>
        FieldReader.ReadObject(body, kind, static (kind, body, fields) => ReadFields(kind, body, fields), out faults);

    private static CreateBody? ReadFields(TaskKind kind, JsonElement body, FieldReader fields)
    {
        fields.Take(body, kind.Fields);
        RefuseOtherSpellings(kind, body, fields);
        var draft = new GenerationDraft
        {
            Prompt = fields.Text(RequestField.Prompt, code: FailureCode.InvalidPrompt),
            NegativePrompt = NotEmpty(fields.Text(RequestField.NegativePrompt, code: FailureCode.InvalidPrompt)),
            Duration = fields.Seconds(RequestField.Duration, DurationRule),
            AspectRatio = NotEmpty(fields.Text(RequestField.AspectRatio)),
            CallbackUrl = NotEmpty(fields.Text(RequestField.CallbackUrl)),
            CallbackEvents = TaskEvents.All,
            ExternalId = NotEmpty(fields.Text(RequestField.ExternalId)),
        };
        var model = NotEmpty(fields.Text(RequestField.Model)) ?? Wire.ModelDefault;
        var quality = NotEmpty(fields.Text(RequestField.Mode)) ?? Wire.Standard;
        var image = NotEmpty(fields.Text(RequestField.Image, code: FailureCode.InvalidImageUrl));
        var tail = NotEmpty(fields.Text(RequestField.EndImage, code: FailureCode.InvalidImageUrl));
        RefuseOtherModelsFields(body, fields);
        if (!fields.Faults.IsEmpty)
        {
            return null;
        }

        if (model is not (Wire.ModelV21 or Wire.ModelMaster))
        {
            return new CreateBody(null, Unserved(model, body));
        }

        CheckPrompt(draft.Prompt, fields);
        var mode = ReadMode(kind, model, quality, fields);
        return new CreateBody(
            draft with
            {
                Mode = mode?.Rules().Name,
                Prompt = kind.TakesImages && string.IsNullOrWhiteSpace(draft.Prompt) ? Wire.UnspokenPrompt : draft.Prompt,
                ImageUrls = kind.TakesImages ? ReadImages(image, tail, mode, (model, quality, draft.Duration), fields) : [],
            },
            null);
    }

    private static GenerationMode? ReadMode(TaskKind kind, string model, string quality, FieldReader fields)
    {
        // The master model has one quality; clients send either word for it.
        if (model == Wire.ModelMaster)
        {
            return kind.TakesImages ? GenerationMode.MasterImageToVideo : GenerationMode.MasterTextToVideo;
        }

        if (!kind.TakesImages)
        {
            fields.Add(new(RequestField.Model, $"must be {Wire.ModelMaster} for {kind.Name}; {Wire.ModelV21} begins with a picture", model));
            return null;
        }

        switch (quality)
        {
            case Wire.Standard:
                return GenerationMode.StandardImageToVideo;
            case Wire.Professional:
                return GenerationMode.ProImageToVideo;
            default:
                fields.Add(new(RequestField.Mode, $"must be {Wire.Standard} or {Wire.Professional}", quality));
                return null;
        }
    }

    private static ImmutableArray<string> ReadImages(
        string? image, string? tail, GenerationMode? mode, (string Model, string Quality, decimal? Duration) asked, FieldReader fields)
    {
        if (tail is not null && mode is { } known && known != GenerationMode.ProImageToVideo)
        {
            // Source of the sentence: Kling, as answers of the real API show it. Source of the rule: Kling, capability map.
            fields.Add(new(
                RequestField.Body,
                $"is not supported with image_tail; an end frame needs {Wire.ModelV21} and mode {Wire.Professional}",
                Entry: $"model/mode/duration({asked.Model}/{asked.Quality}/{asked.Duration ?? GenerationRules.DurationDefault:0.##})"));
            return [];
        }

        if (image is null)
        {
            fields.Add(tail is null
                ? new(RequestField.Image, "and image_tail can not be empty: give image, an http(s) address or bare base64")
                : new(RequestField.Image, "is required beside image_tail: an end frame alone is not served here"));
            return [];
        }

        string?[] sources = [ReadImage(RequestField.Image, image, fields), tail is null ? null : ReadImage(RequestField.EndImage, tail, fields)];
        return [.. sources.OfType<string>()];
    }

    // The house knows pictures within a request as data URLs, and judges their bytes instead of the type that one names.
    private static string? ReadImage(RequestField field, string text, FieldReader fields)
    {
        if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return text;
        }

        var data = text.AsSpan().ContainsAny('\r', '\n') ? text.ReplaceLineEndings(string.Empty) : text;
        if (data.AsSpan().ContainsAny(' ', '\t') || data.Length % 4 != 0 || !System.Buffers.Text.Base64.IsValid(data))
        {
            fields.Add(new(field, "must be an http(s) address or bare base64, without data: before it", text, Code: FailureCode.InvalidImageUrl));
            return null;
        }

        return ErrorMap.InlinePrefix + data;
    }

    private static void CheckPrompt(string? prompt, FieldReader fields)
    {
        if (prompt is { Length: > Wire.PromptLengthMax } && prompt.EnumerateRunes().Count() is var length and > Wire.PromptLengthMax)
        {
            fields.Add(new(RequestField.Prompt, $"must be at most {Wire.PromptLengthMax} characters", $"{length} characters", Code: FailureCode.PromptTooLong));
        }
    }

    private static Refusal Unserved(string model, JsonElement body) => new(
        RefusalKind.NotFound,
        $"model_name must be {Wire.ModelV21} or {Wire.ModelMaster}; {RequestFault.Shorten(model)} is not served here"
        + (body.TryGetProperty("model_name", out _) ? "." : " and is what a request without model_name means; model is not read."));

    // Kling's own answer to camel case is a refusal, too; to drop such a field would make another clip than was asked for.
    private static void RefuseOtherSpellings(TaskKind kind, JsonElement body, FieldReader fields)
    {
        foreach (var property in body.EnumerateObject())
        {
            if (property.Name.Length > 32 || property.Name.Contains('_', StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var (name, field) in kind.Fields)
            {
                if (name.Contains('_', StringComparison.Ordinal)
                    && property.Name.Equals(name.Replace("_", string.Empty, StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
                {
                    fields.Add(new(field, "must be spelled with underscores", property.Name));
                }
            }
        }
    }

    private static void RefuseOtherModelsFields(JsonElement body, FieldReader fields)
    {
        if (body.TryGetProperty(Wire.Sound, out var sound) && sound.ValueKind != JsonValueKind.Null && !(sound.ValueKind == JsonValueKind.String && sound.ValueEquals(Wire.SoundOff)))
        {
            fields.Add(FieldReader.WrongType(RequestField.Body, $"must be the string {Wire.SoundOff} or absent: these models make no sound", sound) with
            {
                Entry = Wire.Sound,
                Rule = $"must be the string {Wire.SoundOff} or absent: these models make no sound",
            });
        }

        foreach (var name in new[] { Wire.StaticMask, Wire.DynamicMasks, Wire.CameraControl })
        {
            if (body.TryGetProperty(name, out var value) && !IsEmpty(value))
            {
                fields.Add(new(RequestField.Body, $"must be absent: {Wire.ModelV21} and {Wire.ModelMaster} have no motion brush and no camera control", Entry: name));
            }
        }
    }

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.String => value.ValueEquals(string.Empty),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    private static string? NotEmpty(string? text) => text is { Length: > 0 } ? text : null;
}
