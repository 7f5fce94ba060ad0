using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.OpenAiVideos;

/// <summary>
/// The body of a submission, as a form with the picture as a file or as JSON. What the shape has no name for goes by the names that gateways
/// have given it, and only when it says something.
/// </summary>
internal static class OutboundBodies
{
    /// <summary>The media type of a form.</summary>
    public static string FormType(Submission submission) => $"multipart/form-data; boundary={BoundaryOf(submission)}";

    /// <summary>The form: what the official clients send, and every gateway reads.</summary>
    public static async ValueTask<(byte[] Body, SubmitResult.Refused? Refusal)> FormAsync(Submission submission, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var boundary = BoundaryOf(submission);
        foreach (var (name, value) in Fields(submission.Request))
        {
            body.Write(Encoding.UTF8.GetBytes($"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
        }

        foreach (var image in submission.Images)
        {
            body.Write(Encoding.UTF8.GetBytes(
                $"--{boundary}\r\nContent-Disposition: form-data; name=\"{Wire.InputReference}\"; filename=\"{Wire.InputReference}.{EndingOf(image)}\"\r\nContent-Type: {image.MediaType}\r\n\r\n"));
            try
            {
                body.Write(await File.ReadAllBytesAsync(image.Path, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return ([], new SubmitResult.Refused(RefusalClass.Outage, "A picture of the task could not be read from the gateway's own store."));
            }

            body.Write("\r\n"u8);
        }

        body.Write(Encoding.UTF8.GetBytes($"--{boundary}--\r\n"));
        return (body.ToArray(), null);
    }

    /// <summary>The JSON body, with the picture by its address or as a data URL.</summary>
    public static async ValueTask<(byte[] Body, SubmitResult.Refused? Refusal)> JsonAsync(
        ProviderSettings settings, Submission submission, CancellationToken cancellationToken)
    {
        var pictures = await PictureTexts.ReadAsync(settings, submission, cancellationToken).ConfigureAwait(false);
        if (pictures.Refusal is { } refusal)
        {
            return ([], refusal);
        }

        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            foreach (var (name, value) in Fields(submission.Request))
            {
                if (name == RequestReader.Scale)
                {
                    json.WritePropertyName(name);
                    json.WriteRawValue(value);
                }
                else
                {
                    json.WriteString(name, value);
                }
            }

            foreach (var picture in pictures.Texts)
            {
                json.WriteStartObject(Wire.InputReference);
                json.WriteString(Wire.ImageUrl, picture);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return (body.WrittenSpan.ToArray(), null);
    }

    // No part can hold it: the attempt's id is random, and whoever wrote the prompt did not know it.
    private static string BoundaryOf(Submission submission) => $"filmgate-{submission.Attempt.Value}";

    private static IEnumerable<(string Name, string Value)> Fields(GenerationRequest request)
    {
        yield return ("model", Models.Of(request.Mode));
        yield return ("prompt", request.Prompt);
        yield return ("seconds", request.DurationSeconds.ToString(CultureInfo.InvariantCulture));

        // With a picture the clip has its shape, and gateways advise to leave the size away.
        if (request.AspectRatio is { } ratio)
        {
            yield return ("size", FrameSize.Nominal(request.Mode, ratio).ToString());
        }

        if (request.NegativePrompt is { } negative)
        {
            yield return ("negative_prompt", negative);
        }

        if (request.CfgScale != GenerationRules.CfgScaleDefault)
        {
            yield return (RequestReader.Scale, request.CfgScale.ToString("0.############################", CultureInfo.InvariantCulture));
        }
    }

    private static string EndingOf(SubmissionImage image) => image.MediaType switch
    {
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        _ => "png",
    };
}
