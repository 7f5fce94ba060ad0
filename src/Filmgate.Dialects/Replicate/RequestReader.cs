using System.Collections.Immutable;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Model.Gateway;
using Filmgate.Model.Requests;
using Filmgate.Model.Tasks;

namespace Filmgate.Dialects.Replicate;

/// <summary>
/// Reads the body of a creation. It checks types and what only this wire has (version, mode, the two pictures, the event filter); the
/// values are checked by the house, for all dialects alike.
/// </summary>
/// <param name="fileAddress">Turns an address of one of our files into that under which tasks name it; leaves others as they are.</param>
internal sealed class RequestReader(Func<string, string> fileAddress)
{
    private const string DurationRule = "must be one of the following: 5, 10";
    private const string ModeRule = $"must be one of the following: \"{Wire.Standard}\", \"{Wire.Pro}\"";
    private const int FilterEntriesMax = 16;

    private static readonly string FilterRule = $"must hold only {string.Join(", ", Wire.EventFilters.Select(filter => filter.Name))}";
    private static readonly string VersionRule = $"must be {string.Join(" or ", ServedModel.All.Select(model => model.Path))}; only these models are served here";

    /// <summary>The draft, or null and everything that is wrong with the body's types.</summary>
    /// <param name="body">The body.</param>
    /// <param name="named">The model that the address names; null when the body's <c>version</c> is to name it.</param>
    /// <param name="faults">What is wrong.</param>
    public GenerationDraft? Read(ReadOnlyMemory<byte> body, ServedModel? named, out ImmutableArray<RequestFault> faults) =>
        FieldReader.ReadObject(body, (Reader: this, Named: named), static (context, body, fields) => context.Reader.ReadDraft(body, context.Named, fields), out faults);

    private GenerationDraft? ReadDraft(JsonElement body, ServedModel? named, FieldReader fields)
    {
        fields.Take(body, Wire.BodyFields);
        string? version = null;
        var model = named ?? ReadVersion(body, fields, out version);
        var callbackUrl = fields.Text(RequestField.CallbackUrl);
        var filter = ReadFilter(body, fields);
        if (fields.Object(RequestField.Input, "an object with prompt and what the model needs") is not { } input || model is null)
        {
            return null;
        }

        fields.Take(input, Wire.InputFields);
        var start = ReadStartImage(fields);
        var end = fields.Text(RequestField.EndImage, code: FailureCode.InvalidImageUrl);
        var mode = ReadMode(model, start, end, fields);
        return new GenerationDraft
        {
            Mode = mode.Rules().Name,
            Prompt = fields.Text(RequestField.Prompt, code: FailureCode.InvalidPrompt),
            NegativePrompt = fields.Text(RequestField.NegativePrompt, code: FailureCode.InvalidPrompt),
            Duration = fields.Seconds(RequestField.Duration, DurationRule),
            ImageUrls = [.. new[] { start, end }.OfType<string>().Select(fileAddress)],

            // kling-v2.1 has no such field, and what it does not know it does not read.
            AspectRatio = model.IsMaster ? fields.Text(RequestField.AspectRatio) : null,
            CallbackUrl = callbackUrl,
            CallbackEvents = filter is { Length: > 0 } names
                ? Wire.EventFilters.Where(known => names.Contains(known.Name)).Aggregate(TaskEvents.None, (all, known) => all | known.Events)
                : Wire.EventsDefault,
            Notes = fields.Faults.IsEmpty ? RequestNotes.Write(version, filter, input) : null,
        };
    }

    private static ServedModel? ReadVersion(JsonElement body, FieldReader fields, out string? version)
    {
        version = null;
        if (body.TryGetProperty(Wire.ModelField, out _))
        {
            fields.Add(new(RequestField.Provider, "is not allowed: name the model in version, or post to /models/<owner>/<name>/predictions"));
        }

        var text = fields.Text(RequestField.Model);
        if (text is null)
        {
            if (!fields.Faults.Any(fault => fault.Field == RequestField.Model))
            {
                fields.Add(new(RequestField.Model, $"is required: {ServedModel.Kling.Path} or {ServedModel.Master.Path}"));
            }

            return null;
        }

        var model = ServedModel.FindVersion(text, out version);
        if (model is null)
        {
            fields.Add(new(RequestField.Model, VersionRule, text));
        }

        return model;
    }

    private static string? ReadStartImage(FieldReader fields)
    {
        var start = fields.Text(RequestField.Image, code: FailureCode.InvalidImageUrl);
        var alias = fields.Text(RequestField.ImageUrls, code: FailureCode.InvalidImageUrl);
        if (start is not null && alias is not null && start != alias)
        {
            fields.Add(new(RequestField.Image, $"must not differ from {Wire.ImageAlias}, which is another name for it; give one of them"));
        }

        return start ?? alias;
    }

    private static GenerationMode ReadMode(ServedModel model, string? start, string? end, FieldReader fields)
    {
        if (model.IsMaster)
        {
            if (end is not null)
            {
                // To leave out a picture silently would make, and bill, another clip than was asked for.
                fields.Add(new(RequestField.EndImage, $"is not allowed: {model.Path} takes no end image; {ServedModel.Kling.Path} does with mode {Wire.Pro}"));
            }

            return start is null ? GenerationMode.MasterTextToVideo : GenerationMode.MasterImageToVideo;
        }

        if (start is null && !fields.Faults.Any(fault => fault.Field is RequestField.Image or RequestField.ImageUrls))
        {
            fields.Add(new(RequestField.Image, "is required: an address, a data URL, or urls.get of an uploaded file"));
        }

        switch (fields.Text(RequestField.Mode, ModeRule))
        {
            case Wire.Pro:
                return GenerationMode.ProImageToVideo;
            case null or Wire.Standard:
                if (end is not null)
                {
                    fields.Add(new(RequestField.EndImage, $"is not allowed with mode {Wire.Standard}; it needs mode {Wire.Pro}"));
                }

                return GenerationMode.StandardImageToVideo;
            case var other:
                fields.Add(new(RequestField.Mode, ModeRule, other));
                return GenerationMode.StandardImageToVideo;
        }
    }

    // Null when it is not given; only its own names otherwise.
    private static ImmutableArray<string>? ReadFilter(JsonElement body, FieldReader fields)
    {
        if (!body.TryGetProperty(Wire.EventsFilter.EncodedUtf8Bytes, out var given) || given.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var names = fields.Texts(RequestField.CallbackEvents, FilterEntriesMax, null);
        foreach (var (index, name) in names.Index())
        {
            if (!Wire.EventFilters.Any(known => known.Name == name))
            {
                fields.Add(new(RequestField.CallbackEvents, FilterRule, name, index));
            }
        }

        return names;
    }
}
