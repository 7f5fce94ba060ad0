using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Fal;

/// <summary>
/// Reads the input of an app, which is the whole body. It checks types and which pictures the app takes; the values are checked by the
/// house, for all dialects alike.
/// </summary>
internal static class RequestReader
{
    private const string DurationRule = "must be \"5\" or \"10\" (seconds)";
    private const string ScaleRule = "must be a number from 0 to 1";

    /// <summary>The draft, or null and everything that is wrong with the body's types.</summary>
    public static GenerationDraft? Read(ServedApp app, ReadOnlyMemory<byte> body, out ImmutableArray<RequestFault> faults) =>
        FieldReader.ReadObject(body, app, static (app, body, fields) => Read(app, body, fields), out faults);

    private static GenerationDraft Read(ServedApp app, JsonElement body, FieldReader fields)
    {
        fields.Take(body, Wire.Fields);
        string? shape = null;
        if (!app.TakesImage)
        {
            fields.Take(body, Wire.ShapeField);
            shape = fields.Text(RequestField.AspectRatio);
        }

        return new GenerationDraft
        {
            Mode = app.Mode.Rules().Name,
            Prompt = fields.Text(RequestField.Prompt, code: FailureCode.InvalidPrompt),
            NegativePrompt = fields.Text(RequestField.NegativePrompt, code: FailureCode.InvalidPrompt) ?? Wire.NegativePromptDefault,
            Duration = ReadDuration(body, fields),
            ImageUrls = ReadPictures(app, fields),
            AspectRatio = shape,
            CfgScale = fields.Number(RequestField.CfgScale, ScaleRule),
        };
    }

    // A picture that the app has no use for would be left out of the clip without a word, so it is refused.
    private static ImmutableArray<string> ReadPictures(ServedApp app, FieldReader fields)
    {
        var image = fields.Text(RequestField.Image, code: FailureCode.InvalidImageUrl);
        var tail = fields.Text(RequestField.EndImage, code: FailureCode.InvalidImageUrl);
        var isWrong = fields.Faults.Any(fault => fault.Field is RequestField.Image or RequestField.EndImage);
        if (app.TakesImage && image is null && !isWrong)
        {
            fields.Add(new(RequestField.Image, "is required: the address or data URL of the picture that moves"));
        }

        if (!app.TakesImage && image is not null)
        {
            fields.Add(new(RequestField.Image, $"must be left out: {app.Id} makes clips of words alone", image));
        }

        if (!app.TakesEndImage && tail is not null)
        {
            fields.Add(new(RequestField.EndImage, $"must be left out: only {ServedApp.Of(GenerationMode.ProImageToVideo).Id} takes an end picture", tail));
        }

        return [.. new[] { image, tail }.OfType<string>()];
    }

    // fal's type is the string "5" or "10". Callers send numbers as well, and one client writes 5 as "5s".
    private static decimal? ReadDuration(JsonElement body, FieldReader fields)
    {
        if (!body.TryGetProperty("duration", out var value) || value.ValueKind != JsonValueKind.String)
        {
            return fields.Number(RequestField.Duration, DurationRule);
        }

        switch (fields.Text(RequestField.Duration))
        {
            case null:
                return null;
            case "5" or "5s":
                return 5;
            case "10" or "10s":
                return 10;
            case var other:
                fields.Add(new(RequestField.Duration, DurationRule, other));
                return null;
        }
    }
}
