using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Filmgate.Dialects.Http;
using Filmgate.Dialects.Upstream;
using Filmgate.Model.Identity;
using Filmgate.Model.Providers;
using Filmgate.Model.Requests;

namespace Filmgate.Dialects.Fal;

/// <summary>
/// Submits to fal's queue and reads it. The addresses in its answers are not followed: they are rebuilt on the configured one, as fal's own
/// JavaScript client does, so that the key goes nowhere else. Source of fields and states: fal, queue.json, the pages queue, result and
/// cancel, and llms.txt of the apps.
/// </summary>
internal sealed class FalProvider(ProviderSettings settings, IUpstreamHttp http) : IVideoProvider
{
    // What this gateway has not taken in by then it will never take in.
    private const int KeptSeconds = 7 * 24 * 60 * 60;

    private static readonly KeyValuePair<string, string> Lifecycle = new(Wire.ObjectLifecycle, $"{{\"expiration_duration_seconds\":{KeptSeconds}}}");

    private readonly OutboundAnswers answers = new(settings);
    private readonly string address = settings.BaseUrl.OriginalString.TrimEnd('/');

    /// <inheritdoc/>
    public string Name => settings.Name;

    /// <inheritdoc/>
    public ProviderFacts Facts => settings.Facts;

    /// <inheritdoc/>
    public async ValueTask<SubmitResult> SubmitAsync(Submission submission, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        var pictures = await PictureTexts.ReadAsync(settings, submission, cancellationToken).ConfigureAwait(false);
        if (pictures.Refusal is { } refused)
        {
            return refused;
        }

        var webhook = submission.SecureCallbackUrl(Facts) is { } url
            ? $"?{Wire.WebhookParameter}={Uri.EscapeDataString(url)}"
            : string.Empty;
        var request = Request("POST", $"/{ServedApp.Of(submission.Request.Mode).Id}{webhook}") with { Body = Body(submission.Request, pictures.Texts) };

        // fal itself does not read the second header; another Filmgate does.
        request = request with { Headers = request.Headers.Add(Lifecycle).Add(new(IdempotencyHeader.Name, submission.Attempt.Value)) };
        var answer = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
        return AnswerTable.OfSubmission(answer, settings, answers.Submission);
    }

    /// <inheritdoc/>
    public ValueTask<Sighting> FindAsync(AttemptId attempt, CancellationToken cancellationToken) =>
        new(new Sighting.CannotTell("fal does not find a request by an id of ours."));

    /// <inheritdoc/>
    public async ValueTask<Reading> ReadAsync(string upstreamId, CancellationToken cancellationToken)
    {
        var status = await http.SendAsync(Request("GET", $"{Path(upstreamId)}/{Wire.StatusPart}?{Wire.LogsParameter}=0"), cancellationToken).ConfigureAwait(false);

        // The end is told by the status, what it came to by the result; a result that cannot be read now is read again.
        if (status is not UpstreamAnswer.Answered answered || !OutboundAnswers.HasEnded(answered))
        {
            return AnswerTable.OfReading(status, OutboundAnswers.Status);
        }

        var result = await http.SendAsync(Request("GET", Path(upstreamId)), cancellationToken).ConfigureAwait(false);

        // It has said that there is such a request, so a result that it does not find is not one of nobody's.
        return AnswerTable.OfReading(result, answer => answers.Result(answered, answer)) is var reading && reading is Reading.Unreadable unread
            ? unread with { IsNotThere = false }
            : reading;
    }

    /// <inheritdoc/>
    public bool TryReadCallbackId(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out string? upstreamId) =>
        ListedTasks.TryTakeId(WireValue.Read(body)["request_id"].Id, out upstreamId);

    /// <inheritdoc/>
    public async ValueTask CancelAsync(string upstreamId, CancellationToken cancellationToken) =>
        await http.SendAsync(Request("PUT", $"{Path(upstreamId)}/{Wire.CancelPart}"), cancellationToken).ConfigureAwait(false);

    private static string Path(string upstreamId) => $"/{Wire.Root}/{Wire.Requests}/{Uri.EscapeDataString(upstreamId)}";

    private static byte[] Body(GenerationRequest request, ImmutableArray<string> pictures)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("prompt", request.Prompt);
            json.WriteString("duration", request.DurationSeconds.ToString(CultureInfo.InvariantCulture));
            json.WriteNumber("cfg_scale", request.CfgScale);

            // Left out, fal puts one of its own in its place.
            json.WriteString("negative_prompt", request.NegativePrompt ?? string.Empty);
            if (request.AspectRatio is { } ratio)
            {
                json.WriteString("aspect_ratio", ratio.Name());
            }

            if (pictures.Length > 0)
            {
                json.WriteString("image_url", pictures[0]);
            }

            if (pictures.Length > 1)
            {
                json.WriteString("tail_image_url", pictures[1]);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private UpstreamRequest Request(string method, string path) =>
        new(method, new Uri(address + path)) { Headers = [new("Authorization", $"Key {settings.ApiKey}")] };
}
