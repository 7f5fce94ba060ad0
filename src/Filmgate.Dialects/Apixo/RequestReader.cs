using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Apixo;

/// <summary>
/// Reads the body of a creation or of an estimate. It checks types and what only this wire has (<c>request_type</c>); the values are
/// checked by the house, for all dialects alike.
/// </summary>
internal static class RequestReader
{
    private const string DurationRule = "must be 5 or 10 (seconds)";
    private const string PriorityRule = "must be a whole number from 0 to 9";
    private const string ScaleRule = "must be a number from 0 to 1";

    /// <summary>The draft, or null and everything that is wrong with the body's types.</summary>
    public static GenerationDraft? Read(ReadOnlyMemory<byte> body, out ImmutableArray<RequestFault> faults) =>
        FieldReader.ReadObject(body, 0, static (_, body, fields) => ReadDraft(body, fields), out faults);

    private static GenerationDraft ReadDraft(JsonElement body, FieldReader fields)
    {
        fields.Take(body, Wire.BodyFields);
        var callbackUrl = ReadCallbackUrl(fields);
        var provider = fields.Text(RequestField.Provider);
        var source = fields.Text(RequestField.Source);
        var priority = fields.Number(RequestField.Priority, PriorityRule);
        var metadata = fields.Entries(RequestField.Metadata, GenerationRules.MetadataEntriesMax);
        if (fields.Object(RequestField.Input, "an object with mode, prompt and what the mode needs") is { } input)
        {
            fields.Take(input, Wire.InputFields);
        }

        return new GenerationDraft
        {
            Mode = fields.Text(RequestField.Mode),
            Prompt = fields.Text(RequestField.Prompt, code: FailureCode.InvalidPrompt),
            NegativePrompt = fields.Text(RequestField.NegativePrompt, code: FailureCode.InvalidPrompt),
            Duration = fields.Seconds(RequestField.Duration, DurationRule),
            ImageUrls = fields.Texts(RequestField.ImageUrls, Wire.MaxImageEntries, FailureCode.InvalidImageUrl),
            AspectRatio = fields.Text(RequestField.AspectRatio),
            CfgScale = fields.Number(RequestField.CfgScale, ScaleRule),
            Provider = provider,
            CallbackUrl = callbackUrl,
            Source = source,
            Metadata = metadata,
            Priority = priority,
        };
    }

    // With request_type async an address is ignored, as APIXO documents it for callback only.
    private static string? ReadCallbackUrl(FieldReader fields)
    {
        var url = fields.Text(RequestField.CallbackUrl);
        switch (fields.Text(RequestField.RequestType, "must be async or callback"))
        {
            case null or Wire.Async:
                return null;
            case Wire.Callback:
                if (string.IsNullOrWhiteSpace(url) && !fields.Faults.Any(fault => fault.Field == RequestField.CallbackUrl))
                {
                    fields.Add(new(RequestField.CallbackUrl, "is required when request_type is callback", url));
                }

                return url;
            case var other:
                fields.Add(new(RequestField.RequestType, "must be async or callback", other));
                return null;
        }
    }
}
