using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Kie;

/// <summary>
/// Reads the body of a creation. It checks types and what only this wire has (model names, two pictures by name, durations as text); the
/// values are checked by the house, for all dialects alike.
/// </summary>
internal static class RequestReader
{
    private const string DurationRule = "must be the string \"5\" or \"10\"";
    private const int FieldNameLengthMax = 32;
    private const string ScaleRule = "must be a number from 0 to 1";

    /// <summary>The draft, or null and everything that is wrong with the body's types.</summary>
    public static GenerationDraft? Read(ReadOnlyMemory<byte> body, out ImmutableArray<RequestFault> faults) =>
        FieldReader.ReadObject(body, 0, static (_, body, fields) => ReadDraft(body, fields), out faults);

    private static GenerationDraft ReadDraft(JsonElement body, FieldReader fields)
    {
        Take(body, Wire.BodyFields, fields);
        var model = ReadModel(fields);
        var callbackUrl = NotBlank(fields.Text(RequestField.CallbackUrl));
        if (fields.Object(RequestField.Input, "an object with prompt and what the model needs") is { } input)
        {
            Take(input, Wire.InputFields, fields);
        }

        return new GenerationDraft
        {
            Mode = model?.Mode.Rules().Name,
            Prompt = fields.Text(RequestField.Prompt, code: FailureCode.InvalidPrompt),
            NegativePrompt = fields.Text(RequestField.NegativePrompt, code: FailureCode.InvalidPrompt),
            Duration = ReadDuration(fields),
            ImageUrls = ReadImages(model, fields),
            AspectRatio = model?.Mode.Rules().TakesAspectRatio == true ? fields.Text(RequestField.AspectRatio) : null,
            CfgScale = fields.Number(RequestField.CfgScale, ScaleRule),
            CallbackUrl = callbackUrl,
        };
    }

    // Clients come from siblings that spell the same names otherwise (callback_url, imageUrl): to ignore these would make a task that calls
    // nobody back, or another clip than was asked for.
    private static void Take(JsonElement holder, ImmutableArray<(string Name, RequestField Field)> known, FieldReader fields)
    {
        fields.Take(holder, known);
        foreach (var property in holder.EnumerateObject().Where(property => property.Name.Length <= FieldNameLengthMax))
        {
            foreach (var (name, field) in known)
            {
                if (!name.Equals(property.Name, StringComparison.OrdinalIgnoreCase) && Letters(name).Equals(Letters(property.Name), StringComparison.OrdinalIgnoreCase))
                {
                    fields.Add(new(field, "must be spelled exactly so", property.Name));
                }
            }
        }

        static string Letters(string name) => name.Replace("_", "", StringComparison.Ordinal);
    }

    // An empty text is what form builders send for a field that was left blank.
    private static string? NotBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static KieModel? ReadModel(FieldReader fields)
    {
        var name = fields.Text(RequestField.Model);
        if (KieModel.Find(name) is { } model)
        {
            return model;
        }

        if (!fields.Faults.Any(fault => fault.Field == RequestField.Model))
        {
            fields.Add(new(RequestField.Model, name is null ? $"is required: one of {KieModel.Names}" : $"must be one of {KieModel.Names}", name));
        }

        return null;
    }

    // A number is refused, as the vendor refuses it: what runs against this surface is to run against the vendor.
    private static decimal? ReadDuration(FieldReader fields)
    {
        switch (fields.Text(RequestField.Duration, DurationRule))
        {
            case null:
                return null;
            case "5":
                return 5;
            case "10":
                return 10;
            case var other:
                fields.Add(new(RequestField.Duration, DurationRule, other));
                return null;
        }
    }

    private static ImmutableArray<string> ReadImages(KieModel? model, FieldReader fields)
    {
        var start = NotBlank(fields.Text(RequestField.Image, code: FailureCode.InvalidImageUrl));
        var end = NotBlank(fields.Text(RequestField.EndImage, code: FailureCode.InvalidImageUrl));
        if (model is null)
        {
            return [];
        }

        var rules = model.Mode.Rules();
        if (rules.MinImages > 0 && start is null && !fields.Faults.Any(fault => fault.Field == RequestField.Image))
        {
            fields.Add(new(RequestField.Image, $"is required for {model.Name}: the address of a picture"));
        }

        // To leave out a picture silently would make, and bill, another clip than was asked for.
        if (rules.MaxImages == 0 && start is not null)
        {
            fields.Add(new(RequestField.Image, $"is not allowed: {model.Name} takes no picture"));
        }

        if (rules.MaxImages < 2 && end is not null)
        {
            fields.Add(new(RequestField.EndImage, $"is not allowed: {model.Name} takes no end picture; {KieModel.Of(GenerationMode.ProImageToVideo).Name} does"));
        }

        return [.. new[] { start, end }.OfType<string>()];
    }
}
