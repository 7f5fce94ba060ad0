using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// Reads a creation, which comes as JSON or as a form. It checks types and what only this surface has: which model takes which pictures, and
/// what a size means. The other values are checked by the house, for all dialects alike.
/// </summary>
internal static class RequestReader
{
    /// <summary>An object that may hold the extensions instead of the body itself, and the one field that is a number.</summary>
    public const string VendorObject = "kling", Scale = "cfg_scale";

    private const string SecondsRule = "must be \"5\" or \"10\"";
    private const string ScaleRule = "must be a number from 0 to 1";
    private const string SizeRule = "must be <width>x<height> in pixels, such as 1280x720, or a ratio such as 16:9";
    private const string ShapeRule = "must be 16:9, 9:16 or 1:1 in shape, such as 1280x720, 720x1280 or 1024x1024, because there is no input_reference that gives one";
    private const string PictureRule = "must be a file of a form, or an object with image_url";

    // The bytes decide what a picture is; nobody looks at the type.
    private const string FileAsUrl = "data:application/octet-stream;base64,";

    private static readonly ImmutableArray<(string Name, RequestField Field)> PictureFields = [(Wire.ImageUrl, RequestField.ImageUrls)];

    private static readonly ImmutableArray<(string Name, RequestField Field)> Extensions =
        [.. Wire.BodyFields.Where(field => field.Field is RequestField.NegativePrompt or RequestField.CfgScale or RequestField.EndImage)];

    /// <summary>The draft of a JSON body, or null and everything that is wrong with it.</summary>
    public static GenerationDraft? Read(ReadOnlyMemory<byte> body, out ImmutableArray<RequestFault> faults) => Read(body, [], out faults);

    /// <summary>The draft of a form, or null and everything that is wrong with it.</summary>
    public static GenerationDraft? Read(FormBody form, out ImmutableArray<RequestFault> faults)
    {
        if (FormFields.ToJson(form, out var fault) is { } json)
        {
            return Read(json, form.Files, out faults);
        }

        faults = [fault!];
        return null;
    }

    private static GenerationDraft? Read(ReadOnlyMemory<byte> body, ImmutableArray<FormFile> files, out ImmutableArray<RequestFault> faults) =>
        FieldReader.ReadObject(body, files, static (files, body, fields) => ReadDraft(body, files, fields), out faults);

    private static GenerationDraft ReadDraft(JsonElement body, ImmutableArray<FormFile> files, FieldReader fields)
    {
        // What stands in the body itself goes before what stands in the vendor's object.
        if (body.TryGetProperty(VendorObject, out var vendor) && vendor.ValueKind == JsonValueKind.Object)
        {
            fields.Take(vendor, Extensions);
        }

        fields.Take(body, Wire.BodyFields);
        var model = ReadModel(fields);
        var image = ReadPicture(body, files, fields);
        var endImage = ReadEndPicture(body, files, fields);
        var size = ReadSize(fields, out var ratio);
        var mode = Models.Mode(model ?? Models.Routed, image is not null, endImage is not null, size);
        if (fields.Faults.IsEmpty)
        {
            CheckPictures(model ?? Models.Routed, mode, image, endImage, fields);
            if (mode.Rules().TakesAspectRatio && size is { Ratio: null } other)
            {
                fields.Add(new(RequestField.Size, ShapeRule, other.ToString()));
            }
        }

        return new GenerationDraft
        {
            Mode = mode.Rules().Name,
            Prompt = fields.Text(RequestField.Prompt, code: FailureCode.InvalidPrompt),
            NegativePrompt = fields.Text(RequestField.NegativePrompt, code: FailureCode.InvalidPrompt),
            Duration = fields.Seconds(RequestField.Duration, SecondsRule),
            ImageUrls = [.. new[] { image, endImage }.OfType<string>()],
            AspectRatio = (ratio ?? size?.Ratio)?.Name(),
            CfgScale = fields.Number(RequestField.CfgScale, ScaleRule),
            CallbackUrl = fields.Text(RequestField.CallbackUrl),
            Metadata = fields.Entries(RequestField.Metadata, GenerationRules.MetadataEntriesMax),
            Notes = new Remembered(model, size?.ToString()).Write(),
        };
    }

    private static string? ReadModel(FieldReader fields)
    {
        var model = fields.Text(RequestField.Model);
        if (model is not null && !Models.Names.Contains(model))
        {
            fields.Add(new(RequestField.Model, $"must be one of {string.Join(", ", Models.Names)}", model));
        }

        return model;
    }

    private static FrameSize? ReadSize(FieldReader fields, out AspectRatio? ratio)
    {
        var text = fields.Text(RequestField.Size);
        ratio = text is null ? null : AspectRatios.Find(text);
        if (text is null || ratio is not null)
        {
            return null;
        }

        if (FrameSize.TryRead(text, out var size))
        {
            return size;
        }

        fields.Add(new(RequestField.Size, SizeRule, text));
        return null;
    }

    private static string? ReadPicture(JsonElement body, ImmutableArray<FormFile> files, FieldReader fields)
    {
        RefuseUnknownFiles(files, fields);
        var given = body.TryGetProperty(Wire.InputReference, out var value) ? value.ValueKind : JsonValueKind.Undefined;
        if (ReadFile(Wire.InputReference, RequestField.Image, given is not (JsonValueKind.Undefined or JsonValueKind.Null), files, fields) is { } file)
        {
            return file;
        }

        switch (given)
        {
            // Some clients of gateways send the address itself.
            case JsonValueKind.String or JsonValueKind.Undefined or JsonValueKind.Null:
                return fields.Text(RequestField.Image, PictureRule, FailureCode.InvalidImageUrl);
            case JsonValueKind.Object:
                return ReadPictureObject(value, fields);
            default:
                fields.Add(FieldReader.WrongType(RequestField.Image, PictureRule, value));
                return null;
        }
    }

    private static string? ReadPictureObject(JsonElement reference, FieldReader fields)
    {
        if (reference.TryGetProperty(Wire.FileId, out var file) && file.ValueKind != JsonValueKind.Null)
        {
            fields.Add(new(RequestField.Image, "is not served, because there is no file store here; send the picture as a file or by image_url", Entry: Wire.FileId));
            return null;
        }

        fields.Take(reference, PictureFields);
        var before = fields.Faults.Length;
        var url = fields.Text(RequestField.ImageUrls, code: FailureCode.InvalidImageUrl);
        if (url is null && fields.Faults.Length == before)
        {
            fields.Add(new(RequestField.Image, "must hold the address of a picture, or a data URL", Entry: Wire.ImageUrl));
        }

        return url;
    }

    private static string? ReadEndPicture(JsonElement body, ImmutableArray<FormFile> files, FieldReader fields)
    {
        var tail = ReadFile(Wire.TailImage, RequestField.EndImage, HasValue(body, Wire.TailImage), files, fields);
        var end = ReadFile(Wire.EndImage, RequestField.EndImage, HasValue(body, Wire.EndImage), files, fields);
        var url = fields.Text(RequestField.EndImage, code: FailureCode.InvalidImageUrl);
        var isTwo = HasValue(body, Wire.TailImage) && HasValue(body, Wire.EndImage);
        if (isTwo || new[] { tail, end, url }.Count(picture => picture is not null) > 1)
        {
            fields.Add(new(RequestField.EndImage, $"and {Wire.EndImage} are two names of one picture; send one of them"));
        }

        return tail ?? end ?? url;
    }

    private static string? ReadFile(string name, RequestField field, bool isGivenOtherwise, ImmutableArray<FormFile> files, FieldReader fields)
    {
        var found = files.Where(file => file.Field == name).ToArray();
        if (found.Length == 0)
        {
            return null;
        }

        if (found.Length > 1 || isGivenOtherwise)
        {
            fields.Add(new(field, "must be given once", found.Length > 1 ? $"{found.Length} files" : "a file and a value"));
        }
        else if (found[0].Bytes.Length == 0)
        {
            fields.Add(new(field, "must not be an empty file", Code: FailureCode.UnsupportedFormat));
        }

        return FileAsUrl + Convert.ToBase64String(found[0].Bytes);
    }

    // A picture that is dropped silently makes another clip than was asked for.
    private static void RefuseUnknownFiles(ImmutableArray<FormFile> files, FieldReader fields)
    {
        foreach (var file in files)
        {
            if (file.Field is not (Wire.InputReference or Wire.TailImage or Wire.EndImage))
            {
                fields.Add(new(RequestField.Body, $"must not be a file; the picture's field is {Wire.InputReference}", Entry: file.Field.Replace('\0', '?')));
            }
        }
    }

    private static void CheckPictures(string model, GenerationMode mode, string? image, string? endImage, FieldReader fields)
    {
        if (mode.Rules().MinImages > 0 && image is null)
        {
            fields.Add(new(
                RequestField.Image,
                $"is required for {model}: a file of a form, or an object with image_url. {Models.Master} makes videos from words alone"));
        }

        if (endImage is not null && (image is null || mode.Rules().MaxImages < 2))
        {
            fields.Add(new(RequestField.EndImage, $"is an end frame, which {Models.Pro} takes beside input_reference, and {model} as it is asked here does not"));
        }
    }

    private static bool HasValue(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
}
